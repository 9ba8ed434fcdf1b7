/**
 * Owns: driving an async generator by promises, outside of any scheduler: as a native one.
 * Does not own: what a request leads to (language/async-generator), generators under a scheduler (requests.ts).
 *
 * I1 What the generator itself waits for, and what it settles, takes exactly the ticks that the language says.
 * I2 The body's awaits are a driver's of volatile.ts, which hands on what is no await.
 * I3 What `await` and `yield` throw at once goes on in a loop: any number may follow.
 */
import { put } from "../builtins.ts";
import {
  type AsyncGeneratorFrame,
  abandon,
  type Driver,
  Request,
  takeArrival,
  takeOutcome,
  takeRequest,
} from "../language/async-generator.ts";
import { stitchStack } from "../language/stack.ts";
import { type Mode, type Run, R as realm, SUSPEND } from "../realm.ts";
import { needRoom, nesting, SHALLOW } from "./headroom.ts";
import { type Failure, subscribe } from "./subscribe.ts";
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
  #isRunning = false;
  /** The body has come to something within its first wait, and is to be resumed (I3). */
  #isAgain = false;
  readonly #next = (value: unknown): void => this.#arrive(0, value);
  readonly #throw = (error: unknown): void => this.#arrive(1, error);

  constructor(frame: AsyncGeneratorFrame) {
    this.#frame = frame;
    this.#body = new VolatileDriver(
      (value) => this.#finish(0, value),
      (error) => this.#finish(1, error),
    );
  }

  /** A call of `next`, `throw` or `return`. It runs the body itself: a frame less on the stack, for recursion. */
  request(mode: Mode, value: unknown): Promise<unknown> {
    if (nesting.count >= SHALLOW) needRoom();
    const frame = this.#frame;
    const capability = new Deferred();
    const request = new Request(mode, value, capability);
    put(frame.$queue, request);
    if (frame.$queue.length !== 1) return capability.promise;
    const { depth } = R;
    nesting.count++;
    try {
      let more = takeRequest(frame, this);
      this.#isRunning = more;
      while (more) {
        const given = R.mode === 1 ? R.value : undefined;
        let outcome: unknown;
        try {
          outcome = (frame.$d.run as Run)(frame);
        } catch (error) {
          more = this.#failed(error, given);
          continue;
        }
        more = this.#came(outcome);
      }
      this.#isRunning = false;
    } catch (error) {
      const { $queue } = frame;
      frame.$queue = []; // without a call: the stack is full
      frame.$state = 4;
      R.parked = 0;
      this.#isRunning = false;
      abandon(frame, this, request, $queue, error);
    } finally {
      nesting.count--;
      R.depth = depth;
    }
    return capability.promise;
  }

  wait(_frame: AsyncGeneratorFrame, awaited: unknown): Failure | null {
    return subscribe(awaited, this.#next, this.#throw);
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
    if (!takeOutcome(this.#frame, this, mode, value)) return;
    if (this.#isRunning) this.#isAgain = true;
    else this.#resume();
  }

  /** Runs the body, with what the registers say, until it waits or no request is left. */
  #resume(): void {
    this.#isRunning = true;
    for (let more = true; more; ) {
      const given = R.mode === 1 ? R.value : undefined;
      let outcome: unknown;
      try {
        outcome = (this.#frame.$d.run as Run)(this.#frame);
      } catch (error) {
        more = this.#failed(error, given);
        continue;
      }
      more = this.#came(outcome);
    }
    this.#isRunning = false;
  }

  /** What the body has thrown. @returns is it to be resumed? */
  #failed(error: unknown, given: unknown): boolean {
    R.parked = 0;
    stitchStack(error, error === given ? this.#frame : null); // what came from outside knows nothing of this frame
    return takeOutcome(this.#frame, this, 1, error);
  }

  /** What the body has come to. @returns is it to be resumed? */
  #came(outcome: unknown): boolean {
    if (R.parked !== 1 && outcome !== suspend) return takeOutcome(this.#frame, this, 0, outcome);
    this.#body.begin(this.#frame, outcome);
    const isAgain = this.#isAgain;
    this.#isAgain = false;
    return isAgain;
  }
}
