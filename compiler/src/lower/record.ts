// Owns: what the module record says of a durable function: points, slots (docs/abi.md 13).
// Does not own: stamps and printing (emit/).
// I1. `points[pc]`: the entry comes first. Fields and keys of slots differ among those that are live at one point.
import type * as t from "@babel/types";
import { findRuns } from "../analyze/bit-set.ts";
import type { Unit } from "../analyze/scope.ts";
import type { FunctionRecord, ModuleContext, PointRecord, SlotRecord } from "../analyze/types.ts";
import { frameName } from "./frame.ts";
import { findQuiet } from "./quiet.ts";
import { textOf } from "./text.ts";
import type { DurableUnit } from "./unit.ts";

export function kindOf({ kind }: Unit): FunctionRecord["kind"] {
  return kind === "async" ? 0 : kind === "generator" ? 3 : 4;
}

/** Frame constructor, slots and points of a durable function. */
export function describeUnit(durable: DurableUnit) {
  const { fn, context, options, sloppy } = durable.module;
  const node = durable.unit.node as t.Function;
  const settings = [sloppy ? "sloppy" : "", options].filter(Boolean);
  const prints = durable.fingerprints([fn.mark.version ?? "", ...settings].join("\n"));
  const quiet = findQuiet(durable);
  const entry: PointRecord = {
    fingerprint: prints.entry,
    loc: node.loc ?? fn.loc,
    of: durable.unit.fnName ?? "",
    quiet: quiet.entry,
  };
  const points = durable.points.list.map((point) => ({
    fingerprint: prints.of(point),
    loc: point.node.loc ?? node.loc ?? fn.loc,
    of: point.operand === null ? point.kind : (sourceOf(point.node, context) ?? textOf(point.operand, durable.module)),
    isReturned: point.isReturned,
    quiet: quiet.of(point),
  }));
  return { F: frameName(durable), slots: describeSlots(durable), points: [entry, ...points] };
}

/** Fields with what they stand for and where: those of the entry first. */
function describeSlots(durable: DurableUnit): SlotRecord[] {
  const { bindings, points, live } = durable;
  const keyOf = durable.keyOf();
  const entry = new Set(durable.entryBindings());
  const sets = points.list.map((point) => live.setAt(point));
  const runs = new Map(findRuns(sets, bindings.length).map((found, i) => [bindings[i], found]));
  const slots = new Map<string, SlotRecord>();
  for (const binding of new Set([...entry, ...bindings])) {
    // The entry is point 0.
    const own = [...(entry.has(binding) ? [0, 0] : []), ...(runs.get(binding) ?? []).map((at) => at + 1)];
    if (own.length === 0) continue;
    const [field, key] = [durable.name(binding), keyOf(binding)];
    const slot = slots.get(`${field} ${key}`) ?? { field, key, live: [] };
    for (const at of own) slot.live.push(at);
    slots.set(`${field} ${key}`, slot);
  }
  return [...slots.values()].map((slot) => ({ ...slot, live: joinRuns(slot.live) }));
}

/** Stretches of which one begins where another has ended are one. */
function joinRuns(runs: readonly number[]): number[] {
  const pairs = Array.from({ length: runs.length / 2 }, (_, i) => [runs[2 * i] as number, runs[2 * i + 1] as number]);
  const joined: number[] = [];
  for (const [first, last] of pairs.sort(([a = 0], [b = 0]) => a - b) as [number, number][]) {
    if (joined.at(-1) === first - 1) joined[joined.length - 1] = last;
    else joined.push(first, last);
  }
  return joined;
}

/** What is awaited or yielded, as the user wrote it; undefined for points that have no place of their own. */
function sourceOf({ type, loc }: t.Node, { source }: ModuleContext): string | undefined {
  const [start, end] = [loc?.start.index, loc?.end.index];
  if ((type !== "AwaitExpression" && type !== "YieldExpression") || start === undefined || end === undefined)
    return undefined;
  return /^(?:await|yield\s*\*?)(?![\w$])\s*(\S.*)$/s.exec(source.slice(start, end))?.[1];
}
