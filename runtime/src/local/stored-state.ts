/**
 * Owns: whether what a snapshot says of a scheduler is what a scheduler would have said (scheduler.ts, I5).
 * Does not own: single tasks and records, which are checked as they are read (stored.ts).
 *
 * I1 No getter of what was read runs, and what is checked is what is taken over.
 */
import { errors } from "../errors.ts";
import { type Frame, metaOf } from "../frame.ts";
import type { AsyncGeneratorFrame } from "../language/async-generator.ts";
import type { Mode } from "../realm.ts";
import { elementsOf, fieldsOf } from "../snapshot/own-fields.ts";
import type { SchedulerState } from "./host.ts";
import { bottomOf } from "./inspect.ts";
import type { Ready } from "./ready.ts";
import { Call, Lost, Task } from "./task.ts";

function corrupt(detail: string): Error {
  return errors.snapshotCorrupt({ detail });
}

/** @throws CF2002 */
export function checkState(value: unknown, pending: readonly object[]): SchedulerState {
  const state = fieldsOf(value, ["root", "tasks", "ready", "nextId"]);
  const tasks = checkTasks(state?.tasks);
  const ready = elementsOf(state?.ready)?.map(checkReady);
  const { root, nextId } = state ?? {};
  if (!(root instanceof Task) || ready === undefined || !Number.isSafeInteger(nextId))
    throw corrupt("the state of a run");
  const found = { ...state, root, tasks, ready, nextId: nextId as number };
  checkScheduler(found, pending);
  return found;
}

/** Is what has the right types sound? @param pending all tasks that have not settled @throws CF2002 */
export function checkScheduler({ root, tasks, nextId }: SchedulerState, pending: readonly object[]): void {
  if (tasks.length !== pending.length) throw corrupt("a task of no run");
  if (new Set(tasks).size < tasks.length || (root.state === 0 && !tasks.includes(root)))
    throw corrupt("the tasks of a run");
  for (const task of tasks) checkTask(task, nextId);
}

/** @throws CF2002 */
export function checkTasks(value: unknown): Task[] {
  const tasks = elementsOf(value);
  if (!tasks?.every((task) => task instanceof Task)) throw corrupt("the tasks of a run");
  return tasks as Task[];
}

function checkReady(value: unknown): Ready {
  const ready = fieldsOf(value, ["task", "mode", "value"]);
  const { task, mode } = ready ?? {};
  if (!(task instanceof Task) || ![0, 1, 2, 3].includes(mode as number)) throw corrupt("what is ready in a run");
  return { task, mode: mode as Mode, value: ready?.value };
}

function checkTask(task: Task, nextId: number): void {
  const { id, state, leaf, value } = task;
  if (state !== 0 || id >= nextId) throw corrupt("a task that cannot be pending");
  if (leaf !== null) checkStack(task, leaf);
  else if (value !== undefined && !(value instanceof Call || value instanceof Lost))
    throw corrupt("a task that has a value before it has settled");
}

/** At the bottom of who has asked an async generator first is its frame, and that is under way (requests.ts, I1). */
function checkStack(task: Task, leaf: Frame): void {
  const bottom = bottomOf(leaf);
  if (metaOf(bottom).kind !== 4) return;
  const { $queue, $state } = bottom as AsyncGeneratorFrame;
  if ($state < 2 || $queue[0]?.capability !== task || !$queue.every(({ capability }) => capability instanceof Task))
    throw corrupt("who asks an async generator");
}
