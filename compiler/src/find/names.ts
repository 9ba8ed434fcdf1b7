// Owns: what a function is called: its `name` in JavaScript, and its lexical path, the readable part of its id.
// Does not own: uniqueness of ids (index.ts).
// I1. A path depends on names that the user wrote only, never on an ordinal or a place.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";

/** `fn.name` as ECMAScript gives it ("" if it is anonymous, or its name is known at run time only). */
export function nameOf(path: NodePath): string {
  const { node } = path;
  if ("id" in node && t.isIdentifier(node.id)) return node.id.name;
  if (t.isFunctionDeclaration(node) || t.isClassDeclaration(node)) return "default";
  if (t.isMethod(node) || t.isClassPrivateMethod(node) || t.isTSDeclareMethod(node)) return keyName(node);
  const [outer, inner] = definitionOf(path);
  if (t.isVariableDeclarator(outer) || t.isAssignmentPattern(outer) || t.isAssignmentExpression(outer)) {
    const target = t.isVariableDeclarator(outer) ? outer.id : outer.left;
    return t.isIdentifier(target) && !(target.extra as { parenthesized?: boolean })?.parenthesized ? target.name : "";
  }
  if (isProperty(outer) && outer.value === inner) return keyName(outer);
  return t.isExportDefaultDeclaration(outer) ? "default" : "";
}

/**
 * Lexical path, e.g. "Order.pay" or "outer.inner".
 * @returns the labels of what encloses it, and its own label, "" if it has none
 */
export function lexicalPathOf(path: NodePath): { scope: string[]; label: string } {
  const scope: string[] = [];
  for (let outer = path.parentPath; outer !== null; outer = outer.parentPath) {
    const label = isNaming(outer.node) ? labelOf(outer) : "";
    if (label !== "") scope.unshift(label);
  }
  // A class may have a static member and one of its instances of the same name.
  if (isStatic(path)) scope.push("static");
  return { scope, label: labelOf(path) };
}

function isStatic(path: NodePath): boolean {
  const member = t.isMethod(path.node) || t.isClassPrivateMethod(path.node) ? path.node : definitionOf(path)[0];
  return member !== undefined && "static" in member && member.static === true;
}

/** Nodes whose name is part of the paths of what stands in them. */
function isNaming(node: t.Node): boolean {
  return t.isFunction(node) || t.isClass(node) || t.isObjectExpression(node) || t.isTSModuleDeclaration(node);
}

/** The name, or for `exports.pay = async () => {}` what it is assigned to. */
function labelOf(path: NodePath): string {
  const name = nameOf(path);
  if (name !== "") return name;
  const [outer] = definitionOf(path);
  if (!t.isAssignmentExpression(outer)) return "";
  return memberPath(outer.left).replace(/^(?:module\.)?exports(?:\.|$)/, "");
}

function memberPath(node: t.Node): string {
  if (t.isIdentifier(node)) return node.name;
  if (t.isThisExpression(node)) return "this";
  if (!t.isMemberExpression(node) || node.computed || !t.isIdentifier(node.property)) return "";
  const object = memberPath(node.object);
  return object === "" ? "" : `${object}.${node.property.name}`;
}

/** The node that defines what an expression is for, and its child on the way there; type assertions do not count. */
function definitionOf(path: NodePath): [outer: t.Node | undefined, inner: t.Node] {
  let inner = path;
  while (inner.parentPath !== null && isTransparent(inner.parentPath.node)) inner = inner.parentPath;
  return [inner.parentPath?.node, inner.node];
}

/** Expressions that are nothing at run time. */
export function isTransparent(node: t.Node): boolean {
  return (
    t.isTSAsExpression(node) ||
    t.isTSSatisfiesExpression(node) ||
    t.isTSTypeAssertion(node) ||
    t.isTSNonNullExpression(node) ||
    t.isTSInstantiationExpression(node) ||
    t.isParenthesizedExpression(node)
  );
}

type Property = t.ObjectProperty | t.ClassProperty | t.ClassPrivateProperty | t.ClassAccessorProperty;

function isProperty(node: t.Node | undefined): node is Property {
  return (
    t.isObjectProperty(node) ||
    t.isClassProperty(node) ||
    t.isClassPrivateProperty(node) ||
    t.isClassAccessorProperty(node)
  );
}

function keyName(node: Property | t.ObjectMethod | t.ClassMethod | t.ClassPrivateMethod | t.TSDeclareMethod): string {
  const { key } = node;
  if (t.isPrivateName(key)) return `#${key.id.name}`;
  if ("computed" in node && node.computed) return constantKey(key) ?? "";
  if (isProtoKey(node)) return "";
  if (t.isIdentifier(key)) return key.name;
  return t.isStringLiteral(key) || t.isNumericLiteral(key) || t.isBigIntLiteral(key) ? String(key.value) : "";
}

/** `__proto__: f` sets the prototype and names nothing. */
export function isProtoKey(node: t.Node): boolean {
  if (!t.isObjectProperty(node, { computed: false })) return false;
  return t.isIdentifier(node.key, { name: "__proto__" }) || t.isStringLiteral(node.key, { value: "__proto__" });
}

/** The name that a computed key surely gives a function; undefined if only run time knows it. */
export function constantKey(key: t.Node): string | undefined {
  return constantText(key) ?? wellKnownSymbol(key);
}

function constantText(key: t.Node): string | undefined {
  if (t.isStringLiteral(key) || t.isNumericLiteral(key)) return String(key.value);
  if (t.isTemplateLiteral(key) && key.expressions.length === 0) return key.quasis[0]?.value.cooked ?? undefined;
  if (!t.isBinaryExpression(key, { operator: "+" })) return undefined;
  const [left, right] = [constantText(key.left), constantText(key.right)];
  const isText = !t.isNumericLiteral(key.left) || !t.isNumericLiteral(key.right);
  return isText && left !== undefined && right !== undefined ? left + right : undefined;
}

/** `Symbol.iterator` and its like. */
function wellKnownSymbol(key: t.Node): string | undefined {
  if (!t.isMemberExpression(key) || key.computed || !t.isIdentifier(key.object, { name: "Symbol" })) return undefined;
  const name = t.isIdentifier(key.property) ? key.property.name : "";
  return typeof (Symbol as unknown as Record<string, unknown>)[name] === "symbol" ? `[Symbol.${name}]` : undefined;
}
