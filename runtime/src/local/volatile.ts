/**
 * Owns: a durable function outside any scheduler: a native promise driven by `.then` (docs/abi.md 14).
 * Does not own: schedulers (scheduler.ts), snapshots.
 *
 * I1 Handlers are attached to the awaited promise in the tick of the park.
 * I2 The driver forgets the leaf before it resumes it: finished frames must not stay reachable.
 * I3 Every wait passes at least one real tick; after `gasBudget` steps a macrotask passes.
 */
import { Abrupt, type Frame } from "../frame.ts";
import { stitchStack } from "../language/stack.ts";
import { type Descriptor, gasBudget, type Mode, R, READY, type Run, SUSPEND } from "../realm.ts";

const nativeThen = Promise.prototype.then;
const nativePromise = Promise;
const nativeResolve = Promise.resolve;
const ignore = (): void => {};

/** PromiseResolve (ECMA-262 27.2.4.7.1): a native promise as it is, `then` of a thenable read once. */
function toPromise(awaited: unknown): Promise<unknown> {
  try {
    return nativeResolve.call(nativePromise, awaited);
  } catch (error) {
    return nativePromise.reject(error); // its `constructor` threw
  }
}

class VolatileDriver {
  leaf: Frame | null = null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly next = (value: unknown): void => {
    R.mode = 0;
    this.resume(value);
  };
  readonly throw = (error: unknown): void => {
    R.mode = 1;
    this.resume(error);
  };

  constructor(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
    this.resolve = resolve;
    this.reject = reject;
  }

  /** Waits for what the leaf that has just parked waits for. */
  park(): void {
    const leaf = R.leaf as Frame;
    this.leaf = leaf;
    R.leaf = null;
    R.child = null;
    const awaited = R.awaited;
    if (R.gas < 0) this.hop(awaited === READY ? undefined : awaited);
    else if (awaited === READY) this.subscribe(undefined);
    else this.subscribe(awaited);
  }

  subscribe(awaited: unknown): void {
    const promise =
      awaited instanceof nativePromise && awaited.constructor === nativePromise ? awaited : toPromise(awaited);
    nativeThen.call(promise, this.next, this.throw);
  }

  /** Lets timers and I/O run once before this frame goes on. */
  hop(awaited: unknown): void {
    R.gas = gasBudget;
    setImmediate(() => this.subscribe(awaited));
    // A rejection that arrives before the hop must not count as unhandled.
    if (awaited instanceof Promise) nativeThen.call(awaited, undefined, ignore);
  }

  /** Steps the leaf; `R.mode` says how it goes on. */
  resume(value: unknown): void {
    const leaf = this.leaf as Frame;
    R.value = value;
    R.child = null;
    R.depth = 0;
    R.gas--;
    let outcome: unknown;
    try {
      outcome = (leaf.$d.run as Run)(leaf);
    } catch (error) {
      this.unwind(leaf, 1, error);
      return;
    }
    if (outcome === SUSPEND) this.park();
    else this.unwind(leaf, 0, outcome);
  }

  /** Feeds the outcome of a finished frame to its callers until one parks or none is left. */
  unwind(finished: Frame, mode: Mode, value: unknown): void {
    this.leaf = null; // I2
    let frame = finished;
    for (let up = frame.$up; up !== null; up = frame.$up) {
      if (mode === 1) stitchStack(value, up);
      frame = up;
      R.mode = mode;
      R.value = value;
      R.child = null;
      R.depth = 0;
      try {
        value = (frame.$d.run as Run)(frame);
        mode = 0;
      } catch (error) {
        mode = 1;
        value = error;
      }
      if (value === SUSPEND) {
        this.park();
        return;
      }
    }
    if (mode === 0) this.resolve(value);
    else this.fail(value);
  }

  fail(error: unknown): void {
    this.reject(error instanceof Abrupt ? error.value : error);
  }
}

/** Calls a durable function outside any scheduler: as an ordinary async function. */
export function runVolatile(d: Descriptor, self: unknown, args: ArrayLike<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    // A throw before the first await rejects: the executor's own behaviour.
    const outcome = Reflect.apply(d.run as Run, undefined, [null, self, ...Array.from(args)] as never);
    if (outcome === SUSPEND) new VolatileDriver(resolve, reject).park();
    else resolve(outcome);
  });
}
