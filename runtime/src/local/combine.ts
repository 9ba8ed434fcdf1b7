/**
 * Owns: beginning a combination: which of its items are known at once, which are waited for.
 * Does not own: how an outcome of an item counts (combinators/).
 *
 * I1 What is known at once counts at once only while everything before it was known too: a promise before it may have
 *    settled already, and would be first (ECMA-262 27.2.4: reactions run in argument order).
 * I2 What is known decides only when all items have been taken up: natively nothing is heard before, and what fails on the way is
 *    the outcome.
 */

import { types } from "node:util";
import { put } from "../builtins.ts";
import type { CombinatorKind, Mode } from "../realm.ts";
import { callThen, followCall } from "./calls.ts";
import { combinators, type Outcome } from "./combinators/index.ts";
import { isNativeThen } from "./promise.ts";
import type { Scheduler } from "./scheduler.ts";
import { subscribe } from "./subscribe.ts";
import { Call, Combination, Task } from "./task.ts";
import { readThen } from "./thenable.ts";
import { ExternalWait } from "./waits.ts";

const { isPromise } = types;

/** `Promise.all(items)` and its kin. Like those it never throws: what fails while the items are taken up is its outcome (I2). */
export function combine(scheduler: Scheduler, kind: CombinatorKind, items: unknown): Task {
  const work = new Combination(kind);
  const task = scheduler.adopt(new Task(work));
  const known: Known = { isAll: true, outcome: null };
  try {
    work.left = 1; // of what is known at once none may be the last before all have been taken up
    for (const item of items as Iterable<unknown>) {
      const index = work.items.length;
      put(work.items, item);
      put(work.values, undefined);
      work.left++;
      if (known.outcome === null && task.state === 0) join(scheduler, task, work, index, known);
      else look(scheduler, item);
    }
    work.left--;
    if (work.left === 0) known.outcome ??= combinators[kind].whole?.(work) ?? null;
  } catch (error) {
    known.outcome = [1, error];
  }
  if (known.outcome !== null) scheduler.settle(task, known.outcome[0], known.outcome[1]);
  return task;
}

/** What is known of the items so far. */
interface Known {
  /** Has the outcome of each been known at once (I1)? */
  isAll: boolean;
  /** How they have decided it, once all are taken up (I2). */
  outcome: Outcome | null;
}

function take(work: Combination, index: number, mode: Mode, value: unknown, known: Known): void {
  work.items[index] = undefined;
  work.left--;
  known.outcome = combinators[work.kind].slot(work, index, mode, value);
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
 * @throws what a promise throws that is asked for its `constructor` or its `then`
 */
function join(scheduler: Scheduler, task: Task, work: Combination, index: number, known: Known): void {
  const item = work.items[index];
  const own = scheduler.own(item);
  const isNative = isPromise(item);
  const then = isNative ? readOwnThen(item, own) : readThen(item);
  if (then !== null && "error" in then) {
    take(work, index, 1, then.error, known);
    return;
  }
  if (own !== null && then === null) {
    work.items[index] = own;
    own.observed = true;
    if (own.state !== 0) take(work, index, own.state === 1 ? 0 : 1, own.value, known);
    else {
      scheduler.await(own, task, index);
      if (own.work instanceof Call) known.isAll = false;
    }
    return;
  }
  if (known.isAll && !isNative && then === null) {
    take(work, index, 0, item, known);
    return;
  }
  // `undefined` in a slot says that it has settled.
  if (then !== null) work.items[index] = isNative ? callThen(item, then.then) : followCall(item, then.then);
  else if (item === undefined) work.items[index] = followCall(item, null);
  scheduler.host.external(new ExternalWait(task, index, work.items[index]));
  if (work.kind === "any" || work.kind === "race") known.isAll = false; // in the others the order says nothing
}

const promiseClass = Promise;

/** The `then` of a promise, if it is its own: unlike `await`, a combination calls that (ECMA-262 27.2.4.1.1). */
function readOwnThen(promise: Promise<unknown>, own: Task | null): { then: Function } | null {
  if (own === null && promise.constructor !== promiseClass) return null; // it is followed by another promise
  const { then } = promise as { then: Function };
  return isNativeThen(then) ? null : { then };
}
