// Owns: which functions of a durable function's tree are brought to normal form: itself, and every async function and
// generator nested in it.
// Does not own: normal form (lift/).
// I1. The outer comes first: it may take the text around an inner one apart.
// I2. Methods of classes come to stand in their text as functions when all is in normal form.
// I3. `{ __proto__ }` makes a property, `{ __proto__: x }` sets the prototype: the first becomes a key that is computed before
//     anything gives the variable another name.
// I4. Function declarations stand in blocks: in sloppy code they may also be all of a branch, or have labels (B.3.1, B.3.3).
// I5. `delete super.x` evaluates `this` and the key, and then always throws: the runtime does that last part, so that
//     it needs the text of no class.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import { type LiftContext, lift } from "./lift/index.ts";
import { moveMembers } from "./local-members.ts";
import type { FoundFunction, ModuleContext } from "./types.ts";
import { replaceUsing } from "./using.ts";

/** Lifts a durable function and all that is durable in it. */
export function normalize({ path }: Pick<FoundFunction, "path">, context: ModuleContext): void {
  const lifting: LiftContext = {
    abi: context.abi,
    unique: (base) => context.unique(base),
    refuse: (node, error) => context.refuse(node, error),
    isConstant: ({ name }) => context.declared.has(name) && isOfModule(path, name),
  };
  t.traverseFast(path.node, keepProtoKey);
  t.traverseFast(path.node, placeFunctions);
  failDeletes(path.node, context.abi.R);
  replaceUsing(path.node, lifting);
  lift(path.node, lifting);
  const nested: t.Function[] = [];
  for (const part of [...path.node.params, path.node.body]) {
    t.traverseFast(part, (node) => {
      if (t.isFunction(node) && (node.async || node.generator)) nested.push(node);
    });
  }
  for (const fn of nested) lift(fn, lifting);
  moveMembers(path.node, lifting);
}

/** I4 */
function placeFunctions(node: t.Node): void {
  if (t.isIfStatement(node)) {
    if (t.isFunctionDeclaration(node.consequent)) node.consequent = blockOf(node.consequent);
    if (t.isFunctionDeclaration(node.alternate)) node.alternate = blockOf(node.alternate);
  } else if (t.isBlockStatement(node) || t.isStaticBlock(node)) node.body = node.body.map(withoutLabels);
  else if (t.isSwitchCase(node)) node.consequent = node.consequent.map(withoutLabels);
}

/** I5: `(this, key, $R.superDelete())` */
function failDeletes(root: t.Node, R: string): void {
  const found: t.UnaryExpression[] = [];
  t.traverseFast(root, (node) => {
    if (!t.isUnaryExpression(node, { operator: "delete" }) || !t.isMemberExpression(node.argument)) return;
    if (t.isSuper(node.argument.object)) found.push(node);
  });
  for (const node of found) {
    const { property, computed } = node.argument as t.MemberExpression;
    const fails = t.callExpression(t.memberExpression(t.identifier(R), t.identifier("superDelete")), []);
    const key = computed ? [property as t.Expression] : [];
    Object.assign(node, t.sequenceExpression([t.thisExpression(), ...key, fails]), { loc: node.loc });
    for (const field of ["operator", "prefix", "argument"]) delete (node as unknown as Record<string, unknown>)[field];
  }
}

function blockOf(fn: t.FunctionDeclaration): t.BlockStatement {
  return { ...t.blockStatement([fn]), loc: fn.loc ?? null };
}

function withoutLabels(statement: t.Statement): t.Statement {
  let inner = statement;
  while (t.isLabeledStatement(inner)) inner = inner.body;
  return t.isFunctionDeclaration(inner) ? inner : statement;
}

/** I3 */
function keepProtoKey(node: t.Node): void {
  if (!t.isObjectExpression(node)) return;
  for (const property of node.properties) {
    if (!t.isObjectProperty(property, { shorthand: true }) || !t.isIdentifier(property.key, { name: "__proto__" }))
      continue;
    const key = t.inherits(t.stringLiteral("__proto__"), property.key);
    Object.assign(property, { key, computed: true, shorthand: false });
  }
}

/** Nothing between the module and the function declares the name anew. */
function isOfModule(path: NodePath, name: string): boolean {
  return path.parentPath?.scope.getBinding(name)?.scope.path.isProgram() === true;
}
