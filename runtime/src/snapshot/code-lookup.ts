/**
 * Owns: the code table of a snapshot as its nodes use it: the functions, classes and points that are loaded here.
 * Does not own: verdicts (match), which have been reached before any node is read.
 *
 * I1 Everything is looked up in the registry, once; nothing is guessed.
 * I2 An entry is used as what it was judged as: its verdict says nothing of another use.
 */
import { errors } from "../errors.ts";
import type { Frame } from "../frame.ts";
import type { Descriptor } from "../realm.ts";
import type { FunctionMeta } from "../registry.ts";
import { FRAME_KEYS, type StoredSlots, storedAt } from "./codecs/frame.ts";
import { hiddenSlots } from "./hidden-slots.ts";
import { findPoint } from "./match.ts";
import type { CodeKind, CodeRef, CodeRegistry } from "./types.ts";

/** A point at which frames go on, in the code that is loaded. */
export class CodePoint {
  readonly meta: FunctionMeta;
  readonly pc: number;
  readonly #fields: ReadonlyMap<string, string>;

  constructor(meta: FunctionMeta, pc: number) {
    this.meta = meta;
    this.pc = pc;
    this.#fields = new Map(storedAt(meta, pc).map(({ field, key }) => [key, field]));
  }

  /** A frame of it, without function and slots. */
  make(): Frame {
    const F = this.meta.F as new (descriptor: Descriptor | null) => Frame;
    const frame = new F(null);
    frame.$pc = this.pc;
    return frame;
  }

  /** The slots with these canonical keys; the first three keys are no slots. */
  slotsOf(keys: readonly string[]): StoredSlots {
    const stored = keys.slice(FRAME_KEYS.length);
    const given = new Set(stored);
    if (given.size < stored.length || FRAME_KEYS.some((key, index) => keys[index] !== key))
      throw errors.snapshotCorrupt({ detail: `the variables of ${this.meta.key}` });
    const missing = [...this.#fields.keys()].find((key) => !given.has(key));
    const unknown = stored.find((key) => !this.#fields.has(key));
    if (missing === undefined && unknown === undefined) {
      const fields = stored.map((key) => this.#fields.get(key) as string);
      return { fields, hidden: hiddenSlots(fields, stored) };
    }
    const reason =
      missing === undefined
        ? `The variable ${unknown} is stored but not there any more`
        : `The variable ${missing} is needed but not stored`;
    throw errors.incompatibleCode({ function: this.meta.key, reason });
  }
}

const named: readonly CodeKind[] = ["function", "class", "constant"];
const closure: readonly CodeKind[] = ["closure"];
const frame: readonly CodeKind[] = ["frame"];

export class CodeLookup {
  readonly #codes: readonly CodeRef[];
  readonly #registry: CodeRegistry;
  readonly #points = new Map<string, CodePoint>();

  constructor(codes: readonly CodeRef[], registry: CodeRegistry) {
    this.#codes = codes;
    this.#registry = registry;
  }

  #entry(index: number, kinds: readonly CodeKind[]): CodeRef {
    const entry = this.#codes[index];
    if (entry === undefined || !kinds.includes(entry.kind))
      throw errors.snapshotCorrupt({ detail: `the code table has no ${kinds.join(" or ")} ${index}` });
    return entry;
  }

  /** The function, class or constant of an entry. */
  value(index: number): unknown {
    const { id, kind } = this.#entry(index, named);
    const value = this.#registry.resolve(id);
    if (value === undefined) throw kind === "class" ? errors.missingClass({ id }) : errors.missingFunction({ id });
    return value;
  }

  /** The record of a closure's function. */
  meta(index: number): FunctionMeta {
    return this.#metaOf(this.#entry(index, closure));
  }

  #metaOf({ id }: CodeRef): FunctionMeta {
    const meta = this.#registry.functions.get(id);
    if (meta === undefined) throw errors.missingFunction({ id });
    return meta;
  }

  /** The point of a frame's entry; `pc` is where it was in the code that wrote it. */
  point(index: number, pc: number): CodePoint {
    const key = `${index} ${pc}`;
    let point = this.#points.get(key);
    if (point === undefined) {
      const entry = this.#entry(index, frame);
      const meta = this.#metaOf(entry);
      const found = meta.F === undefined ? undefined : findPoint(meta, entry, pc);
      if (found === undefined) {
        throw errors.incompatibleCode({ function: entry.id, reason: "The point at which it waits is gone" });
      }
      point = new CodePoint(meta, found);
      this.#points.set(key, point);
    }
    return point;
  }
}
