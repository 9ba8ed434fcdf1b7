/**
 * Owns: what of a run is stored in its snapshot, and taking it.
 * Does not own: bytes (snapshot/), operations (the store keeps them in rows of their own).
 *
 * I1 Waits that no other process can take up are stored as lost; a call whose callee, receiver or arguments cannot be
 *    stored is one of them.
 * I2 Sleeps and calls that nothing can hear of any more are not stored (losers.ts).
 * I3 No snapshot shows an operation that only code waits for which the run does not await: after a restore that code is gone.
 */

import type { SchedulerState } from "../local/host.ts";
import { encodeParked } from "../local/lost.ts";
import { Operation, type Task } from "../local/task.ts";
import type { StoredPlace } from "./lineage.ts";
import { outsideUnawaited } from "./outside.ts";
import { StoredRun } from "./stored-run.ts";
import type { ActiveRun } from "./turn.ts";

/** What of a run is stored in its snapshot. */
export interface Image {
  scheduler: SchedulerState;
  places: StoredPlace[];
  /** Tasks that failed and that nobody has looked at. */
  unseen: Task[];
}

/** Encodes a parked run. @throws CF2001 if something live cannot be stored, CF2302 by I3 */
export function takeSnapshot(run: ActiveRun): Uint8Array {
  const losers = run.losers.find(run);
  const glanced = glancedAt(run);
  if (losers.length + glanced.length === 0) return refuseOverheard(run, encodeImage(run, []));
  const { scheduler } = run;
  const reached = new Set<Task>();
  scheduler.met = { tasks: reached, unheard: new Set(losers) };
  try {
    const done = encodeImage(run, [...losers, ...glanced]);
    for (const task of glanced) if (!reached.has(task)) run.overheard.add(task);
    const bytes = refuseOverheard(run, done);
    const gone = losers.filter((task) => !reached.has(task));
    run.losers.withdraw(run, gone);
    run.losers.kept = losers.length - gone.length;
    scheduler.met = null;
    return run.losers.kept + glanced.length === 0 ? bytes : encodeImage(run, []);
  } finally {
    scheduler.met = null;
  }
}

/** Tasks that have been glanced at and that no task waits for: durable code has them if it keeps their promises. */
function glancedAt({ glanced, overheard }: ActiveRun): Task[] {
  for (const task of glanced)
    if (task.state !== 0 || task.firstWaiter !== null || overheard.has(task)) glanced.delete(task);
  return [...glanced];
}

/** What a run leaves behind when it ends is nobody's but that code's. */
export function overhearGlanced(run: ActiveRun): void {
  for (const task of glancedAt(run)) run.overheard.add(task);
}

/** While code goes on by itself, one of its waits may be for the promise of such a task. A promise in a variable is refused by its name (I3). */
export function refuseOverheard<T>(run: ActiveRun, done: T): T {
  if (run.overheard.size === 0) return done;
  for (const task of run.overheard) if (task.state !== 0) run.overheard.delete(task);
  const [task] = run.goesOnByItself() ? [] : run.overheard;
  if (task === undefined) return done;
  const what = task.work instanceof Operation ? `The operation ${task.work.name}` : "What the run does";
  throw outsideUnawaited(what);
}

/** Encodes the run; tasks of `without` only as far as something else leads to them. */
function encodeImage(run: ActiveRun, without: readonly Task[]): Uint8Array {
  const { scheduler, lineage, parts, id, seq } = run;
  const state = scheduler.state();
  const left = new Set(without);
  const tasks = left.size === 0 ? state.tasks : state.tasks.filter((task) => !left.has(task));
  const image: Image = {
    scheduler: { ...state, tasks },
    places: lineage.state(scheduler.tasks, left),
    unseen: scheduler.rejections.unobserved(),
  };
  const encode = (settlers?: "gone") => parts.codec.encode(new StoredRun(image), id, seq + 1, settlers);
  return encodeParked(scheduler, run.openWaits(), encode, (value) => parts.codec.encode(value));
}
