/**
 * Owns: tasks that nothing can hear of any more: sleeps and calls that lost a race.
 * Does not own: encoding (image.ts), which shows what is reached.
 *
 * I1 A task is withdrawn only if all that waited for it has settled and no frame of the run leads to it.
 * I2 While foreign code is out no sleep is withdrawn: that code may hold its promise.
 * I3 Tasks that turned out to be reached are looked at again only when there are twice as many: looking costs a snapshot.
 */
import { Call, Operation, type Task } from "../local/task.ts";
import { isStep } from "./operations.ts";
import type { ActiveRun } from "./turn.ts";

export class Losers {
  /** Tasks that looked like losers at the last look, and were reached. */
  kept = 0;

  /** Tasks that may be losers; none if it is not yet time to look (I3). */
  find(run: ActiveRun): Task[] {
    const losers = [...run.scheduler.tasks].filter(mayBeLoser);
    if (losers.length <= 2 * this.kept) return [];
    const calls = new Set<unknown>(losers.map(({ work }) => work));
    const isForeignOut = [...run.openWaits()].some(({ awaited }) => !calls.has(awaited));
    return isForeignOut ? losers.filter(({ work }) => work instanceof Call) : losers;
  }

  /** Forgets tasks that were not reached. */
  withdraw({ scheduler, book }: ActiveRun, gone: readonly Task[]): void {
    for (const task of gone) {
      scheduler.tasks.delete(task);
      if (task.work instanceof Operation) book.withdraw(task.work.data as string);
    }
  }
}

function mayBeLoser({ work, firstWaiter }: Task): boolean {
  const isCandidate = work instanceof Call || (work instanceof Operation && !isStep(work.name));
  if (!isCandidate) return false;
  let waiter = firstWaiter;
  while (waiter !== null && waiter.task.state !== 0) waiter = waiter.next;
  return waiter === null;
}
