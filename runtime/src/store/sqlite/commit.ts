/**
 * Owns: applying one commit item inside a transaction (store.ts S1 to S3, S10, S12 to S14).
 * Does not own: the transaction, and the undoing of an item that throws `Refusal`.
 *
 * K1. The fence comes first and is one statement with the write of the snapshot: a stale item has written nothing.
 * K2. Order after the fence: rollback, settle, consume, begin, retry, spawn, send, the outcome of a run that goes on, the status. So an operation id may
 *     be settled and begun anew in one item, and a parking run sees the inbox as this item leaves it.
 */
import type { CommitItem, CommitOutcome, RejectReason, RunState, StartRequest } from "../store.ts";
import type { Connection } from "./connection.ts";
import { isFaultOfValues, Refusal } from "./fault.ts";
import { completionId, deliver, peek, recordResult } from "./inbox.ts";
import { FIRST_FINAL, OUTCOMES, STATUSES, toTime } from "./rows.ts";
import { compareStart, findKey, insertLeased, insertRun } from "./start.ts";

const LONGEST_COMMIT_ID = 64;
const NOTHING = new Uint8Array(0);

/** Handler of `Store.commit`. */
export function commit(c: Connection, item: CommitItem): CommitOutcome {
  const key = item.create === undefined ? advance(c, item) : create(c, item, item.create);
  if (typeof key !== "number") return key;
  try {
    if (item.rollback === true) rollBack(c, key, item);
    writeParts(c, key, item);
    if (item.lateFailure !== undefined) c.run.putFailure.run(item.lateFailure, key);
    if (item.closing !== undefined) giveOutcome(c, key, item.id, item.closing);
    const status =
      item.status === undefined || item.status === "running" ? "running" : leave(c, key, item, item.status);
    return { kind: "ok", seq: item.seq + 1, status };
  } catch (error) {
    if (!(error instanceof Refusal) && isFaultOfValues(error)) throw invalid((error as Error).message);
    throw error;
  }
}

function reject(reason: RejectReason): CommitOutcome {
  return { kind: "rejected", reason };
}

function invalid(message: string): Refusal {
  return new Refusal(reject({ code: "invalid", message }));
}

/** Passes the fence and writes the snapshot (K1). @returns the row key, or why not. */
function advance(c: Connection, item: CommitItem): number | CommitOutcome {
  const { id, seq, epoch, commitId, snapshot } = item;
  if (commitId.length > LONGEST_COMMIT_ID) throw invalid(`commitId is longer than ${LONGEST_COMMIT_ID}`);
  const key = c.held.get(id) ?? findKey(c, id);
  if (key === undefined) return { kind: "stale" };
  const done =
    snapshot === undefined
      ? c.run.bumpSnapshot.run(seq + 1, commitId, key, seq, key, epoch)
      : c.run.putSnapshot.run(seq + 1, commitId, snapshot, key, seq, key, epoch);
  return done.changes === 1 ? key : refuseOld(c, key, commitId);
}

/** Tells a repeated commit from one that came too late. */
function refuseOld(c: Connection, key: number, commitId: string): CommitOutcome {
  const head = c.run.headOf.get(key) as { seq: number; commitId: string } | undefined;
  return head?.commitId === commitId ? { kind: "duplicate", seq: head.seq } : { kind: "stale" };
}

function create(c: Connection, item: CommitItem, request: StartRequest): number | CommitOutcome {
  const { id, commitId, snapshot, leaseMs } = item;
  if (request.id !== id || item.seq !== 0 || item.epoch !== 1)
    throw invalid("create needs the same id, seq 0 and epoch 1");
  const key = findKey(c, id);
  if (key === undefined) return insertLeased(c, request, leaseMs ?? 0, commitId, snapshot);
  const outcome = refuseOld(c, key, commitId);
  if (outcome.kind === "duplicate") return outcome;
  return reject({ code: compareStart(c, key, request).same ? "exists" : "conflict", id });
}

function rollBack(c: Connection, key: number, item: CommitItem): void {
  const { run } = c;
  if (closingOf(c, key) !== null) throw invalid("it is closing");
  run.nextGeneration.run(key);
  if (item.snapshot === undefined) run.dropSnapshot.run(key);
  run.dropOperations.run(key);
  run.dropCompletions.run(key);
  run.giveBack.run(key);
}

function writeParts(c: Connection, key: number, item: CommitItem): void {
  const { settle, consume, begin, retry, spawn, send } = item;
  if (settle !== undefined) settleOperations(c, key, settle);
  if (consume !== undefined) for (const position of consume) consumeMessage(c, key, position);
  if (begin !== undefined) beginOperations(c, key, begin);
  if (retry !== undefined) retryOperations(c, key, retry);
  if (spawn !== undefined) for (const request of spawn) spawnChild(c, item.id, request);
  if (send !== undefined) for (const message of send) deliver(c, message);
}

function settleOperations(c: Connection, key: number, settlements: NonNullable<CommitItem["settle"]>): void {
  const { endOperation, dropCompletion } = c.run;
  for (const { operation, key: name, outcome, value } of settlements) {
    if (endOperation.run(key, operation).changes === 0) throw invalid(`operation ${operation} is not pending`);
    dropCompletion.run(key, completionId(operation));
    if (name !== undefined) recordResult(c, key, name, outcome, value ?? NOTHING);
  }
}

