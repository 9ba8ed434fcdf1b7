/**
 * Owns: how waits that live in this process only look in a snapshot: as lost.
 * Does not own: when a snapshot is taken (turn.ts), what a restored frame gets for a lost wait (local/scheduler).
 *
 * I1 Within `body` native promises that are awaited, and calls that cannot be stored, are `Lost`; after it all is as before.
 * I2 A run may wait for a promise that its own tasks are to settle (`new Promise((r) => task.then((x) => r(x)))`). Those go on only
 *    with a commit: so while a run waits for promises of this process, what settles promises, and callbacks of foreign code, are
 *    stored as `gone` where nothing else can be. Who waits for the promise has lost its wait after a restore, and what is gone throws.
 */
import { types } from "node:util";
import { metaOf } from "../frame.ts";
import { isInstance } from "../realm.ts";
import { closureOf, registry } from "../registry.ts";
import type { Scheduler } from "./scheduler.ts";
import { gone } from "./settler.ts";
import { Call, type Combination, Lost, Reaction, type Work } from "./task.ts";
import type { ExternalWait } from "./waits.ts";

/**
 * Encodes a parked scheduler's graph: waits that can't be stored become lost ones, everything else must be storable.
 *
 * @param scheduler whose graph it is
 * @param waits the waits for something outside
 * @param encodeRoot encodes the whole; if it can, on demand without what settles promises of this process (settler.ts I2)
 * @param encode tries a single value
 * @throws CF2001 if something live cannot be stored that is no wait
 */
export function encodeParked<T>(
  scheduler: Scheduler,
  waits: Iterable<ExternalWait>,
  encodeRoot: (settlers?: "gone") => T,
  encode: (value: unknown) => unknown,
): T {
  scheduler.isStored = true;
  try {
    return whileLost(waits, isVolatile, encodeRoot);
  } catch (error) {
    return encodeLess(scheduler, waits, encodeRoot, encode, error);
  } finally {
    scheduler.isStored = false;
  }
}

/** As `encodeParked`, when that has failed: without the waits whose fault it is, then without what settles promises (I2). */
function encodeLess<T>(
  scheduler: Scheduler,
  waits: Iterable<ExternalWait>,
  encodeRoot: (settlers?: "gone") => T,
  encode: (value: unknown) => unknown,
  error: unknown,
): T {
  let failure = error;
  const isLost = unstorable(waits, encode);
  if (isLost !== undefined) {
    try {
      return whileLost(waits, isLost, encodeRoot);
    } catch (second) {
      failure = second;
    }
  }
  if (encodeRoot.length === 0 || (isLost === undefined && !hasVolatile(waits))) throw failure;
  try {
    return whileLost(waits, isLost ?? isVolatile, () => withoutForeign(scheduler, () => encodeRoot("gone")));
  } catch {
    throw failure; // it names what the user knows
  }
}

function hasVolatile(waits: Iterable<ExternalWait>): boolean {
  for (const { awaited } of waits) if (isVolatile(awaited)) return true;
  return false;
}

/** Runs `body` while callbacks of `then` that no other process has look gone (settler.ts). */
function withoutForeign<T>(scheduler: Scheduler, body: () => T): T {
  const undo: (() => void)[] = [];
  scheduler.tasks.forEach(({ work }) => {
    if (!(work instanceof Reaction) || work.hasRun) return;
    const { yes, no } = work;
    if (isForeign(yes)) work.yes = gone;
    if (isForeign(no)) work.no = gone;
    undo.push(() => {
      work.yes = yes;
      work.no = no;
    });
  });
  try {
    return body();
  } finally {
    for (const restore of undo) restore();
  }
}

/** A function that durable code has not made, and that has no name. */
function isForeign(callback: unknown): boolean {
  return (
    typeof callback === "function" && closureOf(callback) === undefined && registry().refOf(callback) === undefined
  );
}

/** Which waits can't be stored; undefined if it is not the waits' fault. */
function unstorable(waits: Iterable<ExternalWait>, encode: (value: unknown) => unknown) {
  const lost = new Set<unknown>();
  for (const { awaited } of waits) {
    if (isVolatile(awaited)) continue;
    try {
      encode(isInstance(awaited, Call) ? [awaited.fn, awaited.self, awaited.args] : awaited);
    } catch {
      lost.add(awaited);
    }
  }
  return lost.size === 0 ? undefined : (awaited: unknown) => isVolatile(awaited) || lost.has(awaited);
}

/** Runs `body` while the waits of which `isLost` is true look lost (I1). */
function whileLost<T>(waits: Iterable<ExternalWait>, isLost: (awaited: unknown) => boolean, body: () => T): T {
  const undo: (() => void)[] = [];
  for (const wait of waits) if (isLost(wait.awaited)) undo.push(lose(wait));
  try {
    return body();
  } finally {
    for (const restore of undo.reverse()) restore();
  }
}

/** Is this a wait that no other process can take up? */
export function isVolatile(awaited: unknown): boolean {
  return types.isPromise(awaited);
}

function lose(wait: ExternalWait): () => void {
  const { task, index, awaited } = wait;
  const lost = new Lost(textOf(wait));
  if (index !== -1) {
    const { items } = task.work as Combination;
    items[index] = lost;
    return () => {
      items[index] = awaited;
    };
  }
  const { leaf } = task;
  if (leaf !== null) {
    leaf.$wait = lost;
    return () => {
      leaf.$wait = awaited;
    };
  }
  const holder = task as { work: Work; value: unknown };
  const { work, value } = holder;
  if (work instanceof Call) holder.work = null;
  holder.value = lost;
  return () => {
    holder.work = work;
    holder.value = value;
  };
}

function textOf({ task, awaited }: ExternalWait): string {
  if (isInstance(awaited, Call)) return awaited.text;
  const { leaf } = task;
  return leaf === null ? "a promise" : (metaOf(leaf).points[leaf.$pc]?.of ?? "a promise");
}
