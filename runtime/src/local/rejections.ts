/** Owns: the tasks of a run that have been rejected. Does not own: what a rejection that nobody has looked at means (coroutine.ts, engine/). */
import { each, put, SafeSet } from "../builtins.ts";
import type { Task } from "./task.ts";

export class Rejections {
  /** Those that nobody had looked at when they settled, in order. */
  readonly #tasks = new SafeSet<Task>();

  add(task: Task): void {
    this.#tasks.add(task);
  }

  /** Those that nobody has looked at yet, in order. The owner says what they mean once the run is over. */
  unobserved(): Task[] {
    const left: Task[] = [];
    this.#tasks.forEach((task) => {
      if (task.observed) this.#tasks.delete(task);
      else put(left, task);
    });
    return left;
  }

  /** Takes over what `unobserved` gave before a restore. */
  adopt(tasks: readonly Task[]): void {
    each(tasks, (task) => this.#tasks.add(task));
  }
}
