/**
 * Owns: when what has happened is committed that need not be recorded at once; how long a commit waits for what cannot be stored.
 * Does not own: recorded acts (turn.ts I2), the write (commit.ts).
 *
 * I1 A completion after which no code ran, or none that did a recorded act, is deposited in the inbox instead. The next
 *    snapshot comes when such deposits outweigh the last one: a fan-out of n writes O(n) bytes.
 * I2 While plain calls are out or code is ready that the budget has stopped, progress is committed after `DEFER_MS`; while volatile waits are, after `volatileLimitMs`,
 *    and completions are deposited meanwhile.
 * I3 Mere progress that cannot be stored is tried again after the next turn. A recorded act behind it waits for open waits, that
 *    may take the thing away, but not longer than `volatileLimitMs`.
 */
import type { CancelTimer } from "../clock.ts";
import { depositSoon } from "./deposit.ts";
import type { ActiveRun } from "./turn.ts";

/** After a plain call began, what happened before is committed so much later (docs: deferred commits). */
const DEFER_MS = 50;
/** A snapshot is worth its bytes once so much has been deposited. */
const LEAST_SNAPSHOT_BYTES = 1_024;

export class Pace {
  readonly #run: ActiveRun;
  /** Code ran since the last snapshot. */
  progressed = false;
  lastSnapshotBytes = 0;
  #progressedAt = 0;
  #blockedAt: number | undefined;
  #timer: { atMs: number; cancel: CancelTimer } | undefined;

  constructor(run: ActiveRun) {
    this.#run = run;
  }

  /** Code is about to run. */
  noteProgress(): void {
    if (!this.progressed) this.#progressedAt = this.#run.parts.clock.monotonic();
    this.progressed = true;
  }

  /** Everything up to now is in a snapshot that is on its way to the store. */
  noteSnapshot(bytes: number): void {
    this.lastSnapshotBytes = bytes;
    this.progressed = false;
    this.#blockedAt = undefined;
    this.cancel();
  }

  /** Is there anything that the next snapshot would add? */
  get hasNews(): boolean {
    return this.progressed || this.#run.book.completions.length > 0;
  }

  /** Sees to it that the news are stored in time. */
  recordLater(): void {
    const run = this.#run;
    const isOut = run.goesOnByItself();
    const isVolatileOut = isOut && run.hasOpenWait("volatile");
    if (!this.progressed || isVolatileOut || !isOut) depositSoon(run);
    if (!this.progressed) return;
    const atMs = this.#progressedAt + (isVolatileOut ? run.parts.limits.volatileLimitMs : DEFER_MS);
    if (isOut) this.#commitAt(atMs);
    else if (run.book.depositBytes >= this.#worthBytes()) run.commits.request();
  }

  #worthBytes(): number {
    return Math.max(this.lastSnapshotBytes, LEAST_SNAPSHOT_BYTES);
  }

  #commitAt(atMs: number): void {
    if (this.#timer !== undefined && this.#timer.atMs <= atMs) return;
    this.#setTimer(atMs, () => {
      if (this.hasNews) this.#run.commits.request();
    });
  }

  /**
   * Something that is live cannot be stored.
   * @returns whether the run must be held (I3)
   */
  isBlocked(): boolean {
    const run = this.#run;
    if (!run.mustRecord()) return false;
    const { clock, limits } = run.parts;
    this.#blockedAt ??= clock.monotonic();
    const untilMs = this.#blockedAt + limits.volatileLimitMs;
    if (!run.goesOnByItself() || clock.monotonic() >= untilMs) return true;
    this.#setTimer(untilMs, () => run.decide());
    return false;
  }

  #setTimer(atMs: number, fire: () => void): void {
    this.cancel();
    const { clock } = this.#run.parts;
    const cancel = clock.setDelay(atMs - clock.monotonic(), () => {
      this.#timer = undefined;
      fire();
    });
    this.#timer = { atMs, cancel };
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
