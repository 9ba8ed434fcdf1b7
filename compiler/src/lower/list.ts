// Owns: lists of arguments and elements in which a list of ours is spread: joined, since a spread would call
//   `Array.prototype[Symbol.iterator]`, which users can replace.
// Does not own: spreads of users' values, which the language looks up.
import * as t from "@babel/types";
import { markOf } from "../analyze/lift/marks.ts";
import { call, id, member, undef } from "./nodes.ts";

type Items = t.ArrayExpression["elements"];

const isOwn = (item: Items[number] | t.Node) => markOf(item, "list") !== undefined;

export function hasOwnList(items: readonly (t.Node | null)[]): boolean {
  return items.some(isOwn) && items.every((item) => item !== null);
}

/** `[a, ...$v, b]`, or `$R.join([a], $v, [b])` */
export function listOf(items: Items, R: string): t.Expression {
  if (!hasOwnList(items)) return t.arrayExpression(items);
  const parts: t.Expression[] = [];
  let open: t.ArrayExpression | null = null;
  for (const item of items) {
    if (isOwn(item)) {
      parts.push((item as t.SpreadElement).argument);
      open = null;
      continue;
    }
    if (open === null) {
      open = t.arrayExpression([]);
      parts.push(open);
    }
    open.elements.push(item);
  }
  return call(member(id(R), "join"), ...parts);
}

/** A call of a function that is in a variable; undefined if none of the arguments is a list of ours. */
export function callWithList(node: t.CallExpression, R: string): t.Expression | undefined {
  if (!t.isIdentifier(node.callee) || !hasOwnList(node.arguments)) return undefined;
  return call(member(id(R), "apply"), node.callee, undef(), listOf(node.arguments as Items, R));
}
