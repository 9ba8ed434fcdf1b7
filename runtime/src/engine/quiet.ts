/**
 * Owns: which tasks are quiet: all that they may still do is to sleep, to compute on their own variables, and to settle.
 * Does not own: what code may do from a point (the compiler shows it: `quiet` of points and of plain closures, docs/abi.md 13), what
 *   becomes of quiet tasks that nothing can hear (losers.ts, ending.ts).
 *
 * I1 No mark, not quiet. All frames of a stack must be.
 * I2 What the code has in hand must be harmless too: a primitive; or, where values are only handed on, an object that is surely no
 *    thenable. Of a value that is only known later nothing is assumed.
 * I3 Nothing outside the run is awaited: a call of foreign code that is under way is no silence.
 */
import { types } from "node:util";
import { type Frame, metaOf } from "../frame.ts";
import type { Scheduler } from "../local/scheduler.ts";
import { Combination, Operation, Reaction, Task } from "../local/task.ts";
import { closureOf, slotsAt } from "../registry.ts";
import { isStep } from "./operations.ts";

/** 1: values are only handed on; 2: they are also computed with, which may call methods of objects. */
type Quiet = 1 | 2;

export function isQuiet(scheduler: Scheduler, task: Task): boolean {
  const { work, leaf } = task;
  if (task.isLive || task.scheduler !== scheduler) return false; // code outside the run may be listening
  if (work instanceof Operation) return !isStep(work.name);
  if (work instanceof Combination) return work.items.every((item) => item === undefined || item instanceof Task);
  if (work instanceof Reaction) return !work.hasRun && isQuietCallback(work.yes) && isQuietCallback(work.no);
  if (work !== null || leaf === null || !(leaf.$wait instanceof Task)) return false;
  for (let frame: Frame | null = leaf; frame !== null; frame = frame.$up) if (!isQuietAt(frame)) return false;
  return true;
}

function isQuietAt(frame: Frame): boolean {
  const meta = metaOf(frame);
  const quiet = meta.points[frame.$pc]?.quiet;
  if (quiet === undefined) return false;
  const captures = frame.$d.captures ?? [];
  return slotsAt(meta, frame.$pc).every(({ field }) => isHarmless(frame[field], quiet)) && areHarmless(captures, quiet);
}

/** What is called later, with a value that nobody knows yet: the compiler has looked at that too. */
function isQuietCallback(callback: unknown): boolean {
  if (typeof callback !== "function") return true; // the outcome goes on behind it
  const closure = types.isProxy(callback) ? undefined : closureOf(callback);
  if (closure === undefined) return false;
  const { meta, captures } = closure;
  const quiet = meta.kind === -1 ? meta.quiet : meta.kind === 0 ? meta.points[0]?.quiet : undefined;
  return quiet !== undefined && areHarmless(captures, quiet);
}

function areHarmless(captures: readonly unknown[], quiet: Quiet): boolean {
  return captures.every((value) => isHarmless(isCell(value) ? value.v : value, quiet));
}

/** A variable that closures share (docs/abi.md 5). */
function isCell(value: unknown): value is { v: unknown } {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  return Object.getPrototypeOf(value) === Object.prototype && Object.keys(value).join() === "v";
}

function isHarmless(value: unknown, quiet: Quiet): boolean {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return true;
  return quiet === 1 && !mayBeThenable(value);
}

/** Without asking the object anything. */
function mayBeThenable(value: object): boolean {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at)) return true;
    const then = Object.getOwnPropertyDescriptor(at, "then");
    if (then !== undefined) return !("value" in then) || typeof then.value === "function";
  }
  return false;
}
