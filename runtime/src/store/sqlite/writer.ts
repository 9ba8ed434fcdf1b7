/**
 * Owns: transactions. Which writes share one, what undoes what, when a caller hears of it.
 * Does not own: what a write does (the handlers: start, claim, commit, inbox, lease).
 *
 * W1. A caller hears of its write after the COMMIT of its transaction has returned, never before (store.ts S4).
 * W2. Writes happen in the order in which they were given.
 * W3. A write that comes alone may run at once on the caller's stack (`now`): it then costs its own fsync and no turn of
 *     the event loop. All others of one turn of the loop share a transaction, up to a cap.
 * W4. A job that fails undoes itself only. Batches run without savepoints, since failures are rare; after one the whole
 *     batch is undone and runs again with a savepoint around each job.
 * W5. A lock held by another connection is waited for without blocking the event loop, and without a limit.
 * W6. While other handles use the file, a handle that has written for a slice of time leaves the lock free for a moment, so
 *     that those who wait come in; SQLite has no queue of waiters. A handle that is alone never pauses.
 */
import { errors, isColdframeError } from "../../errors.ts";
import { type Connection, faultOf } from "./connection.ts";
import { isBusy, isFaultOfValues, Refusal, toStoreError } from "./fault.ts";
import { pauseForLock } from "./pause.ts";

/** Performs one write inside a transaction. Throws `Refusal` to undo what it did and give an outcome all the same. */
export type Handler<Request, Outcome> = (c: Connection, request: Request) => Outcome;

/** What `now` returns when the write could not be done at once; it is then to be queued. */
export const NOT_NOW = Symbol("not now");

// A batch blocks the main thread: 256 commits of 300 bytes take about 4 ms.
const MOST_JOBS = 256;
const MOST_BYTES = 1 << 20;

// 4 processes that commit without rest, on 2 cores: without slices the longest wait was 300 to 500 ms and the counts 1 to 4;
// with 5 ms 50 to 100 ms; with 2 ms 30 to 45 ms and counts within 10 %, at no loss in total.
const SLICE_MS = 2;
// Nobody tells when another handle opens the file; looking costs a listing of the folder.
const LOOK_AROUND_MS = 100;

interface Job {
  readonly handler: Handler<never, unknown>;
  readonly request: unknown;
  readonly bytes: number;
  readonly resolve: (outcome: never) => void;
  readonly reject: (error: unknown) => void;
  outcome: unknown;
  fault: Error | undefined;
}

export class Writer {
  readonly #c: Connection;
  readonly #onDurable: () => void;
  /** What the fsync of a transaction takes, as a mean of late. */
  commitMs = 0;
  #queue: Job[] = [];
  #underWay = false;
  /** The next batch runs with savepoints (W4). */
  #guarded = false;
  readonly #hasCompany: () => boolean;
  #isCrowded = false;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #sliceBegan = Number.NEGATIVE_INFINITY;
  #wroteAt = Number.NEGATIVE_INFINITY;

  /**
   * @param onDurable called after each COMMIT, before the callers hear of it.
   * @param hasCompany whether other handles use the file.
   */
  constructor(c: Connection, onDurable: () => void, hasCompany: () => boolean) {
    this.#c = c;
    this.#onDurable = onDurable;
    this.#hasCompany = hasCompany;
  }

  /** Writes at once if nothing waits and the lock is free (W3). */
  now<Request, Outcome>(handler: Handler<Request, Outcome>, request: Request): Outcome | typeof NOT_NOW {
    if (this.#underWay || this.#isSliceOver()) return NOT_NOW;
    const { run } = this.#c;
    try {
      run.begin.run();
    } catch (error) {
      if (isBusy(error)) return NOT_NOW;
      throw faultOf(this.#c, error);
    }
    let outcome: Outcome;
    try {
      outcome = handler(this.#c, request);
      this.#commit();
    } catch (error) {
      const undone = this.#undoAll();
      if (error instanceof Refusal && undone) return error.outcome as Outcome;
      throw faultOf(this.#c, error);
    }
    this.#noteWritten();
    return outcome;
  }

  /** Queues a write for the next shared transaction. */
  soon<Request, Outcome>(handler: Handler<Request, Outcome>, request: Request, bytes = 0): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ handler, request, bytes, resolve, reject, outcome: undefined, fault: undefined });
      if (this.#underWay) return;
      this.#underWay = true;
      this.#schedule();
    });
  }

