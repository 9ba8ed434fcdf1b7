/**
 * Owns: what `then`, `catch` and `finally` on a task do in durable code: a task of their own, whose callback runs in a turn.
 * Does not own: when it is its turn (scheduler.ts); the same methods in foreign code, which are those of a promise.
 *
 * I1 The callback runs once. What it returns is waited for, then the task settles.
 * I2 Of `finally` the outcome of the source goes on, unless the callback throws or its result rejects.
 */
import type { Mode } from "../realm.ts";
import type { Ready } from "./ready.ts";
import { Reaction, type Task } from "./task.ts";

/** What came of a callback: a result that may have to be waited for, or an outcome. */
export type Reacted = { result: unknown } | { mode: Mode; value: unknown };

/** Runs the callback for the outcome of the source. */
export function runReaction(work: Reaction, mode: Mode, value: unknown): Reacted {
  work.hasRun = true;
  const callback = mode === 0 ? work.yes : work.no;
  if (typeof callback !== "function") return { mode, value };
  if (work.isFinal) {
    work.mode = mode;
    work.value = value;
  }
  try {
    return { result: work.isFinal ? callback() : callback(value) };
  } catch (error) {
    work.isFinal = false;
    return { mode: 1, value: error };
  }
}

/** The outcome of the whole, once the callback's result has settled. */
function outcomeOf(work: Reaction, mode: Mode, value: unknown): [Mode, unknown] {
  return work.isFinal && mode === 0 ? [work.mode, work.value] : [mode, value];
}

/** What a task without frames has been waiting for has settled: a call, or the result of a function or callback. */
export function workOutcome(task: Task, mode: Mode, value: unknown): Ready {
  const outcome = task.work instanceof Reaction ? outcomeOf(task.work, mode, value) : null;
  return outcome === null ? { task, mode, value } : { task, mode: outcome[0], value: outcome[1] };
}
