/**
 * Owns: strict comparison of two graphs: everything a program could see, and aliasing.
 *
 * I1 The pairing is one to one: two places that hold one object on one side hold one object on the other.
 * I2 No recursion: graphs are as deep as they like.
 */
import { types } from "node:util";
import * as workerThreads from "node:worker_threads";
import { isStackGetter } from "../../../runtime/src/errors.ts";
import { generatorState } from "../../../runtime/src/language/generator.ts";
import { CollectionIterator } from "../../../runtime/src/language/iterate.ts";
import { descriptorOf, READY, TDZ } from "../../../runtime/src/realm.ts";
import { closureOf } from "../../../runtime/src/registry.ts";
import { intrinsicName } from "../../../runtime/src/snapshot/intrinsics.ts";
import {
  dataView,
  greatestLengthOf,
  isDetached,
  isResizable,
  typedArray,
} from "../../../runtime/src/snapshot/slot-getters.ts";
import { registry } from "./roundtrip.ts";

/** The first difference, as a path and what differs; null if there is none. */
export function findDifference(left: unknown, right: unknown): string | null {
  return new Comparison().run(left, right);
}

type Part = readonly [label: string, left: unknown, right: unknown];

/** V8's own, which hides the text. */
const stackOf = Object.getOwnPropertyDescriptor(new Error("any"), "stack");

/** That, or the one of coded errors. */
const isStack = (get: (() => unknown) | undefined) => get !== undefined && (get === stackOf?.get || isStackGetter(get));

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

class Comparison {
  readonly #pairs = new Map<object, object>();
  readonly #taken = new Map<object, object>();
  readonly #open: { path: string; left: unknown; right: unknown }[] = [];
  #difference: string | null = null;

  run(left: unknown, right: unknown): string | null {
    this.#open.push({ path: "root", left, right });
    for (let next = this.#open.pop(); next !== undefined && this.#difference === null; next = this.#open.pop()) {
      this.#compare(next.path, next.left, next.right);
    }
    return this.#difference;
  }

  #differ(path: string, what: string): void {
    this.#difference ??= `${path}: ${what}`;
  }

  #compare(path: string, left: unknown, right: unknown): void {
    if (!isObject(left) || !isObject(right)) {
      if (!Object.is(left, right)) this.#differ(path, `${show(left)} is not ${show(right)}`);
      return;
    }
    const pair = this.#pairs.get(left);
    if (pair !== undefined || this.#taken.has(right)) {
      if (pair !== right) this.#differ(path, "aliasing differs");
      return;
    }
    this.#pairs.set(left, right);
    this.#taken.set(right, left);
    if (left === right) {
      if (!isByName(left)) this.#differ(path, "the same object on both sides");
      return;
    }
    this.#compareObjects(path, left, right);
  }

  #compareObjects(path: string, left: object, right: object): void {
    const [leftProto, rightProto] = [Object.getPrototypeOf(left), Object.getPrototypeOf(right)];
    if (generatorState(left) === undefined) this.#comparePrototypes(path, leftProto, rightProto);
    if (Object.isExtensible(left) !== Object.isExtensible(right)) this.#differ(path, "extensibility differs");
    this.#compareProperties(path, left, right);
    for (const slots of slotReaders) {
      const [a, b] = [slots(left), slots(right)];
      if ((a === null) !== (b === null)) this.#differ(path, "brands differ");
      if (a === null || b === null) continue;
      if (a.length !== b.length) this.#differ(path, `${a.length} parts, not ${b.length}`);
      a.forEach(([label, value], index) => {
        this.#open.push({ path: `${path}${label}`, left: value, right: b[index]?.[1] });
      });
    }
  }

  /** Prototypes of classes and what has a name are the same; an object that another inherits from is an object like others. */
  #comparePrototypes(path: string, left: object | null, right: object | null): void {
    const isShared = left === null || Object.hasOwn(left, "constructor") || isByName(left);
    if (isShared && left !== right) this.#differ(path, "prototypes differ");
    if (!isShared) this.#open.push({ path: `${path}.__proto__`, left, right });
  }

  #compareProperties(path: string, left: object, right: object): void {
    const [keys, others] = [ownKeys(left), ownKeys(right)];
    if (keys.length !== others.length || keys.some((key, index) => key !== others[index])) {
      this.#differ(path, `keys differ: ${keys.map(String)} and ${others.map(String)}`);
      return;
    }
    for (const key of keys) {
      const a = Object.getOwnPropertyDescriptor(left, key) as PropertyDescriptor;
      const b = Object.getOwnPropertyDescriptor(right, key) as PropertyDescriptor;
      const at = `${path}.${String(key)}`;
      for (const flag of ["writable", "enumerable", "configurable"] as const) {
        if (a[flag] !== b[flag]) this.#differ(at, `${flag} differs`);
      }
      const parts: Part[] = key === "stack" && isStack(a.get) ? stackParts(left, right) : [];
      if (parts.length === 0) parts.push(["", a.value, b.value], [" (get)", a.get, b.get], [" (set)", a.set, b.set]);
      for (const [label, x, y] of parts) this.#open.push({ path: `${at}${label}`, left: x, right: y });
    }
  }
}

/** V8's own accessors are the same everywhere, and hide the text. */
function stackParts(left: object, right: object): Part[] {
  return [["", (left as Error).stack, (right as Error).stack]];
}

