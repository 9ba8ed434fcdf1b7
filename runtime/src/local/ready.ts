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

export interface Queued extends Ready {
  /** Where it goes on; null: wherever the turn runs. */
  context: Context | null;
}

interface QueuedTask extends Queued {
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
  shift(): Queued | null {
    const ready = this.#first;
    if (ready === null) return null;
    this.#first = ready.next;
    if (ready.next === null) this.#last = null;
    return ready;
  }

  /** Lets those go first of which something is so; both parts keep their order. @returns how many they are */
  prefer(isSo: (ready: Ready) => boolean): number {
    const rest = new ReadyQueue();
    let queued = this.#first;
    let count = 0;
    this.#first = this.#last = null;
    for (; queued !== null; queued = queued.next) {
      const { task, mode, value, context } = queued;
      const isFirst = isSo(queued);
      (isFirst ? this : rest).push(task, mode, value, context);
      if (isFirst) count++;
    }
    if (rest.#first === null) return count;
    if (this.#last === null) this.#first = rest.#first;
    else (this.#last as QueuedTask).next = rest.#first;
    this.#last = rest.#last;
    return count;
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
