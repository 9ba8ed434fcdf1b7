/**
 * Owns: generator objects of compiled generators: `next`, `throw`, `return` (docs/abi.md 10).
 * Does not own: `yield*` (delegate.ts), how their frames become bytes (snapshot/codecs/generator).
 *
 * I1 A generator object has no own keys; its state is a private slot.
 * I2 The object's prototype is read from `fn.prototype` at the time of the call.
 * I3 A frame is dropped as soon as the generator has finished.
 */
import { create, getPrototypeOf } from "../builtins.ts";
import { abrupt, type Frame } from "../frame.ts";
import { type Descriptor, type Mode, type Run, R as realm, SUSPEND, shared } from "../realm.ts";
import { apply } from "./apply.ts";
import { refuseNew } from "./construct.ts";
import { Itself } from "./itself.ts";

const R = realm;

const nativePrototype = getPrototypeOf(getPrototypeOf((function* () {})()) as object);

/** What a generator object is about: its frame while it is suspended, null once it has finished. */
export interface GeneratorState {
  /** The function that was called: the object's prototype is found by it after a restore. */
  fn: Function;
  frame: Frame | null;
  running: boolean;
}

const states = shared("generatorStates", () => {
  return class GeneratorSlot extends Itself {
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
  const object = create(prototype);
  new states(object, state);
  return object;
}

/** What a call of a compiled generator function does: run the parameters, park at the start. */
export function startGenerator(d: Descriptor, self: unknown, args: ArrayLike<unknown>, newTarget: unknown): object {
  const frame = openGenerator(d, self, args, newTarget);
  return makeGenerator(prototypeOf(d.self, generatorPrototype), { fn: d.self, frame, running: false });
}

/** Runs the parameters of a generator function. @returns its frame, parked at its start */
export function openGenerator(
  d: Descriptor,
  self: unknown,
  args: ArrayLike<unknown>,
  newTarget: unknown,
): Frame | null {
  if (newTarget !== undefined) refuseNew(d);
  const { mode, value } = R;
  const outcome = apply(d.run as Run, self, args);
  const frame = outcome === SUSPEND ? R.child : null;
  R.mode = mode;
  R.value = value;
  R.child = null;
  R.leaf = null;
  return frame;
}

/** The prototype of the objects that a generator function makes now (I2). */
export function prototypeOf(fn: Function, fallback: object): object {
  const own = (fn as { prototype?: unknown }).prototype;
  return typeof own === "object" && own !== null ? own : fallback;
}

function stateOf(object: unknown, method: string): GeneratorState {
  const state = generatorState(object);
  if (state === undefined) throw new TypeError(`${method} method called on incompatible receiver ${typeof object}`);
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
  try {
    const result = (frame.$d.run as Run)(frame);
    const { parked } = R;
    if (parked === 0) {
      state.frame = null;
      return { value: result, done: true };
    }
    R.parked = 0;
    return parked === 1 ? { value: result, done: false } : (result as IteratorResult<unknown>);
  } catch (thrown) {
    state.frame = null;
    if (abrupt(thrown) && thrown.mode === 2) return { value: thrown.value, done: true };
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
