/**
 * Owns: a durable function outside any scheduler: a native promise driven by `.then` (docs/abi.md 14).
 * Does not own: schedulers (scheduler.ts), snapshots.
 *
 * I1 Handlers are attached to the awaited promise in the tick of the park.
 * I2 A finished driver forgets its frames: they must not stay reachable.
 * I3 Every wait passes at least one real tick; after `gasBudget` steps a macrotask passes.
 * I4 The driver keeps its leaf and the leaf's run function while the same frame parks again and again: every function has frames
 *    of its own shape, so that a load from any frame costs 3 to 5 ns.
 * I5 What a frame hands out (`R.parked` above 1) is its driver's result for now: the frame is an async generator's, and who
 *    drives that (volatile-generator.ts) reads the register and begins anew.
 * I6 Callers of a finished frame go on in the context of AsyncLocalStorage in which they have parked (context.ts).
 * I7 What `await` throws at once, before anything is waited for, goes on in the same tick, and in a loop: any number may follow.
 */

import { types } from "node:util";
import { promiseOf } from "../builtins.ts";
import type { Frame } from "../frame.ts";
import { stitchStack } from "../language/stack.ts";
import { gasBudget, type Mode, READY, type Run, R as realm, SUSPEND } from "../realm.ts";
import { Context } from "./context.ts";
import { type Failure, subscribe } from "./subscribe.ts";
import { chainingCycle, isResult } from "./thenable.ts";

const R = realm;
const suspend = SUSPEND;
const ready = READY;
const nativePromise = Promise;
const { isPromise } = types;

export class VolatileDriver {
  leaf: Frame | null = null;
  run: Run | null = null;
  /** What its caller has. */
  promise: Promise<unknown> | null = null;
  /** Of the leaf's caller, and below it those further up (I6). */
  context: Context | null = null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly next = (value: unknown): void => this.resume(0, value);
  readonly throw = (error: unknown): void => this.resume(1, error);

  constructor(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
    this.resolve = resolve;
    this.reject = reject;
  }

  /** Takes over frames that have just parked for the first time. */
  open(): void {
    const failed = this.adopt();
    if (failed !== null) this.resume(1, failed.error);
  }

  /** Takes over the frames that have just parked, and waits for what their leaf waits for. */
  adopt(): Failure | null {
    const leaf = R.leaf as Frame;
    const { awaited } = R;
    R.leaf = null;
    R.child = null;
    R.awaited = undefined;
    this.leaf = leaf;
    this.run = leaf.$d.run;
    if (leaf.$up !== null) this.context = new Context(leaf.$up, this.context);
    return this.wait(awaited === ready ? undefined : awaited);
  }

  /** Takes over a bottom frame that has been run: what it waits for, or that a callee has parked. */
  begin(frame: Frame, outcome: unknown): void {
    if (outcome === suspend) this.open();
    else {
      R.parked = 0;
      this.leaf = frame;
      this.run = frame.$d.run;
      const failed = this.wait(outcome);
      if (failed !== null) this.resume(1, failed.error);
    }
  }

  wait(awaited: unknown): Failure | null {
    // Asked of objects only: V8 compares any values by a call.
    if (typeof awaited === "object" && awaited !== null && awaited === this.promise && isResult(this.leaf as Frame))
      return { error: chainingCycle() };
    return R.gas < 0 ? this.hop(awaited) : subscribe(awaited, this.next, this.throw);
  }

  /** Lets timers and I/O run once before this frame goes on. */
  hop(awaited: unknown): null {
    R.gas = gasBudget;
    let goOn: (() => void) | null = null;
    let hasHopped = false;
    const arrive = (mode: Mode) => (value: unknown) => {
      goOn = () => this.resume(mode, value);
      if (hasHopped) goOn();
    };
    const failed = subscribe(awaited, arrive(0), arrive(1));
    if (failed !== null) arrive(1)(failed.error);
    setImmediate(() => {
      hasHopped = true;
      goOn?.();
    });
    return null;
  }

  resume(mode: Mode, value: unknown): void {
    let failed = this.step(mode, value);
    while (failed !== null) failed = this.step(1, failed.error); // I7
  }

