/**
 * Owns: the nodes of a snapshot as they stand in its table, for those who describe them.
 * Does not own: making values of them for use (graph-reader.ts), describing them (stand-ins.ts).
 *
 * I1 No length is believed, and nothing is made but the nodes themselves.
 */
import { errors } from "../../errors.ts";
import type { Cost } from "../cost.ts";
import { FIRST_NODE } from "../fixed.ts";
import { FIRST_SHAPE_TAG, FRAME_FORM, MAX_KEYS, OBJECT_FORM } from "../shapes.ts";
import { tags } from "../tags.ts";

/** Memory of a node before its items are asked for. */
const COST_OF_NODE = 100;
/** Memory of an item. */
const COST_OF_ITEM = 56;

/** A token, and whether it is the number of a node. */
export interface Item {
  readonly token: unknown;
  readonly reference: boolean;
}

/** A node; its items are made when they are asked for. */
export class TableNode {
  readonly tag: number;
  /** Of shaped nodes: form, a, b, mask, keys. */
  readonly shape: readonly unknown[] | null;
  readonly #tokens: readonly unknown[];
  readonly #first: number;
  /** Number of items. */
  readonly size: number;
  readonly #mode: number;
  #items: readonly Item[] | undefined;

  constructor(tag: number, shape: TableNode["shape"], tokens: readonly unknown[], place: Place) {
    this.tag = tag;
    this.shape = shape;
    this.#tokens = tokens;
    this.#first = place.first;
    this.size = place.size;
    this.#mode = place.mode;
  }

  get items(): readonly Item[] {
    if (this.#items !== undefined) return this.#items;
    const masks = this.#first + this.size;
    const items: Item[] = [];
    for (let index = 0; index < this.size; index++) {
      const word = this.shape === null ? this.#tokens[masks + Math.floor(index / MAX_KEYS)] : this.shape[3];
      const reference = this.#mode === 1 || (this.#mode === 2 && ((Number(word) >> (index % MAX_KEYS)) & 1) === 1);
      items.push({ token: this.#tokens[this.#first + index], reference });
    }
    this.#items = items;
    return items;
  }
}

/** Where the tokens of a node stand, and how references among them are told. */
interface Place {
  readonly first: number;
  readonly size: number;
  readonly mode: number;
}

/** What a frame's node says. */
export interface FrameNode {
  /** Entry of the code table. */
  readonly code: number;
  readonly caller: Item | undefined;
  readonly wait: Item | undefined;
  readonly keys: readonly string[];
  readonly slots: readonly Item[];
}

export class NodeTable {
  readonly nodes: TableNode[] = [];
  #owned: Set<unknown> | undefined;

  /** @param cost what may be spent on it; absent: it is sound */
  constructor(tokens: readonly unknown[], shapes: readonly (readonly unknown[])[], cost?: Cost) {
    for (let at = 0; at < tokens.length; ) {
      at = this.#addNode(tokens, shapes, at);
      cost?.spend(COST_OF_NODE + COST_OF_ITEM * (this.nodes.at(-1) as TableNode).size);
    }
  }

  #addNode(tokens: readonly unknown[], shapes: readonly (readonly unknown[])[], at: number): number {
    const tag = Number(tokens[at]);
    const shape = tag >= FIRST_SHAPE_TAG ? (shapes[tag - FIRST_SHAPE_TAG] ?? null) : null;
    const head = Number(tokens[at + 1]);
    const size = shape === null ? Math.floor(head / 4) : shape.length - 4;
    const first = at + (shape === null ? 2 : 1);
    if (!(size >= 0) || first + size > tokens.length) throw errors.snapshotCorrupt({ detail: "a node is cut off" });
    const mode = shape === null ? head % 4 : 2;
    this.nodes.push(new TableNode(tag, shape, tokens, { first, size, mode }));
    return first + size + (shape === null && mode === 2 ? Math.ceil(size / MAX_KEYS) : 0);
  }

  /** The node that an item refers to; undefined for a primitive, a fixed value and a number without a node. */
  at(item: Item | undefined): TableNode | undefined {
    return item?.reference ? this.nodes[Number(item.token) - FIRST_NODE] : undefined;
  }

  /** What is in the array around the root. */
  get root(): Item | undefined {
    return this.nodes[0]?.items[0];
  }

  /**
   * A variable that closures share is stored in a cell, an object `{ v }`: what is in it, else the item itself. An object that
   * something else than frames and closures holds is the user's.
   */
  inCell(item: Item): Item {
    const node = this.at(item);
    const isCell = node?.shape?.[0] === OBJECT_FORM && node.shape[1] === 0 && node.shape.length === 5;
    return isCell && node.shape?.[4] === "v" && !this.#isOwned(item.token) ? (node.items[0] as Item) : item;
  }

  /** Does anything but frames and closures hold the node? */
  #isOwned(token: unknown): boolean {
    if (this.#owned === undefined) {
      this.#owned = new Set();
      for (const node of this.nodes) {
        if (node.tag === tags.closure || frameOf(node) !== undefined) continue;
        for (const { token: held, reference } of node.items) if (reference) this.#owned.add(held);
      }
    }
    return this.#owned.has(token);
  }
}

/** A frame's node in words of its own; undefined for all other nodes. */
export function frameOf({ tag, items, shape }: TableNode): FrameNode | undefined {
  if (shape?.[0] === FRAME_FORM) {
    const [, caller, wait, ...slots] = items;
    return { code: Number(shape[1]), caller, wait, slots, keys: shape.slice(7).map(String) };
  }
  if (tag !== tags.frame) return undefined;
  const [code, , , caller, wait, ...pairs] = items;
  const keys = pairs.filter((_, index) => index % 2 === 0).map(({ token }) => String(token));
  return { code: Number(code?.token), caller, wait, keys, slots: pairs.filter((_, index) => index % 2 === 1) };
}
