// Owns: the text of what a temporary stands for: part of the key of its slot, and of messages.
// Does not own: the text of other nodes (nodes.ts).
// I1. It does not depend on layout, comments and place.
// I2. Texts are bounded, and so is the work for each: of a long expression the large parts are named by their hashes. The texts
//     of all steps of a chain would together grow with the square of its length.
import { createHash } from "node:crypto";
import * as t from "@babel/types";
import { childrenOf } from "./children.ts";
import { canonicalText } from "./nodes.ts";

/** Of so many nodes and more, a part of an expression is named by its hash. */
const LARGE = 40;
const MAX_LENGTH = 300;
const HASH = 8;

/** Texts of the nodes of one function, as they were before it was lifted. */
export class Texts {
  readonly #sizes = new WeakMap<t.Node, number>();
  readonly #texts = new WeakMap<t.Node, string>();

  /** Text of a node without layout and comments; in place of large parts of it their hashes. */
  of(node: t.Node): string {
    const known = this.#texts.get(node);
    if (known !== undefined) return known;
    const text = canonicalText(this.#isLarge(node) ? this.#withoutLarge(node) : node);
    const bounded = text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}${hashOf(text)}`;
    this.#texts.set(node, bounded);
    return bounded;
  }

  #isLarge(node: t.Node): boolean {
    return this.#sizeOf(node) >= LARGE;
  }

  #sizeOf(node: t.Node): number {
    const known = this.#sizes.get(node);
    if (known !== undefined) return known;
    const size = childrenOf(node).reduce((sum, child) => sum + this.#sizeOf(child), 1);
    this.#sizes.set(node, size);
    return size;
  }

  #withoutLarge(node: t.Node): t.Node {
    const copy = { ...node } as unknown as Record<string, unknown>;
    const short = (child: t.Node | null) =>
      child && this.#isLarge(child) ? { ...t.identifier("hash"), name: hashOf(this.of(child)) } : child;
    for (const key of t.VISITOR_KEYS[node.type] ?? []) {
      const child = copy[key] as t.Node | (t.Node | null)[] | null | undefined;
      if (child) copy[key] = Array.isArray(child) ? child.map(short) : short(child);
    }
    return copy as unknown as t.Node;
  }
}

/** A text for people. */
export function withoutHashes(text: string): string {
  return text.replace(/…[0-9a-f]{8}/g, "(intermediate value)");
}

const hashOf = (text: string) => `…${createHash("sha256").update(text).digest("hex").slice(0, HASH)}`;
