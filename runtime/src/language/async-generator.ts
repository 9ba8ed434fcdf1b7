/**
 * Owns: async generator objects of compiled async generators, and the exchange of requests and completions between a
 *   generator and whoever drives it (docs/abi.md 10, ECMA-262 27.6).
 * Does not own: who waits, runs the body and settles requests (local/requests, local/volatile-generator), `yield*`
 *   (async-delegate.ts), how their frames become bytes (snapshot/codecs).
 *
 * States (`frame.$state`) and moves:
 *   0 at its start    -> 2 by next, 3 by return, 4 by throw
 *   1 at a yield      -> 2 by next and throw, 5 by return
 *   2 executing       -> 6 at a `yield` (its operand is awaited), 1 at a `yield` of what has been awaited, 4 at its end
 *   3 awaits what a finished generator was told to return -> 4
 *   4 completed       -> 3 by return
 *   5 at a yield, awaits what it was told to return -> 2
 *   6 at a yield, awaits its operand -> 1 if it is fulfilled, 2 if it is rejected
 *
 * I1 The first request of the queue is the one that is under way; it leaves the queue before it is settled.
 * I2 While the queue is not empty and the state is 2, 3, 5 or 6 somebody drives the generator: who the first request came from.
 * I3 A generator object has no own keys; its prototype is read from `fn.prototype` at the time of the call.
 * I4 A completed generator's frame keeps no slot.
 */
import { create, each, shift } from "../builtins.ts";
import { abrupt, type Frame, metaOf } from "../frame.ts";
import { type Descriptor, descriptorOf, type Mode, R as realm, shared } from "../realm.ts";
import type { AsyncDelegate } from "./async-delegate.ts";
import { openGenerator, prototypeOf } from "./generator.ts";
import { Itself } from "./itself.ts";

const R = realm;

export type AsyncGeneratorState = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** A call of `next`, `throw` or `return` that is not settled yet. */
export class Request {
  mode: Mode;
  value: unknown;
  /** Settles it; of a kind that the driver knows. */
  capability: unknown;
  constructor(mode: Mode, value: unknown, capability: unknown) {
    this.mode = mode;
    this.value = value;
    this.capability = capability;
  }
}

/** The frame of an async generator: one per generator object. */
export interface AsyncGeneratorFrame extends Frame {
  $queue: Request[];
  $delegate: AsyncDelegate | null;
  $state: AsyncGeneratorState;
}

/** What an async generator object is about. */
export interface AsyncGenerator {
  /** The function that was called: the object's prototype is found by it after a restore. */
  fn: Function;
  /** Null: restored after it had completed. */
  frame: AsyncGeneratorFrame | null;
  /** Who drives it by promises; made when first needed, and never stored. */
  driver: unknown;
}

/** Who drives a generator. */
export interface Driver {
  /**
   * Waits for a value in the name of the first request; what comes is given to `takeArrival`.
   * @returns why nothing will come; else null
   */
  wait(frame: AsyncGeneratorFrame, awaited: unknown): { readonly error: unknown } | null;
  settle(request: Request, mode: Mode, value: unknown): void;
}

const slots = shared("asyncGeneratorStates", () => {
  return class AsyncGeneratorSlot extends Itself {
    #generator: AsyncGenerator;
    constructor(object: object, generator: AsyncGenerator) {
      super(object);
      this.#generator = generator;
    }
    static read(object: unknown): AsyncGenerator | undefined {
      return typeof object === "object" && object !== null && #generator in object ? object.#generator : undefined;
    }
  };
});

/** What an async generator object of ours is about; undefined for anything else. */
export function asyncGeneratorOf(object: unknown): AsyncGenerator | undefined {
  return slots.read(object);
}

/** Makes a generator object; used by calls and by restore. */
export function makeAsyncGenerator(prototype: object, fn: Function, frame: AsyncGeneratorFrame | null): object {
  const object = create(prototype);
  new slots(object, { fn, frame, driver: null });
  return object;
}

/** `%AsyncGeneratorPrototype%` with our three methods in front; local/async-generator gives it these. */
export const asyncGeneratorPrototype: object = shared("asyncGeneratorPrototype", () =>
  Object.create(Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})()))),
);

/**
 * `next` of the prototype, and what it does, which local/async-generator fills in: who finds this method on a generator of ours
 * asks in its place, and saves recursion the calls between.
 */
export const entry = shared("asyncGeneratorEntry", () => ({
  next: null as unknown,
  ask: null as unknown as (generator: AsyncGenerator, mode: Mode, value: unknown) => Promise<unknown>,
}));

/** The generator of ours that a call of `next` would ask; undefined: it is to be called. */
export function askedBy(next: unknown, iterator: object): AsyncGenerator | undefined {
  return next === entry.next ? asyncGeneratorOf(iterator) : undefined;
}