  /** Resolves when everything queued so far has been written. */
  async idle(): Promise<void> {
    while (this.#underWay) await pauseForLock();
  }

  readonly #flush = (): void => {
    const batch = this.#takeBatch();
    if (!this.#begin(batch)) {
      this.#queue.unshift(...batch);
      this.#pause();
      return;
    }
    if (!this.#write(batch)) {
      this.#guarded = true;
      this.#queue.unshift(...batch);
      setImmediate(this.#flush);
      return;
    }
    this.#guarded = false;
    if (this.#queue.length > 0) this.#schedule();
    else this.#underWay = false;
    for (const job of batch) settle(job);
  };

  #schedule(): void {
    if (this.#isSliceOver()) this.#pause();
    else setImmediate(this.#flush);
  }

  #pause(): void {
    this.#sliceBegan = Number.POSITIVE_INFINITY;
    void pauseForLock().then(this.#flush);
  }

  /** Whether this handle should leave the lock to others for a moment (W6). */
  #isSliceOver(): boolean {
    const now = performance.now();
    if (now - this.#lookedAt > LOOK_AROUND_MS) {
      this.#isCrowded = this.#hasCompany();
      this.#lookedAt = now;
    }
    if (!this.#isCrowded) return false;
    const hasPaused = now - this.#wroteAt > SLICE_MS || this.#sliceBegan > now;
    if (hasPaused) this.#sliceBegan = now;
    return now - this.#sliceBegan > SLICE_MS;
  }

  #takeBatch(): Job[] {
    let bytes = 0;
    let size = 0;
    for (const job of this.#queue) {
      bytes += job.bytes;
      if (size === MOST_JOBS || (size > 0 && bytes > MOST_BYTES)) break;
      size++;
    }
    return this.#queue.splice(0, size);
  }

  /** @returns false when another connection holds the lock. Any other failure is the batch's. */
  #begin(batch: readonly Job[]): boolean {
    try {
      this.#c.run.begin.run();
    } catch (error) {
      const fault = faultOf(this.#c, error);
      // A lock on a file that is away is no longer waited for.
      if (isBusy(error) && !isColdframeError(fault, errors.storeGone.code)) return false;
      for (const job of batch) job.fault = fault;
    }
    return true;
  }

  /** @returns false when the batch was undone and is to run again, guarded (W4). */
  #write(batch: readonly Job[]): boolean {
    if (batch[0]?.fault !== undefined) return true;
    try {
      for (const job of batch) this.#perform(job);
      this.#commit();
    } catch (error) {
      const undone = this.#undoAll();
      const isOfOne = error instanceof Refusal || (isFaultOfValues(error) && !isColdframeError(error));
      if (!this.#guarded && undone && isOfOne) return false;
      const fault = faultOf(this.#c, error);
      for (const job of batch) job.fault = fault;
      return true;
    }
    this.#noteWritten();
    return true;
  }

  #commit(): void {
    const { files, log, run } = this.#c;
    log.grow(files.logBytes);
    const begun = performance.now();
    run.commit.run();
    this.commitMs += (performance.now() - begun - this.commitMs) / 8;
    files.refuseGone();
  }

  #noteWritten(): void {
    this.#wroteAt = performance.now();
    this.#onDurable();
  }

  #perform(job: Job): void {
    if (this.#guarded) this.#performGuarded(job);
    else job.outcome = job.handler(this.#c, job.request as never);
  }

  /** Runs a job so that its failure undoes nothing but itself (W4). */
  #performGuarded(job: Job): void {
    const { run } = this.#c;
    run.savepoint.run();
    try {
      job.outcome = job.handler(this.#c, job.request as never);
    } catch (error) {
      run.undo.run();
      if (error instanceof Refusal) job.outcome = error.outcome;
      else if (isFaultOfValues(error)) job.fault = toStoreError(error, this.#c.file);
      else throw error;
    }
    run.keep.run();
  }

  /** @returns false if that failed too, as it may in a damaged file; nothing was committed then either */
  #undoAll(): boolean {
    const { touched, db, run } = this.#c;
    touched.ready = false;
    touched.runs = [];
    try {
      // SQLite has already rolled back by itself after some failures, such as a full disk.
      if (db.isTransaction) run.rollback.run();
      return true;
    } catch {
      return false;
    }
  }
}

function settle(job: Job): void {
  if (job.fault !== undefined) job.reject(job.fault);
  else job.resolve(job.outcome as never);
}
