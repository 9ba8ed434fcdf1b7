/**
 * Owns: the length of the write-ahead log, which is lengthened in large steps until it has the size at which SQLite begins again
 *   at its start. A commit that lengthens a file has the file system record that too, and takes half as long again.
 * Does not own: what is in the log, and when it begins again (SQLite).
 *
 * A1. It is lengthened under the write lock only, and only behind its end: nobody else writes then.
 * A2. What is put there are zeros. SQLite reads a log up to the first frame whose checksum is wrong, and these have none.
 * A3. A log that can't be lengthened is no fault: commits do it as before.
 */
import { closeSync, fstatSync, openSync, writeSync } from "node:fs";

/** 1,000 pages of 4 KB with their heads, after which SQLite by default copies the log into the database and starts over. */
const FULL_BYTES = 32 + 1_001 * (4_096 + 24);
/** A handle that writes little leaves it to the commits. */
const LEAST_BYTES = 64 << 10;
const STEP = Buffer.alloc(512 << 10);

export class LogGrowth {
  readonly #path: string;
  /** Up to here, the length is known and no commit's doing. */
  #grownTo = LEAST_BYTES;

  constructor(path: string) {
    this.#path = path;
  }

  /** Lengthens the log if a commit has done so. Inside a transaction (A1). @param length its present bytes */
  grow(length: number): void {
    if (length <= this.#grownTo || length >= FULL_BYTES) return;
    try {
      const log = openSync(this.#path, "r+");
      try {
        // What was known is from before the lock: another handle may have written behind it since (A1).
        const { size } = fstatSync(log);
        const bytes = Math.max(0, Math.min(STEP.length, FULL_BYTES - size));
        this.#grownTo = size + bytes;
        writeSync(log, STEP, 0, bytes, size);
      } finally {
        closeSync(log);
      }
    } catch {
      this.#grownTo = FULL_BYTES; // A3
    }
  }
}
