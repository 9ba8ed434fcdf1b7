/**
 * Owns: applying one commit item in memory (store.ts S1 to S3, S10, S12 to S14).
 * Does not own: undoing an item that throws `Refusal` (world.ts).
 *
 * The order of the parts is that of sqlite/commit.ts: rollback, settle, consume, begin, retry, spawn, send, status.
 */
import type { CommitItem, CommitOutcome, RejectReason, RunState, StartRequest } from "../store.ts";
import { completionId, deliver, unconsumed } from "./inbox.ts";
import type { Journal } from "./journal.ts";
import { insertRun, isSameStart } from "./start.ts";
import type { Run, Stored, World } from "./world.ts";
import { isFinal, Refusal } from "./world.ts";

const LONGEST_COMMIT_ID = 64;
const EMPTY = new Uint8Array(0);

export function commit(world: World, worker: string, item: CommitItem): CommitOutcome {
  const { commitId, seq } = item;
  if (commitId.length > LONGEST_COMMIT_ID) throw invalid(`commitId is longer than ${LONGEST_COMMIT_ID}`);
  const run = item.create ? create(world, worker, item, item.create) : pass(world, item);
  if ("kind" in run) return run;
  world.journal.assign(run, { seq: seq + 1, commitId, snapshot: item.snapshot ?? run.snapshot });
  if (item.rollback === true) rollBack(world, run, item);
  writeParts(world, run, item);
  const { status, closing } = item;
  if (run.lateFailure === undefined) world.journal.assign(run, { lateFailure: item.lateFailure });
  if (closing !== undefined) giveOutcome(world, run, closing);
  return {
    kind: "ok",
    seq: run.seq,
    status: status === undefined || status === "running" ? "running" : leave(world, run, item, status),
  };
}

function refuse(reason: RejectReason): Refusal {
  return new Refusal({ kind: "rejected", reason });
}

function invalid(message: string): Refusal {
  return refuse({ code: "invalid", message });
}

function pass(world: World, { id, epoch, seq, commitId }: CommitItem): Run | CommitOutcome {
  const run = world.runs.get(id);
  if (run?.commitId === commitId) return { kind: "duplicate", seq: run.seq };
  if (run === undefined || run.status !== "running" || run.epoch !== epoch || run.seq !== seq) return { kind: "stale" };
  return run;
}

function create(world: World, owner: string, item: CommitItem, request: StartRequest): Run | CommitOutcome {
  const { id, commitId, leaseMs = 0 } = item;
  if (request.id !== id || item.seq !== 0 || item.epoch !== 1)
    throw invalid("create needs the same id, seq 0 and epoch 1");
  const found = world.runs.get(id);
  if (found === undefined) return insertRun(world, request, { owner, leaseMs });
  if (found.commitId === commitId) return { kind: "duplicate", seq: found.seq };
  throw refuse({ code: isSameStart(found, request) ? "exists" : "conflict", id });
}

function rollBack({ journal }: World, run: Run, item: CommitItem): void {
  if (run.closing !== undefined) throw invalid("it is closing");
  journal.assign(run, { generation: run.generation + 1, snapshot: item.snapshot });
  for (const operation of [...run.operations.keys()]) journal.drop(run.operations, operation);
  for (const stored of [...run.inbox.values()]) {
    if (stored.kind === "completion") dropMessage(journal, run, stored);
    else if (stored.consumed) journal.assign(stored, { consumed: false });
  }
}

function dropMessage(journal: Journal, run: Run, stored: Stored): void {
  journal.drop(run.inbox, stored.position);
  journal.drop(run.taken, stored.dedupe);
}

function writeParts(world: World, run: Run, item: CommitItem): void {
  const { settle, consume, begin, retry, spawn, send } = item;
  for (const one of settle ?? []) settleOperation(world, run, one);
  for (const position of consume ?? []) consumeMessage(world, run, position);
  for (const one of begin ?? []) {
    if (run.operations.has(one.operation)) throw invalid(`operation ${one.operation} is pending already`);
    world.journal.put(run.operations, one.operation, one);
  }
  for (const { operation, attempt, dueAt } of retry ?? []) {
    const pending = run.operations.get(operation);
    if (pending === undefined) throw invalid(`operation ${operation} is not pending`);
    world.journal.put(run.operations, operation, { ...pending, attempt, dueAt });
  }
  for (const request of spawn ?? []) spawnChild(world, run, request);
  for (const message of send ?? []) deliver(world, message);
}

