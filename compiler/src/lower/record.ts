// Owns: what the module record says of a durable function: points, slots (docs/abi.md 13).
// Does not own: stamps and printing (emit/).
// I1. `points[pc]`: the entry comes first. Keys of slots differ among those that are live at one point.
import type * as t from "@babel/types";
import type { Unit } from "../analyze/scope.ts";
import type { FunctionRecord, ModuleContext, PointRecord } from "../analyze/types.ts";
import { frameName } from "./frame.ts";
import { textOf } from "./text.ts";
import type { DurableUnit } from "./unit.ts";

export function kindOf({ kind }: Unit): FunctionRecord["kind"] {
  return kind === "async" ? 0 : kind === "generator" ? 3 : 4;
}

/** Frame constructor, slots and points of a durable function. */
export function describeUnit(durable: DurableUnit) {
  const { fn, context, sloppy } = durable.module;
  const node = durable.unit.node as t.Function;
  const settings = [sloppy ? "sloppy" : "", context.settings.optionsOf(fn.path.node)].filter(Boolean);
  const prints = durable.fingerprints([fn.mark.version ?? "", ...settings].join("\n"));
  const keys = durable.keys();
  const nameOf = (binding: Parameters<DurableUnit["name"]>[0]) => durable.name(binding);
  const entry: PointRecord = {
    fingerprint: prints.entry,
    loc: node.loc ?? fn.loc,
    of: durable.unit.fnName ?? "",
    live: durable.entryBindings().map(nameOf),
  };
  const points = durable.points.list.map((point) => ({
    fingerprint: prints.of(point),
    loc: point.node.loc ?? node.loc ?? fn.loc,
    of: point.operand === null ? point.kind : (sourceOf(point.node, context) ?? textOf(point.operand, durable.module)),
    live: durable.live.at(point).map(nameOf),
  }));
  const slots = Object.fromEntries(durable.slots.map((binding) => [nameOf(binding), keys.get(binding) as string]));
  return { F: frameName(durable), slots, points: [entry, ...points] };
}

/** What is awaited or yielded, as the user wrote it; undefined for points that have no place of their own. */
function sourceOf({ type, loc }: t.Node, { source }: ModuleContext): string | undefined {
  const [start, end] = [loc?.start.index, loc?.end.index];
  if ((type !== "AwaitExpression" && type !== "YieldExpression") || start === undefined || end === undefined)
    return undefined;
  return /^(?:await|yield\s*\*?)(?![\w$])\s*(\S.*)$/s.exec(source.slice(start, end))?.[1];
}
