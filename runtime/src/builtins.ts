/**
 * Owns: built-ins that the runtime uses while code of users may have replaced them: taken when the first module of ours loads.
 * Does not own: where the language itself looks a method up (`Symbol.iterator` and `then` of users' values).
 *
 * I1 Nothing here looks up a property that users can reach when it is called.
 * I2 Of our own arrays the elements are read and written by index: patterns, spread and for-of call `Array.prototype[Symbol.iterator]`.
 */

export const { apply, construct, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } =
  Reflect;
export const reflectGet: typeof Reflect.get = Reflect.get;
export const reflectSet: typeof Reflect.set = Reflect.set;
export const { create, freeze, setPrototypeOf, getOwnPropertyNames } = Object;
export const objectOf: (value: unknown) => object = Object;
export const { is: isSame } = Object;
export const { isArray } = Array;
export const { isView } = ArrayBuffer;
export const stringOf: (value: unknown) => string = String;

const { bind, call } = Function.prototype;

/** A method as a function that takes its receiver first; calling it looks nothing up. */
export function uncurry<R>(method: (this: never, ...args: never[]) => R): (self: unknown, ...args: unknown[]) => R {
  return apply(bind, call, [method]) as (self: unknown, ...args: unknown[]) => R;
}

export const hasOwn: (object: object, key: PropertyKey) => boolean = Object.hasOwn;
export const codePointAt = uncurry(String.prototype.codePointAt);
export const { fromCodePoint } = String;

export const startsWith = uncurry(String.prototype.startsWith) as (text: string, start: string) => boolean;
export const substring = uncurry(String.prototype.slice) as (text: string, from: number, to?: number) => string;
export const indexOf = uncurry(String.prototype.indexOf) as (text: string, part: string, from?: number) => number;
export const matches = uncurry(RegExp.prototype.exec) as (pattern: RegExp, text: string) => RegExpExecArray | null;
export const { entries } = Object;

const takeFirst = uncurry(Array.prototype.shift);

/** Takes the first element out of a list of ours. */
export function shift<T>(list: T[]): T | undefined {
  return takeFirst(list) as T | undefined;
}

/** Goes through a list of ours. */
export function each<T>(list: ArrayLike<T>, take: (value: T) => void): void {
  for (let at = 0; at < list.length; at++) take(list[at] as T);
}

/** `promise.then(yes, no)` */
export const listen = uncurry(Promise.prototype.then) as (
  promise: unknown,
  yes: ((value: never) => unknown) | undefined,
  no: ((error: unknown) => unknown) | undefined,
) => Promise<unknown>;
const resolveBy = uncurry(Promise.resolve);
const nativePromise = Promise;

/** A promise as it is, else one of the value. */
export function promiseOf(value: unknown): Promise<unknown> {
  return resolveBy(nativePromise, value) as Promise<unknown>;
}

/** What follows the first `from` elements. */
export function slice<T>(list: ArrayLike<T>, from: number): T[] {
  const rest: T[] = [];
  for (let at = from; at < list.length; at++) put(rest, list[at] as T);
  return rest;
}

/** One list of several. */
export function join(...lists: ArrayLike<unknown>[]): unknown[] {
  const joined: unknown[] = [];
  each(lists, (list) => each(list, (value) => put(joined, value)));
  return joined;
}

/** Adds an element at the end of a list of ours. */
export function put<T>(list: T[], value: T): void {
  list[list.length] = value;
}

/** A class of a copy of its methods: no lookup of one leads to what users can replace. Its objects are no instances of the original. */
function safe<C extends new (...args: never[]) => object>(base: C): C {
  const Safe = class extends (base as unknown as new () => object) {} as unknown as C;
  const { prototype } = base;
  for (const key of Reflect.ownKeys(prototype)) {
    if (key === "constructor") continue;
    Object.defineProperty(Safe.prototype, key, Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor);
  }
  Object.setPrototypeOf(Safe.prototype, null);
  Object.freeze(Safe.prototype);
  return Safe;
}

/** Maps and sets of ours. They are gone through by `forEach`, since iterators have a `next` that users can replace. */
export const SafeMap: MapConstructor = safe(Map as never);
export const SafeSet: SetConstructor = safe(Set as never);
export const SafeWeakMap: WeakMapConstructor = safe(WeakMap as never);
