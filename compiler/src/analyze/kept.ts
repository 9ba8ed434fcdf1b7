// Owns: which fields of a frame may still hold what is dead at a point: what a save must clear.
// Does not own: what is live (live.ts), the fields (lower/slots.ts).
// I1. A callee may return without suspending: then what was kept before its point is still there behind it.
import { BitSet } from "./bit-set.ts";
import type { Flow, FlowNode } from "./flow.ts";
import type { Point } from "./point.ts";
import { backwardOrder, edgesOf, solve } from "./solve.ts";

/**
 * What the frame may hold at each point: fields that a former point may have filled.
 * @param live fields that are live at each point
 * @param entry those of a frame that is parked at its entry
 */
export function findKept(flow: Flow, live: ReadonlyMap<Point, BitSet>, entry: BitSet): ReadonlyMap<Point, BitSet> {
  const kept = solveKept(flow, live, entry);
  return new Map([...live.keys()].map((point) => [point, kept.get(flow.takes.get(point) as FlowNode) as BitSet]));
}

/** What the frame may hold when a node is reached: the live slots of the points that were parked at. */
function solveKept(flow: Flow, live: ReadonlyMap<Point, BitSet>, entry: BitSet): Map<FlowNode, BitSet> {
  const filled = new Map([...live].map(([point, set]) => [flow.takes.get(point) as FlowNode, set]));
  const sets = new Map(flow.nodes.map((node) => [node, new BitSet(entry.words.length * 32)]));
  sets.get(flow.entry)?.addAll(entry);
  solve(backwardOrder(flow).reverse(), (node) => {
    const out = sets.get(node) as BitSet;
    const own = filled.get(node);
    if (own !== undefined) out.addAll(own);
    return edgesOf(node).filter((to) => sets.get(to)?.addAll(out));
  });
  return sets;
}
