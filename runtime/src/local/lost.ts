/**
 * Owns: how waits that live in this process only look in a snapshot: as lost.
 * Does not own: when a snapshot is taken (turn.ts), what a restored frame gets for a lost wait (local/scheduler).
 *
 * I1 Within `body` native promises that are awaited, and calls that cannot be stored, are `Lost`; after it all is as before.
 */
import { types } from "node:util";
import { metaOf } from "../frame.ts";
import { isInstance } from "../realm.ts";
import type { Scheduler } from "./scheduler.ts";
import { Call, type Combination, Lost, type Work } from "./task.ts";
import type { ExternalWait } from "./waits.ts";

/**
 * Encodes a parked scheduler's graph: waits that can't be stored become lost ones, everything else must be storable.
 *
 * @param scheduler whose graph it is
 * @param waits the waits for something outside
 * @param encodeRoot encodes the whole
 * @param encode tries a single value
 * @throws CF2001 if something live cannot be stored that is no wait
 */
export function encodeParked<T>(
  scheduler: Scheduler,
  waits: Iterable<ExternalWait>,
  encodeRoot: () => T,
  encode: (value: unknown) => unknown,
): T {
  scheduler.isStored = true;
  try {
    return whileLost(waits, isVolatile, encodeRoot);
  } catch (error) {
    const isLost = unstorable(waits, encode);
    if (isLost === undefined) throw error;
    return whileLost(waits, isLost, encodeRoot);
  } finally {
    scheduler.isStored = false;
  }
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
