/** Owns: the queue of tasks that go on in the next turn. It is a list: no array that is made, grown and dropped in every turn. */
import { put } from "../builtins.ts";
import type { Mode } from "../realm.ts";
import type { Context } from "./context.ts";
import type { Task } from "./task.ts";

/** A task that goes on in the next turn, and with what. */
export interface Ready {
  task: Task;
  mode: Mode;
  value: unknown;
}

interface QueuedTask extends Ready {
  /** Where it goes on; null: wherever the turn runs. */
  context: Context | null;
  next: QueuedTask | null;
}

export class ReadyQueue {
  #first: QueuedTask | null = null;
  #last: QueuedTask | null = null;

  get isEmpty(): boolean {
    return this.#first === null;
  }

  push(task: Task, mode: Mode, value: unknown, context: Context | null): void {
    const ready: QueuedTask = { task, mode, value, context, next: null };
    if (this.#last === null) this.#first = ready;
    else this.#last.next = ready;
    this.#last = ready;
  }

  /** Takes the first one out. */
  shift(): (Ready & { context: Context | null }) | null {
    const ready = this.#first;
    if (ready === null) return null;
    this.#first = ready.next;
    if (ready.next === null) this.#last = null;
    return ready;
  }

  /** What is stored of it. */
  list(): Ready[] {
    const list: Ready[] = [];
    for (let queued = this.#first; queued !== null; queued = queued.next) {
      const { task, mode, value } = queued;
      put(list, { task, mode, value });
    }
    return list;
  }
}