function consumeMessage(c: Connection, key: number, position: number): void {
  const message = peek(c, key, position);
  if (message === undefined) throw invalid(`no message at position ${position}`);
  if (!message.completion) return void c.run.consumeMessage.run(position);
  c.run.dropMessage.run(position);
  c.run.endOperation.run(key, message.operation);
}

function beginOperations(c: Connection, key: number, operations: NonNullable<CommitItem["begin"]>): void {
  const { beginOperation } = c.run;
  for (const { operation, kind, attempt, dueAt, key: name, args } of operations) {
    beginOperation.run(key, operation, kind, attempt, toTime(dueAt), name ?? null, args ?? null);
  }
}

function retryOperations(c: Connection, key: number, retries: NonNullable<CommitItem["retry"]>): void {
  for (const { operation, attempt, dueAt } of retries) {
    const done = c.run.retryOperation.run(attempt, toTime(dueAt), key, operation);
    if (done.changes === 0) throw invalid(`operation ${operation} is not pending`);
  }
}

function spawnChild(c: Connection, parent: string, request: StartRequest): void {
  const { id, parent: ref } = request;
  if (ref !== undefined && ref.run !== parent) throw invalid(`the parent of child ${id} is another run`);
  const key = findKey(c, id);
  if (key === undefined) return void insertRun(c, request);
  const found = compareStart(c, key, request);
  if (!found.same || ref === undefined || found.parent !== parent) throw new Refusal(reject({ code: "conflict", id }));
  c.run.adopt.run(ref.generation, ref.operation, key);
  reportOutcome(c, id);
}

function closingOf(c: Connection, key: number): number | null {
  return (c.run.closingOf.get(key) as { closing: number | null }).closing;
}

/** Stores the outcome of a run that goes on, and tells it (S20). */
function giveOutcome(c: Connection, key: number, id: string, closing: NonNullable<CommitItem["closing"]>): void {
  const { beginClosing, putOutcome } = c.run;
  if (beginClosing.run(STATUSES.indexOf(closing.status), key).changes === 0) throw invalid("it is closing already");
  putOutcome.run(closing.outcome, key);
  if (c.touched.watched) c.touched.runs.push(id);
  reportOutcome(c, id);
}

/**
 * Gives up the lease.
 * @returns the status that the run has now; it is not the one wished for if a message waits (S10), or how it ends is known (S20)
 */
function leave(c: Connection, key: number, item: CommitItem, wished: RunState): RunState {
  const isFinal = STATUSES.indexOf(wished) >= FIRST_FINAL;
  const closing = isFinal ? closingOf(c, key) : null;
  const ended = closing === null ? wished : (STATUSES[closing] as RunState);
  const status = ended === "waiting" && hasUnseen(c, key, item) ? "ready" : ended;
  const now = c.clock.now();
  const dueAt = status === "ready" ? now : status === "waiting" ? toTime(item.wakeAt) : null;
  const hold = status === "held" ? item.hold : undefined;
  const { leaveRunning } = c.run;
  leaveRunning.run(
    STATUSES.indexOf(status),
    dueAt,
    isFinal ? now : null,
    hold?.reason ?? null,
    hold?.build ?? null,
    key,
  );
  if (isFinal) end(c, key, item, closing !== null);
  if (status === "ready") c.touched.ready = true;
  return status;
}

function hasUnseen(c: Connection, key: number, item: CommitItem): boolean {
  const seen = item.seen ?? item.consume?.reduce((last, position) => Math.max(last, position), 0) ?? 0;
  return c.run.hasMessage.get(key, seen) !== undefined;
}

/** What a run leaves behind: its outcome, and sequence number and commit id for repeated commits (S3). */
function end(c: Connection, key: number, item: CommitItem, isTold: boolean): void {
  const { run } = c;
  if (isTold) run.endClosing.run(key);
  else run.putOutcome.run(item.outcome ?? null, key);
  run.dropSnapshot.run(key);
  run.dropOperations.run(key);
  run.dropResults.run(key);
  run.dropInbox.run(key);
  if (c.touched.watched) c.touched.runs.push(item.id);
  if (!isTold) reportOutcome(c, item.id);
}

interface EndRow {
  readonly status: number;
  readonly closing: number | null;
  readonly key: number;
  readonly parent: string | null;
  readonly parentGeneration: number;
  readonly parentOperation: string;
}

/** Tells the parent the outcome of this child, if it has one of each (S13). */
function reportOutcome(c: Connection, id: string): void {
  const row = c.run.runOf.get(id) as unknown as EndRow | undefined;
  const known = row?.closing ?? row?.status ?? 0;
  if (row === undefined || row.parent === null || known < FIRST_FINAL) return;
  const content = c.run.contentOf.get(row.key) as { outcome: Uint8Array | null } | undefined;
  deliver(c, {
    kind: "completion",
    run: row.parent,
    generation: row.parentGeneration,
    operation: row.parentOperation,
    outcome: OUTCOMES[known - FIRST_FINAL] ?? "failed",
    value: content?.outcome ?? NOTHING,
  });
}