function ownKeys(value: object): (string | symbol)[] {
  // Descriptor and tag of a closure are compared as its captures.
  const hidden =
    typeof value === "function" ? ["coldframe.durable", "coldframe.closure"].map((key) => Symbol.for(key)) : [];
  return Reflect.ownKeys(value).filter((key) => !hidden.includes(key as symbol));
}

/** What is stored by name is the same object afterwards; everything else must be another one. */
function isByName(value: object): boolean {
  const descriptor = descriptorOf((value as { self?: unknown }).self);
  if (value === TDZ || value === READY || descriptor === value) return true;
  const owner = Object.getOwnPropertyDescriptor(value, "constructor")?.value as { prototype?: unknown } | undefined;
  return registry.refOf(value) !== undefined || intrinsicName(value) !== undefined || owner?.prototype === value;
}

type Parts = (readonly [label: string, value: unknown])[];

/** Each reads the internal slots of one kind of object; null for all others. */
const slotReaders: ((value: object) => Parts | null)[] = [
  (value) =>
    types.isMap(value)
      ? [...Map.prototype.entries.call(value)].flatMap(
          ([key, item], i): Parts => [
            [`.key[${i}]`, key],
            [`.value[${i}]`, item],
          ],
        )
      : null,
  (value) =>
    types.isSet(value) ? [...Set.prototype.values.call(value)].map((item, i) => [`.item[${i}]`, item] as const) : null,
  (value) => (types.isDate(value) ? [[".time", Date.prototype.getTime.call(value)]] : null),
  (value) =>
    types.isRegExp(value)
      ? [
          [".source", value.source],
          [".flags", flagsOf(value)],
        ]
      : null,
  (value) => (types.isNativeError(value) ? [] : null),
  (value) => (types.isArrayBuffer(value) ? bufferParts(value) : null),
  (value) => (ArrayBuffer.isView(value) ? viewParts(value) : null),
  (value) => (types.isBoxedPrimitive(value) ? [[".valueOf()", (value as { valueOf(): unknown }).valueOf()]] : null),
  (value) =>
    value instanceof URL
      ? [
          [".href", value.href],
          [".searchParams", value.searchParams],
        ]
      : null,
  (value) => (value instanceof URLSearchParams ? [[".text", String(value)]] : null),
  (value) =>
    value instanceof DOMException
      ? [
          [".message", value.message],
          [".name", value.name],
        ]
      : null,
  (value) => (value instanceof CollectionIterator ? [[".remaining", value.remaining()]] : null),
  generatorParts,
  (value) => (typeof value === "function" ? functionParts(value) : null),
];

function flagsOf(value: RegExp): string {
  const getters = ["hasIndices", "global", "ignoreCase", "multiline", "dotAll", "unicode", "unicodeSets", "sticky"];
  return getters.map((key) => Reflect.get(RegExp.prototype, key, value)).join();
}

function bufferParts(value: ArrayBuffer): Parts {
  const bytes = isDetached(value)
    ? "detached"
    : Buffer.from(ArrayBuffer.prototype.slice.call(value, 0)).toString("latin1");
  return [
    [".bytes", bytes],
    [".resizable", isResizable(value)],
    [".maxByteLength", greatestLengthOf(value)],
    [".isMarked", workerThreads.isMarkedAsUntransferable(value)],
  ];
}

function viewParts(value: ArrayBufferView): Parts {
  const read = types.isDataView(value) ? dataView : typedArray;
  const buffer = read.buffer.call(value);
  if (isDetached(buffer)) return [[".buffer", buffer]];
  const [offset, length] = [read.byteOffset.call(value), read.byteLength.call(value)];
  if (isResizable(buffer))
    return [
      [".buffer", buffer],
      [".byteOffset", offset],
      [".lengths", lengthsOf(value)],
    ];
  const bytes = Buffer.from(buffer.slice(offset, offset + length)).toString("latin1");
  // Of a pool only what the Buffers show comes back.
  if (Buffer.isBuffer(value) && buffer.byteLength <= Buffer.poolSize) return [[".bytes", bytes]];
  return [
    [".buffer", buffer],
    [".byteOffset", offset],
    [".byteLength", length],
  ];
}

/** Lengths of a view, and of what it shows while its buffer is as short and as long as it can be. */
function lengthsOf(value: ArrayBufferView): string {
  const copy = structuredClone(value);
  const buffer = copy.buffer as ArrayBuffer;
  const lengths: number[] = [];
  for (const length of [buffer.byteLength, buffer.maxByteLength, buffer.byteLength - 1, copy.byteOffset, 0]) {
    if (length >= 0) buffer.resize(length);
    try {
      lengths.push(copy.byteLength, copy.byteOffset);
      Uint8Array.prototype.keys.call(copy as Uint8Array);
    } catch {
      lengths.push(-1); // out of bounds
    }
  }
  return lengths.join();
}

function generatorParts(value: object): Parts | null {
  const state = generatorState(value);
  return state === undefined
    ? null
    : [
        [".function", state.fn],
        [".frame", state.frame],
      ];
}

function functionParts(value: Function): Parts {
  const closure = closureOf(value);
  if (closure === undefined) return [[".itself", descriptorOf(value)?.meta ?? value.name]];
  return [[".meta", closure.meta.key], ...closure.captures.map((item, i) => [`.capture[${i}]`, item] as const)];
}

function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Object.is(value, -0)) return "-0";
  return isObject(value) ? `a ${Object.prototype.toString.call(value)}` : `${String(value)} (${typeof value})`;
}
