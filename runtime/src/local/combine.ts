/**
 * Owns: beginning a combination: which of its items are known at once, which are waited for.
 * Does not own: how an outcome of an item counts (combinators/).
 *
 * I1 What is known at once counts at once only while everything before it was known too: a promise before it may have
 *    settled already, and would be first (ECMA-262 27.2.4: reactions run in argument order).
 */

import { types } from "node:util";
import { put } from "../builtins.ts";
import type { CombinatorKind } from "../realm.ts";
import { callThen, followCall } from "./calls.ts";
import { combinators } from "./combinators/index.ts";
import { isNativeThen } from "./promise.ts";
import type { Scheduler } from "./scheduler.ts";
import { subscribe } from "./subscribe.ts";
import { Call, Combination, Task } from "./task.ts";
import { readThen } from "./thenable.ts";
import { ExternalWait } from "./waits.ts";

const { isPromise } = types;

/** `Promise.all(items)` and its kin. Like those it never throws: what fails while the items are taken up is its outcome. */
export function combine(scheduler: Scheduler, kind: CombinatorKind, items: unknown): Task {
  const work = new Combination(kind);
  const task = scheduler.adopt(new Task(work));
  try {
    let isKnown = true;
    work.left = 1; // of what is known at once none may be the last before all have been taken up
    for (const item of items as Iterable<unknown>) {
      const index = work.items.length;
      put(work.items, item);
      put(work.values, undefined);
      work.left++;
      if (task.state === 0) isKnown = join(scheduler, task, work, index, isKnown);
      else look(scheduler, item);
    }
    work.left--;
  } catch (error) {
    scheduler.settle(task, 1, error);
  }
  const outcome = task.state === 0 && work.left === 0 ? combinators[kind].whole?.(work) : undefined;
  if (outcome !== undefined) scheduler.settle(task, outcome[0], outcome[1]);
  return task;
}

/** Items after the one that decided it are looked at all the same, as the language does: so none counts as unhandled. */
function look(scheduler: Scheduler, item: unknown): void {
  const own = scheduler.own(item);
  if (own === null) subscribe(item, ignore, ignore);
  else own.observed = true;
}

const ignore = (): void => {};

/**
 * Takes up one item.
 * @returns whether all up to here is known (I1)
 * @throws what a promise throws that is asked for its `constructor` or its `then`
 */
function join(scheduler: Scheduler, task: Task, work: Combination, index: number, isKnown: boolean): boolean {
  const item = work.items[index];
  const own = scheduler.own(item);
  const isNative = isPromise(item);
  const then = isNative ? readOwnThen(item, own) : readThen(item);
  if (then !== null && "error" in then) {
    scheduler.wake(task, index, 1, then.error);
    return isKnown;
  }
  if (own !== null && then === null) {
    work.items[index] = own;
    scheduler.await(own, task, index);
    return isKnown && !(own.state === 0 && own.work instanceof Call);
  }
  if (isKnown && !isNative && then === null) {
    scheduler.wake(task, index, 0, item);
    return true;
  }
  // `undefined` in a slot says that it has settled.
  if (then !== null) work.items[index] = isNative ? callThen(item, then.then) : followCall(item, then.then);
  else if (item === undefined) work.items[index] = followCall(item, null);
  scheduler.host.external(new ExternalWait(task, index, work.items[index]));
  return work.kind === "all" || work.kind === "allSettled"; // there the order says nothing
}

const promiseClass = Promise;

/** The `then` of a promise, if it is its own: unlike `await`, a combination calls that (ECMA-262 27.2.4.1.1). */
function readOwnThen(promise: Promise<unknown>, own: Task | null): { then: Function } | null {
  if (own === null && promise.constructor !== promiseClass) return null; // it is followed by another promise
  const { then } = promise as { then: Function };
  return isNativeThen(then) ? null : { then };
}