/** What a call of a compiled async generator function does: run the parameters, park at the start. */
export function startAsyncGenerator(d: Descriptor, self: unknown, args: ArrayLike<unknown>, target: unknown): object {
  const frame = openGenerator(d, self, args, target) as AsyncGeneratorFrame | null;
  return makeAsyncGenerator(prototypeOf(d.self, asyncGeneratorPrototype), d.self, frame);
}

/** The frame of a generator; one that was restored after it had completed gets an empty one. */
export function frameOf(generator: AsyncGenerator): AsyncGeneratorFrame {
  if (generator.frame !== null) return generator.frame;
  const d = descriptorOf(generator.fn) as Descriptor;
  const frame = new d.meta.F(d) as AsyncGeneratorFrame;
  frame.$state = 4;
  generator.frame = frame;
  return frame;
}

/**
 * Takes up the first request of a generator that is not executing.
 * @returns true: its body is to be resumed, with what the registers say
 */
export function takeRequest(frame: AsyncGeneratorFrame, driver: Driver): boolean {
  for (let request = frame.$queue[0]; request !== undefined; request = frame.$queue[0]) {
    const { mode, value } = request;
    request.value = undefined; // it is taken, and need not be storable
    if (frame.$state === 0 && mode !== 0) complete(frame);
    if (frame.$state !== 4) {
      if (mode !== 2 || frame.$state === 0) return resumeWith(frame, mode, value);
      frame.$state = 5;
    } else if (mode === 2) frame.$state = 3;
    else {
      finishRequest(frame, driver, mode, mode === 0 ? { value: undefined, done: true } : value);
      continue;
    }
    const failed = driver.wait(frame, value);
    if (failed === null) return false;
    if (frame.$state === 5) return resumeWith(frame, 1, failed.error);
    frame.$state = 4;
    finishRequest(frame, driver, 1, failed.error);
  }
  return false;
}

/**
 * Takes what a generator has waited for by itself, in state 3, 5 or 6.
 * @returns as `takeRequest`
 */
export function takeArrival(frame: AsyncGeneratorFrame, driver: Driver, mode: Mode, value: unknown): boolean {
  const state = frame.$state;
  if (state === 5) return resumeWith(frame, mode === 0 ? 2 : mode, value);
  if (state === 6 && mode !== 0) return resumeWith(frame, mode, value);
  frame.$state = state === 6 ? 1 : 4;
  // A driver that ends it early gives a return, of the value.
  const isValue = mode === 0 || mode === 2;
  finishRequest(frame, driver, isValue ? 0 : 1, isValue ? { value, done: state !== 6 } : value);
  return takeRequest(frame, driver);
}

/**
 * Takes what came of running the body: an outcome, or by `R.parked` a value to hand out.
 * @returns as `takeRequest`
 */
export function takeOutcome(frame: AsyncGeneratorFrame, driver: Driver, mode: Mode, value: unknown): boolean {
  const { parked } = R;
  R.parked = 0;
  if (parked === 3) {
    frame.$state = 6;
    const failed = driver.wait(frame, value);
    return failed !== null && resumeWith(frame, 1, failed.error);
  }
  if (parked === 2) {
    frame.$state = 1;
    finishRequest(frame, driver, 0, { value, done: false });
  } else {
    complete(frame);
    if (mode === 0) finishRequest(frame, driver, 0, { value, done: true });
    else if (!abrupt(value) || value.mode !== 2) finishRequest(frame, driver, mode, value);
    else finishRequest(frame, driver, 0, { value: value.value, done: true });
  }
  return takeRequest(frame, driver);
}

/**
 * Fails what was asked of a generator that could not be driven on for want of stack. Who drives it has set its state and taken
 * its queue before, by itself: there may be no stack for this call either.
 *
 * @param asked may have left the queue, about to be settled
 */
export function abandon(
  frame: AsyncGeneratorFrame,
  driver: Driver,
  asked: Request,
  queue: Request[],
  error: unknown,
): void {
  frame.$wait = null;
  driver.settle(asked, 1, error);
  each(queue, (request) => driver.settle(request, 1, error));
  complete(frame);
}

function resumeWith(frame: AsyncGeneratorFrame, mode: Mode, value: unknown): true {
  frame.$state = 2;
  R.mode = mode;
  R.value = value;
  return true;
}

function finishRequest(frame: AsyncGeneratorFrame, driver: Driver, mode: Mode, value: unknown): void {
  frame.$wait = null; // what was awaited is over, and need not be storable
  driver.settle(shift(frame.$queue) as Request, mode, value);
}

/** I4: what the slots held is let go; the frame stays, for requests that are still to come. */
function complete(frame: AsyncGeneratorFrame): void {
  const meta = metaOf(frame);
  const empty = new (meta.F as new (d: Descriptor) => Frame)(frame.$d);
  each(meta.slots, (slot) => {
    frame[slot[0]] = empty[slot[0]];
  });
  frame.$pc = 0;
  frame.$delegate = null;
  frame.$state = 4;
}
