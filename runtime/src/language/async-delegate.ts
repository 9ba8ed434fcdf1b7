/**
 * Owns: `yield*` of compiled async generators (docs/abi.md 10, ECMA-262 15.5.5 and 27.1.6.2): one exchange with the inner
 *   iterator after the other, awaits included.
 * Does not own: `yield*` of sync generators (delegate.ts), the generator around it (async-generator.ts).
 *
 * The phases, each named for what arrives next:
 *   received   what the consumer asks, or at first nothing (0) · result, returned, closed: an async iterator's outcome of
 *   next or throw, of return, of the return that closes it · plain: what is returned over an iterator without `return` ·
 *   syncValue: the value in a sync iterator's result · syncDone, syncFailed: the tick in which a sync iterator's
 *   wrapper has settled.
 *
 * I1 Only what for-of can store (iterate.ts) stands behind a sync iterator; a record is plain data between two exchanges.
 * I2 The iterator's `next` is read once; `throw` and `return` at each use.
 * I3 Nothing of the user's runs between the last statement of an exchange and the park.
 */
import { apply, hasOwn, stringOf } from "../builtins.ts";
import { Abrupt, repark } from "../frame.ts";
import { type Mode, R as realm } from "../realm.ts";
import { type AsyncGeneratorFrame, askedBy, entry } from "./async-generator.ts";
import { noThrowMethod } from "./delegate.ts";
import {
  closeQuietly,
  close as closeSync,
  describe,
  ForeignIterator,
  iterateAsync,
  type LoopIterator,
} from "./iterate.ts";

const R = realm;

type Phase = "received" | "result" | "returned" | "closed" | "plain" | "syncValue" | "syncDone" | "syncFailed";
type Optional = { return?: unknown; throw?: unknown };

/** A running `yield*`. */
export class AsyncDelegate {
  /** The async iterator, or null: a sync one stands behind. */
  foreign: ForeignIterator | null;
  inner: LoopIterator | null;
  phase: Phase = "received";
  started = false;
  /** How the exchange under way began: 0 next, 1 throw, 2 return. */
  sent: Mode = 0;
  /** The result of a sync iterator is its last. */
  done = false;
  /** What it has come to, or what waits for its tick. */
  value: unknown = undefined;
  constructor(foreign: ForeignIterator | null, inner: LoopIterator | null) {
    this.foreign = foreign;
    this.inner = inner;
  }
}

/** Opens the inner iterator. */
export function openAsyncDelegate(frame: AsyncGeneratorFrame, iterable: unknown): void {
  const { foreign, inner } = iterateAsync(iterable);
  frame.$delegate = new AsyncDelegate(foreign, inner);
}

/**
 * Goes on with what the registers say.
 * @returns true when it is done; otherwise false: `handed` gives what to wait for, or (`R.parked`) what to hand out
 */
export function forwardAsync(frame: AsyncGeneratorFrame): boolean {
  const delegate = frame.$delegate as AsyncDelegate;
  const mode = delegate.started ? R.mode : 0;
  const value = delegate.started ? R.value : undefined;
  delegate.started = true;
  R.mode = 0;
  R.value = undefined;
  const { foreign } = delegate;
  try {
    if (mode !== 0 || foreign === null || delegate.phase !== "received") {
      return phases[delegate.phase](delegate, mode, value);
    }
    // As phase and `send` would do it, in line: each call between would cost recursion a part of the stack.
    delegate.sent = 0;
    const { iterator, method: next } = foreign;
    const generator = askedBy(next, iterator);
    const asked = generator ? entry.ask(generator, 0, value) : apply(next as Function, iterator, [value]);
    return wait(delegate, "result", asked);
  } catch (thrown) {
    frame.$delegate = null;
    throw thrown;
  }
}

/** What a `yield*` that is done has come to. */
export function takeDelegated(frame: AsyncGeneratorFrame): unknown {
  const { value } = frame.$delegate as AsyncDelegate;
  frame.$delegate = null;
  return value;
}

/** Parks the frame of a `yield*`: at an await within, or with what is handed out. */
export function parkDelegate(frame: AsyncGeneratorFrame, value: unknown): unknown {
  return R.parked === 0 ? repark(frame, value) : value;
}

