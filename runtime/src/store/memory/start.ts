/** Owns: new runs in memory, by whatever way they come: start, the first commit, a spawn. */
import type { RunState, StartOutcome, StartRequest } from "../store.ts";
import type { Run, World } from "./world.ts";
import { Refusal } from "./world.ts";

/** Inserts a run; `lease` is given when its first commit creates it. */
export function insertRun(world: World, request: StartRequest, lease?: { owner: string; leaseMs: number }): Run {
  const now = world.clock.now();
  const startAt = request.startAt ?? now;
  const status: RunState = lease ? "running" : startAt > now ? "waiting" : "ready";
  const run: Run = {
    id: request.id,
    key: world.nextKey(),
    request,
    createdAt: now,
    parent: request.parent,
    status,
    epoch: lease ? 1 : 0,
    generation: 0,
    seq: 0,
    commitId: "",
    snapshot: undefined,
    outcome: undefined,
    closing: undefined,
    lateFailure: undefined,
    dueAt: lease ? undefined : startAt,
    endedAt: undefined,
    owner: lease?.owner,
    leaseUntil: lease && now + lease.leaseMs,
    claims: lease ? 1 : 0,
    claimedMark: 0,
    hold: undefined,
    operations: new Map(),
    results: new Map(),
    inbox: new Map(),
    taken: new Map(),
  };
  world.journal.put(world.runs, request.id, run);
  world.journal.push(world.order, run);
  if (status === "ready") world.ready = true;
  return run;
}

/** Whether a run was started by an equal request (store.ts S15). */
export function isSameStart(run: Run, request: StartRequest): boolean {
  return run.request.fn === request.fn && Buffer.compare(run.request.input, request.input) === 0;
}

export function start(world: World, requests: readonly StartRequest[]): StartOutcome {
  const runs = requests.map((request) => {
    const found = world.runs.get(request.id);
    if (found === undefined) insertRun(world, request);
    else if (!isSameStart(found, request)) throw new Refusal({ kind: "conflict", id: request.id });
    return { id: request.id, created: found === undefined };
  });
  return { kind: "ok", runs };
}
