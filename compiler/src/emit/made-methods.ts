// Owns: what is put into the text of a class or object literal that is not made once, for its durable methods (docs/abi.md 8):
// their functions, and where their `super` is looked up.
// Does not own: which methods these are (lower/put.ts), classes that the module makes once (home.ts).
// I1. A method leaves a member without content, so that order, attributes and what counts of two with one key are the
//     language's; the first static block of the class, before which nothing can call it, puts the function there.
// I2. A private method is read by an accessor: it can't be assigned, and all instances share the function.
import * as t from "@babel/types";
import { keyName } from "../analyze/fn-name.ts";
import type { Home, MadeMethod } from "../analyze/home.ts";
import type { AbiNames } from "../analyze/types.ts";
import { skipTo } from "./member.ts";
import type { Edit } from "./print.ts";

/** Edits within the class or literal, and at the head of the block around. */
export function editMade(home: Home, abi: AbiNames, source: string): Edit[] {
  const { owner, locals } = home;
  if (t.isObjectExpression(owner)) return keepCell(owner, locals.inText.get("home"));
  if (home.made.length === 0) return [];
  const edits: Edit[] = [];
  const statements = [...locals.inText].map(([part, name]) => declare(name, objectOf(part === "static")));
  for (const isStatic of [false, true]) statements.push(...put(home, isStatic, abi, source, edits));
  for (const method of home.made)
    if (t.isPrivateName(method.node.key)) statements.push(readByAccessor(home, method, edits));
  const at = (owner.body.start as number) + 1;
  edits.push({ start: at, end: at, node: t.staticBlock(statements), isOuter: true });
  return locals.inBlock.length > 0 ? [...declareIn(home.block, `let ${locals.inBlock.join(", ")}; `), ...edits] : edits;
}

function declareIn(block: Home["block"], code: string): Edit[] {
  if (!t.isArrowFunctionExpression(block)) {
    const start = block?.body[0]?.start as number;
    return [{ start, end: start, code, isOuter: true }];
  }
  const { start, extra } = block.body as t.Expression;
  const from = ((extra as { parenStart?: number } | undefined)?.parenStart ?? start) as number;
  const to = block.end as number;
  return [
    { start: from, end: from, code: `{ ${code}return `, isOuter: true },
    { start: to, end: to, code: " }" },
  ];
}

/** `(($home) => $home.v = { … })({ v: null })`: a cell takes the object to its methods. */
function keepCell({ start, end }: t.ObjectExpression, cell: string | undefined): Edit[] {
  if (cell === undefined) return [];
  const [from, to] = [start as number, end as number];
  return [
    { start: from, end: from, code: `(((${cell}) => ${cell}.v = `, isOuter: true },
    { start: to, end: to, code: ")({ v: null }))" },
  ];
}

/** `$R.members(this.prototype, fn, "pay", null, "other", …)` */
function put(home: Home, isStatic: boolean, abi: AbiNames, source: string, edits: Edit[]): t.Statement[] {
  const members = (home.owner as t.Class).body.body.filter(
    (member): member is t.ClassMethod =>
      t.isClassMethod(member) && member.static === isStatic && member.kind !== "constructor",
  );
  const madeOf = (node: t.Node) => home.made.find((method) => method.node === node)?.fn;
  const first = members.findIndex((member) => madeOf(member) !== undefined);
  if (first < 0) return [];
  const list = members.slice(first).flatMap((member): t.Expression[] => {
    const fn = madeOf(member) ?? t.nullLiteral();
    const key = keyOf(member, home, abi, source, edits);
    const isNamed = t.isNullLiteral(fn) || keyName(member) !== null;
    return [isNamed ? fn : helper("name", abi, fn, t.cloneNode(key)), key];
  });
  return [t.expressionStatement(helper("members", abi, objectOf(isStatic), ...list))];
}

/** The key as a value; one that only run time knows is kept when it is evaluated. */
function keyOf(node: t.ClassMethod, home: Home, { R }: AbiNames, source: string, edits: Edit[]): t.Expression {
  const constant = keyName(node);
  const name = node.kind === "method" ? constant : (constant?.slice("get ".length) ?? null);
  if (name !== null && !(node.computed && name.startsWith("["))) return t.stringLiteral(name);
  if (name !== null) return t.cloneNode(node.key as t.Expression);
  const variable = home.inBlock("key");
  const [start, end] = [node.key.start as number, skipTo(source, node.key.end as number, "]")];
  edits.push({ start, end: start, code: `${variable} = ${R}.key(`, isOuter: true }, { start: end, end, code: ")" });
  return t.identifier(variable);
}

/** `get #pay() { return $pay; }` */
function readByAccessor(home: Home, { node, fn }: MadeMethod, edits: Edit[]): t.Statement {
  const { key } = node as t.ClassPrivateMethod;
  const name = home.inBlock(key.id.name);
  const [start, end] = [key.start as number, key.end as number];
  edits.push(
    { start, end: start, code: "get " },
    { start: end, end: node.end as number, code: `() { return ${name}; }` },
  );
  return t.expressionStatement(t.assignmentExpression("=", t.identifier(name), fn));
}

function objectOf(isStatic: boolean): t.Expression {
  return isStatic ? t.thisExpression() : t.memberExpression(t.thisExpression(), t.identifier("prototype"));
}

function declare(name: string, value: t.Expression): t.Statement {
  return t.variableDeclaration("const", [t.variableDeclarator(t.identifier(name), value)]);
}

function helper(name: string, { R }: AbiNames, ...args: t.Expression[]): t.CallExpression {
  return t.callExpression(t.memberExpression(t.identifier(R), t.identifier(name)), args);
}
