/**
 * Owns: the code references of one snapshot, each once, in the order in which they were met (docs/formats.md, head).
 * Does not own: their verdicts (match).
 */
import type { CodeKind, CodeRef } from "./types.ts";

/** References of former snapshots: a run names the same ones in each of its own (header.ts keeps their bytes). */
const met = new Map<string, CodeRef>();
const MOST_MET = 4_096;

/** The reference of a former snapshot, if there was the same. */
function reuse(key: string, kind: CodeKind, id: string, stamp: string, fp: string, at: string): CodeRef {
  const former = met.get(key);
  if (former !== undefined && former.stamp === stamp && former.at === at) return former;
  if (met.size >= MOST_MET) met.clear();
  const ref = { kind, id, stamp, fp, at };
  met.set(key, ref);
  return ref;
}

export class CodeTable {
  readonly all: CodeRef[] = [];
  /** Objects among the constants. */
  readonly constants: object[] = [];
  #places: Map<string, number> | null = null;

  /** The entry of a reference. */
  add(kind: CodeKind, id: string, stamp: string, fp = "", at = ""): number {
    const key = `${kind} ${id} ${fp}`;
    this.#places ??= new Map();
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.all.push(reuse(key, kind, id, stamp, fp, at)) - 1;
    this.#places.set(key, place);
    return place;
  }

  /** The entry of a class that has instances here: it says what they are made of. */
  addInstances(id: string, shape: string): void {
    const place = this.add("class", id, "");
    this.all[place] = { ...(this.all[place] as CodeRef), fp: shape };
  }
}
