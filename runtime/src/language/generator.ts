/**
 * Owns: generator objects of compiled generators: `next`, `throw`, `return`, and `yield*` (docs/abi.md 10).
 * Does not own: how their frames become bytes (snapshot/codecs/generator).
 *
 * I1 A generator object has no own keys; its state is a private slot.
 * I2 The object's prototype is read from `fn.prototype` at the time of the call.
 * I3 A frame is dropped as soon as the generator has finished.
 */
import { Abrupt, type Frame } from "../frame.ts";
import { type Descriptor, type Mode, R, SUSPEND, shared } from "../realm.ts";
import { refuseNew } from "./construct.ts";

const nativePrototype: object = Object.getPrototypeOf(Object.getPrototypeOf((function* () {})()));

/** What a generator object is about: its frame while it is suspended, null once it has finished. */
export interface GeneratorState {
  /** The function that was called: the object's prototype is found by it after a restore. */
  fn: Function;
  frame: Frame | null;
  running: boolean;
}

const states = shared("generatorStates", () => {
  class Holder {
    constructor(object: object) {
      // biome-ignore lint/correctness/noConstructorReturn: stamps the private slot on an object of any prototype (I1)
      return object;
    }
  }
  return class GeneratorSlot extends Holder {
    #state: GeneratorState;
    constructor(object: object, state: GeneratorState) {
      super(object);
      this.#state = state;
    }
    static read(object: unknown): GeneratorState | undefined {
      return typeof object === "object" && object !== null && #state in object ? object.#state : undefined;
    }
  };
});

/** The state of a generator object of ours; undefined for anything else. */
export function generatorState(object: unknown): GeneratorState | undefined {
  return states.read(object);
}

/** Makes a generator object around a frame; used by calls and by restore. */
export function makeGenerator(prototype: object, state: GeneratorState): object {
  const object = Object.create(prototype);
  new states(object, state);
  return object;
}

/** What a call of a compiled generator function does: run the parameters, park at the start. */
export function startGenerator(d: Descriptor, self: unknown, args: ArrayLike<unknown>, newTarget: unknown): object {
  if (newTarget !== undefined) refuseNew(d);
  const { mode, value, child } = R;
  const outcome = Reflect.apply(d.run as Function, undefined, [null, self, ...Array.from(args)]);
  const frame = outcome === SUSPEND ? R.child : null;
  R.mode = mode;
  R.value = value;
  R.child = child;
  const own = (d.self as { prototype?: unknown }).prototype;
  const prototype = typeof own === "object" && own !== null ? own : generatorPrototype;
  return makeGenerator(prototype, { fn: d.self, frame, running: false });
}

function stateOf(object: unknown, method: string): GeneratorState {
  const state = generatorState(object);
  if (state === undefined) throw new TypeError(`${method} method called on incompatible receiver ${String(object)}`);
  if (state.running) throw new TypeError("Generator is already running");
  return state;
}

function finishEarly(mode: Mode, value: unknown): IteratorResult<unknown> {
  if (mode === 1) throw value;
  return { value: mode === 2 ? value : undefined, done: true };
}

/** Registers outlive a nested run: a generator may be driven from anywhere. */
function resume(state: GeneratorState, mode: Mode, value: unknown): IteratorResult<unknown> {
  const frame = state.frame;
  if (frame === null) return finishEarly(mode, value);
  if (mode !== 0 && isAtStart(frame)) {
    state.frame = null;
    return finishEarly(mode, value);
  }
  const depth = R.depth;
  state.running = true;
  R.mode = mode;
  R.value = value;
  R.child = null;
  try {
    const result = (frame.$d.run as (frame: Frame) => unknown)(frame);
    if (result !== SUSPEND) {
      state.frame = null;
      return { value: result, done: true };
    }
    const out = R.awaited;
    R.awaited = undefined;
    frame.$wait = undefined;
    R.child = null;
    R.leaf = null;
    return out instanceof Handed ? (out.result as IteratorResult<unknown>) : { value: out, done: false };
  } catch (thrown) {
    state.frame = null;
    if (thrown instanceof Abrupt && thrown.mode === 2) return { value: thrown.value, done: true };
    throw thrown;
  } finally {
    state.running = false;
    R.depth = depth;
  }
}

