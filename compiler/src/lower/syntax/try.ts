// Owns: `try` around points (docs/abi.md 7).
// I1. A handler with points stands behind the native try, reached by falling through; the end of the block jumps over it.
// I2. No native finally encloses a point: a finalizer stands behind a region, whose record it carries out at its end.
// I3. A completion that is no error passes through every lowered handler (docs/abi.md 6).
import * as t from "@babel/types";
import type { Lower, Lowering } from "../lowering.ts";
import { compare, endsAbruptly, id, label, num, set, undef, when } from "../nodes.ts";
import { lowerBlock } from "../regions.ts";

export const lowerTry: Lower<t.TryStatement> = (node, lowering, before) => {
  const { block, handler, finalizer } = node;
  if (!finalizer) return lowerCatch(block, handler as t.CatchClause, lowering, before);
  const region = lowering.openRegion(node);
  const inner = lowering.jumps.inside({ type: "region", region }, () =>
    handler ? lowerCatch(block, handler, lowering, []) : lowerPart(block, lowering),
  );
  const caught = lowering.local("x", null);
  const record = [set(id(region.completion), num(1)), set(id(region.result), id(caught))];
  const guarded = t.tryStatement(t.blockStatement(inner), t.catchClause(id(caught), t.blockStatement(record)));
  const whole = region.left ? label(region.label, guarded) : guarded;
  const enter = [set(id(region.completion), num(0)), set(id(region.result), undef()), whole];
  const own = lowering.rangeOf(finalizer);
  return [
    ...lowering.onEntry(before),
    ...(own ? [when(compare(lowering.pc, "<", num(own[0])), enter)] : enter),
    ...lowerPart(finalizer, lowering),
    ...lowering.jumps.dispatch(region),
  ];
};

/** A block with or without points. */
function lowerPart(block: t.BlockStatement, lowering: Lowering): t.Statement[] {
  return lowering.rangeOf(block) ? lowerBlock(block, lowering) : [lowering.native.block(block)];
}

function lowerCatch(
  block: t.BlockStatement,
  handler: t.CatchClause,
  lowering: Lowering,
  before: t.Statement[],
): t.Statement[] {
  const tried = lowerPart(block, lowering);
  const caught = lowering.local("x", null);
  const isAbrupt = lowering.abiCall("abrupt", id(caught));
  const guard = lowering.rangeOf(block) ? [t.ifStatement(isAbrupt, t.throwStatement(id(caught)))] : [];
  const bound = [...guard, ...lowering.native.bindCatch(handler, id(caught))];
  const own = lowering.rangeOf(handler);
  if (!own) {
    const body = t.blockStatement([...bound, lowering.native.block(handler.body)]);
    const made = t.tryStatement(t.blockStatement(tried), t.catchClause(id(caught), body));
    return [...lowering.onEntry(before), made];
  }
  const over = lowering.durable.view.names.fresh("$over");
  const skip = endsAbruptly(tried) ? [] : [t.breakStatement(id(over))];
  const made = t.tryStatement(
    t.blockStatement([...tried, ...skip]),
    t.catchClause(id(caught), t.blockStatement(bound)),
  );
  const first = when(compare(lowering.pc, "<", num(own[0])), [made]);
  const whole = t.blockStatement([first, ...lowerBlock(handler.body, lowering)]);
  return [...lowering.onEntry(before), skip.length > 0 ? label(over, whole) : whole];
}
