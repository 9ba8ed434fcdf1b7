/**
 * Owns: the memory of array buffers, kept beside the node table (docs/formats.md, sections).
 * Does not own: views and their offsets (codecs/view).
 *
 * I1 One section per ArrayBuffer. Its content is read when all nodes are written, at one moment.
 * I2 Of a buffer that Node took out of its pool only the hull of the views in this graph is kept, and between them zeros:
 *    the rest belongs to somebody else. As soon as anything but a Buffer shows the memory, it is kept whole.
 */
import type { PackWriter } from "./pack.ts";

interface Section {
  readonly memory: ArrayBuffer;
  /** Ranges in use, or null: all of it. */
  ranges: [from: number, to: number][] | null;
}

export class SectionTable {
  readonly #sections: Section[] = [];
  #places: Map<ArrayBuffer, number> | null = null;

  /** The section of a buffer. Nothing of it is kept yet. */
  place(memory: ArrayBuffer): number {
    this.#places ??= new Map();
    let place = this.#places.get(memory);
    if (place === undefined) {
      place = this.#sections.push({ memory, ranges: [] }) - 1;
      this.#places.set(memory, place);
    }
    return place;
  }

  /** All of the buffer is in use. */
  keepAll(memory: ArrayBuffer): void {
    (this.#sections[this.place(memory)] as Section).ranges = null;
  }

  /** A part of the buffer is in use. */
  keep(memory: ArrayBuffer, from: number, to: number): void {
    (this.#sections[this.place(memory)] as Section).ranges?.push([from, to]);
  }

  write(out: PackWriter): void {
    out.makeRoom();
    out.array32(this.#sections.length * 2);
    for (const section of this.#sections) {
      out.makeRoom();
      const [from, to] = hull(section);
      out.number(to - from);
      out.number(from);
    }
  }

  /** Length of all sections. */
  get byteLength(): number {
    return this.#sections.reduce((sum, section) => sum + hull(section)[1] - hull(section)[0], 0);
  }

  /** Copies the sections, one after the other. */
  copyTo(target: Uint8Array, at: number): void {
    for (const section of this.#sections) {
      const [from, to] = hull(section);
      const ranges = section.ranges ?? [[from, to]];
      if (section.ranges !== null) target.fill(0, at, at + to - from);
      for (const [start, end] of ranges) {
        target.set(new Uint8Array(section.memory, start, end - start), at + start - from);
      }
      at += to - from;
    }
  }
}

function hull({ memory, ranges }: Section): [from: number, to: number] {
  if (ranges === null) return [0, memory.byteLength];
  if (ranges.length === 0) return [0, 0];
  let from = memory.byteLength;
  let to = 0;
  for (const [start, end] of ranges) {
    if (start < from) from = start;
    if (end > to) to = end;
  }
  return [from, to];
}
