// Owns: the fingerprint of a suspension point: a hash of what can still run from there, and of the slots it needs.
// Does not own: the graph (flow.ts), the text of its nodes (spell.ts).
// I1. A fingerprint depends on what is reachable from the point, and on nothing else.
// I2. Circles are hashed as a whole, once: first along the graph without its back edges, then refined until no two
//     nodes can be told apart any further, so that the work stays near linear in the size of the function.
// I3. What the point waits for has been issued and does not count; reached again through a loop, it does.
import { createHash } from "node:crypto";
import type * as t from "@babel/types";
import type { Flow, FlowNode, Word } from "./flow.ts";
import { edgesOf } from "./solve.ts";
import type { Speller } from "./spell.ts";

const digest = (text: string) => createHash("sha256").update(text).digest("base64url").slice(0, 22);

/** Hash of the program that remains, per node. */
export function hashFlow(flow: Flow, speller: Speller): Map<FlowNode, string> {
  const spelled = new Map<FlowNode, string>();
  for (const node of flow.nodes)
    spelled.set(node, digest(node.words.map((word) => spellWord(word, speller)).join(" ")));
  const hashes = new Map<FlowNode, string>();
  for (const circle of findCircles(flow.nodes)) hashCircle(circle, spelled, hashes);
  return hashes;
}

/** Fingerprint of a point, by the hash of its take and the slots that live there. */
export function fingerprint(hash: string, slots: readonly string[], salt: string): string {
  return createHash("sha256")
    .update(["fp1", salt, hash, ...slots.toSorted()].join("\n"))
    .digest("hex")
    .slice(0, 16);
}

function spellWord(word: Word, speller: Speller): string {
  if (word === null || word === undefined) return "-";
  if (typeof word === "string") return word;
  return "type" in word ? speller.spell(word as t.Node) : speller.nameOf(word);
}

/** Strongly connected components, those reached first in front (Tarjan, without recursion). */
function findCircles(nodes: readonly FlowNode[]): FlowNode[][] {
  const index = new Map<FlowNode, number>();
  const low = new Map<FlowNode, number>();
  const stack: FlowNode[] = [];
  const onStack = new Set<FlowNode>();
  const circles: FlowNode[][] = [];
  const open = (node: FlowNode) => {
    index.set(node, index.size);
    low.set(node, index.size - 1);
    stack.push(node);
    onStack.add(node);
    return { node, edges: edgesOf(node), at: 0 };
  };
  const lower = (node: FlowNode, to: number) => low.set(node, Math.min(low.get(node) as number, to));
  for (const start of nodes) {
    if (index.has(start)) continue;
    const work = [open(start)];
    while (work.length > 0) {
      const frame = work.at(-1) as (typeof work)[number];
      const next = frame.edges[frame.at++];
      if (next !== undefined) {
        if (!index.has(next)) work.push(open(next));
        else if (onStack.has(next)) lower(frame.node, index.get(next) as number);
        continue;
      }
      work.pop();
      const parent = work.at(-1);
      if (parent) lower(parent.node, low.get(frame.node) as number);
      if (low.get(frame.node) === index.get(frame.node)) circles.push(popCircle(frame.node, stack, onStack));
    }
  }
  return circles;
}

function popCircle(root: FlowNode, stack: FlowNode[], onStack: Set<FlowNode>): FlowNode[] {
  const circle = stack.splice(stack.indexOf(root));
  for (const node of circle) onStack.delete(node);
  return circle;
}

function hashCircle(circle: FlowNode[], spelled: ReadonlyMap<FlowNode, string>, hashes: Map<FlowNode, string>): void {
  const members = new Set(circle);
  const first = new Map<FlowNode, string>();
  for (const node of forwardOrder(circle, members)) {
    const edges = edgesOf(node).map((to) =>
      node.back && members.has(to) ? "back" : (first.get(to) ?? hashes.get(to)),
    );
    first.set(node, digest([spelled.get(node), node.handler ? "h" : "-", ...edges].join(" ")));
  }
  const [only] = circle as [FlowNode];
  if (circle.length === 1 && !edgesOf(only).includes(only)) {
    hashes.set(only, first.get(only) as string);
    return;
  }
  const final = refine(circle, first, hashes);
  const whole = digest([...new Set(final.values())].sort().join(" "));
  for (const node of circle) hashes.set(node, digest(`${first.get(node)} ${final.get(node)} ${whole}`));
}

/** What a node leads to comes before it, back edges aside. */
function forwardOrder(circle: readonly FlowNode[], members: ReadonlySet<FlowNode>): FlowNode[] {
  const order: FlowNode[] = [];
  const seen = new Set<FlowNode>();
  for (const start of circle) {
    if (seen.has(start)) continue;
    seen.add(start);
    const work = [{ node: start, at: 0 }];
    while (work.length > 0) {
      const frame = work.at(-1) as (typeof work)[number];
      const edges = frame.node.back ? [] : edgesOf(frame.node);
      const next = edges[frame.at++];
      if (next === undefined) {
        order.push(frame.node);
        work.pop();
      } else if (members.has(next) && !seen.has(next)) {
        seen.add(next);
        work.push({ node: next, at: 0 });
      }
    }
  }
  return order;
}

/** Colours that agree only if everything reachable within the circle does. */
function refine(
  circle: readonly FlowNode[],
  first: ReadonlyMap<FlowNode, string>,
  hashes: ReadonlyMap<FlowNode, string>,
): Map<FlowNode, string> {
  let colours = new Map(first);
  for (let count = 0; ; ) {
    const before = colours;
    colours = new Map(
      circle.map((node) => [
        node,
        digest([before.get(node), ...edgesOf(node).map((to) => before.get(to) ?? hashes.get(to))].join(" ")),
      ]),
    );
    const distinct = new Set(colours.values()).size;
    if (distinct === count) return colours;
    count = distinct;
  }
}
