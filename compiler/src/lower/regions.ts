// Owns: guards of statement lists: how a run function finds its way back to the point at which it was parked.
// Does not own: the inside of a statement (syntax/).
// I1. In a list every statement with points but the last is guarded by `$pc <= last`, for a later one may be meant.
// I2. Behind the last statement with points `$pc` is 0: what follows needs no guard.
import type * as t from "@babel/types";
import type { Lowering } from "./lowering.ts";
import { at, when } from "./nodes.ts";

/** Lowers a list of statements of one block. */
export function lowerList(
  nodes: readonly t.Statement[],
  lowering: Lowering,
  before: t.Statement[] = [],
): t.Statement[] {
  const lastWithPoints = nodes.findLastIndex((node) => lowering.rangeOf(node));
  const out: t.Statement[] = [];
  let pending = before;
  for (const [index, node] of nodes.entries()) {
    const range = lowering.rangeOf(node);
    if (range === undefined) {
      pending.push(...lowering.native.statement(node));
      continue;
    }
    const lowered = lowering.statement(node, pending);
    pending = [];
    out.push(...(index < lastWithPoints ? [at(when(lowering.upTo(range[1]), lowered), node)] : lowered));
  }
  return [...out, ...pending];
}

/** Lowers a block, whose names have been moved out of it. */
export function lowerBlock(node: t.BlockStatement, lowering: Lowering, before: t.Statement[] = []): t.Statement[] {
  return lowerList(node.body, lowering, [...before, ...lowering.enter(lowering.scopeOf(node))]);
}

/** Lowers the body of another statement: a block, or a single statement; native if it holds no point. */
export function lowerBody(node: t.Statement, lowering: Lowering, before: t.Statement[] = []): t.Statement[] {
  if (lowering.rangeOf(node) === undefined) {
    const [only, ...more] = lowering.native.statement(node);
    const isBlock = only?.type === "BlockStatement" && more.length === 0;
    // The braces of what becomes a body are not needed, unless they keep names apart.
    const inner = isBlock && before.length === 0 ? only.body : [...(only ? [only] : []), ...more];
    return [...before, ...inner];
  }
  return node.type === "BlockStatement" ? lowerBlock(node, lowering, before) : lowering.statement(node, before);
}
