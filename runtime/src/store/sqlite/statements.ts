/**
 * Owns: every statement over the tables, prepared once per connection.
 * Does not own: their order and meaning within a write.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LONE_CLAIMS, SUSPECT_CLAIMS } from "../store.ts";
import { CLOSING } from "./rows.ts";

const RUN = `r.key, r.id, r.fn, r.version, r.queue, r.priority, r.status, r.epoch, r.generation, r.dueAt, r.leaseUntil,
  r.owner, r.claims, r.createdAt, r.endedAt, r.holdReason, r.holdBuild, r.closing, r.lateFailure, r.parent, r.parentGeneration, r.parentOperation`;

const INBOX = `i.position, i.kind, i.name, i.operation, i.outcome,
  coalesce(i.value, (SELECT value FROM cf_result WHERE run = i.run AND key = i.key)) AS value`;

// The fence of store.ts S2 in the words of SQL; its parameters are seq, run key, epoch.
const FENCE = `seq = ? AND EXISTS (SELECT 1 FROM cf_run WHERE key = run AND key = ? AND epoch = ? AND status = 1)`;

/** Runs of one value of an index, newest first, from a key (exclusive) down to another; the other parameters are filters, or NULL. */
function listBy(index: string, isOf: string): string {
  return `SELECT ${RUN} FROM cf_run r ${index} WHERE ${isOf} AND r.status >= 0 AND r.key < ?2 AND r.key >= ?3
    AND (?4 IS NULL OR iif(r.closing IS NULL, r.status, ${CLOSING}) IN (SELECT value FROM json_each(?4)))
    AND (?5 IS NULL OR r.fn = ?5)
    AND (?6 IS NULL OR r.queue = ?6) AND (?7 IS NULL OR r.parent = ?7) AND (?1 IS NULL OR true)
    ORDER BY r.key DESC LIMIT ?8`;
}

/** The key at which so many entries of an index, newest first, have been passed. */
function skipBy(index: string, isOf: string): string {
  return `SELECT r.key FROM cf_run r ${index} WHERE ${isOf} AND r.status >= 0 AND r.key < ?2 AND (?1 IS NULL OR true)
    ORDER BY r.key DESC LIMIT 1 OFFSET ?3`;
}

// Claims of a row of cf_run since it last got further: both parts of the mark only grow.
const FRUITLESS = `CASE WHEN claimedMark = (SELECT seq FROM cf_snapshot WHERE run = cf_run.key)
    + coalesce((SELECT max(position) FROM cf_inbox WHERE run = cf_run.key AND consumed = 0), 0) THEN claims ELSE 0 END`;

