/**
 * Owns: generator objects of compiled generators: `next`, `throw`, `return` (docs/abi.md 10).
 * Does not own: how they are resumed (chain.ts), `yield*` (delegate.ts), how their frames become bytes (snapshot/codecs/generator).
 *
 * I1 A generator object has no own keys; its state is a private slot.
 * I2 The object's prototype is read from `fn.prototype` at the time of the call.
 */
import { create, getPrototypeOf } from "../builtins.ts";
import type { Frame } from "../frame.ts";
import { type Descriptor, type Run, R as realm, SUSPEND, shared } from "../realm.ts";
import { apply } from "./apply.ts";
import { GeneratorState, resume } from "./chain.ts";
import { refuseNew } from "./construct.ts";
import { Itself } from "./itself.ts";

const R = realm;

const nativePrototype = getPrototypeOf(getPrototypeOf((function* () {})()) as object);

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
  return makeGenerator(prototypeOf(d.self, generatorPrototype), new GeneratorState(d.self, frame));
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
  return state;
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

const methodOf = (name: string): unknown => Object.getOwnPropertyDescriptor(generatorPrototype, name)?.value;
/** The three methods: who finds one of these on a generator of ours can do without the call. */
export const generatorMethods: readonly unknown[] = [methodOf("next"), methodOf("throw"), methodOf("return")];
const [nextMethod] = generatorMethods;

/** The state of a generator whose `next` is ours. */
export function drivenState(iterator: unknown, next: unknown): GeneratorState | undefined {
  return next === nextMethod ? generatorState(iterator) : undefined;
}
