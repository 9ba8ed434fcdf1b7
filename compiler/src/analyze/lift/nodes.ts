// Owns: the small trees that lifting builds, and the classes of expressions it tells apart by their form.
// Does not own: when they are used.
// I1. A changed node is a shallow copy; the original stays as it is, since its text is still asked for.
import generate from "@babel/generator";
import * as t from "@babel/types";
import { markOf, setMark } from "./marks.ts";

type Literal = t.StringLiteral | t.NumericLiteral | t.BooleanLiteral | t.NullLiteral | t.BigIntLiteral;

/** A copy of a node with other children. It has no place in the text any more, only a line. */
export function copyNode<N extends t.Node>(node: N, changes: Partial<N>): N {
  const copy = { ...node, ...changes, loc: undefined };
  for (const field of ["start", "end", "range"] as const) delete copy[field];
  return fillPlaces(copy, node.loc);
}

/** Gives nodes that were made the line of what they were made of. */
export function fillPlaces<N extends t.Node>(node: N, loc: t.Node["loc"]): N {
  if (node.loc || !loc) return node;
  node.loc = loc;
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const child = (node as unknown as Record<string, t.Node | (t.Node | null)[] | null | undefined>)[key];
    for (const each of Array.isArray(child) ? child : [child]) if (each) fillPlaces(each, loc);
  }
  return node;
}

/** Text of a node without layout and comments, temporaries replaced by what they stand for. */
export function canonicalText(node: t.Node): string {
  const copy = t.cloneNode(node);
  t.traverseFast(copy, (part) => {
    const mark = markOf(part, "temp");
    if (mark) (part as t.Identifier).name = mark.of;
    // The printer keeps parentheses for the sake of comments, though it leaves those out.
    t.removeComments(part);
  });
  return generate(copy, { minified: true, comments: false }).code;
}

export function isLiteral(node: t.Node | null | undefined): node is Literal {
  return t.isLiteral(node) && !t.isTemplateLiteral(node) && !t.isRegExpLiteral(node);
}

/** What may stand twice in a tree: evaluating it does nothing and is always possible. */
export function isSimple(node: t.Node | null | undefined): boolean {
  return t.isIdentifier(node) || t.isThisExpression(node) || isLiteral(node);
}

/** A function or class that takes its name from where it stands (IsAnonymousFunctionDefinition). */
export function isAnonymousFunction(node: t.Node): boolean {
  if (t.isParenthesizedExpression(node)) return isAnonymousFunction(node.expression);
  return t.isArrowFunctionExpression(node) || ((t.isFunctionExpression(node) || t.isClassExpression(node)) && !node.id);
}

/** An expression whose value takes no name from the variable it is assigned to. */
export function withoutName(node: t.Expression): t.Expression {
  if (!isAnonymousFunction(node)) return node;
  return setMark(t.sequenceExpression([t.numericLiteral(0), node]), { kind: "anonymous" });
}

/** `({ [key]: fn })[key]`: a function with the name that the key gives. The key must be simple. */
export function withName(node: t.Expression, key: t.Expression): t.Expression {
  if (!isAnonymousFunction(node)) return node;
  const holder = t.objectExpression([t.objectProperty(key, node, true)]);
  return t.memberExpression(holder, t.cloneNode(key, false), true);
}

export function undefinedNode(): t.Expression {
  return t.unaryExpression("void", t.numericLiteral(0));
}

export function isUndefinedTest(value: t.Expression): t.Expression {
  return t.binaryExpression("===", value, undefinedNode());
}

/** Whether a value is one that `?.` and `??` ask for. The value is used twice. */
export function isNullishTest(value: t.Expression): t.Expression {
  const isNull = t.binaryExpression("===", value, t.nullLiteral());
  return t.logicalExpression("||", isNull, isUndefinedTest(t.cloneNode(value, false)));
}

export function not(test: t.Expression): t.Expression {
  return t.isUnaryExpression(test, { operator: "!" }) ? test.argument : t.unaryExpression("!", test);
}

/** Whether the right side of `&&`, `||` or `??` is evaluated. The left side must be simple. */
export function rightTest(operator: t.LogicalExpression["operator"], left: t.Expression): t.Expression {
  if (operator === "??") return isNullishTest(left);
  return operator === "&&" ? left : not(left);
}

export function assignment(target: t.LVal, value: t.Expression): t.Statement {
  return t.expressionStatement(t.assignmentExpression("=", target as t.Identifier, value));
}

/** A call of a method that has been read already. */
export function applyCall(
  fn: t.Expression,
  self: t.Expression,
  args: (t.Expression | t.SpreadElement)[],
  text: string,
): t.CallExpression {
  const callee = t.memberExpression(t.identifier("Reflect"), t.identifier("apply"));
  return setMark(t.callExpression(callee, [fn, self, t.arrayExpression(args)]), { kind: "apply", text });
}

/** The property key that a value stands for. */
export function toPropertyKey(value: t.Expression, R: string): t.Expression {
  return t.callExpression(t.memberExpression(t.identifier(R), t.identifier("key")), [value]);
}

/** `...$v`: what has been iterated already, and is a list of ours. */
export function spreadList(list: t.Expression): t.SpreadElement {
  return setMark(t.spreadElement(list), { kind: "list" });
}
