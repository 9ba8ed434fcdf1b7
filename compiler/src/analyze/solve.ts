// Owns: the iteration of a question about the flow graph until its answer does not change any more.
// Does not own: the questions (live.ts, kept.ts).
// I1. Nodes are visited in the order in which their answers depend on each other, and again only if one of these has changed:
//     the work grows with the graph and the nesting of its loops, not with their number.
import type { Flow, FlowNode } from "./flow.ts";

/** Where a node leads, exceptions included. */
export function edgesOf({ next, handler }: FlowNode): readonly FlowNode[] {
  return handler ? [...next, handler] : next;
}

/** All nodes, each behind those that it leads to, but for loops. */
export function backwardOrder({ nodes, entry }: Flow): FlowNode[] {
  const order: FlowNode[] = [];
  const seen = new Set<FlowNode>();
  for (const start of [entry, ...nodes]) {
    if (seen.has(start)) continue;
    seen.add(start);
    const work = [{ node: start, edges: edgesOf(start), at: 0 }];
    for (let top = work.at(-1); top !== undefined; top = work.at(-1)) {
      const to = top.edges[top.at++];
      if (to === undefined) order.push((work.pop() as typeof top).node);
      else if (!seen.has(to)) {
        seen.add(to);
        work.push({ node: to, edges: edgesOf(to), at: 0 });
      }
    }
  }
  return order;
}

/**
 * Visits every node once, then those that a visit has named, until none is left.
 * @param visit returns the nodes whose answers depend on what has changed
 */
export function solve(order: readonly FlowNode[], visit: (node: FlowNode) => readonly FlowNode[]): void {
  const due = new Set(order);
  while (due.size > 0) {
    for (const node of order) {
      if (!due.delete(node)) continue;
      for (const other of visit(node)) due.add(other);
    }
  }
}