function settleOperation({ journal }: World, run: Run, settlement: NonNullable<CommitItem["settle"]>[number]): void {
  const { operation, key, outcome, value = EMPTY } = settlement;
  if (!journal.drop(run.operations, operation)) throw invalid(`operation ${operation} is not pending`);
  const stored = run.inbox.get(run.taken.get(completionId(operation)) ?? 0);
  if (stored !== undefined) dropMessage(journal, run, stored);
  if (key !== undefined) journal.put(run.results, key, { key, outcome, value });
}

function consumeMessage({ journal }: World, run: Run, position: number): void {
  const stored = run.inbox.get(position);
  if (stored === undefined || stored.consumed) throw invalid(`no message at position ${position}`);
  if (stored.kind === "completion") {
    dropMessage(journal, run, stored);
    journal.drop(run.operations, stored.operation);
  } else journal.assign(stored, { consumed: true });
}

function spawnChild(world: World, run: Run, request: StartRequest): void {
  const { id, parent } = request;
  if (parent !== undefined && parent.run !== run.id) throw invalid(`the parent of child ${id} is another run`);
  const child = world.runs.get(id);
  if (child === undefined) return void insertRun(world, request);
  const isAdoptable = isSameStart(child, request) && parent !== undefined && child.parent?.run === run.id;
  if (!isAdoptable) throw refuse({ code: "conflict", id });
  world.journal.assign(child, { parent });
  reportOutcome(world, child);
}

/** Stores the outcome of a run that goes on, and tells it (S20). */
function giveOutcome(world: World, run: Run, { status, outcome }: NonNullable<CommitItem["closing"]>): void {
  if (run.closing !== undefined) throw invalid("it is closing already");
  world.journal.assign(run, { closing: status, outcome });
  world.touched.add(run.id);
  reportOutcome(world, run);
}

function leave(world: World, run: Run, item: CommitItem, wished: RunState): RunState {
  const ended = isFinal(wished) ? (run.closing ?? wished) : wished;
  const status = ended === "waiting" && hasUnseen(run, item) ? "ready" : ended;
  if (status === "ready") {
    world.makeReady(run);
    return status;
  }
  const wakeAt = item.wakeAt === Number.POSITIVE_INFINITY ? undefined : item.wakeAt;
  world.journal.assign(run, {
    status,
    dueAt: status === "waiting" ? wakeAt : undefined,
    owner: undefined,
    leaseUntil: undefined,
    hold: status === "held" ? item.hold : undefined,
  });
  if (isFinal(status)) end(world, run, item);
  return status;
}

function hasUnseen(run: Run, item: CommitItem): boolean {
  const seen = item.seen ?? item.consume?.reduce((last, position) => Math.max(last, position), 0) ?? 0;
  return unconsumed(run, seen).length > 0;
}

function end(world: World, run: Run, item: CommitItem): void {
  const { journal } = world;
  const isTold = run.closing !== undefined;
  const outcome = isTold ? run.outcome : item.outcome;
  journal.assign(run, { endedAt: world.clock.now(), outcome, closing: undefined, snapshot: undefined });
  for (const map of [run.operations, run.results, run.inbox, run.taken] as Map<unknown, unknown>[]) {
    for (const key of [...map.keys()]) journal.drop(map, key);
  }
  world.touched.add(run.id);
  if (!isTold) reportOutcome(world, run);
}

/** Tells the parent the outcome of this child, if it has one of each (S13). */
function reportOutcome(world: World, { parent, status, closing, outcome }: Run): void {
  const known = closing ?? status;
  if (parent === undefined || !isFinal(known)) return;
  deliver(world, { kind: "completion", ...parent, outcome: known, value: outcome ?? EMPTY });
}
