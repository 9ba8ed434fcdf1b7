/**
 * Owns: seeing at once that the process of an owner is gone.
 * Does not own: leases: a wrong answer here costs work, never correctness, since epochs fence.
 *
 * Each handle has a file `<database>-worker-<worker>` and keeps an exclusive SQLite transaction open on
 * it. The kernel drops the lock when the process dies, however it dies. Others ask by trying to lock the file.
 *
 * V1. A worker is dead if its file can be locked or is not there. Whoever finds it dead removes the file.
 * V2. The file is removed only by who holds its lock. A worker that has locked a file makes sure that it is still there.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isBusy } from "./fault.ts";

// Nothing is ever written to the file: with its journal in memory the lock leaves no second file behind.
const LOCK = "PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE";

const WORKER = /^\d+-[0-9a-f]{12}$/;

function openLock(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: 0 });
}

export class Liveness {
  readonly #prefix: string;
  readonly #worker: string;
  #own: DatabaseSync | undefined;
  readonly #others = new Map<string, DatabaseSync>();

  constructor(file: string, worker: string) {
    this.#prefix = `${file}-worker-`;
    this.#worker = worker;
  }

  /** Takes this worker's lock. */
  announce(): void {
    while (this.#own === undefined) {
      const path = this.#prefix + this.#worker;
      const db = openLock(path);
      try {
        db.exec(LOCK);
        if (existsSync(path)) this.#own = db;
      } catch (error) {
        if (!isBusy(error)) throw error; // a sweep holds it for a moment, and removes it: make it anew
      }
      if (this.#own === undefined) db.close();
    }
  }

  /** Whether the process that had this worker is gone (V1). */
  isDead(worker: string): boolean {
    const path = this.#prefix + worker;
    if (!existsSync(path)) return this.#forget(worker);
    const watched = this.#others.get(worker) ?? this.#watch(worker, path);
    try {
      watched.exec(LOCK);
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
    rmSync(path, { force: true });
    return this.#forget(worker);
  }

  /** Removes the files of dead workers, as crashes leave them behind. */
  sweep(): void {
    for (const worker of this.#listOthers()) this.isDead(worker);
    for (const worker of [...this.#others.keys()]) this.#forget(worker);
  }

  /** Whether other handles have the same file open, or had when their process died. */
  hasCompany(): boolean {
    try {
      return this.#listOthers().length > 0;
    } catch {
      return false; // the folder is away: the write that asks says so itself
    }
  }

  close(): void {
    for (const worker of [...this.#others.keys()]) this.#forget(worker);
    if (this.#own === undefined) return;
    try {
      rmSync(this.#prefix + this.#worker, { force: true });
    } catch {
      // The folder is away, or may not be written: whoever finds the file sees that nobody has it locked (V1).
    }
    this.#own.close();
    this.#own = undefined;
  }

  #listOthers(): string[] {
    const start = basename(this.#prefix);
    const names = readdirSync(dirname(this.#prefix)).filter((name) => name.startsWith(start));
    return names.map((name) => name.slice(start.length)).filter((name) => WORKER.test(name) && name !== this.#worker);
  }

  #watch(worker: string, path: string): DatabaseSync {
    const db = openLock(path);
    this.#others.set(worker, db);
    return db;
  }

  #forget(worker: string): true {
    this.#others.get(worker)?.close();
    this.#others.delete(worker);
    return true;
  }
}
