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
const nativeResolve = Promise.resolve.bind(Promise);

class VolatileDriver {
  leaf: Frame | null = null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly next = (value: unknown): void => this.resume(0, value);
  readonly throw = (error: unknown): void => this.resume(1, error);

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
    const awaited = leaf.$wait;
    if (R.gas < 0) this.hop(awaited === READY ? undefined : awaited);
    else if (awaited === READY) Reflect.apply(nativeThen, nativeResolve(undefined), [this.next, this.throw]);
    else this.subscribe(awaited);
  }

  subscribe(awaited: unknown): void {
    let promise: Promise<unknown>;
    try {
      promise = nativeResolve(awaited); // PromiseResolve: a native promise as it is, `then` of a thenable read once
    } catch (error) {
      promise = Promise.reject(error);
    }
    nativeThen.call(promise, this.next, this.throw);
  }

  /** Lets timers and I/O run once before this frame goes on. */
  hop(awaited: unknown): void {
    R.gas = gasBudget;
    setImmediate(() => this.subscribe(awaited));
    // A rejection that arrives before the hop must not count as unhandled.
    if (awaited instanceof Promise) nativeThen.call(awaited, undefined, () => {});
  }

  resume(mode: Mode, value: unknown): void {
    let frame = this.leaf as Frame;
    this.leaf = null;
    frame.$wait = undefined;
    R.depth = 0;
    R.gas--;
    for (;;) {
      R.mode = mode;
      R.value = value;
      R.child = null;
      const up = frame.$up;
      try {
        value = (frame.$d.run as Run)(frame);
        if (value === SUSPEND) {
          this.park();
          return;
        }
        mode = 0;
      } catch (error) {
        if (up !== null) stitchStack(error, up);
        mode = 1;
        value = error;
      }
      if (up === null) {
        if (mode === 0) this.resolve(value);
        else this.fail(value);
        return;
      }
      frame = up;
      R.depth = 0;
    }
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
