/**
 * Owns: the only way the runtime and the stores learn the time or wait for it.
 * Does not own: a clock for tests (runtime/src/testing), pauses that wait for another program's lock (sqlite/retry.ts).
 *
 * C1. `now()` is wall time; it may jump, in both directions. What is compared between processes uses it.
 * C2. `monotonic()` never goes back and has no meaning outside this process. What measures a duration uses it.
 * C3. A timer never fires while `now()` is below its time, and fires at most once. A delay counts by `monotonic()`: whatever is
 *     to happen again and again must not stop while a wall clock that was set back catches up.
 * C4. Neither fires inside the call that sets it, even if its time has passed.
 * C5. After its `cancel` was called a timer does not fire.
 */

/** Withdraws a timer; calling it again, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

/** Time as the runtime sees it. Tests put their own in its place, so nothing in the runtime reads time any other way. */
export interface Clock {
  /** Wall time, in epoch milliseconds (C1). */
  now(): number;
  /** Milliseconds since some moment of this process (C2). */
  monotonic(): number;
  /**
   * Calls `fire` once when `now()` has reached `atMs` (C3, C4).
   * @param atMs epoch milliseconds; a time that has passed fires soon, Infinity never.
   * @param fire must not throw.
   * @returns what withdraws the timer (C5).
   */
  setTimer(atMs: number, fire: () => void): CancelTimer;
  /**
   * Calls `fire` once when so much time has passed, wherever the wall clock is set meanwhile (C3, C4).
   * @param delayMs milliseconds
   * @param fire must not throw.
   * @returns what withdraws it (C5).
   */
  setDelay(delayMs: number, fire: () => void): CancelTimer;
}

// Wall time can jump while a long timeout sleeps, and setTimeout holds 31 bits: look again at least this often.
const LONGEST_SLEEP_MS = 60_000;

function setSystemTimer(atMs: number, fire: () => void): CancelTimer {
  let handle: NodeJS.Timeout | undefined;
  const arm = (): void => {
    const left = Math.ceil(atMs - Date.now());
    handle = setTimeout(check, Math.min(Math.max(left, 0), LONGEST_SLEEP_MS));
  };
  // setTimeout counts on the monotonic clock and may end a millisecond before the wall clock says so.
  const check = (): void => (Date.now() < atMs ? arm() : fire());
  if (atMs < Number.POSITIVE_INFINITY) arm();
  return () => clearTimeout(handle);
}

function setSystemDelay(delayMs: number, fire: () => void): CancelTimer {
  const atMs = performance.now() + delayMs;
  let handle: NodeJS.Timeout | undefined;
  const arm = (): void => {
    handle = setTimeout(check, Math.min(Math.max(Math.ceil(atMs - performance.now()), 0), LONGEST_SLEEP_MS));
  };
  const check = (): void => (performance.now() < atMs ? arm() : fire());
  if (atMs < Number.POSITIVE_INFINITY) arm();
  return () => clearTimeout(handle);
}

/** The clock of the machine. Its timers keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer: setSystemTimer,
  setDelay: setSystemDelay,
};
