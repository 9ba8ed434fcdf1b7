/**
 * Owns: `yield*` of compiled generators (docs/abi.md 10, ECMA-262 15.5.5).
 * Does not own: the generator object around it (generator.ts).
 *
 * I1 Over what for-of can store (iterate.ts), `yield*` can be stored as well; those iterators know neither `throw` nor `return`.
 * I2 A foreign iterator's `next` is read once; its result objects are handed out as they are.
 */
import { apply, stringOf } from "../builtins.ts";
import { Abrupt } from "../frame.ts";
import { R } from "../realm.ts";
import { ForeignIterator, iterate, type LoopIterator } from "./iterate.ts";

/** A running `yield*`. */
export class Delegate {
  inner: LoopIterator;
  value: unknown = undefined;
  started = false;
  constructor(inner: LoopIterator) {
    this.inner = inner;
  }
}

/** Opens the inner iterator. */
export function delegate(iterable: unknown): Delegate {
  return new Delegate(iterate(iterable));
}

/**
 * One exchange: takes mode and value from the registers (mode 0, undefined the first time) and drives the inner iterator.
 *
 * @returns true when it is done, with the result in `d.value`; otherwise false, and `handed` gives what to hand out
 */
export function forward(d: Delegate): boolean {
  const mode = d.started ? R.mode : 0;
  const received = d.started ? R.value : undefined;
  d.started = true;
  R.mode = 0;
  R.value = undefined;
  return d.inner instanceof ForeignIterator
    ? forwardForeign(d, d.inner, mode, received)
    : forwardOwn(d, mode, received);
}

function forwardOwn(d: Delegate, mode: number, received: unknown): boolean {
  if (mode === 1) throw noThrowMethod();
  if (mode !== 0) throw new Abrupt(mode as 2 | 3, received);
  if (!d.inner.next()) {
    d.value = undefined;
    return true;
  }
  return handOut(1, d.inner.value);
}

function forwardForeign(d: Delegate, inner: ForeignIterator, mode: number, received: unknown): boolean {
  const { iterator } = inner as { iterator: { return?: unknown; throw?: unknown } };
  let result: unknown;
  if (mode === 0) result = apply(inner.method as Function, iterator, [received]);
  else if (mode === 1) result = forwardThrow(iterator, received);
  else {
    const method = iterator.return;
    if (method === undefined || method === null) throw new Abrupt(mode as 2 | 3, received);
    result = apply(method as Function, iterator, [received]);
  }
  if (!isObject(result)) throw new TypeError(`Iterator result ${stringOf(result)} is not an object`);
  const step = result as { done?: unknown; value?: unknown };
  if (!step.done) {
    return handOut(2, result);
  }
  if (mode === 2 || mode === 3) throw new Abrupt(mode, step.value);
  d.value = step.value;
  return true;
}

function handOut(parked: 1 | 2, out: unknown): false {
  R.parked = parked;
  R.awaited = out;
  return false;
}

/** What `forward` has left to be handed out. */
export function handed(): unknown {
  const out = R.awaited;
  R.awaited = undefined;
  return out;
}

function forwardThrow(iterator: { return?: unknown; throw?: unknown }, error: unknown): unknown {
  const method = iterator.throw;
  if (method !== undefined && method !== null) return apply(method as Function, iterator, [error]);
  const close = iterator.return;
  if (close !== undefined && close !== null) {
    const result = apply(close as Function, iterator, []);
    if (!isObject(result)) throw new TypeError(`${stringOf(result)} is not an object`);
  }
  throw noThrowMethod();
}

/** The language's error for `throw` on an iterator that has none. */
export function noThrowMethod(): TypeError {
  return new TypeError("The iterator does not provide a 'throw' method.");
}

function isObject(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
