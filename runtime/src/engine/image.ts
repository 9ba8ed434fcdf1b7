/**
 * Owns: what of a run is stored in its snapshot, and taking it.
 * Does not own: bytes (snapshot/), operations (the store keeps them in rows of their own).
 *
 * I1 Waits that no other process can take up are stored as lost; a call whose callee, receiver or arguments cannot be
 *    stored is one of them.
 */
import { encodeParked } from "../local/lost.ts";
import type { SchedulerState } from "../local/scheduler.ts";
import type { Task } from "../local/task.ts";
import type { StoredPlace } from "./lineage.ts";
import type { ActiveRun } from "./turn.ts";

/** The root of a run's snapshot. */
export interface Image {
  scheduler: SchedulerState;
  places: StoredPlace[];
  /** Tasks that failed and that nobody has looked at. */
  unseen: Task[];
}

/** Encodes a parked run. @throws CF2001 if something live cannot be stored */
export function takeSnapshot(run: ActiveRun): Uint8Array {
  const { scheduler, lineage, parts, id, seq } = run;
  const image: Image = {
    scheduler: scheduler.state(),
    places: lineage.state(scheduler.tasks),
    unseen: [...scheduler.rejected].filter((task) => !task.observed),
  };
  const encode = () => parts.codec.encode(image, id, seq + 1);
  const waits = run.openWaits();
  return waits.size === 0 ? encode() : encodeParked(waits, encode, (value) => parts.codec.encode(value));
}
