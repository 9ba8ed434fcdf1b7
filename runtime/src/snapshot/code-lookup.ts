/**
 * Owns: the code table of a snapshot as its nodes use it: the functions, classes and points that are loaded here.
 * Does not own: verdicts (match), which have been reached before any node is read.
 *
 * I1 Everything is looked up in the registry, once; nothing is guessed.
 */
import { errors } from "../errors.ts";
import type { Frame } from "../frame.ts";
import type { Descriptor } from "../realm.ts";
import type { FunctionMeta } from "../registry.ts";
import { storedAt } from "./codecs/frame.ts";
import { findPoint } from "./match.ts";
import type { CodeRef, CodeRegistry } from "./types.ts";

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

  /** Fields of the slots with these canonical keys; the first three keys are no slots. */
  fieldsOf(keys: readonly string[]): string[] {
    const stored = keys.slice(3);
    const given = new Set(stored);
    const missing = [...this.#fields.keys()].find((key) => !given.has(key));
    const unknown = stored.find((key) => !this.#fields.has(key));
    if (missing === undefined && unknown === undefined) return stored.map((key) => this.#fields.get(key) as string);
    const reason =
      missing === undefined
        ? `The variable ${unknown} is stored but not there any more`
        : `The variable ${missing} is needed but not stored`;
    throw errors.incompatibleCode({ function: this.meta.key, reason });
  }
}

export class CodeLookup {
  readonly #codes: readonly CodeRef[];
  readonly #registry: CodeRegistry;
  readonly #points = new Map<string, CodePoint>();

  constructor(codes: readonly CodeRef[], registry: CodeRegistry) {
    this.#codes = codes;
    this.#registry = registry;
  }

  #entry(index: number): CodeRef {
    const entry = this.#codes[index];
    if (entry === undefined) throw errors.snapshotCorrupt({ detail: `the code table has no entry ${index}` });
    return entry;
  }

  /** The function, class or constant of an entry. */
  value(index: number): unknown {
    const { id, kind } = this.#entry(index);
    const value = this.#registry.resolve(id);
    if (value === undefined) throw kind === "class" ? errors.missingClass({ id }) : errors.missingFunction({ id });
    return value;
  }

  /** The record of a closure's function. */
  meta(index: number): FunctionMeta {
    const { id } = this.#entry(index);
    const meta = this.#registry.functions.get(id);
    if (meta === undefined) throw errors.missingFunction({ id });
    return meta;
  }

  /** The point of a frame's entry; `pc` is where it was in the code that wrote it. */
  point(index: number, pc: number): CodePoint {
    const key = `${index} ${pc}`;
    let point = this.#points.get(key);
    if (point === undefined) {
      const entry = this.#entry(index);
      const meta = this.meta(index);
      const found = findPoint(meta, entry, pc);
      if (found === undefined || meta.F === undefined) {
        throw errors.incompatibleCode({ function: entry.id, reason: "The point at which it waits is gone" });
      }
      point = new CodePoint(meta, found);
      this.#points.set(key, point);
    }
    return point;
  }
}
