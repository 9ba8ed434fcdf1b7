/**
 * Owns: which waits for something outside a run there are, and taking them up again after a restore.
 * Does not own: subscribing to them (the host), what is stored instead of them (lost.ts).
 */
import { errors } from "../errors.ts";
import { READY } from "../realm.ts";
import { invoke } from "./calls.ts";
import type { Scheduler } from "./scheduler.ts";
import { Call, Combination, Lost, Reaction, Task } from "./task.ts";

/** A wait for something outside the run: a promise, a plain value, a call of foreign code. */
export interface ExternalWait {
  task: Task;
  /** Slot of a combination, else -1. */
  index: number;
  awaited: unknown;
}

/** Does the task still wait for this? */
export function isWaiting({ task, index, awaited }: ExternalWait): boolean {
  if (task.state !== 0) return false;
  if (index !== -1) return Object.is((task.work as Combination).items[index], awaited);
  if (task.leaf !== null) return Object.is(task.leaf.$wait, awaited);
  return task.work === awaited || task.value === awaited;
}

/** Every wait for something outside the run, in the order of tasks and slots. */
export function externalWaits(scheduler: Scheduler): ExternalWait[] {
  const waits: ExternalWait[] = [];
  for (const task of scheduler.tasks) {
    if (task.work instanceof Combination) {
      task.work.items.forEach((awaited, index) => {
        if (awaited !== undefined && !(awaited instanceof Task)) waits.push({ task, index, awaited });
      });
    } else if (task.work instanceof Call) waits.push({ task, index: -1, awaited: task.work });
    else if (task.work === null || task.work instanceof Reaction) {
      const wait = outsideWait(task);
      if (wait !== null) waits.push(wait);
    }
  }
  return waits;
}

/** What a stack of frames waits for, if that lies outside. Any value can be awaited, undefined too. */
function outsideWait(task: Task): ExternalWait | null {
  if (task.leaf === null) return task.value === undefined ? null : { task, index: -1, awaited: task.value };
  const awaited = task.leaf.$wait;
  if (awaited === READY || awaited instanceof Task) return null;
  return { task, index: -1, awaited };
}

/** Makes the outside work of a restored scheduler happen again: lost waits fail, calls are made again, the host hears of the rest. */
export function reopenWaits(scheduler: Scheduler): void {
  for (const wait of externalWaits(scheduler)) {
    if (wait.awaited instanceof Lost) scheduler.arrive(wait, 1, errors.waitLost({ text: wait.awaited.text }));
    else if (wait.awaited instanceof Call && !wait.awaited.live) invokeAgain(scheduler, wait, wait.awaited);
    else scheduler.host.external(wait);
  }
}

function invokeAgain(scheduler: Scheduler, wait: ExternalWait, call: Call): void {
  scheduler.current = wait.task;
  try {
    invoke(scheduler, call);
  } catch (error) {
    scheduler.arrive(wait, 1, error);
    return;
  }
  scheduler.host.external(wait);
}
