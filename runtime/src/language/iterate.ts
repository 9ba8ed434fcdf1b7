/**
 * Owns: iteration in compiled loops that hold a suspension point (docs/abi.md 11): iterators that can be stored.
 * Does not own: their bytes (snapshot/codecs/iterator), closing order (the lowering emits it).
 *
 * I1 Over unpatched arrays, typed arrays, strings, Map and Set the behaviour is the native live one.
 * I2 `done` is true before foreign `next` is called and after it failed: a broken iterator is not closed.
 * I3 A Map or Set iterator's rest is a suffix of its source, so `remaining` (plus `done`) is its whole state.
 */
import { types } from "node:util";
import {
  apply,
  codePointAt,
  fromCodePoint,
  getPrototypeOf,
  isArray,
  isView,
  objectOf,
  put,
  stringOf,
  uncurry,
} from "../builtins.ts";
import { isInstance, type Run, R as realm } from "../realm.ts";
import { askedBy, entry } from "./async-generator.ts";
import { came, failed, type GeneratorState, loneFrame, resume } from "./chain.ts";
import { drivenState, generatorState } from "./generator.ts";

/** What a compiled loop drives: `next()` says whether there is a `value`. */
export interface LoopIterator {
  value: unknown;
  done: boolean;
  next(): boolean;
}

const R = realm;
const { isMap, isSet } = types;
const { trunc: truncate } = Math;

const arrayValues = Array.prototype[Symbol.iterator];
const typedArrayValues = Object.getPrototypeOf(Uint8Array.prototype)[Symbol.iterator];
const stringIterator = String.prototype[Symbol.iterator];
const mapEntries = Map.prototype[Symbol.iterator];
const setValues = Set.prototype[Symbol.iterator];

/** Of iterators of arrays, strings, Map and Set: where `next` is, and what it was. */
type NextHolder = { next: unknown };
const arrayIterators: NextHolder = getPrototypeOf([][Symbol.iterator]()) as NextHolder;
const stringIterators: NextHolder = getPrototypeOf(""[Symbol.iterator]()) as NextHolder;
const mapIterators: NextHolder = getPrototypeOf(new Map()[Symbol.iterator]()) as NextHolder;
const setIterators: NextHolder = getPrototypeOf(new Set()[Symbol.iterator]()) as NextHolder;
const { next: arrayNext } = arrayIterators;
const { next: stringNext } = stringIterators;
const { next: mapNext } = mapIterators;
const { next: setNext } = setIterators;

/** Methods of collections, as they were: for comparison, and to be called. */
const { entries: arrayEntries, keys: arrayKeys, values: arrayValuesToo } = Array.prototype;
const arrayParts: Record<CollectionPart, unknown> = { entries: arrayEntries, keys: arrayKeys, values: arrayValuesToo };
const mapParts: Record<CollectionPart, (this: Map<unknown, unknown>) => Iterator<unknown>> = {
  entries: Map.prototype.entries,
  keys: Map.prototype.keys,
  values: Map.prototype.values,
};
const setParts: Record<CollectionPart, (this: Set<unknown>) => Iterator<unknown>> = {
  entries: Set.prototype.entries,
  keys: Set.prototype.keys,
  values: Set.prototype.values,
};
const mapSize = uncurry(getterOf(Map.prototype, "size"));
const setSize = uncurry(getterOf(Set.prototype, "size"));

const typedArrayLength = uncurry(getterOf(Object.getPrototypeOf(Uint8Array.prototype), "length"));

function getterOf(prototype: object, key: string): (this: never) => number {
  return Object.getOwnPropertyDescriptor(prototype, key)?.get as (this: never) => number;
}

/** What of a collection an iterator gives. */
export type CollectionPart = "entries" | "keys" | "values";

/** Length of what an array iterator walks (ECMA-262 23.1.5.1): of a Proxy whatever it says, of a typed array what it really has. */
function lengthOf(source: ArrayLike<unknown>): number {
  if (!isView(source)) {
    const { length } = source;
    return typeof length === "number" && length >= 0 ? length : toLength(length);
  }
  const length = typedArrayLength(source) as number;
  if (length === 0) apply(typedArrayValues, source, []); // throws if its memory is gone
  return length;
}

