/**
 * Owns: how long to wait before trying again for a lock that another connection holds.
 * Does not own: the clock of the store: what is waited for is another program, not a time, so a test's clock has no say.
 */

// Random over this range, several processes share the lock fairly (research: the built-in busy handler gave one of four
// writers everything); a commit takes about 0.1 ms.
const SHORTEST_MS = 0.2;
const LONGEST_MS = 2;

function untilPassed(deadline: number, done: () => void): void {
  if (performance.now() >= deadline) done();
  else setImmediate(untilPassed, deadline, done);
}

/** Waits 0.2 to 2 ms. Timers of Node count whole milliseconds, so the rest is spent turning the event loop. */
export function pauseForLock(): Promise<void> {
  const pauseMs = SHORTEST_MS + Math.random() * (LONGEST_MS - SHORTEST_MS);
  const deadline = performance.now() + pauseMs;
  return new Promise((done) => {
    if (pauseMs < 1) untilPassed(deadline, done);
    else setTimeout(done, 1);
  });
}
