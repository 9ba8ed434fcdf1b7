/**
 * Owns: the tables, and the way from any older schema to the present one.
 * Does not own: statements over the tables, settings of the connection.
 *
 * M1. A released migration is never edited; a change of the schema is one more entry at the end.
 * M2. The version is read and the migrations run in one transaction: two processes that open at once migrate once.
 * M3. A newer schema is refused before anything is written.
 * M4. All names begin with `cf_`, so that a user's own tables may live in the same file.
 */
import type { DatabaseSync } from "node:sqlite";
import { errors } from "../../errors.ts";

/**
 * Blobs stand apart from `cf_run`, which is written only when status or lease changes. `cf_snapshot` carries sequence number
 * and commit id, so that a commit in mid-run updates one row. Settled operations leave `cf_operation` for
 * `cf_result`: a claim reads what is pending, however long the run has been. The partial indexes hold only rows
 * that someone looks for, so finished runs cost nothing.
 */
const v1 = `
CREATE TABLE cf_run (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  fn TEXT NOT NULL,
  version TEXT NOT NULL,
  queue TEXT NOT NULL,
  priority INTEGER NOT NULL,
  status INTEGER NOT NULL,          -- place in rows.ts STATUSES
  epoch INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  dueAt INTEGER,                    -- ready: since when; waiting: when it wakes
  leaseUntil INTEGER,
  owner TEXT,
  claims INTEGER NOT NULL,          -- without a commit or message between them
  claimedMark INTEGER NOT NULL,     -- at the last claim: sequence number + last inbox position; both only grow
  createdAt INTEGER NOT NULL,
  endedAt INTEGER,
  holdReason TEXT,
  holdBuild TEXT,
  parent TEXT,
  parentGeneration INTEGER,
  parentOperation TEXT
);
CREATE INDEX cf_run_ready ON cf_run (queue, fn, priority DESC, dueAt) WHERE status = 0;
CREATE INDEX cf_run_suspect ON cf_run (priority DESC, dueAt) WHERE status = 0 AND claims >= 2;
CREATE INDEX cf_run_leased ON cf_run (owner, leaseUntil) WHERE status = 1;
CREATE INDEX cf_run_waking ON cf_run (dueAt) WHERE status = 2;
CREATE INDEX cf_run_held ON cf_run (holdBuild) WHERE status = 3;
CREATE INDEX cf_run_child ON cf_run (parent) WHERE parent IS NOT NULL;
CREATE TABLE cf_content (run INTEGER PRIMARY KEY, input BLOB NOT NULL, outcome BLOB);
CREATE TABLE cf_snapshot (run INTEGER PRIMARY KEY, seq INTEGER NOT NULL, commitId TEXT NOT NULL, bytes BLOB);
CREATE TABLE cf_operation (
  run INTEGER NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  dueAt INTEGER,
  key TEXT,
  args BLOB,
  PRIMARY KEY (run, id)
) WITHOUT ROWID;
CREATE TABLE cf_result (
  run INTEGER NOT NULL,
  key TEXT NOT NULL,
  outcome INTEGER NOT NULL,         -- place in rows.ts OUTCOMES
  value BLOB NOT NULL,
  PRIMARY KEY (run, key)
) WITHOUT ROWID;
CREATE TABLE cf_inbox (
  position INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL,
  consumed INTEGER NOT NULL DEFAULT 0,
  kind INTEGER NOT NULL,            -- place in rows.ts KINDS
  dedupe TEXT NOT NULL,
  name TEXT NOT NULL,
  operation TEXT NOT NULL,
  outcome INTEGER NOT NULL,
  key TEXT,                         -- the value lies in cf_result under this key
  value BLOB
);
CREATE INDEX cf_inbox_open ON cf_inbox (run, position) WHERE consumed = 0;
CREATE UNIQUE INDEX cf_inbox_dedupe ON cf_inbox (run, dedupe);
`;

/**
 * For pages of runs, newest first: each index ends in the key. Function and queue of a run never change, so that only a change of
 * status moves an entry. They hold every run; the condition keeps them away from all
 * statements that do not say it, for which they would be the wrong ones. A run of two commits takes 1.1 of the CPU time without them (`npm run bench -- list`).
 */
const pages = `
CREATE INDEX cf_run_fn ON cf_run (fn) WHERE status >= 0;
CREATE INDEX cf_run_queue ON cf_run (queue) WHERE status >= 0;
CREATE INDEX cf_run_status ON cf_run (status) WHERE status >= 0;
`;

/** A run whose outcome is stored and that goes on: how it will end, a place in rows.ts STATUSES; NULL again once it has. */
const closing = `
ALTER TABLE cf_run ADD COLUMN closing INTEGER;
ALTER TABLE cf_run ADD COLUMN lateFailure TEXT;
CREATE INDEX cf_run_closing ON cf_run (closing) WHERE closing IS NOT NULL;
`;

const migrations: readonly string[] = [v1, pages, closing];

/** The schema that this version writes; it reads every older one by migrating it. */
export const SCHEMA_VERSION = migrations.length;

/** The schema of the file; 0 when it has none yet. */
function readSchemaVersion(db: DatabaseSync): number {
  const known = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'cf_meta'").get();
  if (known === undefined) return 0;
  const row = db.prepare("SELECT value FROM cf_meta WHERE name = 'schema'").get();
  return Number(row?.value ?? 0);
}

/** @throws CF2201 when a newer version has written the file (M3). */
export function refuseNewerSchema(db: DatabaseSync, file: string): number {
  const found = readSchemaVersion(db);
  if (found > SCHEMA_VERSION) throw errors.schemaNewer({ file, found, known: SCHEMA_VERSION }, { where: file });
  return found;
}

/** Brings the file to the present schema (M2). */
export function migrate(db: DatabaseSync, file: string): void {
  if (refuseNewerSchema(db, file) === SCHEMA_VERSION) return;
  db.exec("BEGIN IMMEDIATE");
  try {
    const found = refuseNewerSchema(db, file);
    db.exec("CREATE TABLE IF NOT EXISTS cf_meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID");
    for (const migration of migrations.slice(found)) db.exec(migration);
    db.prepare("INSERT OR REPLACE INTO cf_meta VALUES ('schema', ?)").run(SCHEMA_VERSION);
    db.exec("COMMIT");
  } catch (error) {
    if (db.isTransaction) db.exec("ROLLBACK");
    throw error;
  }
}
