/** Owns: what a scheduler asks of whatever surrounds it, and what of it is stored. Does not own: the scheduler (scheduler.ts). */
import type { Descriptor, Mode } from "../realm.ts";
import type { Ready } from "./ready.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Call, Task, TaskHost } from "./task.ts";
import type { ExternalWait } from "./waits.ts";

/** What surrounds a scheduler: the engine, a coroutine's owner, a test. */
export interface SchedulerHost extends TaskHost {
  /** Begins a step or an awaitable of the runtime; null: it is called like any function. */
  operation(scheduler: Scheduler, descriptor: Descriptor, self: unknown, args: unknown[], text: string): Task | null;
  /** Runs foreign code for an awaited call. `R.ops` is null meanwhile. */
  foreign(call: Call): unknown;
  /** A task waits for something outside the run: the host opens the wait, or calls `scheduler.arrive(wait, …)` in its own time. */
  external(wait: ExternalWait): void;
  /** An opened wait has its outcome. The host calls `scheduler.arrive(wait, …)` and runs what is ready. */
  answered(wait: ExternalWait, mode: Mode, value: unknown): void;
  /** Is it time to let others go on? Asked between frames; without it a turn goes on until all are parked. */
  isSpent?(): boolean;
  /** A stack of frames begins as a task of its own; null: it is the root, or code outside any task began it. */
  spawned?(task: Task, parent: Task | null): void;
  /** A task has its outcome. */
  settled?(task: Task): void;
}

/** What is met in a graph while it is encoded. */
export interface Met {
  /** Collects the tasks. */
  readonly tasks: Set<Task>;
  /** Tasks that are met only if something else than what they wait for leads to them. */
  readonly unheard: ReadonlySet<Task>;
}

/** What of a scheduler is stored. */
export interface SchedulerState {
  root: Task;
  tasks: Task[];
  ready: Ready[];
  nextId: number;
}
