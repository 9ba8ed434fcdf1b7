/**
 * Owns: the frames of this process's memory in words, for consoles: of coroutines and of runs that are driven here.
 * Does not own: those of snapshots (snapshot/inspect).
 *
 * I1 Looking changes nothing: no promise is observed, and what a hook of the user's throws is part of the text.
 */
import { type Frame, metaOf } from "../frame.ts";
import { READY } from "../realm.ts";
import type { FunctionMeta } from "../registry.ts";
import { slotsAt } from "../registry.ts";
import { textOfPoint } from "../snapshot/codecs/frame.ts";
import { type InspectedFrame, placeOf, variableNames } from "../snapshot/inspect/listing.ts";
import { printLive } from "../snapshot/inspect/print.ts";
import { type AboutOperation, nameOfOperation } from "../snapshot/inspect/waits.ts";
import { TaskPromise } from "./promise.ts";
import type { Scheduler } from "./scheduler.ts";
import { Call, Combination, Lost, Operation, Reaction, Task } from "./task.ts";

/** The frames of parked tasks; what awaits comes before what called it. */
export function liveFrames({ tasks }: Scheduler, about: AboutOperation = () => ""): InspectedFrame[] {
  return [...tasks].flatMap(({ leaf }) => {
    const frames: InspectedFrame[] = [];
    for (let frame = leaf, callee: Frame | null = null; frame !== null; callee = frame, frame = frame.$up) {
      const awaits = callee === null ? waitOf(frame.$wait, about) : `${metaOf(callee).key} to return`;
      frames.push(describe(frame, awaits));
    }
    return frames;
  });
}

function describe(frame: Frame, awaits: string): InspectedFrame {
  const meta = metaOf(frame);
  const point = meta.points[frame.$pc];
  const place = placeOf(meta.key, point === undefined ? "?" : textOfPoint(point, frame.$pc));
  return { node: 0, ...place, caller: null, awaits, variables: variablesOf(frame, meta) };
}

function variablesOf(frame: Frame, meta: FunctionMeta): Record<string, string> {
  const point = meta.points[frame.$pc];
  const own = ({ field, key }: { field: string; key: string }) =>
    !field.startsWith("$") || key === field || names[field] !== undefined;
  const slots = point === undefined ? [] : slotsAt(meta, frame.$pc).filter(own);
  const fields = slots.map(({ field }) => field);
  const keys = variableNames(slots.map(({ key }) => key));
  const variables = fields.flatMap((field, index): [string, string][] => {
    const name = names[field] ?? keys[index];
    const value = frame[field];
    return name === undefined ? [] : [[name, printLive(isShared(meta, name) ? inCell(value) : value)]];
  });
  return Object.fromEntries(variables);
}

/** May a closure of the function have the variable in a cell? */
function isShared({ id, module }: FunctionMeta, name: string): boolean {
  return module.f.some((inner) => inner.id.startsWith(`${id}.`) && inner.captures?.includes(name.replace(/@.*$/, "")));
}

/** What the compiler calls otherwise than the language. */
const names: Readonly<Record<string, string>> = { $this: "this", $arguments: "arguments" };

/** A variable that closures share is in a cell `{ v }`. */
function inCell(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const keys = Reflect.ownKeys(value);
  return keys.length === 1 && keys[0] === "v" ? Object.getOwnPropertyDescriptor(value, "v")?.value : value;
}

function waitOf(awaited: unknown, about: AboutOperation): string {
  if (awaited === READY) return "its turn";
  if (awaited instanceof Call) return `the call of ${awaited.text}, which is made again after a restart`;
  if (awaited instanceof Lost) return `${awaited.text}, which a restart could not bring back`;
  const task = awaited instanceof Task ? awaited : TaskPromise.taskOf(awaited);
  if (task !== null) return workOf(task, about);
  return awaited instanceof Promise ? "a promise of this process" : `the value ${printLive(awaited)}`;
}

function workOf({ work, leaf, state }: Task, about: AboutOperation): string {
  if (state !== 0) return "its turn";
  if (work instanceof Operation) return nameOfOperation(work.name) + about(String(work.data));
  if (work instanceof Combination)
    return `Promise.${work.kind} of ${work.items.length}, of which ${work.left} are open`;
  if (work instanceof Call) return waitOf(work, about);
  if (work instanceof Reaction) return "a callback of `then`";
  const bottom = leaf === null ? null : bottomOf(leaf);
  return bottom === null ? "a promise of this run" : `${metaOf(bottom).key} to return`;
}

/** The function that was called at the bottom of a stack. */
export function bottomOf(leaf: Frame): Frame {
  let frame = leaf;
  while (frame.$up !== null) frame = frame.$up;
  return frame;
}
