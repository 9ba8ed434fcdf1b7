// Owns: `for await` (docs/abi.md 11): one point per step, one to await what closing the iterator gives.
// I1. Closing is the finalizer of a protected region around the loop; after a throw its own failure is ignored.
import * as t from "@babel/types";
import type { Point } from "../../analyze/point.ts";
import type { Region } from "../jumps.ts";
import type { Lower, Lowering } from "../lowering.ts";
import { withLabels } from "../native.ts";
import { block, call, compare, id, label, num, set, undef, when } from "../nodes.ts";
import { lowerBody } from "../regions.ts";

type Parts = { node: t.ForOfStatement; lowering: Lowering; iterator: string; step: Point; close: Point };

export const lowerForAwait: Lower<t.ForOfStatement> = (node, lowering, before, labels) => {
  const points = lowering.durable.points.loops.get(node) as { step: Point; close: Point };
  const iterator = lowering.durable.name(lowering.durable.hidden(node)?.iterator);
  const parts = { node, lowering, iterator, ...points };
  const opened = set(id(iterator), lowering.abiCall("asyncIter", lowering.expression(node.right)));
  const begin = [...before, ...lowering.enter(lowering.scopeOf(node)), opened];
  const region = lowering.openRegion(node);
  const loop = lowering.jumps.inside({ type: "region", region }, () => makeLoop(parts, labels));
  const caught = lowering.local("x", null);
  const record = [set(id(region.completion), num(1)), set(id(region.result), id(caught))];
  const guarded = t.tryStatement(t.blockStatement([loop]), t.catchClause(id(caught), t.blockStatement(record)));
  const resets = [set(id(region.completion), num(0)), set(id(region.result), undef())];
  const whole = region.left ? label(region.label, guarded) : guarded;
  return [
    ...lowering.onEntry(begin),
    when(compare(lowering.pc, "<", num(points.close.number)), [...resets, whole]),
    makeClosing(parts, region),
    ...lowering.jumps.dispatch(region),
  ];
};

/** `for (;;) { step, take, bind; body }` */
function makeLoop({ node, lowering, iterator, step }: Parts, labels: readonly string[]): t.Statement {
  const more = call(lowering.part(iterator, "take"), lowering.value);
  const bound = lowering.native.bindHead(node, lowering.part(iterator, "value"));
  const advance = [
    when(lowering.isFresh, [lowering.park(step, call(lowering.part(iterator, "step")))]),
    ...lowering.take(),
    t.ifStatement(t.unaryExpression("!", more), t.breakStatement()),
    ...bound,
  ];
  const around = { type: "loop", labels } as const;
  const range = lowering.rangeOf(node.body);
  // Of a body without points the statements keep a block of their own: its names are not those around.
  const body = lowering.jumps.inside(around, () => lowerBody(node.body, lowering, range ? [] : advance));
  const reached = range ? [when(lowering.upTo(step.number), advance)] : [];
  return withLabels(labels, t.forStatement(null, null, null, block([...reached, ...body])));
}

/** Awaits the closing; only an error that is under way silences its failure. */
function makeClosing({ lowering, iterator, close }: Parts, region: Region): t.Statement {
  const caught = lowering.local("x", null);
  const { value } = lowering;
  const isQuiet = () => {
    const failed = compare(id(region.completion), "===", num(1));
    return t.logicalExpression("&&", failed, t.unaryExpression("!", lowering.abiCall("abrupt", id(region.result))));
  };
  const unlessQuiet = (test: t.Expression) => t.ifStatement(t.unaryExpression("!", test), t.throwStatement(id(caught)));
  const guard = (tried: t.Statement[], handler: t.Statement[]) =>
    t.tryStatement(t.blockStatement(tried), t.catchClause(id(caught), t.blockStatement(handler)));
  const start = guard(
    [set(value, lowering.abiCall("asyncClose", id(iterator)))],
    [unlessQuiet(isQuiet()), set(value, undef())],
  );
  const awaited = when(compare(value, "!==", undef()), [lowering.park(close)]);
  const isOpen = t.unaryExpression("!", lowering.part(iterator, "done"));
  const completion = t.logicalExpression(
    "&&",
    isQuiet(),
    t.unaryExpression("!", lowering.abiCall("abrupt", id(caught))),
  );
  const closed = t.expressionStatement(lowering.abiCall("asyncClosed", lowering.abiCall("take")));
  const taken = guard([closed], [unlessQuiet(completion)]);
  return t.ifStatement(
    lowering.isFresh,
    t.blockStatement([when(isOpen, [start, awaited])]),
    t.blockStatement([set(lowering.pc, num(0)), taken]),
  );
}
