/**
 * Owns: what time and death do to runs: heartbeats, expiry, wake-ups, releases.
 * Does not own: how the death of a process is seen (liveness.ts).
 */
import type { Lease, Tick } from "../store.ts";
import type { Connection } from "./connection.ts";
import type { Liveness } from "./liveness.ts";

/** How often a store with foreign leases in it should be asked whether their owners live. */
const LIVENESS_MS = 250;
const FOREVER = Number.MAX_SAFE_INTEGER;

/** Request of `heartbeat`. */
export interface Beat {
  readonly leases: readonly Lease[];
  readonly leaseMs: number;
}

/** Handler of `Store.heartbeat`. */
export function heartbeat(c: Connection, { leases, leaseMs }: Beat): string[] {
  const leaseUntil = c.clock.now() + leaseMs;
  const lost: string[] = [];
  for (const { id, epoch } of leases) {
    if (c.run.beat.run(leaseUntil, id, epoch).changes === 0) lost.push(id);
  }
  return lost;
}

interface OwnerRow {
  readonly owner: string;
  readonly leaseUntil: number;
}

/** What `tick` is to do, found by reading. */
export interface TickPlan {
  readonly limit: number;
  /** Owners whose leases end up to the time given. */
  readonly lost: readonly OwnerRow[];
  readonly wake: boolean;
  /** When to look again if all of this gets done. */
  readonly nextAt: number | undefined;
  readonly lone?: Tick["lone"];
}

/** Reads what is due, so that a tick with nothing to do takes no lock. */
export function planTick(c: Connection, liveness: Liveness, limit: number): TickPlan {
  const now = c.clock.now();
  const lost: OwnerRow[] = [];
  let nextAt = FOREVER;
  for (const { owner, leaseUntil } of c.run.owners.all() as unknown as OwnerRow[]) {
    const isForeign = owner !== c.worker;
    if (isForeign && liveness.isDead(owner)) lost.push({ owner, leaseUntil: FOREVER });
    else if (leaseUntil <= now) lost.push({ owner, leaseUntil: now });
    else nextAt = Math.min(nextAt, leaseUntil, isForeign ? now + LIVENESS_MS : FOREVER);
  }
  const due = (c.run.nextDue.get() as { dueAt: number | null }).dueAt ?? FOREVER;
  const wake = due <= now;
  if (!wake) nextAt = Math.min(nextAt, due);
  return { limit, lost, wake, nextAt: nextAt === FOREVER ? undefined : nextAt, ...readLone(c) };
}

function readLone(c: Connection): Pick<Tick, "lone"> {
  const lone = c.run.loneOf.all() as unknown as NonNullable<Tick["lone"]>;
  return lone.length === 0 ? {} : { lone };
}

/** Handler of `Store.tick`. */
export function tick(c: Connection, { limit, lost, wake, nextAt }: TickPlan): Tick {
  const now = c.clock.now();
  let ready = 0;
  let full = false;
  const note = (changes: number | bigint): void => {
    ready += Number(changes);
    full ||= Number(changes) === limit;
  };
  for (const { owner, leaseUntil } of lost) note(c.run.takeLeases.run(now, owner, leaseUntil, limit).changes);
  if (wake) note(c.run.wakeDue.run(now, limit).changes);
  if (ready > 0) c.touched.ready = true;
  return { ready, nextAt: full || wake || lost.length > 0 ? now : nextAt, ...readLone(c) };
}

/** Handler of `Store.release`. */
export function release(c: Connection, what: { readonly id: string } | { readonly otherThanBuild: string }): number {
  const now = c.clock.now();
  const { releaseOne, releaseOthers } = c.run;
  const done = "id" in what ? releaseOne.run(now, what.id) : releaseOthers.run(now, what.otherThanBuild);
  if (done.changes > 0) c.touched.ready = true;
  return Number(done.changes);
}

/** Whether any run is leased to this handle, whatever it knows of that itself. */
export function hasLeases(c: Connection): boolean {
  return (c.run.owners.all() as unknown as OwnerRow[]).some(({ owner }) => owner === c.worker);
}

/** Handler that ends all leases of this handle, at its close. */
export function letGo(c: Connection): void {
  c.run.letGo.run(c.clock.now(), c.worker);
}
