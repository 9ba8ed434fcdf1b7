// Owns: what must stand at the edges of changed text so that the text around it is read as before: a semicolon where the
// language put one (ECMA-262 12.10), parentheses, a blank.
// Does not own: the changes (index.ts, member.ts, private.ts).
// I1. An arrow function ends what it stands in, and a call does not: `[`, `(` and the like on the next line would go on with it.
// I2. A member that begins on a line of its own may not be read as part of the field before.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";

/** What goes before and behind the text that replaces a function expression. */
export interface Edges {
  before: string;
  behind: string;
}

/** @param replacement what stands in place of the function */
export function edgesOf(path: NodePath, replacement: t.Node, source: string): Edges {
  const isArrow = path.isArrowFunctionExpression();
  if (!isArrow) return isConstructed(path) ? { before: "(", behind: ")" } : { before: "", behind: "" };
  const opens = t.isCallExpression(replacement) && t.isArrowFunctionExpression(replacement.callee);
  // A statement may not begin with a parenthesis all at once, and after `if (x)` not with a semicolon either.
  const before = opens && isExpressionStatement(outermost(path, "start")) ? "0, " : "";
  return { before, behind: endsItself(outermost(path, "end")) && goesOn(source, path.node.end as number) ? ";" : "" };
}

/** `new async function () {}.x()`: the factory that makes the function is not what is constructed. */
function isConstructed(path: NodePath): boolean {
  const { parent, parentPath, key } = path;
  if (t.isNewExpression(parent)) return key === "callee";
  const isPart =
    (t.isMemberExpression(parent) && key === "object") || (t.isTaggedTemplateExpression(parent) && key === "tag");
  return isPart && parentPath !== null && isConstructed(parentPath);
}

/** The last node around that has the same start, or the same end. */
function outermost(path: NodePath, edge: "start" | "end"): t.Node {
  let outer = path;
  while (outer.parentPath && !outer.parentPath.isProgram() && outer.parent[edge] === path.node[edge]) {
    outer = outer.parentPath;
    if (t.isStatement(outer.node) || isField(outer.node)) break;
  }
  return outer.node;
}

function isExpressionStatement(node: t.Node): boolean {
  return t.isExpressionStatement(node);
}

/** A statement or field whose semicolon was left out. */
function endsItself(node: t.Node): boolean {
  return t.isStatement(node) || isField(node);
}

function isField(node: t.Node | null | undefined): boolean {
  return t.isClassProperty(node) || t.isClassPrivateProperty(node) || t.isClassAccessorProperty(node);
}

const blanks = /(?:\s|\/\*.*?\*\/|\/\/[^\n\r\u2028\u2029]*)*/sy;
const goingOn = /[([`+\-*/.<]|in(?:stanceof)?(?![\w$])/y;

/** Would what comes next be read as part of an expression that ends here? */
export function goesOn(source: string, from: number): boolean {
  blanks.lastIndex = from;
  blanks.test(source);
  goingOn.lastIndex = blanks.lastIndex;
  return goingOn.test(source);
}

/** Does a member of a class follow a field (or a signature) without a semicolon of its own? */
export function followsOpen(member: t.Node, parent: t.Node, source: string): boolean {
  if (!t.isClassBody(parent)) return false;
  const before = parent.body[parent.body.indexOf(member as t.ClassMethod) - 1];
  if (!before || t.isClassMethod(before) || t.isClassPrivateMethod(before) || t.isStaticBlock(before)) return false;
  return source[(before.end as number) - 1] !== ";";
}