const phases: Record<Phase, (d: AsyncDelegate, mode: Mode, value: unknown) => boolean> = {
  received(d, mode, value) {
    d.sent = mode;
    return d.foreign === null ? sendSync(d, d.inner as LoopIterator, mode, value) : send(d, d.foreign, mode, value);
  },
  result: (d, mode, value) => deliver(d, read(checked(mode, value)), 0),
  returned: (d, mode, value) => deliver(d, read(checked(mode, value)), d.sent),
  closed(_, mode, value) {
    const result = checked(mode, value);
    if (!isObject(result)) throw new TypeError(`${stringOf(result)} is not an object`);
    throw noThrowMethod();
  },
  plain(_, mode, value) {
    throw new Abrupt(2, checked(mode, value));
  },
  syncValue(d, mode, value) {
    if (mode > 1) checked(mode, value);
    if (mode === 1 && !d.done && d.sent !== 2) closeQuietly(d.inner as LoopIterator);
    d.value = value;
    return wait(d, mode === 0 ? "syncDone" : "syncFailed", undefined);
  },
  syncDone(d, mode, value) {
    checked(mode, value);
    return deliver(d, { done: d.done, value: d.value }, d.sent);
  },
  syncFailed(d, mode, value) {
    checked(mode, value);
    throw d.value;
  },
};

/** Is it the name of a phase? */
export function isPhase(value: unknown): boolean {
  return typeof value === "string" && hasOwn(phases, value);
}

/** What an await gives. */
function checked(mode: Mode, value: unknown): unknown {
  if (mode === 0) return value;
  if (mode === 1) throw value;
  throw new Abrupt(mode, value);
}

type Result = { done: boolean; value: unknown };

function read(result: unknown): Result {
  if (!isObject(result)) throw new TypeError(`Iterator result ${stringOf(result)} is not an object`);
  const done = Boolean((result as { done?: unknown }).done);
  return { done, value: (result as { value?: unknown }).value };
}

function deliver(d: AsyncDelegate, { done, value }: Result, sent: Mode): boolean {
  if (done && sent > 1) throw new Abrupt(sent as 2 | 3, value);
  if (!done) {
    d.phase = "received";
    R.parked = 2;
    R.awaited = value;
    return false;
  }
  d.value = value;
  return true;
}

function wait(d: AsyncDelegate, phase: Phase, awaited: unknown): false {
  d.phase = phase;
  R.awaited = awaited;
  return false;
}

// ---- an async iterator

/** `throw` or `return`. */
function send(d: AsyncDelegate, { iterator }: ForeignIterator, mode: Mode, value: unknown): boolean {
  const method = methodOf(iterator, mode === 1 ? "throw" : "return");
  if (method !== null) return wait(d, mode === 1 ? "result" : "returned", apply(method, iterator, [value]));
  if (mode === 2) return wait(d, "plain", value);
  if (mode !== 1) throw new Abrupt(mode as 3, value);
  const close = methodOf(iterator, "return");
  if (close === null) throw noThrowMethod();
  return wait(d, "closed", apply(close, iterator, []));
}

function methodOf(iterator: object, name: keyof Optional): Function | null {
  const method = (iterator as Optional)[name];
  if (method === undefined || method === null) return null;
  if (typeof method !== "function") throw new TypeError(`${describe(method)} is not a function`);
  return method;
}

// ---- a sync iterator, as if wrapped (ECMA-262 27.1.6): what its methods throw arrives a tick later

function sendSync(d: AsyncDelegate, inner: LoopIterator, mode: Mode, value: unknown): boolean {
  d.done = false;
  try {
    const result = syncResult(d, inner, mode, value);
    return result === null ? wait(d, "syncDone", undefined) : wait(d, "syncValue", result.value);
  } catch (error) {
    d.value = error;
    return wait(d, "syncFailed", undefined);
  }
}

/** The result of a sync iterator's method; null if the wrapper answers by itself. */
function syncResult(d: AsyncDelegate, inner: LoopIterator, mode: Mode, value: unknown): Result | null {
  const foreign = inner instanceof ForeignIterator ? inner : null;
  if (mode === 0) return syncNext(d, inner, foreign, value);
  const method = foreign && methodOf(foreign.iterator, mode === 1 ? "throw" : "return");
  if (method === null) {
    if (mode === 1) {
      closeSync(inner);
      throw noThrowMethod();
    }
    d.done = true;
    d.value = value;
    return null;
  }
  return finish(d, read(apply(method, (foreign as ForeignIterator).iterator, [value])));
}

function syncNext(d: AsyncDelegate, inner: LoopIterator, foreign: ForeignIterator | null, value: unknown): Result {
  if (foreign !== null) return finish(d, read(apply(foreign.method as Function, foreign.iterator, [value])));
  const more = inner.next();
  return finish(d, { done: !more, value: more ? inner.value : undefined });
}

function finish(d: AsyncDelegate, result: Result): Result {
  d.done = result.done;
  return result;
}

function isObject(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