const sql = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  savepoint: "SAVEPOINT job",
  undo: "ROLLBACK TO job",
  keep: "RELEASE job",
  dataVersion: "PRAGMA data_version",

  // One run
  keyOf: "SELECT key FROM cf_run WHERE id = ?",
  runOf: `SELECT ${RUN} FROM cf_run r WHERE r.id = ?`,
  contentOf:
    "SELECT s.seq, s.bytes, c.input, c.outcome FROM cf_snapshot s, cf_content c WHERE s.run = ?1 AND c.run = ?1",
  contentSansSnapshot:
    "SELECT s.seq, NULL AS bytes, c.input, c.outcome FROM cf_snapshot s, cf_content c WHERE s.run = ?1 AND c.run = ?1",
  headOf: "SELECT seq, commitId FROM cf_snapshot WHERE run = ?",
  sameStart: `SELECT r.fn = ?2 AND c.input = ?3 AS same, r.parent FROM cf_run r, cf_content c WHERE r.key = ?1 AND c.run = ?1`,

  // Start
  insertRun: `INSERT INTO cf_run (id, fn, version, queue, priority, status, epoch, generation, dueAt, leaseUntil, owner, claims,
    claimedMark, createdAt, parent, parentGeneration, parentOperation) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, 0, ?, ?, ?, ?)`,
  insertContent: "INSERT INTO cf_content (run, input) VALUES (?, ?)",
  insertSnapshot: "INSERT INTO cf_snapshot (run, seq, commitId, bytes) VALUES (?, ?, ?, ?)",
  adopt: "UPDATE cf_run SET parentGeneration = ?, parentOperation = ? WHERE key = ?",

  // Claim. One query per function and queue: an IN list would sort every ready row.
  readyOf: `SELECT key, priority, dueAt FROM cf_run WHERE status = 0 AND queue = ? AND fn = ? AND claims < ?
    ORDER BY priority DESC, dueAt, key LIMIT ?`,
  readyOfVersion: `SELECT key, priority, dueAt FROM cf_run WHERE status = 0 AND queue = ? AND fn = ? AND version = ? AND claims < ?
    ORDER BY priority DESC, dueAt, key LIMIT ?`,
  suspectsOf: `SELECT key, queue, fn, version, priority, dueAt, claims FROM cf_run WHERE status = 0 AND claims >= ${SUSPECT_CLAIMS}
    ORDER BY priority DESC, dueAt, key`,
  loneOf: `SELECT DISTINCT fn, queue FROM cf_run WHERE status = 0 AND claims >= ${SUSPECT_CLAIMS} AND claims >= ${LONE_CLAIMS}`,
  takeRun: `UPDATE cf_run AS r SET status = 1, epoch = epoch + 1, dueAt = NULL, owner = ?2, leaseUntil = ?3,
    claims = CASE WHEN claimedMark = p.mark THEN claims + 1 ELSE 1 END, claimedMark = p.mark
    FROM (SELECT seq + coalesce((SELECT max(position) FROM cf_inbox WHERE run = ?1 AND consumed = 0), 0) AS mark
    FROM cf_snapshot WHERE run = ?1) p WHERE r.key = ?1`,
  runAt: `SELECT ${RUN} FROM cf_run r WHERE r.key = ?`,
  operationsOf: "SELECT id, kind, attempt, dueAt, key, args FROM cf_operation WHERE run = ?",
  inboxOf: `SELECT ${INBOX} FROM cf_inbox i WHERE i.run = ? AND i.consumed = 0 AND i.position > ?
    ORDER BY i.position LIMIT ?`,

  // Commit
  putSnapshot: `UPDATE cf_snapshot SET seq = ?, commitId = ?, bytes = ? WHERE run = ? AND ${FENCE}`,
  bumpSnapshot: `UPDATE cf_snapshot SET seq = ?, commitId = ? WHERE run = ? AND ${FENCE}`,
  dropSnapshot: "UPDATE cf_snapshot SET bytes = NULL WHERE run = ?",
  beginOperation: "INSERT INTO cf_operation (run, id, kind, attempt, dueAt, key, args) VALUES (?, ?, ?, ?, ?, ?, ?)",
  retryOperation: "UPDATE cf_operation SET attempt = ?, dueAt = ? WHERE run = ? AND id = ?",
  endOperation: "DELETE FROM cf_operation WHERE run = ? AND id = ?",
  insertResult: "INSERT INTO cf_result (run, key, outcome, value) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
  updateResult: "UPDATE cf_result SET outcome = ?, value = ? WHERE run = ? AND key = ?",
  unshareResult: `UPDATE cf_inbox SET key = NULL, value = (SELECT value FROM cf_result WHERE run = ?1 AND key = ?2)
    WHERE run = ?1 AND key = ?2 AND position <> ?3`,
  messageAt: "SELECT kind, operation FROM cf_inbox WHERE position = ? AND run = ? AND consumed = 0",
  consumeMessage: "UPDATE cf_inbox SET consumed = 1 WHERE position = ?",
  dropMessage: "DELETE FROM cf_inbox WHERE position = ?",
  dropCompletion: "DELETE FROM cf_inbox WHERE run = ? AND dedupe = ?",
  hasMessage: "SELECT 1 FROM cf_inbox WHERE run = ? AND consumed = 0 AND position > ? LIMIT 1",
  leaveRunning: `UPDATE cf_run SET claims = 0, status = ?, dueAt = ?, leaseUntil = NULL, owner = NULL, endedAt = ?, holdReason = ?, holdBuild = ?
    WHERE key = ?`,
  closingOf: "SELECT closing FROM cf_run WHERE key = ?",
  beginClosing: "UPDATE cf_run SET closing = ? WHERE key = ? AND closing IS NULL",
  endClosing: "UPDATE cf_run SET closing = NULL WHERE key = ? AND closing IS NOT NULL",
  putFailure: "UPDATE cf_run SET lateFailure = ? WHERE key = ? AND lateFailure IS NULL",
  putOutcome: "UPDATE cf_content SET outcome = ? WHERE run = ?",
  nextGeneration: "UPDATE cf_run SET generation = generation + 1 WHERE key = ?",
  dropOperations: "DELETE FROM cf_operation WHERE run = ?",
  dropResults: "DELETE FROM cf_result WHERE run = ?",
  dropInbox: "DELETE FROM cf_inbox WHERE run = ?",
  dropCompletions: "DELETE FROM cf_inbox WHERE run = ? AND kind = 2",
  giveBack: "UPDATE cf_inbox SET consumed = 0 WHERE run = ? AND consumed = 1",

  // Messages
  isPending: "SELECT 1 FROM cf_operation WHERE run = ? AND id = ?",
  insertMessage: `INSERT INTO cf_inbox (run, kind, dedupe, name, operation, outcome, key, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (run, dedupe) DO NOTHING`,
  wake: "UPDATE cf_run SET status = 0, dueAt = ? WHERE key = ? AND status = 2",
  resultOf: "SELECT key, outcome, value FROM cf_result WHERE run = ? AND key = ?",
  resultsOf: "SELECT key, outcome, value FROM cf_result WHERE run = ?",
  messagedSince: `SELECT r.id, i.position FROM cf_inbox i, cf_run r WHERE i.position > ? AND r.key = i.run
    ORDER BY i.position LIMIT 1000`,
  lastPosition: "SELECT coalesce(max(position), 0) AS position FROM cf_inbox",

  // Leases and time
  beat: "UPDATE cf_run SET leaseUntil = ? WHERE id = ? AND epoch = ? AND status = 1",
  owners: "SELECT owner, min(leaseUntil) AS leaseUntil FROM cf_run WHERE status = 1 GROUP BY owner",
  takeLeases: `UPDATE cf_run SET claims = ${FRUITLESS}, status = 0, dueAt = ?1, owner = NULL, leaseUntil = NULL WHERE key IN
    (SELECT key FROM cf_run WHERE status = 1 AND owner = ?2 AND leaseUntil <= ?3 ORDER BY leaseUntil LIMIT ?4)`,
  letGo: `UPDATE cf_run SET status = 0, dueAt = ?, owner = NULL, leaseUntil = NULL, claims = max(${FRUITLESS} - 1, 0)
    WHERE status = 1 AND owner = ?`,
  wakeDue: `UPDATE cf_run SET status = 0 WHERE key IN
    (SELECT key FROM cf_run WHERE status = 2 AND dueAt <= ? ORDER BY dueAt LIMIT ?)`,
  nextDue: "SELECT min(dueAt) AS dueAt FROM cf_run WHERE status = 2 AND dueAt IS NOT NULL",
  releaseOne:
    "UPDATE cf_run SET status = 0, dueAt = ?, holdReason = NULL, holdBuild = NULL WHERE id = ? AND status = 3",
  releaseOthers: `UPDATE cf_run SET status = 0, dueAt = ?, holdReason = NULL, holdBuild = NULL
    WHERE status = 3 AND holdBuild <> ?`,

  // Views
  listAll: listBy("NOT INDEXED", "true"),
  listOfParent: listBy("INDEXED BY cf_run_child", "r.parent = ?1"),
  listOfStatus: listBy("INDEXED BY cf_run_status", "r.status = ?1"),
  listOfClosing: listBy("INDEXED BY cf_run_closing", "r.closing = ?1"),
  listOfFn: listBy("INDEXED BY cf_run_fn", "r.fn = ?1"),
  listOfQueue: listBy("INDEXED BY cf_run_queue", "r.queue = ?1"),
  skipAll: skipBy("NOT INDEXED", "true"),
  skipParent: skipBy("INDEXED BY cf_run_child", "r.parent = ?1"),
  skipStatus: skipBy("INDEXED BY cf_run_status", "r.status = ?1"),
  skipClosing: skipBy("INDEXED BY cf_run_closing", "r.closing = ?1"),
  skipFn: skipBy("INDEXED BY cf_run_fn", "r.fn = ?1"),
  skipQueue: skipBy("INDEXED BY cf_run_queue", "r.queue = ?1"),
  // One part per partial index: what has ended is never read, however much of it there is.
  count: [0, 1, 2, 3]
    .map(
      (n) => `SELECT fn, queue, iif(closing IS NULL, ${n}, ${CLOSING}) AS shown, count(*) AS count FROM cf_run
        WHERE status = ${n} GROUP BY fn, queue, shown`,
    )
    .join(" UNION ALL "),
} as const;

/** The text of every statement, by name. */
export const statementTexts: Readonly<Record<string, string>> = sql;

/** All statements of a connection, by name. */
export type Statements = { readonly [name in keyof typeof sql]: StatementSync };

/** Prepares every statement; the tables must exist. */
export function prepareStatements(db: DatabaseSync): Statements {
  const entries = Object.entries(sql).map(([name, text]) => [name, db.prepare(text)]);
  return Object.fromEntries(entries) as Statements;
}
