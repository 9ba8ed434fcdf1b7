/**
 * Owns: frames and how one parks, is taken up again and ends early (docs/abi.md 3-6).
 * Does not own: who resumes a frame (language/drive, local/), how it becomes bytes (snapshot/).
 *
 * I1 Under a scheduler a parked leaf's `$wait` is what it awaits, and null in the frames above it. Without one nobody can ask,
 *    and a store would cost a write barrier per await: the driver gets it as the outcome, or from `R.awaited` if frames are new.
 * I2 Between the driver's set of `mode`/`value` and `take` no user code runs.
 * I3 `Abrupt` never reaches a user's catch: lowered handlers pass it on.
 */
import { types } from "node:util";
import { type Descriptor, FRAME, isInstance, READY, R as realm, SUSPEND, shared } from "./realm.ts";
import type { FunctionMeta } from "./registry.ts";

const R = realm;
const suspend = SUSPEND;

/** One active invocation of a durable function. Slots follow under the names in `meta.slots`. */
export interface Frame {
  $d: Descriptor;
  $pc: number;
  $up: Frame | null;
  $wait: unknown;
  [slot: string]: unknown;
}

/** A completion that is no error: return (generators) or cancel. Passes through finally blocks, not through catches. */
export interface Abrupt {
  readonly mode: 2 | 3;
  readonly value: unknown;
}

export const Abrupt: new (mode: 2 | 3, value: unknown) => Abrupt = shared(
  "Abrupt",
  () =>
    class Abrupt {
      readonly mode: 2 | 3;
      readonly value: unknown;
      constructor(mode: 2 | 3, value: unknown) {
        this.mode = mode;
        this.value = value;
      }
    },
);

const { isProxy } = types;

/** Is this a frame of any compiled function? */
export function isFrame(value: object): value is Frame {
  if (isProxy(value)) return false;
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === null || isProxy(prototype)) return false;
  return Object.getOwnPropertyDescriptor(prototype, FRAME)?.value !== undefined;
}

/** The record of the function a frame belongs to. */
export function metaOf(frame: Frame): FunctionMeta {
  return (frame as unknown as { [FRAME]: FunctionMeta })[FRAME];
}

/** Parks a new frame: above its callee's, if that is what has suspended it, or as the leaf. */
export function park(frame: Frame, awaited: unknown): object {
  if (awaited === suspend) (R.child as Frame).$up = frame;
  else {
    R.leaf = frame;
    if (R.ops === null) R.awaited = awaited;
    else frame.$wait = awaited;
  }
  R.child = frame;
  return suspend;
}

/**
 * Parks a frame that its driver has resumed. A leaf hands what it awaits to the driver: a register that is older than what it
 * points to costs 3 ns per store.
 */
export function repark(frame: Frame, awaited: unknown): unknown {
  if (awaited === suspend) {
    (R.child as Frame).$up = frame;
    if (R.ops !== null) frame.$wait = null;
    return suspend;
  }
  if (R.ops !== null) frame.$wait = awaited; // within the save of a function V8 knows the frame's shape: 2 ns, and 8 in a driver
  R.parked = 1;
  return awaited;
}

/** Parks a generator's frame at a `yield`; `yield*` has said already how its value is handed out. */
export function yieldValue(_frame: Frame, value: unknown): unknown {
  if (R.parked === 0) R.parked = 1;
  return value;
}

/** Parks an async generator's frame at a `yield`, whose operand its driver awaits. */
export function yieldAwaited(_frame: Frame, value: unknown): unknown {
  R.parked = 3;
  return value;
}

/** Parks an async generator's frame at a `yield` of what has been awaited. */
export function yieldSettled(_frame: Frame, value: unknown): unknown {
  R.parked = 2;
  return value;
}

/** Parks a frame at its entry: it has its arguments and starts on a fresh stack. */
export function ready(frame: Frame): object {
  return park(frame, READY);
}

/** What the resumed frame continues with: returns the value, or throws the error or completion. */
export function take(): unknown {
  const value = R.value;
  R.value = undefined;
  if (R.mode === 0) return value;
  const mode = R.mode;
  R.mode = 0;
  if (mode === 1) throw value;
  throw new Abrupt(mode, value);
}

/** Is this thrown thing a completion rather than an error? */
export function abrupt(thrown: unknown): thrown is Abrupt {
  return isInstance(thrown, Abrupt);
}
