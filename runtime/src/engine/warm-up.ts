/**
 * Owns: running once, while a store is opened, what the first run would otherwise wait for: tables of snapshots, and code that
 *   the engine of the language has not compiled yet. It halves the time from `open` to the first step of a run that was stored.
 */
import { Task } from "../local/task.ts";
import { shared } from "../realm.ts";
import { snapshotCodec } from "./codec.ts";
import { StoredRun } from "./stored-run.ts";

/** Writes and reads a small run; once per realm. */
export function warmUp(): void {
  shared("engine.warm", () => {
    const root = new Task(null);
    root.settle(0, [1, "text", new Map([["key", { value: new Date(0) }]])]);
    const run = new StoredRun({ scheduler: { root, tasks: [root], ready: [], nextId: 1 }, places: [], unseen: [] });
    return snapshotCodec.decode(snapshotCodec.encode(run)).kind;
  });
}
