/**
 * Owns: a task: one concurrent piece of a run (a stack of frames, a call, an operation or a combination), which can be stored.
 * Does not own: who moves it on (scheduler.ts, combinators/), what an operation does (engine/), how user code holds it (promise.ts).
 *
 * States: pending -> fulfilled | rejected; final.
 * I1 A task settles once; later results are dropped.
 * I2 `waiters` are woken in the order in which they came (as promise reactions are).
 * I3 `observed` says whether anybody looked.
 * I4 It gets a promise only if user code can hold it. Who waits for a task in durable code is a waiter.
 * I5 Of its waiters no more have settled than have not, or a few.
 */
import { types } from "node:util";
import type { Frame } from "../frame.ts";
import type { CombinatorKind, Mode, Run } from "../realm.ts";
import { shared } from "../realm.ts";
import type { Context } from "./context.ts";
import { TaskPromise } from "./promise.ts";
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

/** Who still has to hear of an outcome; `below`, of the one that has led to it: those come behind. */
export interface Way {
  readonly waiter: Waiter;
  readonly mode: Mode;
  readonly value: unknown;
  readonly below: Way | null;
}

/** Hears of what tasks see. */
export interface TaskHost {
  /**
   * Code that no scheduler drives may be waiting for a task of the run. While durable code runs that may be code which it has
   * called without await, or durable code that only looks.
   */
  heard?(task: Task): void;
}

/**
 * An awaited call of foreign code, kept so that it can be made again after a restore. One is made per await: fields are declared
 * only, since V8 writes those of a class twice.
 */
export class Call {
  declare fn: unknown;
  declare self: unknown;
  declare args: unknown[];
  declare text: string;
  /** What the call returned in this process; undefined after a restore. */
  declare value: unknown;
  /** Made in this process? */
  declare live: boolean;
  /** The host's name for this call, the same when it is made again; "" until it needs one. */
  declare key: string;
  constructor(fn: unknown, self: unknown, args: unknown[], text: string) {
    this.fn = fn;
    this.self = self;
    this.args = args;
    this.text = text;
    this.value = undefined;
    this.live = false;
    this.key = "";
  }
}

/** What a `Promise.all` or its kin has so far. */
export class Combination {
  kind: CombinatorKind;
  /** What each slot waits for; undefined once it has settled. */
  items: unknown[] = [];
  /** What each settled slot gave. */
  values: unknown[] = [];
  left = 0;
  constructor(kind: CombinatorKind) {
    this.kind = kind;
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

const FEW_WAITERS = 16;

export class TaskClass {
  work: Work;
  id = 0;
  scheduler: Scheduler | null = null;
  state: TaskState = 0;
  value: unknown = undefined;
  leaf: Frame | null = null;
  /** The leaf, if it has parked again, and its run function (scheduler.ts I6). */
  known: Frame | null = null;
  run: Run | null = null;
  firstWaiter: Waiter | null = null;
  lastWaiter: Waiter | null = null;
  /** So many waiters more, and those that have settled are taken out. */
  spare = FEW_WAITERS;
  observed = false;
  /** Does its promise go as it does natively too (promise.ts I1)? */
  isLive = false;
  /** Its wait for something outside, kept to be used again; never one that is open and of which it no longer waits for the answer. */
  wait: ExternalWait | null = null;
  /** Where it goes on, unless what it waits for lies outside. */
  context: Context | null = null;
  /** Where the callers of its leaf go on. */
  callers: Context | null = null;
  #promise: TaskPromise | null = null;

  constructor(work: Work) {
    this.work = work;
  }

  /** The promise by which user code holds it (I4). */
  get promise(): TaskPromise {
    this.#promise ??= new TaskPromise(this);
    return this.#promise;
  }

  get hasPromise(): boolean {
    return this.#promise !== null;
  }

  /** Takes over a restored promise. */
  adoptPromise(promise: TaskPromise): void {
    this.#promise = promise;
    TaskPromise.join(promise, this);
  }

  /** Has the runtime listen, in the name of whoever waits: nobody else hears of it. */
  listen(yes: (value: unknown) => void, no: (error: unknown) => void): void {
    this.observed = true;
    TaskPromise.listen(this.promise, yes, no);
  }

  /** Takes the outcome; returns false if the task had settled before. Waiters are the scheduler's to wake. */
  settle(mode: Mode, value: unknown): boolean {
    if (this.state !== 0) return false;
    this.state = mode === 0 ? 1 : 2;
    this.value = value;
    this.leaf = null;
    this.known = null;
    this.run = null;
    this.wait = null;
    this.context = null;
    this.callers = null;
    if (this.#promise !== null) TaskPromise.settle(this.#promise);
    return true;
  }

  /** Adds who is to be woken, behind the others (I2). */
  addWaiter(task: Task, index: number): void {
    const waiter: Waiter = { task, index, next: null };
    if (this.lastWaiter === null) this.firstWaiter = waiter;
    else this.lastWaiter.next = waiter;
    this.lastWaiter = waiter;
    if (--this.spare === 0) this.#dropSettled();
  }

  /** Of a race in a loop one that has not settled keeps a waiter for each time around (I5). */
  #dropSettled(): void {
    let last: Waiter | null = null;
    let count = 0;
    for (let waiter = this.firstWaiter; waiter !== null; waiter = waiter.next) {
      if (waiter.task.state !== 0) continue;
      if (last === null) this.firstWaiter = waiter;
      else last.next = waiter;
      last = waiter;
      count++;
    }
    if (last === null) this.firstWaiter = null;
    else last.next = null;
    this.lastWaiter = last;
    this.spare = Math.max(FEW_WAITERS, count);
  }
}

/** One class per realm, so that copies of the runtime know each other's tasks. */
export const Task: typeof TaskClass = shared("Task", () => TaskClass);
export type Task = TaskClass;

const { isProxy } = types;
const TaskOfRealm = Task;
const taskOfPromise = TaskPromise.taskOf;

/** A kept call, or null for anything else. */
export function callOf(value: unknown): Call | null {
  if (typeof value !== "object" || value === null || isProxy(value)) return null;
  try {
    return value instanceof Call ? value : null;
  } catch {
    return null; // a Proxy among the prototypes
  }
}

/** The task that a value of durable code stands for, by itself or as its promise; null for anything else. */
export function taskOf(value: unknown): Task | null {
  // As `isInstance`, but by constants of this module: V8 puts `instanceof` in line.
  if (typeof value !== "object" || value === null || isProxy(value)) return null;
  try {
    if (value instanceof TaskOfRealm) return value;
  } catch {
    return null; // a Proxy among the prototypes
  }
  return taskOfPromise(value);
}
