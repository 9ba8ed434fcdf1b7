/**
 * Owns: the memory of array buffers as a reader gives it out (docs/formats.md, sections).
 *
 * I1 Nothing is allocated unless the bytes behind it are there, or the limit allows a resizable buffer to grow so far.
 * I2 One section is one ArrayBuffer, and one node names it.
 */
import { errors } from "../errors.ts";
import type { NodeReader } from "./node-reader.ts";
import type { Limits } from "./types.ts";

interface Section {
  readonly from: number;
  readonly length: number;
  readonly anchor: number;
  isTaken: boolean;
}

export class SectionReader {
  readonly #bytes: Uint8Array;
  readonly #sections: Section[] = [];
  readonly #anchors = new Map<ArrayBuffer, number>();
  readonly #limit: number;
  #reserved = 0;

  constructor(table: readonly unknown[], bytes: Uint8Array, limits: Limits) {
    this.#bytes = bytes;
    this.#limit = limits.bufferBytes;
    let from = 0;
    for (let at = 0; at < table.length; at += 2) {
      const [length, anchor] = [table[at], table[at + 1]];
      if (!isSize(length) || !isSize(anchor) || from + length > bytes.length) throw corrupt("a section is cut off");
      this.#sections.push({ from, length, anchor, isTaken: false });
      from += length;
    }
    if (from !== bytes.length) throw corrupt("there is more than the sections");
    this.#reserve(from);
  }

  /** The buffer of a section; `most` is how far it may grow. */
  take(index: number, most: number | undefined, node: NodeReader): ArrayBuffer {
    const section = this.#sections[index];
    if (section === undefined) throw node.corrupt(`there is no section ${index}`);
    if (section.isTaken) throw node.corrupt(`section ${index} has a buffer already`);
    section.isTaken = true;
    const { from, length, anchor } = section;
    if (most !== undefined) this.#reserve(most - length);
    const buffer = most === undefined ? this.#copy(from, length) : this.#growable(from, length, most);
    if (anchor !== 0) this.#anchors.set(buffer, anchor);
    return buffer;
  }

  #copy(from: number, length: number): ArrayBuffer {
    const { buffer, byteOffset } = this.#bytes;
    return (buffer as ArrayBuffer).slice(byteOffset + from, byteOffset + from + length);
  }

  #growable(from: number, length: number, most: number): ArrayBuffer {
    const buffer = new ArrayBuffer(length, { maxByteLength: most });
    new Uint8Array(buffer).set(this.#bytes.subarray(from, from + length));
    return buffer;
  }

  /** What to add to the offsets of a buffer's views. */
  anchorOf(buffer: ArrayBuffer): number {
    return this.#anchors.get(buffer) ?? 0;
  }

  #reserve(bytes: number): void {
    this.#reserved += bytes;
    if (this.#reserved > this.#limit) {
      throw errors.snapshotTooLarge({ what: "bytes of buffers", found: this.#reserved, limit: this.#limit });
    }
  }
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function corrupt(detail: string): Error {
  return errors.snapshotCorrupt({ detail });
}
