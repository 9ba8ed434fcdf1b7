/**
 * Owns: beginning a combination: which of its items are known at once, which are waited for.
 * Does not own: how an outcome of an item counts (combinators/).
 *
 * I1 What is known at once counts at once only while everything before it was known too: a promise before it may have
 *    settled already, and would be first (ECMA-262 27.2.4: reactions run in argument order).
 */
import type { CombinatorKind } from "../realm.ts";
import { followCall } from "./calls.ts";
import { combinators } from "./combinators/index.ts";
import type { Scheduler } from "./scheduler.ts";
import { Call, Combination, Task } from "./task.ts";
import { readThen } from "./thenable.ts";
import { ExternalWait } from "./waits.ts";

/** `Promise.all(items)` and its kin. */
export function combine(scheduler: Scheduler, kind: CombinatorKind, items: unknown): Task {
  const list = [...(items as Iterable<unknown>)];
  const work = new Combination(kind, list);
  const task = scheduler.adopt(new Task(work));
  const { empty } = combinators[kind];
  if (list.length === 0 && empty !== undefined) scheduler.settle(task, ...empty());
  let isKnown = true;
  for (let index = 0; index < list.length && task.state === 0; index++)
    isKnown = join(scheduler, task, work, index, isKnown);
  // Items after the one that decided it are looked at all the same, as the language does.
  for (const item of list) if (scheduler.owns(item)) item.observed = true;
  return task;
}

/**
 * Takes up one item.
 * @returns whether all up to here is known (I1)
 */
function join(scheduler: Scheduler, task: Task, work: Combination, index: number, isKnown: boolean): boolean {
  const item = work.items[index];
  if (scheduler.owns(item)) {
    scheduler.await(item, task, index);
    return isKnown && !(item.state === 0 && item.work instanceof Call);
  }
  const isPromise = item instanceof Promise;
  const then = isPromise ? null : readThen(item);
  if (then !== null && "error" in then) {
    scheduler.wake(task, index, 1, then.error);
    return isKnown;
  }
  if (isKnown && !isPromise && then === null) {
    scheduler.wake(task, index, 0, item);
    return true;
  }
  // `undefined` in a slot says that it has settled.
  if (then !== null) work.items[index] = followCall(item, then.then);
  else if (item === undefined) work.items[index] = followCall(item, null);
  scheduler.host.external(new ExternalWait(task, index, work.items[index]));
  return work.kind === "all" || work.kind === "allSettled"; // there the order says nothing
}
