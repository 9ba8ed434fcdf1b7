/**
 * Owns: a clock that moves only when a test says so.
 * Does not own: what happens at which time.
 *
 * I1 Timers fire in the order of their times, then in the order in which they were set, each at its own time.
 *    One that is set for a time that has passed fires by itself, soon.
 * I2 Between two times the event loop turns a few times, and what was given to `hold` ends, so that what a timer began (a write,
 *    a turn) is done before the next fires.
 */
import type { CancelTimer, Clock } from "../clock.ts";

interface Timer {
  readonly atMs: number;
  /** By the monotonic clock. */
  readonly isDelay: boolean;
  readonly fire: () => void;
}

/** Turns of the event loop between two times: a claim takes two writes and a commit, each one turn. */
const TURNS = 6;

/** A `Clock` for tests: nothing sleeps, and days pass in no time. */
export class FakeClock implements Clock {
  #monotonic = 0;
  /** Wall time less monotonic time. */
  #offset: number;
  readonly #timers = new Set<Timer>();
  readonly #underWay = new Set<Promise<unknown>>();

  /** @param now epoch milliseconds at which it stands; default 2026-01-01 */
  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#offset = now;
  }

  now(): number {
    return this.#monotonic + this.#offset;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  setTimer(atMs: number, fire: () => void): CancelTimer {
    return this.#set({ atMs, isDelay: false, fire });
  }

  setDelay(delayMs: number, fire: () => void): CancelTimer {
    return this.#set({ atMs: this.#monotonic + delayMs, isDelay: true, fire });
  }

  #set(timer: Timer): CancelTimer {
    this.#timers.add(timer);
    if (this.#dueOf(timer) <= this.#monotonic) setImmediate(() => this.#timers.delete(timer) && timer.fire());
    return () => void this.#timers.delete(timer);
  }

  /** Timers that have not fired. */
  get pending(): number {
    return this.#timers.size;
  }

  /**
   * Lets time pass, moment by moment: every timer on the way fires at its time, heartbeats too. For seconds and minutes.
   * @param ms how long
   * @example await clock.advance(250);
   */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#monotonic + ms;
    await this.settle();
    for (let timer = this.#next(untilMs); timer !== undefined; timer = this.#next(untilMs)) {
      this.#moveTo(this.#dueOf(timer));
      this.#timers.delete(timer);
      timer.fire();
      if (this.#next(this.#monotonic) === undefined) await this.settle();
    }
    this.#moveTo(untilMs);
    await this.settle();
  }

  /**
   * Lets time pass at once, as for a machine that was suspended: timers that fell due fire after it, each once. For hours and
   * days. Leases that are held run out.
   * @param ms how long
   * @example await clock.jump(3 * 24 * 3_600_000);
   */
  async jump(ms: number): Promise<void> {
    await this.settle();
    this.#moveTo(this.#monotonic + ms);
    const due = [...this.#timers].filter((timer) => this.#dueOf(timer) <= this.#monotonic);
    due.sort((a, b) => this.#dueOf(a) - this.#dueOf(b));
    for (const timer of due) if (this.#timers.delete(timer)) timer.fire();
    await this.settle();
  }

  /**
   * Sets the wall clock, as an administrator or a time server does; no time passes.
   * @param ms by how much; less than 0: back
   * @example await clock.shift(-3_600_000);
   */
  async shift(ms: number): Promise<void> {
    this.#offset += ms;
    await this.advance(0);
  }

  /** Lets the event loop turn until what was begun is done, without any time passing. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < TURNS; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#underWay.size === 0) continue;
      await Promise.allSettled(this.#underWay);
      turn = 0;
    }
  }

  /**
   * Time stands still until a promise has settled: for work that takes real time, as writes to a file do.
   * @param work what is under way
   * @returns the same promise
   */
  hold<T>(work: Promise<T>): Promise<T> {
    const done = (): void => void this.#underWay.delete(work);
    this.#underWay.add(work);
    work.then(done, done);
    return work;
  }

  #moveTo(monotonicMs: number): void {
    this.#monotonic = Math.max(monotonicMs, this.#monotonic);
  }

  /** When it fires, by the monotonic clock. */
  #dueOf({ atMs, isDelay }: Timer): number {
    return isDelay ? atMs : atMs - this.#offset;
  }

  #next(untilMs: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      const dueMs = this.#dueOf(timer);
      if (dueMs <= untilMs && (next === undefined || dueMs < this.#dueOf(next))) next = timer;
    }
    return next;
  }
}
