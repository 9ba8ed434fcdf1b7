/**
 * Owns: putting messages into inboxes and reading them; results by key.
 * Does not own: consuming, which is part of a commit.
 */
import type {
  CompletionMessage,
  InboxEntry,
  Message,
  OperationOutcome,
  RecordedResult,
  SendOutcome,
} from "../store.ts";
import type { Connection } from "./connection.ts";
import type { InboxRow, RunRow } from "./rows.ts";
import { COMPLETION, FIRST_FINAL, KINDS, OUTCOMES, RUNNING, toInboxEntry, WAITING } from "./rows.ts";

/** The dedupe id under which the completion of an operation lies in its inbox; other messages have a prefix of their own. */
export function completionId(operation: string): string {
  return `completion/${operation}`;
}

/** Handler of `Store.send`, also for messages that come with a commit. */
export function deliver(c: Connection, message: Message): SendOutcome {
  const row = c.run.runOf.get(message.run) as unknown as RunRow | undefined;
  if (row === undefined) return { kind: "unknown" };
  if (row.status >= FIRST_FINAL) return { kind: "ended" };
  if (message.kind === "completion") return complete(c, row, message);
  if (message.kind === "signal" && row.closing !== null) return { kind: "ended" };
  const name = message.kind === "signal" ? message.name : "";
  return insert(c, row, message.kind, `${message.kind}/${message.dedupe}`, name, "", "done", null, message.value);
}

function complete(c: Connection, row: RunRow, message: CompletionMessage): SendOutcome {
  const { operation, outcome, key, value, epoch } = message;
  if (row.generation !== message.generation) return { kind: "stale" };
  if (epoch !== undefined && (row.status !== RUNNING || row.epoch !== epoch)) return { kind: "stale" };
  if (c.run.isPending.get(row.key, operation) === undefined) return { kind: "stale" };
  const stored = key === undefined ? value : null;
  const sent = insert(c, row, "completion", completionId(operation), "", operation, outcome, key ?? null, stored);
  if (sent.kind === "ok" && key !== undefined) recordResult(c, row.key, key, outcome, value, sent.position);
  return sent;
}

/**
 * Records a result under its key; the latest stays.
 * @param sharer position of the message whose value this is, if it came as one.
 */
export function recordResult(
  c: Connection,
  run: number,
  key: string,
  outcome: OperationOutcome,
  value: Uint8Array,
  sharer = 0,
): void {
  const { insertResult, unshareResult, updateResult } = c.run;
  if (insertResult.run(run, key, OUTCOMES.indexOf(outcome), value).changes === 1) return;
  // A message that is not consumed yet may still refer to the value that is replaced.
  unshareResult.run(run, key, sharer);
  updateResult.run(OUTCOMES.indexOf(outcome), value, run, key);
}

function insert(
  c: Connection,
  row: RunRow,
  kind: Message["kind"],
  dedupe: string,
  name: string,
  operation: string,
  outcome: OperationOutcome,
  key: string | null,
  value: Uint8Array | null,
): SendOutcome {
  const { insertMessage, wake } = c.run;
  const kindNumber = KINDS.indexOf(kind);
  const outcomeNumber = OUTCOMES.indexOf(outcome);
  const done = insertMessage.run(row.key, kindNumber, dedupe, name, operation, outcomeNumber, key, value);
  if (done.changes === 0) return { kind: "duplicate" };
  if (row.status === WAITING) wake.run(c.clock.now(), row.key);
  if (row.status === WAITING) c.touched.ready = true;
  if (c.touched.watched) c.touched.runs.push(row.id);
  return { kind: "ok", position: Number(done.lastInsertRowid) };
}

/** A page of a run's unconsumed messages. */
export function readInbox(c: Connection, key: number, after: number, limit: number): InboxEntry[] {
  return (c.run.inboxOf.all(key, after, limit) as unknown as InboxRow[]).map(toInboxEntry);
}

/** A message that is in the inbox, as a commit needs it to consume it. */
export function peek(
  c: Connection,
  key: number,
  position: number,
): { completion: boolean; operation: string } | undefined {
  const row = c.run.messageAt.get(position, key) as { kind: number; operation: string } | undefined;
  return row && { completion: row.kind === COMPLETION, operation: row.operation };
}

interface ResultRow {
  readonly key: string;
  readonly outcome: number;
  readonly value: Uint8Array;
}

/** Recorded results of a run, of the given keys or all. */
export function readResults(c: Connection, key: number, wanted: readonly string[] | undefined): RecordedResult[] {
  const { resultOf, resultsOf } = c.run;
  const rows = wanted === undefined ? resultsOf.all(key) : wanted.map((name) => resultOf.get(key, name));
  return (rows as unknown as (ResultRow | undefined)[]).flatMap((row) =>
    row === undefined ? [] : [{ ...row, outcome: OUTCOMES[row.outcome] as OperationOutcome }],
  );
}
