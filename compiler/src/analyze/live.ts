// Owns: which variables of a durable function are live where: what a frame must keep at each point.
// Does not own: their places in the frame (lower/slots.ts), what a frame may hold beside them (kept.ts).
// I1. Live: some path from here reads it before it is surely assigned. An evaluation that throws has assigned nothing.
import { BitSet } from "./bit-set.ts";
import type { Flow, FlowNode } from "./flow.ts";
import type { Point } from "./point.ts";
import type { Binding } from "./scope.ts";
import { backwardOrder, edgesOf, solve } from "./solve.ts";

/** First and last place at which something is in use; places ascend as the function is written. */
export type Span = readonly [first: number, last: number];

export interface Liveness {
  /** Live when the outcome of the point arrives, in the order of `bindings`. */
  at(point: Point): Binding[];
  /** The same as places in `bindings`. Not to be changed. */
  setAt(point: Point): BitSet;
  /** Read before the body has assigned it. */
  atStart(binding: Binding): boolean;
  /** From the first place to the last at which each variable is live. */
  lives(): Map<Binding, Span>;
  /** The same, with the places at which it is written, read or not. */
  uses(): Map<Binding, Span>;
}

/** Computes liveness over `bindings`; others do not count. */
export function findLive(flow: Flow, bindings: readonly Binding[]): Liveness {
  const index = new Map(bindings.map((binding, i) => [binding, i]));
  const live = solveLive(flow, index);
  const setAt = (point: Point) => live.get(flow.takes.get(point) as FlowNode) as BitSet;
  return {
    at: (point) =>
      setAt(point)
        .members()
        .map((i) => bindings[i] as Binding),
    setAt,
    atStart: (binding) => live.get(flow.body)?.has(index.get(binding) ?? 0) ?? false,
    lives: () => findSpans(flow, bindings, (node) => live.get(node) as BitSet),
    uses: () => {
      const used = new BitSet(bindings.length);
      return findSpans(flow, bindings, (node) => {
        used.clear();
        used.addAll(live.get(node) as BitSet);
        for (const binding of node.writes) if (index.has(binding)) used.add(index.get(binding) as number);
        return used;
      });
    },
  };
}

/** Nodes were made from the end to the beginning. Only what begins or ends from one to the next is looked at. */
function findSpans(flow: Flow, bindings: readonly Binding[], setOf: (node: FlowNode) => BitSet): Map<Binding, Span> {
  const spans = new Map<Binding, [number, number]>();
  const before = new BitSet(bindings.length);
  for (const [place, node] of flow.nodes.toReversed().entries()) {
    const now = setOf(node);
    for (const i of now.members(before)) {
      const binding = bindings[i] as Binding;
      if (!spans.has(binding)) spans.set(binding, [place, place]);
    }
    for (const i of before.members(now)) (spans.get(bindings[i] as Binding) as [number, number])[1] = place - 1;
    before.clear();
    before.addAll(now);
  }
  for (const i of before.members()) (spans.get(bindings[i] as Binding) as [number, number])[1] = flow.nodes.length - 1;
  return spans;
}

/** Numbers such that spans that overlap have different ones: the lowest that is free, in the order in which they begin. */
export function numberSpans(spans: readonly Span[]): number[] {
  const order = [...spans.keys()].sort((a, b) => (spans[a] as Span)[0] - (spans[b] as Span)[0] || a - b);
  /** Where the last span of each number ends. */
  const ends: number[] = [];
  const numbers: number[] = [];
  for (const at of order) {
    const [first, last] = spans[at] as Span;
    const free = ends.findIndex((end) => end < first);
    const number = free < 0 ? ends.length : free;
    ends[number] = last;
    numbers[at] = number;
  }
  return numbers;
}

/** Live on entry of each node. */
function solveLive(flow: Flow, index: ReadonlyMap<Binding, number>): Map<FlowNode, BitSet> {
  const sets = new Map(flow.nodes.map((node) => [node, new BitSet(index.size)]));
  const before = new Map(flow.nodes.map((node): [FlowNode, FlowNode[]] => [node, []]));
  for (const node of flow.nodes) for (const to of edgesOf(node)) before.get(to)?.push(node);
  const after = new BitSet(index.size);
  solve(backwardOrder(flow), (node) => {
    after.clear();
    for (const next of node.next) after.addAll(sets.get(next) as BitSet);
    for (const binding of node.defs) if (index.has(binding)) after.remove(index.get(binding) as number);
    for (const binding of node.uses) if (index.has(binding)) after.add(index.get(binding) as number);
    if (node.handler) after.addAll(sets.get(node.handler) as BitSet);
    return sets.get(node)?.addAll(after) ? (before.get(node) ?? []) : [];
  });
  return sets;
}
