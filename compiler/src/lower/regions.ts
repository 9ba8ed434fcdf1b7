// Owns: guards of statement lists: how a run function finds its way back to the point at which it was parked.
// Does not own: the inside of a statement (syntax/).
// I1. In a list every statement with points but the last is guarded by `$pc <= last`, for a later one may be meant.
// I2. Behind the last statement with points `$pc` is 0: what follows needs no guard.
// I3. Long lists are a tree of guards: a way back over each of n statements would make n awaits cost n² tests.
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
  const guarded: Guarded[] = [];
  const last: t.Statement[] = [];
  let pending = before;
  for (const [index, node] of nodes.entries()) {
    const range = lowering.rangeOf(node);
    if (range === undefined) {
      pending.push(...lowering.native.statement(node));
      continue;
    }
    const lowered = lowering.statement(node, pending);
    pending = [];
    if (index === lastWithPoints) last.push(...lowered);
    else guarded.push({ statement: at(when(lowering.upTo(range[1]), lowered), node), upTo: range[1] });
  }
  return [...group(guarded, lowering).map(({ statement }) => statement), ...last, ...pending];
}

interface Guarded {
  statement: t.Statement;
  upTo: number;
}

/** How many guards of one level are passed by. */
const WIDTH = 16;

/** I3: `if ($pc <= 32) { if ($pc <= 1) …; if ($pc <= 2) …; … }` */
function group(guarded: readonly Guarded[], lowering: Lowering): readonly Guarded[] {
  if (guarded.length <= 2 * WIDTH) return guarded;
  const groups: Guarded[] = [];
  for (let from = 0; from < guarded.length; from += WIDTH) {
    const members = guarded.slice(from, from + WIDTH);
    const { upTo } = members.at(-1) as Guarded;
    groups.push({
      statement: when(
        lowering.upTo(upTo),
        members.map(({ statement }) => statement),
      ),
      upTo,
    });
  }
  return group(groups, lowering);
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