function toLength(length: unknown): number {
  const whole = truncate(Number(length));
  if (whole > 0) return whole;
  return 0; // NaN too
}

/** Over arrays and typed arrays: an index, read live. */
export class ArrayIterator implements LoopIterator {
  source: ArrayLike<unknown>;
  part: CollectionPart;
  index = 0;
  done = false;
  value: unknown = undefined;
  constructor(source: ArrayLike<unknown>, part: CollectionPart = "values") {
    this.source = source;
    this.part = part;
  }
  next(): boolean {
    if (this.done || this.index >= lengthOf(this.source)) {
      this.done = true;
      return false;
    }
    const index = this.index++;
    if (this.part === "values") this.value = this.source[index];
    else this.value = this.part === "keys" ? index : [index, this.source[index]];
    return true;
  }
}

/** Over a string: by code points. */
export class StringIterator implements LoopIterator {
  source: string;
  index = 0;
  done = false;
  value: unknown = undefined;
  constructor(source: string) {
    this.source = source;
  }
  next(): boolean {
    if (this.done || this.index >= this.source.length) {
      this.done = true;
      return false;
    }
    const point = fromCodePoint(codePointAt(this.source, this.index) as number);
    this.index += point.length;
    this.value = point;
    return true;
  }
}

/** Over a Map or Set: the native iterator, which `remaining` can stand for. */
export class CollectionIterator implements LoopIterator {
  source: Map<unknown, unknown> | Set<unknown>;
  part: CollectionPart;
  done = false;
  value: unknown = undefined;
  #native!: Iterator<unknown>;
  #next!: Iterator<unknown>["next"];
  constructor(source: Map<unknown, unknown> | Set<unknown>, part: CollectionPart) {
    this.source = source;
    this.part = part;
    this.#open();
  }
  #open(): void {
    const { source, part } = this;
    this.#native = apply(isMap(source) ? mapParts[part] : setParts[part], source, []) as Iterator<unknown>;
    this.#next = (isMap(source) ? mapNext : setNext) as Iterator<unknown>["next"];
  }
  #step(): IteratorResult<unknown> {
    return apply(this.#next, this.#native, []) as IteratorResult<unknown>;
  }
  next(): boolean {
    if (this.done) return false;
    const step = this.#step();
    if (step.done) {
      this.done = true;
      return false;
    }
    this.value = step.value;
    return true;
  }
  /** Entries not yet given. Counting uses the native iterator up, so a fresh one takes its place. */
  remaining(): number {
    if (this.done) return 0;
    let count = 0;
    while (!this.#step().done) count++;
    this.rewind(count);
    return count;
  }
  /** Stands before the last `count` entries. */
  rewind(count: number): void {
    this.#open();
    const size = (isMap(this.source) ? mapSize : setSize)(this.source) as number;
    for (let skip = size - count; skip > 0; skip--) this.#step();
  }
}

/** Over the keys of a for-in: collected at the start, those deleted meanwhile are left out. */
export class KeyIterator implements LoopIterator {
  source: object;
  keys: string[];
  index = 0;
  done = false;
  value: unknown = undefined;
  constructor(source: object, keys: string[]) {
    this.source = source;
    this.keys = keys;
  }
  next(): boolean {
    while (this.index < this.keys.length) {
      const key = this.keys[this.index++] as string;
      if (!(key in this.source)) continue;
      this.value = key;
      return true;
    }
    this.done = true;
    return false;
  }
}

