// Owns: which parts of a node the function itself evaluates, and whether there is a suspension among them.
// Does not own: the order in which they are evaluated (each construct's file).
// I1. What another function evaluates does not count: bodies of functions, values of class fields, static blocks. What
//     the function evaluates on their behalf does: decorators and computed keys.
import * as t from "@babel/types";

type Fields = Record<string, t.Node | readonly (t.Node | null)[] | null | undefined>;

/** All child nodes, in the order of the source. */
export function childrenOf(node: t.Node): t.Node[] {
  const fields = node as unknown as Fields;
  const children: t.Node[] = [];
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const child = fields[key];
    if (Array.isArray(child)) for (const item of child) item && children.push(item);
    else if (child) children.push(child as t.Node);
  }
  return children;
}

/** The children that the function evaluates itself (I1). */
export function ownChildrenOf(node: t.Node): t.Node[] {
  if (t.isFunction(node) || isField(node)) return outerPartsOf(node);
  return t.isStaticBlock(node) ? [] : childrenOf(node);
}

/** A member of a class whose value is a function of its own. */
export function isField(node: t.Node): node is t.ClassProperty | t.ClassPrivateProperty | t.ClassAccessorProperty {
  return t.isClassProperty(node) || t.isClassPrivateProperty(node) || t.isClassAccessorProperty(node);
}

function outerPartsOf(node: t.Node): t.Node[] {
  const { computed, key, decorators } = node as { computed?: boolean; key?: t.Node; decorators?: t.Decorator[] | null };
  return [...(decorators ?? []), ...(computed && key ? [key] : [])];
}

/** Where a function waits for something outside, or hands out a value. */
export type Suspension = t.AwaitExpression | t.YieldExpression;

export function isSuspension(node: t.Node | null | undefined): node is Suspension {
  return t.isAwaitExpression(node) || t.isYieldExpression(node);
}

/** Makes a test for nodes that are, or have among what the function evaluates, a node that passes `isOne`. */
export function containing(isOne: (node: t.Node) => boolean): (node: t.Node | null | undefined) => boolean {
  const known = new WeakMap<t.Node, boolean>();
  const test = (node: t.Node | null | undefined): boolean => {
    if (!node) return false;
    const before = known.get(node);
    if (before !== undefined) return before;
    const answer = isOne(node) || ownChildrenOf(node).some(test);
    known.set(node, answer);
    return answer;
  };
  return test;
}
