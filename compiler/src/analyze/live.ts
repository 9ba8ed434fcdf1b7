// Owns: which variables of a durable function are live where: what a frame must keep at each point.
// Does not own: their places in the frame (lower/frame.ts).
// I1. Live: some path from here reads it before it is surely assigned. An evaluation that throws has assigned nothing.
import type { Flow, FlowNode } from "./flow.ts";
import type { Point } from "./point.ts";
import type { Binding } from "./scope.ts";

export interface Liveness {
  /** Live when the outcome of the point arrives, in the order of `bindings`. */
  at(point: Point): Binding[];
  /** Read before the body has assigned it. */
  atStart(binding: Binding): boolean;
  /** For each of some bindings, those of them that are live somewhere together with it. */
  together(some: readonly Binding[]): Map<Binding, Set<Binding>>;
  /** Fields of the frame that a former point may have left and that are dead here. */
  stale(point: Point): Binding[];
}

class BitSet {
  readonly words: Uint32Array;
  constructor(size: number) {
    this.words = new Uint32Array((size + 31) >>> 5);
  }
  add(index: number): void {
    (this.words[index >>> 5] as number) |= 1 << (index & 31);
  }
  remove(index: number): void {
    (this.words[index >>> 5] as number) &= ~(1 << (index & 31));
  }
  has(index: number): boolean {
    return ((this.words[index >>> 5] as number) & (1 << (index & 31))) !== 0;
  }
  /** Returns whether it grew. */
  addAll(other: BitSet): boolean {
    let grew = 0;
    for (let i = 0; i < this.words.length; i++) {
      const before = this.words[i] as number;
      const after = (before | (other.words[i] as number)) >>> 0;
      grew |= before ^ after;
      this.words[i] = after;
    }
    return grew !== 0;
  }
  clear(): void {
    this.words.fill(0);
  }
  /** Members that are also in the other. */
  *common(other: BitSet): Generator<number> {
    for (const [word, bits] of this.words.entries()) {
      for (let left = bits & (other.words[word] as number); left !== 0; left &= left - 1) {
        yield word * 32 + 31 - Math.clz32(left & -left);
      }
    }
  }
}

/**
 * Computes liveness over `bindings`; others do not count.
 * @param entry fields of a frame that is parked at its entry
 */
export function findLive(flow: Flow, bindings: readonly Binding[], entry: readonly Binding[]): Liveness {
  const index = new Map(bindings.map((binding, i) => [binding, i]));
  const live = solveLive(flow, index);
  const first = new BitSet(index.size);
  for (const binding of entry) first.add(index.get(binding) as number);
  const kept = solveKept(flow, live, first);
  const select = (set: BitSet | undefined) => bindings.filter((_, i) => set?.has(i));
  const setOf = (point: Point) => live.get(flow.takes.get(point) as FlowNode) as BitSet;
  return {
    at: (point) => select(setOf(point)),
    atStart: (binding) => live.get(flow.body)?.has(index.get(binding) ?? 0) ?? false,
    together: (some) => findTogether(live.values(), bindings, index, some),
    stale: (point) => {
      const before = kept.get(flow.takes.get(point) as FlowNode);
      const now = setOf(point);
      return bindings.filter((_, i) => before?.has(i) && !now.has(i));
    },
  };
}

function findTogether(
  sets: Iterable<BitSet>,
  bindings: readonly Binding[],
  index: ReadonlyMap<Binding, number>,
  some: readonly Binding[],
): Map<Binding, Set<Binding>> {
  const mask = new BitSet(bindings.length);
  const together = new Map(some.map((binding) => [binding, new Set<Binding>()]));
  for (const binding of some) if (index.has(binding)) mask.add(index.get(binding) as number);
  for (const set of sets) {
    const found = [...set.common(mask)].map((i) => bindings[i] as Binding);
    if (found.length < 2) continue;
    for (const binding of found) for (const other of found) if (other !== binding) together.get(binding)?.add(other);
  }
  return together;
}

/** Live on entry of each node, by iteration against the flow until nothing grows. */
function solveLive(flow: Flow, index: ReadonlyMap<Binding, number>): Map<FlowNode, BitSet> {
  const sets = new Map(flow.nodes.map((node) => [node, new BitSet(index.size)]));
  const after = new BitSet(index.size);
  for (let grew = true; grew; ) {
    grew = false;
    // Nodes were made from the end to the beginning: this order needs few rounds.
    for (const node of flow.nodes) {
      after.clear();
      for (const next of node.next) after.addAll(sets.get(next) as BitSet);
      for (const binding of node.defs) if (index.has(binding)) after.remove(index.get(binding) as number);
      for (const binding of node.uses) if (index.has(binding)) after.add(index.get(binding) as number);
      if (node.handler) after.addAll(sets.get(node.handler) as BitSet);
      if (sets.get(node)?.addAll(after)) grew = true;
    }
  }
  return sets;
}

/**
 * What the frame may hold when a node is reached: the live slots of the points that were parked at. A callee may return
 * without suspending: then what was kept before its point is still there behind it.
 */
function solveKept(flow: Flow, live: Map<FlowNode, BitSet>, first: BitSet): Map<FlowNode, BitSet> {
  const takes = new Set(flow.takes.values());
  const sets = new Map(flow.nodes.map((node) => [node, new BitSet(first.words.length * 32)]));
  sets.get(flow.entry)?.addAll(first);
  for (let grew = true; grew; ) {
    grew = false;
    for (const node of flow.nodes.toReversed()) {
      const out = sets.get(node) as BitSet;
      if (takes.has(node)) out.addAll(live.get(node) as BitSet);
      for (const next of node.handler ? [...node.next, node.handler] : node.next) {
        if (sets.get(next)?.addAll(out)) grew = true;
      }
    }
  }
  return sets;
}
