/**
 * Owns: async generators under a scheduler: each request is a task, whose frames are the generator's while it is its turn.
 * Does not own: what a request leads to (language/async-generator), turns (scheduler.ts).
 *
 * I1 The first request's task has the generator's frame at the bottom of its stack; those behind it have neither frames nor
 *    work, and wait for nothing but their turn. So tasks, frame and queue are all that is stored of a generator under way.
 * I2 A request that finds the generator idle runs its body at once, as a native one does (scheduler.ts I1).
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
import { type Mode, R, type Run, SUSPEND } from "../realm.ts";
import { needRoom, nesting, SHALLOW } from "./headroom.ts";
import type { Scheduler } from "./scheduler.ts";
import { Task } from "./task.ts";

export class Requests implements Driver {
  readonly #scheduler: Scheduler;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** A call of `next`, `throw` or `return`. It runs the body itself: a frame less on the stack, for recursion. */
  add(frame: AsyncGeneratorFrame, mode: Mode, value: unknown): Task {
    if (nesting.count >= SHALLOW) needRoom();
    const scheduler = this.#scheduler;
    const { current } = scheduler;
    const task = scheduler.adopt(new Task(null));
    scheduler.host.spawned?.(task, current);
    const request = new Request(mode, value, task);
    put(frame.$queue, request);
    if (frame.$queue.length !== 1) return task;
    const { child, leaf } = R;
    nesting.count++;
    try {
      for (let more = takeRequest(frame, this); more; ) {
        const given = this.#begin(frame);
        let outcome: unknown;
        try {
          outcome = (frame.$d.run as Run)(frame);
        } catch (error) {
          more = this.#failed(frame, error, given);
          continue;
        }
        more = this.#came(frame, outcome);
      }
    } catch (error) {
      const { $queue } = frame;
      frame.$queue = []; // without a call: the stack is full
      frame.$state = 4;
      R.parked = 0;
      abandon(frame, this, request, $queue, error);
    } finally {
      nesting.count--;
      scheduler.current = current;
      R.child = child;
      R.leaf = leaf;
    }
    return task;
  }

  /** What a generator's frame, the leaf of the task, has waited for; false: it is its body that goes on. */
  arrive(frame: AsyncGeneratorFrame, mode: Mode, value: unknown): boolean {
    if (frame.$state === 2) return false;
    if (takeArrival(frame, this, mode, value)) this.#resume(frame);
    return true;
  }

  /** What came of a generator's frame, the last of the task. */
  finish(frame: AsyncGeneratorFrame, mode: Mode, value: unknown): void {
    if (takeOutcome(frame, this, mode, value)) this.#resume(frame);
  }

  wait(frame: AsyncGeneratorFrame, awaited: unknown): null {
    this.#scheduler.parkAt(frame.$queue[0]?.capability as Task, frame, awaited);
    return null;
  }

  settle(request: Request, mode: Mode, value: unknown): void {
    this.#scheduler.settle(request.capability as Task, mode, value);
  }

  /** Runs the body, with what the registers say, until it waits or no request is left. */
  #resume(frame: AsyncGeneratorFrame): void {
    for (let more = true; more; ) {
      const given = this.#begin(frame);
      let outcome: unknown;
      try {
        outcome = (frame.$d.run as Run)(frame);
      } catch (error) {
        more = this.#failed(frame, error, given);
        continue;
      }
      more = this.#came(frame, outcome);
    }
  }

  /** @returns the error with which the body goes on */
  #begin(frame: AsyncGeneratorFrame): unknown {
    this.#scheduler.current = frame.$queue[0]?.capability as Task;
    R.child = null;
    R.leaf = null;
    return R.mode === 1 ? R.value : undefined;
  }

  /** What the body has thrown. @returns is it to be resumed? */
  #failed(frame: AsyncGeneratorFrame, error: unknown, given: unknown): boolean {
    R.parked = 0;
    stitchStack(error, error === given ? frame : null);
    return takeOutcome(frame, this, 1, error);
  }

  /** What the body has come to. @returns is it to be resumed? */
  #came(frame: AsyncGeneratorFrame, outcome: unknown): boolean {
    const task = frame.$queue[0]?.capability as Task;
    if (R.parked === 1) {
      R.parked = 0;
      this.#scheduler.parkAt(task, frame, outcome);
      return false;
    }
    if (outcome !== SUSPEND) return takeOutcome(frame, this, 0, outcome);
    this.#scheduler.park(task);
    return false;
  }
}
