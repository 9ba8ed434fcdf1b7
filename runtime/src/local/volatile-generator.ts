/**
 * Owns: driving an async generator by promises, outside of any scheduler: as a native one.
 * Does not own: what a request leads to (language/async-generator), generators under a scheduler (requests.ts).
 *
 * I1 What the generator itself waits for, and what it settles, takes exactly the ticks that the language says.
 * I2 The body's awaits are a driver's of volatile.ts, which hands on what is no await.
 */
import { put } from "../builtins.ts";
import {
  type AsyncGeneratorFrame,
  type Driver,
  Request,
  takeArrival,
  takeOutcome,
  takeRequest,
} from "../language/async-generator.ts";
import { stitchStack } from "../language/stack.ts";
import { type Mode, type Run, R as realm, SUSPEND } from "../realm.ts";
import { subscribe } from "./subscribe.ts";
import { VolatileDriver } from "./volatile.ts";

const R = realm;
const suspend = SUSPEND;

/** A promise and its handles; `Promise.withResolvers` takes 60 ns longer (2.2 times). */
class Deferred {
  resolve!: (value: unknown) => void;
  reject!: (error: unknown) => void;
  readonly promise: Promise<unknown>;
  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

export class VolatileGenerator implements Driver {
  readonly #frame: AsyncGeneratorFrame;
  readonly #body: VolatileDriver;
  readonly #next = (value: unknown): void => this.#arrive(0, value);
  readonly #throw = (error: unknown): void => this.#arrive(1, error);

  constructor(frame: AsyncGeneratorFrame) {
    this.#frame = frame;
    this.#body = new VolatileDriver(
      (value) => this.#finish(0, value),
      (error) => this.#finish(1, error),
    );
  }

  /** A call of `next`, `throw` or `return`. */
  request(mode: Mode, value: unknown): Promise<unknown> {
    const frame = this.#frame;
    const capability = new Deferred();
    put(frame.$queue, new Request(mode, value, capability));
    const isIdle = frame.$queue.length === 1;
    if (isIdle) {
      const { depth } = R;
      if (takeRequest(frame, this)) this.#resume();
      R.depth = depth;
    }
    return capability.promise;
  }

  wait(_frame: AsyncGeneratorFrame, awaited: unknown): void {
    const failed = subscribe(awaited, this.#next, this.#throw);
    if (failed !== null) this.#arrive(1, failed.error);
  }

  settle({ capability }: Request, mode: Mode, value: unknown): void {
    const { resolve, reject } = capability as Deferred;
    if (mode === 0) resolve(value);
    else reject(value);
  }

  #arrive(mode: Mode, value: unknown): void {
    R.depth = 0;
    R.gas--;
    if (takeArrival(this.#frame, this, mode, value)) this.#resume();
  }

  /** What came of the body after an await. */
  #finish(mode: Mode, value: unknown): void {
    if (takeOutcome(this.#frame, this, mode, value)) this.#resume();
  }

  /** Runs the body, with what the registers say, until it waits or no request is left. */
  #resume(): void {
    const frame = this.#frame;
    const run = frame.$d.run as Run;
    for (let more = true; more; ) {
      const given = R.mode === 1 ? R.value : undefined;
      let mode: Mode = 0;
      let outcome: unknown;
      try {
        outcome = run(frame);
      } catch (error) {
        stitchStack(error, error === given ? frame : null); // what came from outside knows nothing of this frame
        mode = 1;
        outcome = error;
      }
      if (R.parked === 1 || outcome === suspend) {
        this.#body.begin(frame, outcome);
        return;
      }
      more = takeOutcome(frame, this, mode, outcome);
    }
  }
}
