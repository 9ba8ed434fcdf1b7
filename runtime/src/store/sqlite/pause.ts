/**
 * Owns: how long to wait before trying again for a lock that another connection holds.
 * Does not own: the clock of the store: what is waited for is another program, not a time, so a test's clock has no say.
 */

/**
 * Waits 1 or 2 ms, at random, so that waiters do not keep step. Node has no shorter timer; turning the event loop to wait
 * 0.2 ms takes the processor from whoever holds the lock (4 processes on 2 cores: a third of the commits).
 */
export function pauseForLock(): Promise<void> {
  return new Promise((done) => void setTimeout(done, Math.random() < 0.5 ? 1 : 2));
}
