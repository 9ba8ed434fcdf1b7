/**
 * Owns: `yield*` of compiled generators (docs/abi.md 10, ECMA-262 15.5.5).
 * Does not own: the generator object around it (generator.ts), which of several generators goes on (chain.ts).
 *
 * I1 Over what for-of can store (iterate.ts), `yield*` can be stored as well; those iterators know neither `throw` nor `return`.
 * I2 A foreign iterator's `next` is read once; its result objects are handed out as they are.
 */
import { apply, stringOf } from "../builtins.ts";
import { Abrupt } from "../frame.ts";
import { type Mode, R } from "../realm.ts";
import { type GeneratorState, letGo } from "./chain.ts";
import { generatorMethods, generatorState } from "./generator.ts";
import { ForeignIterator, iterate, type LoopIterator } from "./iterate.ts";

/** A running `yield*`. */
export class Delegate {
  inner: LoopIterator;
  value: unknown = undefined;
  started = false;
  /** A generator of ours that is driven in its place (chain.ts); not stored, and found again. */
  state: GeneratorState | null = null;
  /** What it has come to: 1 a result, 2 an error; taken when the frame is resumed. */
  outcome: 0 | 1 | 2 = 0;
  /** The method of the root that has led there. */
  sent: Mode = 0;
  constructor(inner: LoopIterator) {
    this.inner = inner;
  }
  settle(isFailed: boolean, value: unknown): void {
    this.outcome = isFailed ? 2 : 1;
    this.value = value;
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
  if (d.outcome !== 0) return takeOutcome(d);
  const mode = d.started ? R.mode : 0;
  const received = d.started ? R.value : undefined;
  d.started = true;
  R.mode = 0;
  R.value = undefined;
  return d.inner instanceof ForeignIterator
    ? forwardForeign(d, d.inner, mode, received)
    : forwardOwn(d, mode, received);
}

/** What a generator of ours has come to. One that was told to return ends this one too (ECMA-262 15.5.5, step 7.c.viii). */
function takeOutcome(d: Delegate): true {
  const { outcome, value, sent } = d;
  d.outcome = 0;
  d.sent = 0;
  d.state = null;
  if (outcome === 2) throw value;
  if (sent > 1) throw new Abrupt(sent as 2 | 3, value);
  return true;
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

function forwardForeign(d: Delegate, inner: ForeignIterator, mode: Mode, received: unknown): boolean {
  const { iterator } = inner as { iterator: { return?: unknown; throw?: unknown } };
  const method = mode === 0 ? inner.method : mode === 1 ? iterator.throw : iterator.return;
  const state = method === generatorMethods[mode] ? generatorState(iterator) : undefined;
  if (state !== undefined) return handOver(d, state, mode, received);
  if (d.state !== null) letGo(d.state); // whatever is called now, it may drive it
  d.state = null;
  if (mode !== 0 && (method === undefined || method === null)) {
    if (mode === 1) failThrow(iterator);
    throw new Abrupt(mode as 2 | 3, received);
  }
  const result = apply(method as Function, iterator, [received]);
  if (!isObject(result)) throw new TypeError(`Iterator result ${stringOf(result)} is not an object`);
  const step = result as { done?: unknown; value?: unknown };
  if (!step.done) return handOut(2, result);
  if (mode === 2 || mode === 3) throw new Abrupt(mode, step.value);
  d.value = step.value;
  return true;
}

/** Has a generator of ours driven in place of this one. */
function handOver(d: Delegate, state: GeneratorState, mode: Mode, received: unknown): false {
  d.state = state;
  d.sent = mode;
  R.mode = mode;
  R.value = received;
  return handOut(4, d);
}

function handOut(parked: 1 | 2 | 4, out: unknown): false {
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

function failThrow(iterator: { return?: unknown }): never {
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
