/**
 * Owns: the low-level public face of a durable call: started, suspended, given values, driven by hand or by promises.
 * Does not own: turns (local/scheduler), bytes (snapshot/), durability (engine/).
 *
 * States: created -> suspended <-> running -> done; `driven` is suspended with promises subscribed.
 * I1 Between two calls every task is parked, so a snapshot is always possible.
 * I2 Values go to the outside waits in their order: first the oldest task's, in a combination by slot.
 * I3 A rejection that no code had looked at when the call settled is an unhandled one of the process.
 */

import { each, put } from "./builtins.ts";
import { errors } from "./errors.ts";
import { metaOf } from "./frame.ts";
import { applyList } from "./language/apply.ts";
import type { SchedulerHost, SchedulerState } from "./local/host.ts";
import { bottomOf, liveFrames } from "./local/inspect.ts";
import { reopenWaits } from "./local/reopen.ts";
import { Scheduler } from "./local/scheduler.ts";
import type { Call, Task } from "./local/task.ts";
import { type ExternalWait, externalWaits, operandOf } from "./local/waits.ts";
import { type Descriptor, descriptorOf, type Mode } from "./realm.ts";
import { linesOf } from "./snapshot/inspect/listing.ts";
import { printLive } from "./snapshot/inspect/print.ts";
import { notDurable } from "./uncompiled.ts";

// biome-ignore lint/suspicious/noExplicitAny: any function may be durable
type AnyFunction = (...args: any[]) => any;

/** What `next` reports: the operand of the first outside wait, or the result. */
export type CoroutineResult<T> = { done: false; value: unknown } | { done: true; value: T };

/** What of a coroutine is stored. */
export interface CoroutineState {
  start: { fn: Function; self: unknown; args: unknown[] } | null;
  scheduler: SchedulerState | null;
  /** Tasks that were rejected and that nobody had looked at. */
  unobserved?: Task[];
}

/** Drives a coroutine in place of promises, and hears of what code outside of it has of its tasks (testing/cut). */
export interface Watcher {
  external(wait: ExternalWait): void;
  answered(wait: ExternalWait, mode: Mode, value: unknown): void;
  /** Code outside waits for a task. */
  heard(task: Task): void;
  settled(task: Task): void;
  spawned(coroutine: Coroutine<unknown>): void;
}

/** A durable call that can be stopped at every await, stored, and taken up again. Made by `coroutine` and `restore`. */
export class Coroutine<T = unknown> implements SchedulerHost {
  readonly scheduler = new Scheduler(this);
  #start: CoroutineState["start"];
  #driven = false;
  /** Not meant for users. */
  watcher: Watcher | null = null;
  /** Id of its function, for consoles. */
  readonly #name: string;
  #settled: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = [];

  /** Used by `coroutine` and `restore`; not meant for users. */
  constructor(state: CoroutineState) {
    this.#start = state.start;
    if (state.scheduler !== null) this.scheduler.adoptState(state.scheduler);
    if (state.unobserved !== undefined) this.scheduler.rejections.adopt(state.unobserved);
    const leaf = this.scheduler.root?.leaf;
    const meta = state.start !== null ? descriptorOf(state.start.fn)?.meta : leaf && metaOf(bottomOf(leaf));
    this.#name = meta?.key ?? "a durable function";
  }

  /** Has the call returned or thrown? */
  get done(): boolean {
    const root = this.scheduler.root;
    return root !== null && root.state !== 0;
  }

  /**
   * Runs until every task is parked. The first call starts it; later ones hand `value` to the first outside wait.
   *
   * @returns `{ done: false, value: <what the first outside wait awaits> }`, or `{ done: true, value: <result> }`
   * @throws what the durable function throws; CF2305 while it runs
   */
  next(value?: unknown): CoroutineResult<T> {
    return this.#resume("next", 0, value);
  }

  /** As `next`, but the first outside wait throws `error`. */
  throw(error: unknown): CoroutineResult<T> {
    return this.#resume("throw", 1, error);
  }

  /** Ends the first outside wait's task early: finally blocks run, its result is `value`. */
  return(value?: unknown): CoroutineResult<T> {
    return this.#resume("return", 2, value);
  }

