/**
 * Owns: the rows of a new run, by whatever way it comes: start, the first commit, a spawn.
 * Does not own: the transaction around it.
 */
import type { StartOutcome, StartRequest } from "../store.ts";
import type { Connection } from "./connection.ts";
import { Refusal } from "./fault.ts";
import { READY, RUNNING, toTime, WAITING } from "./rows.ts";

/** The row key of a run, or undefined. */
export function findKey(c: Connection, id: string): number | undefined {
  return (c.run.keyOf.get(id) as { key: number } | undefined)?.key;
}

/** Inserts a run that is ready, or that waits for its `startAt`. @returns its row key. */
export function insertRun(c: Connection, request: StartRequest): number {
  const now = c.clock.now();
  const startAt = toTime(request.startAt) ?? now;
  const key = insertRow(c, request, startAt > now ? WAITING : READY, 0, now, startAt, null, null);
  c.run.insertSnapshot.run(key, 0, "", null);
  if (startAt <= now) c.touched.ready = true;
  return key;
}

/** Inserts a run that its first commit leaves at sequence number 1, leased to this handle. @returns its row key. */
export function insertLeased(
  c: Connection,
  request: StartRequest,
  leaseMs: number,
  commitId: string,
  snapshot: Uint8Array | undefined,
): number {
  const now = c.clock.now();
  const key = insertRow(c, request, RUNNING, 1, now, null, now + leaseMs, c.worker);
  c.run.insertSnapshot.run(key, 1, commitId, snapshot ?? null);
  return key;
}

function insertRow(
  c: Connection,
  request: StartRequest,
  status: number,
  epoch: number,
  now: number,
  dueAt: number | null,
  leaseUntil: number | null,
  owner: string | null,
): number {
  const { id, fn, version, queue, priority, parent } = request;
  const { lastInsertRowid } = c.run.insertRun.run(
    id,
    fn,
    version,
    queue,
    priority,
    status,
    epoch,
    dueAt,
    leaseUntil,
    owner,
    epoch, // claims so far: the first commit counts as one
    now,
    parent?.run ?? null,
    parent?.generation ?? null,
    parent?.operation ?? null,
  );
  const key = Number(lastInsertRowid);
  c.run.insertContent.run(key, request.input);
  return key;
}

/** Whether the run at `key` was started by an equal request (store.ts S15); and its parent. */
export function compareStart(
  c: Connection,
  key: number,
  request: StartRequest,
): { same: boolean; parent: string | null } {
  const row = c.run.sameStart.get(key, request.fn, request.input) as
    | { same: number; parent: string | null }
    | undefined;
  return { same: row?.same === 1, parent: row?.parent ?? null };
}

/** Handler of `Store.start`. */
export function start(c: Connection, requests: readonly StartRequest[]): StartOutcome {
  const runs = requests.map((request) => {
    const key = findKey(c, request.id);
    if (key === undefined) insertRun(c, request);
    else if (!compareStart(c, key, request).same) throw new Refusal({ kind: "conflict", id: request.id });
    return { id: request.id, created: key === undefined };
  });
  return { kind: "ok", runs };
}
