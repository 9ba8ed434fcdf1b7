/** Owns: taking runs in memory, and what time does to them. */
import { type Claim, type ClaimRequest, type Lease, LONE_CLAIMS, SUSPECT_CLAIMS, type Tick } from "../store.ts";
import { readInbox } from "./inbox.ts";
import type { Run, World } from "./world.ts";

const INBOX_PAGE = 1_000;

export function claim(world: World, owner: string, request: ClaimRequest): Claim[] {
  const leaseUntil = world.clock.now() + request.leaseMs;
  const chosen = [...world.runs.values()].filter((run) => run.status === "ready" && isHosted(run, request));
  chosen.sort((a, b) => b.request.priority - a.request.priority || (a.dueAt ?? 0) - (b.dueAt ?? 0) || a.key - b.key);
  return partSuspects(chosen, request).map((run) => {
    const { epoch } = run;
    const mark = markOf(run);
    const claims = run.claimedMark === mark ? run.claims + 1 : 1;
    const lease = { status: "running", dueAt: undefined, owner, leaseUntil } as const;
    world.journal.assign(run, { ...lease, epoch: epoch + 1, claims, claimedMark: mark });
    return toClaim(run, leaseUntil, request);
  });
}

/** What of the ready runs may be taken (ClaimRequest.suspects, lone). */
function partSuspects(ready: readonly Run[], { suspects, lone, limit }: ClaimRequest): Run[] {
  if (suspects === undefined) return ready.slice(0, limit);
  const alone = ready.find((run) => fruitless(run) >= LONE_CLAIMS);
  if (lone === true && alone !== undefined && limit > 0) return [alone];
  const isSuspect = (run: Run): boolean => fruitless(run) === SUSPECT_CLAIMS;
  let left = Math.min(suspects, Math.ceil(ready.filter(isSuspect).length / 2));
  const taken = ready.filter((run) => fruitless(run) < SUSPECT_CLAIMS || (isSuspect(run) && left-- > 0));
  return taken.slice(0, limit);
}

/** Claims since it last got further. */
function fruitless(run: Run): number {
  return run.claimedMark === markOf(run) ? run.claims : 0;
}

/** Changes with every commit and message: both numbers only grow. */
function markOf({ seq, inbox }: Run): number {
  let last = 0;
  for (const [position, { consumed }] of inbox) if (!consumed) last = Math.max(last, position);
  return seq + last;
}

function isHosted({ request: { fn, queue, version } }: Run, { queues, functions }: ClaimRequest): boolean {
  if (!queues.includes(queue)) return false;
  return functions.some(
    (hosted) => hosted.fn === fn && (hosted.versions === undefined || hosted.versions.includes(version)),
  );
}

function toClaim(run: Run, leaseUntil: number, request: ClaimRequest): Claim {
  const { id, createdAt, parent, epoch, generation, seq, claims, snapshot, closing } = run;
  const { fn, version, queue, priority, input } = run.request;
  const warm = request.warm?.get(id) === seq;
  return {
    ...{ id, fn, version, queue, priority, createdAt, parent, epoch, generation, seq, leaseUntil, claims, input, warm },
    snapshot: warm ? undefined : snapshot,
    closing,
    operations: [...run.operations.values()],
    inbox: readInbox(run, 0, request.inboxLimit ?? INBOX_PAGE),
  };
}

export function heartbeat(world: World, leases: readonly Lease[], leaseMs: number): string[] {
  const leaseUntil = world.clock.now() + leaseMs;
  return leases.flatMap(({ id, epoch }) => {
    const run = world.runs.get(id);
    if (run?.status !== "running" || run.epoch !== epoch) return [id];
    world.journal.assign(run, { leaseUntil });
    return [];
  });
}

export function tick(world: World, limit: number): Tick {
  const now = world.clock.now();
  const runs = [...world.runs.values()];
  const lost = runs.filter((run) => run.status === "running" && (run.leaseUntil ?? 0) <= now);
  const due = runs.filter((run) => run.status === "waiting" && (run.dueAt ?? Infinity) <= now);
  lost.sort((a, b) => (a.leaseUntil ?? 0) - (b.leaseUntil ?? 0));
  due.sort((a, b) => (a.dueAt ?? 0) - (b.dueAt ?? 0));
  for (const run of lost.slice(0, limit)) world.makeReady(run);
  for (const run of due.slice(0, limit)) {
    world.journal.assign(run, { status: "ready" }); // dueAt stays: a claim takes the one due longest
    world.ready = true;
  }
  const ready = Math.min(lost.length, limit) + Math.min(due.length, limit);
  return { ready, nextAt: ready > 0 ? now : nextMoment(world), ...loneOf(runs) };
}

function loneOf(runs: readonly Run[]): Pick<Tick, "lone"> {
  const lone = runs.filter((run) => run.status === "ready" && fruitless(run) >= LONE_CLAIMS);
  return lone.length === 0 ? {} : { lone: lone.map(({ request: { fn, queue } }) => ({ fn, queue })) };
}

function nextMoment(world: World): number | undefined {
  let nextAt = Infinity;
  for (const { status, leaseUntil, dueAt } of world.runs.values()) {
    if (status === "running") nextAt = Math.min(nextAt, leaseUntil ?? Infinity);
    if (status === "waiting") nextAt = Math.min(nextAt, dueAt ?? Infinity);
  }
  return nextAt === Infinity ? undefined : nextAt;
}

export function release(world: World, what: { readonly id: string } | { readonly otherThanBuild: string }): number {
  const isMeant = (run: Run): boolean => ("id" in what ? run.id === what.id : run.hold?.build !== what.otherThanBuild);
  const held = [...world.runs.values()].filter((run) => run.status === "held" && isMeant(run));
  for (const run of held) {
    world.makeReady(run);
    world.journal.assign(run, { hold: undefined });
  }
  return held.length;
}

/** Ends the leases of a handle that closes. */
export function letGo(world: World, owner: string): void {
  for (const run of world.runs.values()) {
    if (run.status !== "running" || run.owner !== owner) continue;
    world.makeReady(run);
    world.journal.assign(run, { claims: run.claims - 1 });
  }
}
