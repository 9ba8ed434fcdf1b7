// Owns: short constructors for the trees that lowering emits.
// Does not own: any decision.
import * as t from "@babel/types";

export const id = (name: string): t.Identifier => t.identifier(name);
export const num = (value: number): t.NumericLiteral => t.numericLiteral(value);
export const undef = (): t.Expression => t.unaryExpression("void", t.numericLiteral(0));

export function member(object: t.Expression, name: string): t.MemberExpression {
  return t.memberExpression(object, id(name));
}

export function call(callee: t.Expression, ...args: t.CallExpression["arguments"]): t.CallExpression {
  return t.callExpression(callee, args);
}

export function assign(target: t.Node, value: t.Expression): t.AssignmentExpression {
  return t.assignmentExpression("=", target as t.LVal as t.Identifier, value);
}

export function run(expression: t.Expression): t.ExpressionStatement {
  return t.expressionStatement(expression);
}

/** `target = value;` */
export function set(target: t.Node, value: t.Expression): t.ExpressionStatement {
  return run(assign(target, value));
}

export function compare(left: t.Expression, operator: "===" | "!==" | "<=" | "<", right: t.Expression) {
  return t.binaryExpression(operator, left, right);
}

export function and(...tests: t.Expression[]): t.Expression {
  return tests.reduce((left, right) => t.logicalExpression("&&", left, right));
}

export function when(test: t.Expression, then: t.Statement[], otherwise?: t.Statement[]): t.IfStatement {
  const only = then.length === 1 && !otherwise ? then[0] : undefined;
  const isPlain = t.isReturnStatement(only) || t.isThrowStatement(only) || t.isBreakStatement(only);
  const consequent = only && isPlain ? only : t.blockStatement(then);
  return t.ifStatement(test, consequent, otherwise ? t.blockStatement(otherwise) : null);
}

export function declare(kind: "var" | "let" | "const", name: string, value?: t.Expression): t.VariableDeclaration {
  return t.variableDeclaration(kind, [t.variableDeclarator(id(name), value ?? null)]);
}

export function params(...names: string[]): t.Identifier[] {
  return names.map(id);
}

/** A cell: `{ v: value }`. */
export function cell(value: t.Expression): t.ObjectExpression {
  return t.objectExpression([t.objectProperty(id("v"), value)]);
}

export function label(name: string, body: t.Statement): t.LabeledStatement {
  return t.labeledStatement(id(name), body);
}

/** Gives a made node the place of the one it was made for. */
export function at<N extends t.Node>(node: N, origin: t.Node): N {
  node.loc ??= origin.loc ?? null;
  return node;
}

/** The body of a loop or branch. */
export function block(statements: t.Statement[]): t.BlockStatement {
  const [only] = statements;
  return statements.length === 1 && t.isBlockStatement(only) ? only : t.blockStatement(statements);
}

/** Does control never come to the end of these statements? */
export function endsAbruptly(statements: readonly t.Statement[]): boolean {
  const last = statements.at(-1);
  if (t.isBlockStatement(last)) return endsAbruptly(last.body);
  return (
    t.isReturnStatement(last) || t.isThrowStatement(last) || t.isBreakStatement(last) || t.isContinueStatement(last)
  );
}
