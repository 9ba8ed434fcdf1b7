/**
 * Owns: what code outside of a cut run still has of the run as it was before a cut: tasks that it waits for, objects that it
 * changes.
 * Does not own: the cuts, and promises that restored code still waits for (cut.ts).
 *
 * I1 Who waits for a task from outside gets the outcome of the copy that goes on in its place.
 * I2 What has been stored is what there was, and nobody may change it later: the restored code would not see it. What each object
 *    held is compared at the end, or when the run gives way to later ones. Code outside that only reads objects of a former run
 *    reads what is no longer so; that cannot be seen.
 */
import { createHash } from "node:crypto";
import { types } from "node:util";
import { errors } from "../errors.ts";
import type { Scheduler } from "../local/scheduler.ts";
import { type Task, taskOf } from "../local/task.ts";
import type { Mode } from "../realm.ts";
import { registry } from "../registry.ts";
import { classOf } from "../snapshot/by-name.ts";

/** Values of former runs that are kept until the end; before that the oldest run is looked at and let go. */
const mostValues = 200_000;

/** An object, and what it held when it was stored. */
type Record = readonly [object: object, content: readonly unknown[]];

interface FormerWorld {
  readonly cut: number;
  readonly records: readonly Record[];
}

/** The error for what depends on a run as it was before a cut. */
export function worldGone(what: string, cut: number): Error {
  return errors.waitLost({ text: "what code outside of the run was doing" }, { where: `cut ${cut}. ${what}` });
}

export class FormerWorlds {
  readonly #worlds: FormerWorld[] = [];
  #values = 0;
  /** Tasks of former runs that code outside waits for, by id. */
  readonly #waiting = new Map<number, Task[]>();
  /** Outcomes of tasks that have been through a cut. */
  readonly #outcomes = new Map<number, Task>();
  /** Tasks below this have been through a cut. */
  #nextId = 0;

  /** Takes over a run that gives way to its copy. @param stored the values that were stored of it */
  add({ nextId }: Scheduler, stored: readonly unknown[], cut: number): void {
    this.#nextId = nextId;
    const records = stored.filter(isChangeable).map((value): Record => [value, contentOf(value)]);
    this.#worlds.push({ cut, records });
    this.#values += records.length;
    while (this.#values > mostValues && this.#worlds.length > 1) {
      const oldest = this.#worlds.shift() as FormerWorld;
      this.#values -= oldest.records.length;
      check(oldest);
    }
  }

  /** Looks at what is kept. @throws CF2304 if code outside has changed it */
  check(): void {
    for (const world of this.#worlds) check(world);
  }

  /** Code outside waits for a task. @param today the scheduler that goes on */
  heard(task: Task, today: Scheduler): void {
    if (task.state !== 0) return;
    const known = this.#waiting.get(task.id);
    if (known === undefined) this.#waiting.set(task.id, [task]);
    else if (!known.includes(task)) known.push(task);
    const copy = this.#outcomes.get(task.id);
    if (task.scheduler === today || copy === undefined) return;
    copy.observed = true;
    this.settled(copy);
  }

  /** A task has its outcome: who waits for it, and for what it was before, hears of it (I1). */
  settled(task: Task): void {
    if (task.id < this.#nextId) this.#outcomes.set(task.id, task);
    const waiting = this.#waiting.get(task.id);
    if (waiting === undefined) return;
    this.#waiting.delete(task.id);
    task.observed = true;
    const mode: Mode = task.state === 1 ? 0 : 1;
    for (const former of waiting) if (former !== task) former.settle(mode, task.value);
  }
}

function check({ records, cut }: FormerWorld): void {
  if (records.every(([value, content]) => isSame(content, contentOf(value)))) return;
  throw worldGone(
    "Code outside of the run has changed an object of the run as it was before: give it a copy, or await it",
    cut,
  );
}

function isSame(before: readonly unknown[], now: readonly unknown[]): boolean {
  return before.length === now.length && before.every((value, index) => Object.is(value, now[index]));
}

/** What a module holds under a name is not stored, and a task goes its own way (I1). */
function isChangeable(value: unknown): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    !types.isProxy(value) &&
    taskOf(value) === null &&
    registry().refOf(value) === undefined
  );
}

/** All that can change in an object, as a flat list; nothing of the user's runs. */
function contentOf(value: object): unknown[] {
  const content: unknown[] = [];
  for (const key of Reflect.ownKeys(value)) content.push(key, Object.getOwnPropertyDescriptor(value, key)?.value);
  if (types.isMap(value)) for (const [key, item] of entriesOf.call(value)) content.push(key, item);
  if (types.isSet(value)) content.push(...valuesOf.call(value));
  if (types.isDate(value)) content.push(timeOf.call(value));
  if (types.isArrayBuffer(value)) content.push(createHash("sha1").update(new Uint8Array(value)).digest("hex"));
  const cls = classOf(Object.getPrototypeOf(value) ?? {});
  const hook = cls === undefined ? undefined : registry().privateHook(cls);
  if (hook?.has(value)) content.push(...hook.get(value));
  return content;
}

const { entries: entriesOf } = Map.prototype;
const { values: valuesOf } = Set.prototype;
const { getTime: timeOf } = Date.prototype;
