/**
 * Owns: tasks that nothing can hear of any more: sleeps, calls and quiet code that lost a race.
 * Does not own: encoding (image.ts), which shows what is reached; what is quiet (quiet.ts).
 *
 * I1 A task is withdrawn only if all that waited for it has settled, or is withdrawn with it, and no frame of the run leads to it.
 * I2 While foreign code is out only calls are withdrawn: that code may hold the promises of others.
 * I3 Tasks that turned out to be reached are looked at again only when there are twice as many: looking costs a snapshot.
 */
import type { Scheduler } from "../local/scheduler.ts";
import { Call, Operation, type Task, type Waiter } from "../local/task.ts";
import { isQuiet } from "./quiet.ts";
import type { ActiveRun } from "./turn.ts";

export class Losers {
  /** Tasks that looked like losers at the last look, and were reached. */
  kept = 0;

  /** Tasks that may be losers; none if it is not yet time to look (I3). */
  find(run: ActiveRun): Task[] {
    const losers = findUnheard(run.scheduler);
    if (losers.length <= 2 * this.kept) return [];
    const calls = new Set<unknown>(losers.map(({ work }) => work));
    const isForeignOut = [...run.openWaits()].some(({ awaited }) => !calls.has(awaited));
    return isForeignOut ? losers.filter(({ work }) => work instanceof Call) : losers;
  }

  /** Forgets tasks that were not reached: as settled ones they are heard of by nobody, and nothing tells them anything. */
  withdraw({ scheduler, book }: ActiveRun, gone: readonly Task[]): void {
    for (const task of gone) {
      scheduler.tasks.delete(task);
      task.observed = true;
      task.settle(0, undefined);
      if (task.work instanceof Operation) book.withdraw(task.work.data as string);
    }
  }
}

/** Tasks that could be withdrawn, and for which none that goes on waits (I1). */
function findUnheard(scheduler: Scheduler): Task[] {
  const found = new Set<Task>();
  for (const task of scheduler.tasks) {
    if (task !== scheduler.root && (task.work instanceof Call || isQuiet(scheduler, task))) found.add(task);
  }
  const sources = new Map<Task, Task[]>(); // what one that may be withdrawn waits for
  const heard: Task[] = [];
  for (const task of found) {
    for (let waiter: Waiter | null = task.firstWaiter; waiter !== null; waiter = waiter.next) {
      if (waiter.task.state !== 0) continue;
      if (!found.has(waiter.task)) heard.push(task);
      else sources.set(waiter.task, [...(sources.get(waiter.task) ?? []), task]);
    }
  }
  for (let task = heard.pop(); task !== undefined; task = heard.pop())
    if (found.delete(task)) heard.push(...(sources.get(task) ?? []));
  return [...found];
}
