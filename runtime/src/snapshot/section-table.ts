/**
 * Owns: the memory of array buffers, kept beside the node table (docs/formats.md, sections).
 * Does not own: views and their offsets (codecs/view).
 *
 * I1 Content is read when all nodes are written, at one moment.
 * I2 A section is a whole ArrayBuffer, or a range of one that Node took from its pool: the rest of that belongs to others.
 */
import type { PackWriter } from "./pack.ts";

/** A piece of memory; `from` and `to` may move until the nodes are written. */
export interface Range {
  readonly memory: ArrayBuffer;
  from: number;
  to: number;
  /** What offsets of views are counted from. */
  readonly anchor: number;
}

export class SectionTable {
  readonly #ranges: Range[] = [];
  /** How much further buffers may grow. */
  reserved = 0;

  /** The number of a new section. */
  add(range: Range): number {
    return this.#ranges.push(range) - 1;
  }

  /** Values that these are in the table. */
  get entries(): number {
    return this.#ranges.length * 2;
  }

  write(out: PackWriter): void {
    out.makeRoom();
    out.array32(this.#ranges.length * 2);
    for (const { from, to, anchor } of this.#ranges) {
      out.makeRoom();
      out.number(to - from);
      out.number(anchor - from);
    }
  }

  /** Length of all sections. */
  get byteLength(): number {
    return this.#ranges.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  /** A piece from the middle of the largest section, of at most this length. */
  sample(length: number): Uint8Array {
    let largest: Range | undefined;
    for (const range of this.#ranges) {
      if (largest === undefined || range.to - range.from > largest.to - largest.from) largest = range;
    }
    if (largest === undefined) return new Uint8Array();
    const { memory, from, to } = largest;
    const start = from + Math.floor(Math.max(0, to - from - length) / 2);
    return new Uint8Array(memory, start, Math.min(length, to - start));
  }

  /** Copies the sections, one after the other. */
  copyTo(target: Uint8Array, at: number): void {
    for (const { memory, from, to } of this.#ranges) {
      target.set(new Uint8Array(memory, from, to - from), at);
      at += to - from;
    }
  }
}
