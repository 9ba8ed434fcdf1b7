/**
 * Owns: the code references of one snapshot, each once, in the order in which they were met (docs/formats.md, head).
 * Does not own: their verdicts (match).
 */
import type { CodeKind, CodeRef } from "./types.ts";

export class CodeTable {
  readonly all: CodeRef[] = [];
  #places: Map<string, number> | null = null;

  /** The entry of a reference. */
  add(kind: CodeKind, id: string, stamp: string, fp = "", at = ""): number {
    const key = `${kind} ${id} ${fp}`;
    this.#places ??= new Map();
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.all.push({ kind, id, stamp, fp, at }) - 1;
    this.#places.set(key, place);
    return place;
  }

  /** The entry of a class that has instances here: it says what they are made of. */
  addInstances(id: string, shape: string): void {
    const place = this.add("class", id, "");
    this.all[place] = { ...(this.all[place] as CodeRef), fp: shape };
  }
}