  /**
   * Lets promises do the driving: every outside wait is awaited, until the call has settled.
   *
   * @returns the result
   * @throws what the durable function throws
   */
  drive(): Promise<T> {
    return new Promise((resolve, reject) => {
      put(this.#settled, { resolve: resolve as (value: unknown) => void, reject });
      if (!this.#driven) {
        this.#driven = true;
        if (this.#start !== null) this.#begin();
        else {
          reopenWaits(this.scheduler);
          this.scheduler.turn();
        }
      }
      this.#report();
    });
  }

  /** The outside waits, oldest task first. */
  waits(): ExternalWait[] {
    return externalWaits(this.scheduler);
  }

  /** Takes an outcome for a wait without running anything yet; `turn` runs. */
  arrive(wait: ExternalWait, mode: Mode, value: unknown): boolean {
    return this.scheduler.arrive(wait, mode, value);
  }

  /** Runs what is ready. */
  turn(): void {
    this.scheduler.turn();
    this.#report();
  }

  /** What a console shows: its frames with the source text of what each awaits, and their variables. */
  [Symbol.for("nodejs.util.inspect.custom")](depth = 0): string {
    const head = `Coroutine of ${this.#name}`;
    if (depth < 0) return `[${head}]`;
    if (this.#start !== null) return `${head}, not begun`;
    const { root } = this.scheduler;
    if (root?.state === 1) return `${head}, done: it returned ${printLive(root.value)}`;
    if (root?.state === 2) return `${head}, done: it threw ${printLive(root.value)}`;
    if (this.scheduler.isInTurn) return `${head}, running`;
    return [`${head}, suspended`, ...linesOf(liveFrames(this.scheduler), () => "waits for other tasks")].join("\n");
  }

  /** What is stored of it; only between two calls (I1). */
  state(): CoroutineState {
    if (this.scheduler.isInTurn) throw errors.coroutineBusy({ method: "snapshot", state: "is running" });
    if (this.#start !== null) return { start: this.#start, scheduler: null };
    return { start: null, scheduler: this.scheduler.state(), unobserved: this.scheduler.rejections.unobserved() };
  }

  // ---- SchedulerHost

  operation(): Task | null {
    return null; // outside an engine steps and sleeps are called like any function
  }

  foreign(call: Call): unknown {
    return applyList(call.fn as AnyFunction, call.self, call.args);
  }

  external(wait: ExternalWait): void {
    if (this.watcher !== null) this.watcher.external(wait);
    else if (this.#driven) wait.open();
  }

  heard(task: Task): void {
    this.watcher?.heard(task);
  }

  settled(task: Task): void {
    this.watcher?.settled(task);
  }

  spawned(): void {
    this.watcher?.spawned(this as Coroutine<unknown>);
  }

  answered(wait: ExternalWait, mode: Mode, value: unknown): void {
    if (this.watcher !== null) {
      this.watcher.answered(wait, mode, value);
      return;
    }
    this.scheduler.arriveAndTurn(wait, mode, value);
    this.#report();
  }

  // ---- inside

  #resume(method: string, mode: Mode, value: unknown): CoroutineResult<T> {
    if (this.scheduler.isInTurn) throw errors.coroutineBusy({ method, state: "is running" });
    if (this.#driven) throw errors.coroutineBusy({ method, state: "is driven by promises" });
    if (this.#start !== null) this.#begin();
    else if (!this.done) {
      const wait = this.waits()[0];
      if (wait !== undefined) this.scheduler.arrive(wait, mode, value);
      this.scheduler.turn();
    }
    this.#report();
    return this.#result();
  }

  #result(): CoroutineResult<T> {
    const root = this.scheduler.root as Task;
    if (root.state === 2) throw root.value;
    if (root.state === 1) return { done: true, value: root.value as T };
    return { done: false, value: operandOf(this.waits()[0]?.awaited) };
  }

  #begin(): void {
    const { fn, self, args } = this.#start as NonNullable<CoroutineState["start"]>;
    this.#start = null;
    this.scheduler.start(descriptorOf(fn) as Descriptor, self, args);
    this.scheduler.turn();
  }

  #report(): void {
    const root = this.scheduler.root;
    if (root === null || root.state === 0) return;
    const settled = this.#settled;
    this.#settled = [];
    each(settled, ({ resolve, reject }) => (root.state === 1 ? resolve(root.value) : reject(root.value)));
    // I3
    each(this.scheduler.rejections.unobserved(), (task) => void task.promise.then());
  }
}

/**
 * Makes a coroutine of a durable function, not yet started. A durable generator is one already: call it.
 *
 * @param fn an async function marked durable
 * @param args its arguments
 * @throws CF2301 if `fn` was never compiled, CF2306 if it is a step or a generator, CF2311 if it is a method that uses `this`
 * @example
 * const co = coroutine(fulfil, order);
 * co.next();                        // runs to the first await
 * const bytes = snapshot(co);       // … and in another process: restore(bytes).next(result)
 */
export function coroutine<A extends unknown[], T>(fn: (...args: A) => Promise<T>, ...args: A): Coroutine<T> {
  const descriptor = descriptorOf(fn);
  if (descriptor?.kind !== 0) throw notDurable(fn, coroutine);
  if (descriptor.meta.receiver) throw errors.receiverMissing({ function: descriptor.meta.key });
  return new Coroutine<T>({ start: { fn, self: undefined, args }, scheduler: null });
}
