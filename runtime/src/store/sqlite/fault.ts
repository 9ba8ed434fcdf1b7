/**
 * Owns: what an error of node:sqlite means to the store.
 * Does not own: expected outcomes, which are values (store.ts S18).
 */
import type { ErrorContext } from "../../errors.ts";
import { errors, isColdframeError } from "../../errors.ts";

// Primary result codes of SQLite (https://sqlite.org/rescode.html); the higher bytes of an extended code refine them.
const BUSY = 5;
const CORRUPT = 11;
const TOOBIG = 18;
const CONSTRAINT = 19;
const MISMATCH = 20;
const NOTADB = 26;

/** Thrown inside a transaction to undo the writes of one job and give `outcome` to its caller. */
export class Refusal extends Error {
  readonly outcome: unknown;
  constructor(outcome: unknown) {
    super("refused");
    this.outcome = outcome;
  }
}

function primaryCode(error: unknown): number {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === "number" ? code & 0xff : 0;
}

/** Another connection holds the lock; nothing was written and trying again makes sense. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === BUSY;
}

/**
 * The request of one job is at fault, not the database: a taken id, a blob beyond SQLite's limit, a value of a wrong
 * type. What is thrown without SQLite's part (TypeError and the like) is the job's own too.
 */
export function isFaultOfValues(error: unknown): boolean {
  const code = primaryCode(error);
  return code === 0 || code === CONSTRAINT || code === TOOBIG || code === MISMATCH;
}

/** A row that another one rests on is missing, or holds what nobody has written. */
export function damaged(file: string, detail: string, cause?: unknown): Error {
  return errors.storeDamaged({ file, detail }, { cause, where: file });
}

/** As `toStoreError`, of what only reads: a caller's values have no part in it, so whatever does not fit was read. */
export function toReadError(error: unknown, file: string): Error {
  if (primaryCode(error) !== 0 || isColdframeError(error)) return toStoreError(error, file);
  return damaged(
    file,
    `what it holds does not fit together (${error instanceof Error ? error.message : error})`,
    error,
  );
}

/** The coded error for whatever a statement has thrown. */
export function toStoreError(error: unknown, file: string): Error {
  if (isColdframeError(error)) return error;
  const detail = error instanceof Error ? error.message : String(error);
  const context: ErrorContext = { cause: error, where: file };
  const code = primaryCode(error);
  if (code === CORRUPT || code === NOTADB) return damaged(file, detail, error);
  return (isFaultOfValues(error) ? errors.storeRefused : errors.storeFailed)({ detail }, context);
}
