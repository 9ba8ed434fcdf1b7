/**
 * Owns: what reading a snapshot may cost in memory and time, by an estimate that is made before anything is allocated; the same
 *   sum is made when it is written.
 * Does not own: limits (types), lengths that the head states (header).
 *
 * I1 Whatever costs more than in proportion to its bytes is paid for before it is done: by node, by token, or by what a kind says.
 * I2 A writer's sum is not below a reader's: what was written under the same limits can be read.
 */
import { errors } from "../errors.ts";
import { FIRST_SHAPE_TAG } from "./shapes.ts";
import { tags } from "./tags.ts";
import type { Limits } from "./types.ts";

// Bytes of memory; for time 150 bytes stand for a microsecond. Measured on Node 24 over 100,000 nodes of each kind.

/** Per value of the table: its place there. */
export const COST_OF_ENTRY = 8;
/** Per token: its place in the value, and a double beside it. */
export const COST_OF_TOKEN = 16;
/** Per byte of a part: itself when inflated, and the text or memory that is made of it. */
export const COST_OF_INFLATED = 2;
/** Of an object with a shape, or a frame. */
export const COST_OF_SHAPED = 80;
/** Of a shape, without its keys. */
export const COST_OF_SHAPE = 1_500;
/** Of going one entry further in a Map or Set. */
export const COST_OF_STEP = 16;
/** Per digit of a BigInt. */
export const COST_OF_DIGIT = 4;
/** Per character of a text that is parsed: escapes, URLs. */
export const COST_OF_CHARACTER = 25;
/** Per character of a pattern. */
export const COST_OF_PATTERN = 50;
/** Of what in a pattern stands for many characters, or many sequences of them. */
export const COST_OF_CLASS = 500;
export const COST_OF_PROPERTY = 30_000;
export const COST_OF_SEQUENCES = 800_000;
/** Of memory that may grow: its reservation. */
export const COST_OF_GROWABLE = 10_000;

/** Memory for each byte of a snapshot beside `limits.memoryBytes`. */
const PER_BYTE = 128;

/** Of a general node, by tag, and of each of its tokens beyond COST_OF_TOKEN; those that are not here are as `others`. */
const nodes: Readonly<Record<number, readonly [own: number, perToken: number]>> = {
  [tags.array]: [100, 0],
  [tags.sparseArray]: [300, 100],
  [tags.map]: [300, 20],
  [tags.set]: [300, 20],
  [tags.object]: [300, 100],
  [tags.described]: [300, 100],
  [tags.frame]: [300, 100],
  [tags.error]: [1_300, 100],
  [tags.extended]: [1_000, 100],
  [tags.arrayBuffer]: [1_000, 0],
  [tags.view]: [1_500, 0],
  [tags.symbol]: [1_000, 0],
  [tags.named]: [1_800, 100],
};
const others = [500, 0] as const;
const own: number[] = [];
const perToken: number[] = [];
for (let tag = 0; tag < FIRST_SHAPE_TAG; tag++) {
  const [ofNode, ofToken] = nodes[tag] ?? others;
  own.push(ofNode);
  perToken.push(COST_OF_TOKEN + ofToken);
}

/** Of a general node of so many tokens. */
export function costOfNode(tag: number, size: number): number {
  return (own[tag] as number) + size * (perToken[tag] as number);
}

/** What a snapshot of this length may cost. */
export function allowance(limits: Limits, length: number): number {
  return limits.memoryBytes + PER_BYTE * length;
}

/** An account of what reading costs. */
export class Cost {
  readonly #limit: number;
  #spent = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws CF2008 if there is not so much left */
  spend(bytes: number): void {
    this.#spent += bytes;
    if (this.#spent > this.#limit) {
      throw errors.snapshotTooLarge({ what: "bytes of memory to be made", found: this.#spent, limit: this.#limit });
    }
  }
}
