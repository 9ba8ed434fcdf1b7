/**
 * Owns: a task: one concurrent piece of a run (a stack of frames, a call, an operation or a combination), as a promise
 * that can be stored.
 * Does not own: who moves it on (scheduler.ts, combinators/), what an operation does (engine/).
 *
 * States: pending -> fulfilled | rejected; final.
 * I1 A task settles once; later results are dropped.
 * I2 `waiters` are woken in the order in which they came (as promise reactions are).
 * I3 The native promise behind it never counts as an unhandled rejection; `observed` says whether anybody looked.
 * I4 The native promise is made when foreign code first calls `then`. Who waits for a task in durable code is a waiter.
 */
import type { Frame } from "../frame.ts";
import type { CombinatorKind, Mode } from "../realm.ts";
import { isInstance, R, shared } from "../realm.ts";
import type { Scheduler } from "./scheduler.ts";
import type { ExternalWait } from "./waits.ts";

/** 0 pending, 1 fulfilled, 2 rejected. */
export type TaskState = 0 | 1 | 2;

/** Who is woken when a task settles: a task (index -1), or a slot of a combination. They form a list, in order. */
export interface Waiter {
  readonly task: Task;
  readonly index: number;
  next: Waiter | null;
}

/** Hears of what tasks see. */
export interface TaskHost {
  /** Code that no scheduler drives waits for a task of the run. */
  heard?(task: Task): void;
}

/** An awaited call of foreign code, kept so that it can be made again after a restore. */
export class Call {
  fn: unknown;
  self: unknown;
  args: unknown[];
  text: string;
  /** What the call returned in this process; undefined after a restore. */
  value: unknown = undefined;
  /** Made in this process? */
  live = false;
  /** The host's name for this call, the same when it is made again; "" until it needs one. */
  key = "";
  constructor(fn: unknown, self: unknown, args: unknown[], text: string) {
    this.fn = fn;
    this.self = self;
    this.args = args;
    this.text = text;
  }
}

/** What a `Promise.all` or its kin has so far. */
export class Combination {
  kind: CombinatorKind;
  /** What each slot waits for; undefined once it has settled. */
  items: unknown[];
  /** What each settled slot gave. */
  values: unknown[];
  left: number;
  constructor(kind: CombinatorKind, items: unknown[]) {
    this.kind = kind;
    this.items = items;
    this.values = new Array(items.length).fill(undefined);
    this.left = items.length;
  }
}

/** What the engine performs for a task; `data` is the engine's own and must be serializable. */
export class Operation {
  name: string;
  data: unknown;
  constructor(name: string, data: unknown) {
    this.name = name;
    this.data = data;
  }
}

/** A frame's wait that was lost with its process. */
export class Lost {
  text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A callback of `then`, `catch` or `finally` on a task, in durable code: it runs in a turn once its source has settled. */
export class Reaction {
  yes: unknown;
  no: unknown;
  /** Of `finally`: the callback gets nothing, and the outcome of the source goes on behind it. */
  isFinal: boolean;
  /** Has the callback run? */
  hasRun = false;
  /** Of `finally`: what goes on. */
  mode: Mode = 0;
  value: unknown = undefined;
  constructor(yes: unknown, no: unknown, isFinal: boolean) {
    this.yes = yes;
    this.no = no;
    this.isFinal = isFinal;
  }
}

/** What a task works on: null for a stack of frames. */
export type Work = Call | Combination | Operation | Reaction | null;

/**
 * A promise for everybody who looks, without the slot of a native one: to make that with its two functions costs more than all
 * else of a task, and hardly any task is looked at by foreign code (I4).
 */
const PromiseBase = function PromiseBase() {} as unknown as new () => Promise<unknown>;
PromiseBase.prototype = Promise.prototype;

export class TaskPromise extends PromiseBase {
  work: Work;
  id = 0;
  scheduler: Scheduler | null = null;
  state: TaskState = 0;
  value: unknown = undefined;
  leaf: Frame | null = null;
  firstWaiter: Waiter | null = null;
  lastWaiter: Waiter | null = null;
  observed = false;
  /** Its wait for something outside, kept to be used again; never one that is open and of which it no longer waits for the answer. */
  wait: ExternalWait | null = null;
  #native: PromiseWithResolvers<unknown> | null = null;

  /** @param value a task, or an object that inherits from one */
  static is(value: object): value is TaskPromise {
    return #native in value;
  }

  constructor(work: Work) {
    super();
    this.work = work;
  }

  // biome-ignore lint/suspicious/noThenProperty: a task is a promise; looking at it is what makes it observed
  override then<A, B>(
    yes?: ((value: unknown) => A | PromiseLike<A>) | null,
    no?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.observed = true;
    const scheduler = this.#driver();
    if (scheduler !== null) return scheduler.react(this, yes, no, false) as unknown as Promise<never>;
    this.scheduler?.host.heard?.(this);
    return this.#promise().then(yes, no);
  }

  /** As the promise that its host waits for. */
  asNative(): Promise<unknown> {
    this.observed = true;
    return this.#promise();
  }

  override finally(callback?: (() => void) | null): Promise<unknown> {
    const scheduler = this.#driver();
    return scheduler === null ? super.finally(callback) : scheduler.react(this, callback, callback, true);
  }

  /** The scheduler whose durable code is asking, if this task is one of its own. */
  #driver(): Scheduler | null {
    const { ops } = R;
    return ops !== null && (this.scheduler === null || this.scheduler === ops) ? (ops as Scheduler) : null;
  }

  /** Takes the outcome; returns false if the task had settled before. Waiters are the scheduler's to wake. */
  settle(mode: Mode, value: unknown): boolean {
    if (this.state !== 0) return false;
    this.state = mode === 0 ? 1 : 2;
    this.value = value;
    this.leaf = null;
    this.wait = null;
    if (this.#native !== null) this.#pass(this.#native);
    return true;
  }

  /** Adds who is to be woken, behind the others (I2). */
  addWaiter(task: Task, index: number): void {
    const waiter: Waiter = { task, index, next: null };
    if (this.lastWaiter === null) this.firstWaiter = waiter;
    else this.lastWaiter.next = waiter;
    this.lastWaiter = waiter;
  }

  /** The native promise behind it, made for the first one who looks (I4). */
  #promise(): Promise<unknown> {
    if (this.#native === null) {
      this.#native = Promise.withResolvers();
      this.#native.promise.then(undefined, () => {}); // I3
      if (this.state !== 0) this.#pass(this.#native);
    }
    return this.#native.promise;
  }

  #pass({ resolve, reject }: PromiseWithResolvers<unknown>): void {
    if (this.state === 1) resolve(this.value);
    else reject(this.value);
  }

  /** What a console prints: what it prints for a promise. */
  [Symbol.for("nodejs.util.inspect.custom")](_depth: number, options: object, inspect: (...args: unknown[]) => string) {
    if (this.state === 0) return "Promise { <pending> }";
    return `Promise { ${this.state === 1 ? "" : "<rejected> "}${inspect(this.value, options)} }`;
  }
}
// As with any promise; `Symbol.species` is then that of `Promise` as well.
Object.defineProperty(TaskPromise.prototype, "constructor", { value: Promise, writable: true, configurable: true });

/** One class per realm, so that copies of the runtime know each other's tasks. */
export const Task: typeof TaskPromise = shared("Task", () => TaskPromise);
export type Task = TaskPromise;

/** Is it a task? Any value may be asked about. */
export function isTask(value: unknown): value is Task {
  return isInstance(value, Task) && Task.is(value);
}
