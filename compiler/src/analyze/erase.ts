// Owns: removal of TypeScript from a durable function: what is left is JavaScript with the same behaviour.
// Does not own: the parts of TypeScript that run (supported.ts refuses them), the rest of the file, the wrapper's types.
// I1. The nodes that stay are the same objects, with their places: maps and marks refer to them.
// I2. After it no node of the function is of a type that verdicts lists as erased.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import { DIRECTIVE } from "../find/marks.ts";
import { isTransparent } from "../find/names.ts";
import { dropDecorators } from "../find/parameters.ts";
import { isErased } from "./supported.ts";

type Fields = Record<string, unknown>;

/** Fields that only types have, on nodes that run. */
const typeFlags = ["abstract", "accessibility", "declare", "definite", "optional", "override", "readonly"];

/** Makes plain JavaScript of a function, in place, and removes the marks in it; its parameters lose their decorators. */
export function eraseTypes(path: NodePath<t.Function>): void {
  dropDecorators(path.node);
  eraseChildren(path.node);
}

function eraseChildren(node: t.Node): void {
  const fields = node as unknown as Fields;
  // In chains `optional` is what runs: only on parameters and members of classes is it a type.
  for (const flag of typeFlags)
    if (flag in fields && !t.isOptionalMemberExpression(node) && !t.isOptionalCallExpression(node)) delete fields[flag];
  if (t.isFunction(node)) eraseThisParameter(node);
  if (t.isBlockStatement(node)) node.directives = node.directives.filter(({ value }) => value.value !== DIRECTIVE);
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const child = fields[key];
    // A list of types that is empty would still be printed with its keyword.
    if (key === "implements") delete fields[key];
    else if (Array.isArray(child)) fields[key] = child.flatMap((item) => (item ? (eraseNode(item) ?? []) : [item]));
    else if (child) fields[key] = eraseNode(child as t.Node);
  }
}

/** What is left of a node: itself, what it wraps, or nothing. */
function eraseNode(node: t.Node): t.Node | null {
  let inner = node;
  while (isTransparent(inner) && "expression" in inner) inner = inner.expression as t.Node;
  if (isErased(inner) || isTypeOnly(inner)) return null;
  eraseChildren(inner);
  return inner;
}

/** Declarations and members that only say what exists elsewhere. */
function isTypeOnly(node: t.Node): boolean {
  const { declare, abstract } = node as { declare?: boolean; abstract?: boolean };
  if (t.isVariableDeclaration(node) || t.isClassDeclaration(node)) return declare === true;
  if (t.isTSEnumDeclaration(node) || t.isTSModuleDeclaration(node)) return declare === true;
  return t.isClassProperty(node) || t.isClassAccessorProperty(node) ? declare === true || abstract === true : false;
}

function eraseThisParameter(node: t.Function): void {
  if (t.isIdentifier(node.params[0], { name: "this" })) node.params.shift();
}
