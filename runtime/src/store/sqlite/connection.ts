/**
 * Owns: opening the file with the settings that the guarantees rest on, and the state that the writes of one handle share.
 * Does not own: transactions (writer.ts), the tables (schema.ts).
 *
 * O1. Nothing is written to a file that is refused.
 * O2. WAL and synchronous=FULL are set and read back: SQLite may decline either without an error.
 * O3. Nothing is acknowledged, and nothing read, once another file or none lies where the database, its log or the log's index was
 *     opened (open-files.ts).
 * O4. After opening, SQLite never waits for a lock by itself (its busy handler starves all writers but one): busy_timeout is 0.
 */
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../clock.ts";
import { errors, isColdframeError } from "../../errors.ts";
import { isBusy, toStoreError } from "./fault.ts";
import { LogGrowth } from "./log-growth.ts";
import { OpenFiles } from "./open-files.ts";
import { pauseForLock } from "./pause.ts";
import { migrate, refuseNewerSchema } from "./schema.ts";
import type { Statements } from "./statements.ts";
import { prepareStatements } from "./statements.ts";
import { refuseOldSqlite } from "./version.ts";

// While opening, another process may migrate or recover the file; both are short.
const OPEN_TIMEOUT_MS = 5_000;

/** What the writes of one handle share. */
export interface Connection {
  readonly db: DatabaseSync;
  readonly run: Statements;
  readonly file: string;
  /** What was opened (O3). */
  readonly files: OpenFiles;
  readonly log: LogGrowth;
  readonly clock: Clock;
  readonly worker: string;
  /** Runs whose lease this handle holds, with their row keys; as far as it knows: only speed may rest on it. */
  readonly held: Map<string, number>;
  /** What the present transaction changed that others may wait for. */
  readonly touched: Touched;
}

/** Collected while a transaction runs, told to listeners once it is durable. */
export interface Touched {
  /** Somebody listens; otherwise nothing is collected. */
  watched: boolean;
  ready: boolean;
  runs: string[];
}

function readSqliteVersion(): string {
  const memory = new DatabaseSync(":memory:");
  const row = memory.prepare("SELECT sqlite_version() AS version").get();
  memory.close();
  return String(row?.version);
}

function requireSetting(db: DatabaseSync, file: string, setting: string, needed: string | number): void {
  const row = db.prepare(`PRAGMA ${setting}`).get() ?? {};
  const found = Object.values(row)[0];
  if (found === needed) return;
  throw errors.storeUnsafe({ file, setting, found: String(found), needed }, { where: file });
}

/** SQLite opens a file that may not be written, and says so only at the first write. */
function tryToWrite(db: DatabaseSync): void {
  db.exec("BEGIN IMMEDIATE");
  try {
    db.exec("UPDATE cf_meta SET value = value");
  } finally {
    db.exec("ROLLBACK");
  }
}

/** Brings a file that was opened to what the guarantees rest on. @throws what SQLite throws, CF2201, CF2208 */
export function configure(db: DatabaseSync, file: string): void {
  refuseNewerSchema(db, file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF");
  requireSetting(db, file, "journal_mode", "wal");
  requireSetting(db, file, "synchronous", 2);
  migrate(db, file);
  tryToWrite(db);
}

function openFile(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { timeout: OPEN_TIMEOUT_MS, enableForeignKeyConstraints: false });
  } catch (error) {
    throw errors.storeUnopenable({ file, detail: (error as Error).message }, { cause: error, where: file });
  }
}

function openOnce(file: string, clock: Clock, worker: string): Connection {
  const db = openFile(file);
  try {
    configure(db, file);
    const run = prepareStatements(db);
    db.exec("PRAGMA busy_timeout = 0");
    const touched = { watched: false, ready: false, runs: [] };
    const files = new OpenFiles(file);
    const log = new LogGrowth(files.log);
    return { db, run, file, files, log, clock, worker, held: new Map(), touched };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** The coded error for what has failed: that the file is away (O3) says more than how that showed. */
export function faultOf({ files, file }: Connection, error: unknown, toError = toStoreError): Error {
  try {
    files.refuseGone();
  } catch (gone) {
    return gone as Error;
  }
  return toError(error, file);
}

/** Opens and, if need be, makes the database file. @throws CF2201, CF2202, CF2204, CF2207, CF2208 */
export async function connect(file: string, clock: Clock, worker: string): Promise<Connection> {
  refuseOldSqlite(readSqliteVersion());
  const deadline = performance.now() + OPEN_TIMEOUT_MS;
  for (;;) {
    try {
      return openOnce(file, clock, worker);
    } catch (error) {
      // The change to WAL gives up at once when another process makes it too.
      if (!isBusy(error) || performance.now() > deadline) throw toOpenError(error, file);
      await pauseForLock();
    }
  }
}

/** What keeps a file from being opened, as a coded error. */
export function toOpenError(error: unknown, file: string): Error {
  const coded = toStoreError(error, file);
  if (!isColdframeError(coded, errors.storeFailed.code)) return coded;
  const detail = isBusy(error) ? "another process holds it locked" : (error as Error).message;
  return errors.storeUnopenable({ file, detail }, { cause: error, where: file });
}
