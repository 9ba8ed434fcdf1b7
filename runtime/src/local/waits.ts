/**
 * Owns: waits for something outside a run: what each is, and which there are.
 * Does not own: whether promises answer them (the host), taking them up after a restore (reopen.ts), what is stored instead of them (lost.ts).
 */
import { each, isSame, put } from "../builtins.ts";
import { type Mode, READY } from "../realm.ts";
import { TaskPromise } from "./promise.ts";
import type { Scheduler } from "./scheduler.ts";
import { type Failure, subscribe } from "./subscribe.ts";
import { Call, Combination, callOf, Reaction, type Task } from "./task.ts";
import { chainingCycle, isResult } from "./thenable.ts";

const taskOfPromise = TaskPromise.taskOf;

/** A wait for something outside the run: a promise, a plain value, a call of foreign code. */
export class ExternalWait {
  readonly task: Task;
  /** Slot of a combination, else -1. */
  readonly index: number;
  awaited: unknown;
  /** The kept call that is awaited; undefined: it has not been asked whether that is one. */
  call: Call | null | undefined = undefined;
  /** A promise holds this wait and will answer it. Otherwise the task's next wait may use the object again. */
  isOpen = false;
  #yes: ((value: unknown) => void) | null = null;
  #no: ((error: unknown) => void) | null = null;

  constructor(task: Task, index: number, awaited: unknown) {
    this.task = task;
    this.index = index;
    this.awaited = awaited;
  }

  /** Lets what is awaited answer: the host of the task's scheduler hears of it. */
  open(): void {
    this.isOpen = true;
    this.#yes ??= (value) => this.#answer(0, value);
    this.#no ??= (error) => this.#answer(1, error);
    const no = this.#no;
    const call = this.call === undefined ? callOf(this.awaited) : this.call;
    const operand = call === null ? this.awaited : call.value;
    const task = call === null ? null : taskOfPromise(operand);
    const failed = task === null ? subscribe(operand, this.#yes, no) : this.#listen(task, this.#yes, no);
    if (failed !== null) queueMicrotask(() => no(failed.error)); // not within what has opened it
  }

  /** It is the run's own wait for a task. */
  #listen(task: Task, yes: (value: unknown) => void, no: (error: unknown) => void): Failure | null {
    const leaf = task === this.task && this.index === -1 ? task.leaf : null;
    if (leaf !== null && isResult(leaf)) return { error: chainingCycle() };
    task.listen(yes, no);
    return null;
  }

  #answer(mode: Mode, value: unknown): void {
    this.isOpen = false;
    this.task.scheduler?.host.answered(this, mode, value);
  }
}

/** What is really awaited: of a kept call, its result. */
export function operandOf(awaited: unknown): unknown {
  const call = callOf(awaited);
  return call === null ? awaited : call.value;
}

/** Does the task still wait for this? */
export function isWaiting({ task, index, awaited }: ExternalWait): boolean {
  if (task.state !== 0) return false;
  if (index !== -1) return isSame((task.work as Combination).items[index], awaited);
  if (task.leaf !== null) return task.leaf.$wait === awaited || isSame(task.leaf.$wait, awaited);
  return task.work === awaited || task.value === awaited;
}

/** Every wait for something outside the run, in the order of tasks and slots. */
export function externalWaits(scheduler: Scheduler): ExternalWait[] {
  const waits: ExternalWait[] = [];
  scheduler.tasks.forEach((task) => {
    if (task.work instanceof Combination) {
      let index = 0;
      each(task.work.items, (awaited) => {
        const wait = new ExternalWait(task, index++, awaited);
        if (awaited !== undefined && scheduler.own(awaited) === null) put(waits, wait);
      });
    } else if (task.work instanceof Call) put(waits, new ExternalWait(task, -1, task.work));
    else if (task.work === null || task.work instanceof Reaction) {
      const wait = outsideWait(scheduler, task);
      if (wait !== null) put(waits, wait);
    }
  });
  return waits;
}

/** What a stack of frames waits for, if that lies outside. Any value can be awaited, undefined too. */
function outsideWait(scheduler: Scheduler, task: Task): ExternalWait | null {
  if (task.leaf === null) return task.value === undefined ? null : new ExternalWait(task, -1, task.value);
  const awaited = task.leaf.$wait;
  if (awaited === READY || scheduler.own(awaited) !== null) return null;
  return new ExternalWait(task, -1, awaited);
}