/** Over any other iterable, by the protocol. Serializable only if the iterator itself is. */
export class ForeignIterator implements LoopIterator {
  iterator: { return?: unknown };
  method: unknown;
  done = false;
  value: unknown = undefined;
  constructor(iterator: { next?: unknown; return?: unknown }) {
    this.iterator = iterator;
    this.method = iterator.next;
  }
  /** A generator of ours is resumed in line: recursion through loops is as deep as the frames of the stack are small. */
  next(): boolean {
    this.done = true; // I2
    const state = drivenState(this.iterator, this.method);
    const frame = state === undefined ? null : loneFrame(state);
    if (state === undefined || frame === null) return takeStep(this, stepOf(this, state));
    const { depth } = R;
    let step: unknown;
    state.running = true;
    R.mode = 0;
    R.value = undefined;
    try {
      step = came(state, (frame.$d.run as Run)(frame));
    } catch (thrown) {
      step = failed(state, thrown);
    } finally {
      state.running = false;
      R.depth = depth;
    }
    return takeStep(this, step);
  }
}

function stepOf({ method, iterator }: ForeignIterator, state: GeneratorState | undefined): unknown {
  return state ? resume(state, 0, undefined) : apply(method as Function, iterator, []);
}

function takeStep(loop: LoopIterator, step: unknown): boolean {
  if (!isObject(step)) throw new TypeError(`Iterator result ${stringOf(step)} is not an object`);
  if ((step as IteratorResult<unknown>).done) return false;
  loop.value = (step as IteratorResult<unknown>).value;
  loop.done = false;
  return true;
}

/** for await: `step()` gives what is awaited, `take(result)` says whether there is a `value`. */
export class AsyncLoopIterator {
  /** The async iterator's record, or null when a sync one stands behind. */
  foreign: ForeignIterator | null;
  inner: LoopIterator | null;
  done = false;
  /** A step is outstanding: its failure closes no async iterator. */
  stepping = false;
  value: unknown = undefined;
  constructor(foreign: ForeignIterator | null, inner: LoopIterator | null) {
    this.foreign = foreign;
    this.inner = inner;
  }
  step(): unknown {
    this.stepping = true;
    if (this.foreign !== null) {
      const { iterator, method: next } = this.foreign;
      const generator = askedBy(next, iterator);
      return generator ? entry.ask(generator, 0, undefined) : apply(next as Function, iterator, []);
    }
    const inner = this.inner as LoopIterator;
    if (inner.next()) return inner.value;
    this.done = true;
    return undefined;
  }
  take(result: unknown): boolean {
    if (this.foreign === null) {
      this.stepping = false;
      if (this.done) return false;
      this.value = result;
      return true;
    }
    // Until the result has been read the step is under way: a failure in it closes nothing.
    if (!isObject(result)) throw new TypeError(`Iterator result ${stringOf(result)} is not an object`);
    const { done } = result as IteratorResult<unknown>;
    if (!done) this.value = (result as IteratorResult<unknown>).value;
    this.done = Boolean(done);
    this.stepping = false;
    return !done;
  }
}

/** Is it an iterator of a compiled loop or `yield*`? */
export function isLoopIterator(value: unknown): value is LoopIterator {
  return loopIterators.some((cls) => isInstance(value, cls));
}

const loopIterators: readonly (abstract new (...args: never[]) => LoopIterator)[] = [
  ArrayIterator,
  StringIterator,
  CollectionIterator,
  KeyIterator,
  ForeignIterator,
];

/** May what `next` does be done in its place? */
function isPristine(): boolean {
  return (
    arrayIterators.next === arrayNext &&
    stringIterators.next === stringNext &&
    mapIterators.next === mapNext &&
    setIterators.next === setNext
  );
}

/** Opens an iterable for a compiled for-of. */
export function iterate(iterable: unknown): LoopIterator {
  const method = (iterable as { [Symbol.iterator]?: unknown })[Symbol.iterator];
  if (typeof method !== "function") throw new TypeError(`${describe(iterable)} is not iterable`);
  if (isPristine()) {
    if (method === arrayValues && isArray(iterable)) return new ArrayIterator(iterable);
    if (method === typedArrayValues && isView(iterable)) {
      return new ArrayIterator(iterable as unknown as ArrayLike<unknown>);
    }
    if (method === stringIterator && typeof iterable === "string") return new StringIterator(iterable);
    if (method === mapEntries && isMap(iterable)) return new CollectionIterator(iterable, "entries");
    if (method === setValues && isSet(iterable)) return new CollectionIterator(iterable, "values");
  }
  const iterator = apply(method, iterable, []);
  if (!isObject(iterator)) throw new TypeError("Result of the Symbol.iterator method is not an object");
  return new ForeignIterator(iterator as object);
}

