/**
 * Owns: what reading a snapshot may cost in memory and time, by an estimate that is made before anything is allocated; the same
 *   sum is made when it is written.
 * Does not own: limits (types), lengths that the head states (header).
 *
 * I1 Whatever costs more than in proportion to its bytes is paid for before it is done: by node, by token, or by what a kind says.
 * I2 A writer's sum is not below a reader's: what was written under the same limits can be read.
 */
import { errors } from "../errors.ts";
import { tags } from "./tags.ts";
import type { Limits } from "./types.ts";

/** Per value of the table: its place there. */
export const COST_OF_ENTRY = 8;
/** Per token: its place in the value, and a double beside it. */
export const COST_OF_TOKEN = 16;
/** Per byte of a part: itself when inflated, and the text or memory that is made of it. */
export const COST_OF_INFLATED = 2;
/** Of an object with a shape, or a frame. */
export const COST_OF_SHAPED = 80;
/** Of a shape, without its keys. */
export const COST_OF_SHAPE = 600;
/** Of going one entry further in a Map or Set. */
export const COST_OF_STEP = 8;
/** Per character, of what is more work than a copy: digits of a BigInt, escapes, URLs. */
export const COST_OF_DIGIT = 8;
/** Per character of a pattern, whose classes may each hold a hundred thousand characters. */
export const COST_OF_PATTERN = 2_000;
/** Memory for each byte of a snapshot beside `limits.memoryBytes`. */
const PER_BYTE = 64;

/** Of general nodes, by tag; those that are not here are as `others`. Measured (bench: time in ns and bytes per node, the greater). */
const others = 400;
const nodes: Readonly<Record<number, number>> = {
  [tags.array]: 100,
  [tags.map]: 500,
  [tags.set]: 500,
  [tags.object]: 150,
  [tags.named]: 1_500,
};

/** Of a general node, its tokens apart. */
export function costOfNode(tag: number): number {
  return nodes[tag] ?? others;
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
