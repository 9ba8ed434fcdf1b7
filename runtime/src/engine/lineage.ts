/**
 * Owns: which call of a step in a run is which: the place of the calling task in the tree of tasks, and a count within it.
 * Does not own: keys (operations use what this gives).
 *
 * I1 A place depends on what the task's ancestors did, never on the order in which parallel tasks go on.
 * I2 Memory is bounded by the tasks that live and the steps that each of them calls.
 */
import { hash } from "node:crypto";
import type { Task } from "../local/task.ts";

interface Place {
  readonly path: string;
  spawned: number;
  readonly calls: Map<string, number>;
}

/** What of a task's place is stored. */
export interface StoredPlace {
  task: Task;
  path: string;
  spawned: number;
  calls: [step: string, count: number][];
}

/** Paths grow with the depth of tasks that begin tasks; longer ones are replaced by their hash. */
const LONGEST_PATH = 48;

export class Lineage {
  readonly #places = new Map<Task, Place>();

  /** Takes in a task that has just begun. */
  add(task: Task, parent: Task | null): void {
    this.#places.set(task, { path: this.#pathOf(parent), spawned: 0, calls: new Map() });
  }

  #pathOf(parent: Task | null): string {
    const place = parent === null ? undefined : this.#places.get(parent);
    if (place === undefined) return "";
    const path = `${place.path}.${place.spawned++}`;
    return path.length > LONGEST_PATH ? hash("sha256", path, "base64url").slice(0, 22) : path;
  }

  /** Which call of the step this is, as a string that no other call of it in the run gets. */
  next(task: Task | null, step: string): string {
    const place = task === null ? undefined : this.#places.get(task);
    if (place === undefined) return `?${step}`;
    const count = place.calls.get(step) ?? 0;
    place.calls.set(step, count + 1);
    return `${place.path}/${count}`;
  }

  /** What is stored: the places of tasks that live, but for some. */
  state(live: ReadonlySet<Task>, without: ReadonlySet<Task>): StoredPlace[] {
    const stored: StoredPlace[] = [];
    for (const [task, { path, spawned, calls }] of this.#places) {
      if (!live.has(task)) this.#places.delete(task);
      else if (!without.has(task)) stored.push({ task, path, spawned, calls: [...calls] });
    }
    return stored;
  }

  /** Takes over what was stored. */
  adopt(stored: readonly StoredPlace[]): void {
    for (const { task, path, spawned, calls } of stored) {
      this.#places.set(task, { path, spawned, calls: new Map(calls) });
    }
  }
}