/**
 * Opens `base.keys()`, `.values()` or `.entries()` in the head of a for-of: over arrays, Map and Set the iterator can be
 * stored, which a native one could not.
 */
export function iterateMethod(base: unknown, name: CollectionPart, args: unknown[]): LoopIterator {
  const method = (base as Record<string, unknown>)[name];
  if (isPristine() && args.length === 0) {
    if (isArray(base) && method === arrayParts[name]) return new ArrayIterator(base, name);
    if (method === mapParts[name] && isMap(base)) return new CollectionIterator(base, name);
    if (method === setParts[name] && isSet(base)) return new CollectionIterator(base, name);
  }
  if (typeof method !== "function") throw new TypeError(`${name} is not a function`);
  return iterate(apply(method, base, args));
}

/** Opens a value for a compiled for-in; null and undefined have no keys. */
export function iterateKeys(source: unknown): LoopIterator {
  const keys: string[] = [];
  for (const key in source as object) put(keys, key);
  return new KeyIterator(objectOf(source ?? {}), keys);
}

/** Opens an iterable for a compiled for await. */
export function iterateAsync(iterable: unknown): AsyncLoopIterator {
  const method = (iterable as { [Symbol.asyncIterator]?: unknown })[Symbol.asyncIterator];
  if (method === undefined || method === null) return new AsyncLoopIterator(null, iterate(iterable));
  if (typeof method !== "function") throw new TypeError(`${describe(iterable)} is not async iterable`);
  const iterator = apply(method, iterable, []);
  if (!isObject(iterator)) throw new TypeError("Result of the Symbol.asyncIterator method is not an object");
  return new AsyncLoopIterator(new ForeignIterator(iterator as object), null);
}

/** Closes a loop's iterator on break, continue outer and return (ECMA-262 7.4.11, normal completion). */
export function close(iterator: LoopIterator): void {
  if (iterator.done) return;
  iterator.done = true;
  if (!(iterator instanceof ForeignIterator)) return;
  const method = iterator.iterator.return;
  if (method === undefined || method === null) return;
  const result = apply(method as Function, iterator.iterator, []);
  if (!isObject(result)) throw new TypeError(`${stringOf(result)} is not an object`);
}

/** Closes a loop's iterator on throw: the error that is under way wins. */
export function closeQuietly(iterator: LoopIterator): void {
  try {
    close(iterator);
  } catch {
    // ECMA-262 7.4.11 step 5: a throw completion keeps its own value.
  }
}

/** Closes a for await's iterator; what it returns is awaited by the loop. */
export function closeAsync(iterator: AsyncLoopIterator): unknown {
  if (iterator.done) return undefined;
  const failedStep = iterator.stepping;
  iterator.done = true;
  if (iterator.inner !== null) {
    if (failedStep) closeQuietly(iterator.inner);
    else close(iterator.inner);
    return undefined;
  }
  if (failedStep) return undefined;
  const target = (iterator.foreign as ForeignIterator).iterator;
  const method = target.return;
  if (method === undefined || method === null) return undefined;
  // Undefined says that there is nothing to wait for; what is no object fails in `checkClosed` in any case.
  return apply(method as Function, target, []) ?? null;
}

/** What closing gave, once it has settled (ECMA-262 7.4.13, step 7). */
export function checkClosed(result: unknown): void {
  if (!isObject(result)) throw new TypeError(`Iterator result ${stringOf(result)} is not an object`);
}

/** May the iterator be stored as it is? Generators of ours may. */
export function isStorable(iterator: ForeignIterator): boolean {
  return generatorState(iterator.iterator) !== undefined;
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** What a message calls a value; nothing is asked of it. */
export function describe(value: unknown): string {
  return isObject(value) ? typeof value : stringOf(value);
}