  /** Steps the leaf. @returns why what it waits for now can't be waited for, or null */
  step(mode: Mode, value: unknown): Failure | null {
    const leaf = this.leaf as Frame;
    R.mode = mode;
    R.value = value;
    R.depth = 0;
    R.gas--;
    let outcome: unknown;
    try {
      outcome = (this.run as Run)(leaf);
    } catch (error) {
      R.parked = 0;
      // What came from outside knows nothing of this frame.
      stitchStack(error, mode === 1 && error === value ? leaf : leaf.$up);
      return this.unwind(leaf, 1, error);
    }
    const { parked } = R;
    if (parked === 1) {
      R.parked = 0;
      return this.wait(outcome);
    }
    if (outcome === suspend) return this.adopt();
    if (parked === 0) return this.unwind(leaf, 0, outcome);
    this.resolve(outcome);
    return null;
  }

  /** Feeds the outcome of a finished frame to its callers until one parks or none is left. */
  unwind(finished: Frame, mode: Mode, value: unknown): null {
    this.leaf = null; // I2
    this.run = null;
    const up = finished.$up;
    if (up === null) {
      if (mode === 0) this.resolve(value);
      else this.reject(value);
      return null;
    }
    const climb = new Climb(this, up, mode, value);
    while (climb.frame !== null) {
      const { context } = this; // I6
      if (context === null) climb.go();
      else {
        this.context = context.next();
        context.runInAsyncScope(climb.go, climb);
      }
    }
    return null;
  }
}

/** An outcome on its way up. */
class Climb {
  readonly #driver: VolatileDriver;
  /** The next frame to hear of it; null: one has parked, or none is left. */
  frame: Frame | null;
  #mode: Mode;
  #value: unknown;
  /** An error in whose stack the callers stand. */
  #known: unknown;

  constructor(driver: VolatileDriver, frame: Frame, mode: Mode, value: unknown) {
    this.#driver = driver;
    this.frame = frame;
    this.#mode = mode;
    this.#value = value;
    this.#known = mode === 1 ? value : undefined;
  }

  /** Goes on with one frame. */
  go(): void {
    const driver = this.#driver;
    for (let frame = this.frame as Frame; ; ) {
      if (this.#resume(frame)) {
        const failed = this.#park(frame);
        if (failed === null) {
          this.frame = null;
          return;
        }
        frame = driver.leaf as Frame; // I7
        driver.leaf = null;
        driver.run = null;
        this.#mode = 1;
        this.#value = failed.error;
        continue;
      }
      this.frame = frame.$up;
      if (this.frame !== null) return;
      if (this.#mode === 0) driver.resolve(this.#value);
      else driver.reject(this.#value);
      return;
    }
  }

  /** Steps a frame. @returns has it parked? */
  #resume(frame: Frame): boolean {
    const given = this.#value;
    const isForeign = this.#mode === 1 && given !== this.#known; // what came from outside knows nothing of this frame
    R.mode = this.#mode;
    R.value = given;
    R.depth = 0;
    try {
      this.#value = (frame.$d.run as Run)(frame);
      this.#mode = 0;
    } catch (error) {
      R.parked = 0;
      if (error !== this.#known) stitchStack(error, isForeign && error === given ? frame : frame.$up);
      this.#known = error;
      this.#mode = 1;
      this.#value = error;
    }
    return R.parked === 1 || this.#value === suspend;
  }

  #park(frame: Frame): Failure | null {
    const driver = this.#driver;
    if (this.#value === suspend) return driver.adopt();
    R.parked = 0;
    driver.leaf = frame;
    driver.run = frame.$d.run;
    return driver.wait(this.#value);
  }
}

/** A call of a durable function outside any scheduler that has parked: its promise. */
export function openVolatile(): Promise<unknown> {
  let driver: VolatileDriver | undefined;
  const promise = new nativePromise((resolve, reject) => {
    driver = new VolatileDriver(resolve, reject);
    driver.open();
  });
  if (driver !== undefined) driver.promise = promise; // else the stack is full, and the promise rejected
  return promise;
}

/** A promise of what a function returned at once: like `Promise.resolve`, but never the promise that it returned. */
export function settled(value: unknown): Promise<unknown> {
  return isPromise(value) ? new nativePromise((resolve) => resolve(value)) : promiseOf(value);
}
