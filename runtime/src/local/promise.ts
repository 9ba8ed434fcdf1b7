/**
 * Owns: the promise by which user code holds a task: a genuine one, with a brand that no copy of it takes along.
 * Does not own: the task (task.ts), which durable code waits for without its promise.
 *
 * I1 Nothing listens to a promise without reading its `then` or, by the language's own ways (`await`, `Promise.resolve`, the species
 *    of `Promise.prototype.then`), its `constructor`. Both are read here first, and from then on the native promise goes as its
 *    task: so a task that only durable code waits for costs neither a resolution nor a rejection.
 * I2 It never counts as an unhandled rejection: who owns the run says what a rejection means that nobody has looked at.
 * I3 `then` and `finally` in durable code make tasks of the run (scheduler.react). A `Promise.prototype.then` that is patched, or an
 *    own `then`, is called as natively; so are callbacks that are the language's own (settler.ts).
 */
import { types } from "node:util";
import { apply, listen } from "../builtins.ts";
import { R as realm, shared } from "../realm.ts";
import type { Scheduler } from "./scheduler.ts";
import { isSettler, nothing } from "./settler.ts";
import type { Task } from "./task.ts";

const { isProxy } = types;

const R = realm;
const nativePromise = Promise;
const promisePrototype = Promise.prototype;
const { then: nativeThen, finally: nativeFinally } = promisePrototype;
const { defineProperty, hasOwn } = Object;
const ignore = (): void => {};

type Settle = (value: unknown) => void;
/** The handles of the promise that has just been made: an executor per promise would be one more closure each. */
let resolveNew: Settle = ignore;
let rejectNew: Settle = ignore;
const keepHandles = (resolve: Settle, reject: Settle): void => {
  resolveNew = resolve;
  rejectNew = reject;
};

/** Is the runtime itself listening? Then nobody else is to hear of it. */
let isQuiet = false;

export class TaskPromiseClass extends Promise<unknown> {
  #task: Task | null;
  #resolve: Settle;
  #reject: Settle;

  /** @param task null: it is being restored, and gets its task by `join` */
  constructor(task: Task | null) {
    super(keepHandles as never);
    this.#task = task;
    this.#resolve = resolveNew;
    this.#reject = rejectNew;
  }

  /** The task behind a value; null for anything that is not one of these promises. */
  static taskOf(value: unknown): Task | null {
    if (typeof value !== "object" || value === null || isProxy(value)) return null;
    try {
      return value instanceof TaskPromiseClass && #task in value ? value.#task : null;
    } catch {
      return null; // a Proxy among the prototypes
    }
  }

  /** Gives a restored promise its task. */
  static join(promise: TaskPromise, task: Task): void {
    promise.#task = task;
  }

  /** The task has settled. */
  static settle(promise: TaskPromise): void {
    if ((promise.#task as Task).isLive) promise.#pass();
  }

  /** From now on the native promise goes as the task (I1). */
  static enliven(promise: TaskPromise): void {
    const task = promise.#task as Task;
    if (task.isLive) return;
    task.isLive = true;
    if (task.state !== 0) promise.#pass();
  }

  #pass(): void {
    const { state, value } = this.#task as Task;
    if (state === 1) this.#resolve(value);
    else {
      TaskPromiseClass.listen(this, undefined, ignore); // I2
      this.#reject(value);
    }
    this.#resolve = ignore;
    this.#reject = ignore;
  }

  /** Listens in the name of the runtime. */
  static listen(promise: TaskPromise, yes: Settle | undefined, no: Settle): void {
    TaskPromiseClass.enliven(promise);
    isQuiet = true;
    try {
      listen(promise, yes, no);
    } finally {
      isQuiet = false;
    }
  }

  /** Somebody other than durable code may be listening from now on. */
  #look(): void {
    if (isQuiet) return;
    const task = this.#task as Task;
    task.observed = true;
    TaskPromiseClass.enliven(this);
    task.scheduler?.host.heard?.(task);
  }

  /** The scheduler whose durable code is asking, if the task is one of its own. */
  #driver(): Scheduler | null {
    const { ops } = R;
    const { scheduler } = this.#task as Task;
    return ops !== null && (scheduler === null || scheduler === ops) ? (ops as Scheduler) : null;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise (I3)
  override then<A, B>(
    yes?: ((value: unknown) => A | PromiseLike<A>) | null,
    no?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    const { then } = promisePrototype;
    if (then !== nativeThen || !(#task in this)) return apply(then, this, [yes, no]) as never;
    const scheduler = hasOwn(this, "constructor") ? null : this.#driver(); // an own one says of what class the result is
    if (scheduler === null) return listen(this, yes as never, no as never) as never;
    if (isSettler(yes) && isSettler(no)) return listen(this, yes, no) as never; // no rejection is left to be seen (I2)
    return scheduler.react(this.#task as Task, this.#stored(yes, true), this.#stored(no, false), false) as never;
  }

  /** What a reaction has for a callback: a settler is called by the native promise (settler.ts I1). */
  #stored(callback: unknown, isYes: boolean): unknown {
    if (!isSettler(callback)) return callback;
    listen(this, isYes ? callback : ignore, isYes ? ignore : callback);
    return nothing;
  }

  override finally(callback?: (() => void) | null): Promise<unknown> {
    const scheduler = #task in this && isNativeThen(this.then) ? this.#driver() : null;
    if (scheduler === null || promisePrototype.finally !== nativeFinally)
      return promisePrototype.finally.call(this, callback);
    if (!isSettler(callback)) return scheduler.react(this.#task as Task, callback, callback, true);
    const settle = (): void => callback();
    listen(this, settle, settle);
    return scheduler.react(this.#task as Task, nothing, nothing, true);
  }

  static {
    // biome-ignore lint/complexity/noThisInStatic: tsc sets its variable for the inner name only when this block has run
    defineProperty(this.prototype, "constructor", {
      get(this: TaskPromise) {
        if (#task in this) this.#look();
        return nativePromise;
      },
      /** An own property, as on any promise. Who sets one may listen by ways that are not seen here. */
      set(this: TaskPromise, value: unknown) {
        defineProperty(this, "constructor", { value, writable: true, enumerable: true, configurable: true });
        if (#task in this) TaskPromiseClass.enliven(this);
      },
      configurable: true,
    });
    // biome-ignore lint/complexity/noThisInStatic: as above
    defineProperty(this, "name", { value: "Promise" });
  }

  /** What a console prints: what it prints for a promise. One that nobody has listened to shows its task's state. */
  [Symbol.for("nodejs.util.inspect.custom")](): unknown {
    if (#task in this && (this.#task as Task).state !== 0) TaskPromiseClass.enliven(this);
    return this;
  }
}

/** One class per realm, so that copies of the runtime know each other's promises. */
export const TaskPromise: typeof TaskPromiseClass = shared("TaskPromise", () => TaskPromiseClass);
export type TaskPromise = TaskPromiseClass;

const taskThen = TaskPromise.prototype.then;

/** Is this the `then` that every promise has, unpatched? */
export function isNativeThen(then: unknown): boolean {
  return then === nativeThen || (then === taskThen && promisePrototype.then === nativeThen);
}

/** Has a promise got a `constructor` of its own? Then to wait for it is more than to listen to it (ECMA-262 27.2.4.7.1). */
export function hasOwnConstructor(promise: object): boolean {
  return hasOwn(promise, "constructor");
}
