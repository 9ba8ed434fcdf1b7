/**
 * Owns: waits for something outside a run: what each is, and which there are.
 * Does not own: whether promises answer them (the host), taking them up after a restore (reopen.ts), what is stored instead of them (lost.ts).
 */
import { each, isSame, put } from "../builtins.ts";
import { isInstance, type Mode, READY } from "../realm.ts";
import { TaskPromise } from "./promise.ts";
import type { Scheduler } from "./scheduler.ts";
import { subscribe } from "./subscribe.ts";
import { Call, Combination, Reaction, type Task } from "./task.ts";

const taskOfPromise = TaskPromise.taskOf;

/** A wait for something outside the run: a promise, a plain value, a call of foreign code. */
export class ExternalWait {
  readonly task: Task;
  /** Slot of a combination, else -1. */
  readonly index: number;
  awaited: unknown;
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
    const { awaited } = this;
    const no = this.#no;
    const operand = operandOf(awaited);
    const task = operand === awaited ? null : taskOfPromise(operand);
    if (task !== null) {
      task.listen(this.#yes, no); // it is the run's own wait
      return;
    }
    const failed = subscribe(operand, this.#yes, no);
    if (failed !== null) queueMicrotask(() => no(failed.error)); // not within what has opened it
  }

  #answer(mode: Mode, value: unknown): void {
    this.isOpen = false;
    this.task.scheduler?.host.answered(this, mode, value);
  }
}

/** What is really awaited: of a kept call, its result. */
export function operandOf(awaited: unknown): unknown {
  return isInstance(awaited, Call) ? awaited.value : awaited;
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
