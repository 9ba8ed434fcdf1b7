/**
 * Owns: shapes as a reader has them: how nodes of each are made and filled (docs/formats.md, shapes).
 * Does not own: general nodes (codecs/).
 *
 * I1 An object gets its properties by definition, or by assignment where no property of its prototype could be in the way.
 * I2 Keys, forms and masks are checked once per shape.
 */
import { errors } from "../errors.ts";
import type { Frame } from "../frame.ts";
import { classOf } from "./by-name.ts";
import type { CodePoint } from "./code-lookup.ts";
import { fillFrame, type StoredSlots } from "./codecs/frame.ts";
import { FIRST_NODE } from "./fixed.ts";
import type { GraphReader } from "./graph-reader.ts";
import { close } from "./integrity.ts";
import { kinds } from "./kinds.ts";
import { FRAME_FORM, MAX_KEYS, OBJECT_FORM, RECORD_FORM } from "./shapes.ts";
import type { RecordKind } from "./types.ts";

/** Makes and fills the nodes of one shape. */
export interface StoredShape {
  readonly keys: readonly string[];
  readonly mask: number;
  /** The node that must have a shell first, or -1. */
  readonly needs: number;
  /** Are its nodes ordinary objects? */
  readonly isObject?: boolean;
  make(graph: GraphReader): object;
  /** `at` is the place of the first token. */
  fill(shell: object, graph: GraphReader, at: number): void;
}

function corrupt(detail: string): Error {
  return errors.snapshotCorrupt({ detail: `a shape is wrong: ${detail}` });
}

/** Reads one shape; everything but keys is checked against its form. */
export function readShape(entry: unknown): StoredShape {
  if (!Array.isArray(entry) || entry.length < 4) throw corrupt("it is cut off");
  const [form, a, b, mask] = entry as unknown[];
  const keys = entry.slice(4) as unknown[];
  if (keys.length > MAX_KEYS || !keys.every((key) => typeof key === "string")) throw corrupt("its keys");
  if (hasTwice(keys)) throw corrupt("a key twice");
  if (typeof mask !== "number" || !Number.isInteger(mask) || mask < 0 || mask >= 2 ** keys.length) {
    throw corrupt("its mask");
  }
  const make = forms[form as number];
  if (make === undefined) throw corrupt(`form ${form}`);
  return make(a, b, mask, keys as string[]);
}

/** There are few, and a set costs more. */
function hasTwice(keys: readonly unknown[]): boolean {
  for (let i = 1; i < keys.length; i++) for (let j = 0; j < i; j++) if (keys[j] === keys[i]) return true;
  return false;
}

type MakeShape = (a: unknown, b: unknown, mask: number, keys: readonly string[]) => StoredShape;

const forms: Readonly<Record<number, MakeShape>> = {
  [OBJECT_FORM]: readObjectShape,
  [FRAME_FORM]: readFrameShape,
  [RECORD_FORM]: readRecordShape,
};

function isIndex(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0;
}

function readObjectShape(a: unknown, b: unknown, mask: number, keys: readonly string[]): StoredShape {
  if (!isIndex(b) || b > 3) throw corrupt("integrity");
  if (a === null) return new ObjectShape(keys, mask, b, null, -1);
  if (!isIndex(a) || (a !== 0 && a < FIRST_NODE)) throw corrupt("prototype");
  return new ObjectShape(keys, mask, b, a === 0 ? Object.prototype : undefined, a === 0 ? -1 : a);
}

class ObjectShape implements StoredShape {
  readonly keys: readonly string[];
  readonly mask: number;
  readonly needs: number;
  readonly isObject = true;
  readonly #integrity: number;
  /** Undefined until its node has been read. */
  #proto: object | null | undefined;
  /** May values be assigned? (I1) */
  #safe = false;
  #first: object | null = null;
  #template: Record<string, unknown> | null = null;

  constructor(
    keys: readonly string[],
    mask: number,
    integrity: number,
    proto: object | null | undefined,
    needs: number,
  ) {
    this.keys = keys;
    this.mask = mask;
    this.needs = needs;
    this.#integrity = integrity;
    if (proto !== undefined) this.#setProto(proto);
    else this.#proto = undefined;
  }

  #setProto(proto: object | null): void {
    this.#proto = proto;
    // What another object holds may not be there yet.
    const isWhole = proto === null || proto === Object.prototype || classOf(proto) !== undefined;
    this.#safe = isWhole && (proto === null || !hasAny(proto, this.keys));
  }

  make(graph: GraphReader): object {
    if (this.#proto === undefined) this.#setProto(graph.prototype(this.needs, null));
    if (this.#proto !== Object.prototype) return Object.create(this.#proto as object | null);
    // A copy of an object with all keys in order is made at once; the first object is not worth a template.
    if (this.#first === null) {
      this.#first = {};
      return this.#first;
    }
    this.#template ??= this.#makeTemplate();
    return { ...this.#template };
  }

  #makeTemplate(): Record<string, unknown> {
    const template: Record<string, unknown> = {};
    for (const key of this.keys) {
      if (this.#safe) template[key] = undefined;
      else define(template, key, undefined);
    }
    return template;
  }

  fill(shell: object, graph: GraphReader, at: number): void {
    const { keys, mask } = this;
    const { tokens } = graph;
    const assign = this.#safe || (this.#template !== null && shell !== this.#first);
    for (let i = 0; i < keys.length; i++) {
      const token = tokens[at + i];
      const value = (mask & (1 << i)) === 0 ? token : graph.lookup(token);
      if (assign) (shell as Record<string, unknown>)[keys[i] as string] = value;
      else define(shell, keys[i] as string, value);
    }
    if (this.#integrity !== 0) close(shell, this.#integrity);
  }
}

function hasAny(proto: object, keys: readonly string[]): boolean {
  for (const key of keys) if (key in proto) return true;
  return false;
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

function readFrameShape(a: unknown, b: unknown, mask: number, keys: readonly string[]): StoredShape {
  if (!isIndex(a) || !isIndex(b) || keys.length < 3) throw corrupt("a frame");
  let point: CodePoint | null = null;
  let slots: StoredSlots = { fields: [], hidden: [] };
  return {
    keys,
    mask,
    needs: -1,
    make(graph) {
      if (point === null) {
        point = graph.codes.point(a, b);
        slots = point.slotsOf(keys);
      }
      return point.make();
    },
    fill(shell, graph, at) {
      fillFrame(shell as Frame, slots, (index) => valueAt(graph, mask, at, index), graph);
    },
  };
}

function valueAt(graph: GraphReader, mask: number, at: number, index: number): unknown {
  const token = graph.tokens[at + index];
  return (mask & (1 << index)) === 0 ? token : graph.lookup(token);
}

function readRecordShape(a: unknown, b: unknown, mask: number, keys: readonly string[]): StoredShape {
  const record = kinds().recordsByName.get(a as string) as RecordKind<Record<string, unknown>> | undefined;
  if (record === undefined || b !== 0) throw corrupt(`there is no record ${a}`);
  if (!keys.every((key) => record.fields.includes(key))) throw corrupt(`fields of ${a}`);
  return {
    keys,
    mask,
    needs: -1,
    make: () => record.make(),
    fill(shell, graph, at) {
      keys.forEach((key, index) => {
        (shell as Record<string, unknown>)[key] = valueAt(graph, mask, at, index);
      });
      if (record.isSound?.(shell as Record<string, unknown>, graph) === false) throw corrupt(`what a ${a} holds`);
    },
  };
}