/** Point 0 is the entry and point 1 the start, before the first statement of the body. */
function isAtStart(frame: Frame): boolean {
  return frame.$pc <= 1;
}

/** `%GeneratorPrototype%` with our three methods in front. */
export const generatorPrototype: object = shared("generatorPrototype", () => {
  const methods = {
    next(this: unknown, value?: unknown) {
      return resume(stateOf(this, "next"), 0, value);
    },
    return(this: unknown, value?: unknown) {
      return resume(stateOf(this, "return"), 2, value);
    },
    throw(this: unknown, error?: unknown) {
      return resume(stateOf(this, "throw"), 1, error);
    },
  };
  const prototype = Object.create(nativePrototype);
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
  return prototype;
});

/** An inner result that `yield*` hands out as it is. */
class Handed {
  readonly result: unknown;
  constructor(result: unknown) {
    this.result = result;
  }
}

/** The iterator of a running `yield*`; serializable if its inner iterator is. */
export class Delegate {
  iterator: { next: Function; return?: Function; throw?: Function };
  next: Function;
  value: unknown = undefined;
  started = false;
  constructor(iterable: unknown) {
    const method = (iterable as { [Symbol.iterator]: unknown })[Symbol.iterator];
    if (typeof method !== "function") throw new TypeError(`${describe(iterable)} is not iterable`);
    this.iterator = Reflect.apply(method, iterable, []);
    if (!isObject(this.iterator)) throw new TypeError("Result of the Symbol.iterator method is not an object");
    this.next = this.iterator.next;
  }
}

/** `yield* x`: opens the inner iterator. */
export function delegate(iterable: unknown): Delegate {
  return new Delegate(iterable);
}

/**
 * One exchange of `yield*` (ECMA-262 15.5.5): takes mode and value from the registers (mode 0, undefined the first time),
 * drives the inner iterator. Returns true when it is done, with the result in `d.value`; otherwise false and
 * `R.awaited` holds what to hand out.
 */
export function forward(d: Delegate): boolean {
  const mode = d.started ? R.mode : 0;
  const received = d.started ? R.value : undefined;
  d.started = true;
  R.mode = 0;
  R.value = undefined;
  let result: unknown;
  if (mode === 0) result = Reflect.apply(d.next, d.iterator, [received]);
  else if (mode === 1) result = forwardThrow(d, received);
  else {
    const method = d.iterator.return;
    if (method === undefined || method === null) throw new Abrupt(mode, received);
    result = Reflect.apply(method, d.iterator, [received]);
  }
  if (!isObject(result)) throw new TypeError(`Iterator result ${String(result)} is not an object`);
  const step = result as { done?: unknown; value?: unknown };
  if (!step.done) {
    R.child = null;
    R.awaited = new Handed(result);
    return false;
  }
  if (mode === 2 || mode === 3) throw new Abrupt(mode, step.value);
  d.value = step.value;
  return true;
}

function forwardThrow(d: Delegate, error: unknown): unknown {
  const method = d.iterator.throw;
  if (method !== undefined && method !== null) return Reflect.apply(method, d.iterator, [error]);
  const close = d.iterator.return;
  if (close !== undefined && close !== null) {
    const result = Reflect.apply(close, d.iterator, []);
    if (!isObject(result)) throw new TypeError(`${String(result)} is not an object`);
  }
  throw new TypeError("The iterator does not provide a 'throw' method");
}

/** `yield v`: leaves the value for the generator's driver; the caller parks. */
export function yieldValue(value: unknown): object {
  R.child = null;
  R.awaited = value;
  return SUSPEND;
}

function isObject(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function describe(value: unknown): string {
  return typeof value === "object" || typeof value === "function" ? `${typeof value}` : String(value);
}
