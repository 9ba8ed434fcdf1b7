// The clock of the machine (clock.ts C1 to C5), on timers and times that the test moves.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

test("a timer fires once, when its time has come, never inside setTimer", () => {
  const fire = vi.fn();
  systemClock.setTimer(systemClock.now() + 100, fire);
  vi.advanceTimersByTime(99);
  expect(fire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(fire).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000_000);
  expect(fire).toHaveBeenCalledTimes(1);
  systemClock.setTimer(0, fire);
  expect(fire).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(fire).toHaveBeenCalledTimes(2);
});

test("a timer far away is kept, one at Infinity never fires", () => {
  const fire = vi.fn();
  const month = 31 * 24 * 3_600_000; // more than the 31 bits of setTimeout hold
  systemClock.setTimer(systemClock.now() + month, fire);
  systemClock.setTimer(Number.POSITIVE_INFINITY, fire);
  vi.advanceTimersByTime(month - 1);
  expect(fire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(fire).toHaveBeenCalledTimes(1);
});

test("when wall time jumps back, a timer waits for it; when it jumps ahead, it does not sleep past it for long", () => {
  const [early, late] = [vi.fn(), vi.fn()];
  systemClock.setTimer(1_000_000 + 100, early);
  vi.setSystemTime(1_000_000 - 500);
  vi.advanceTimersByTime(100);
  expect(early).not.toHaveBeenCalled();
  vi.advanceTimersByTime(500);
  expect(early).toHaveBeenCalledTimes(1);
  systemClock.setTimer(systemClock.now() + 3_600_000, late);
  vi.setSystemTime(systemClock.now() + 3_600_000);
  vi.advanceTimersByTime(60_000);
  expect(late).toHaveBeenCalledTimes(1);
});

test("a cancelled timer does not fire, however often it has looked at the time", () => {
  const fire = vi.fn();
  const cancel = systemClock.setTimer(systemClock.now() + 200_000, fire);
  vi.advanceTimersByTime(150_000);
  cancel();
  cancel();
  vi.advanceTimersByTime(1_000_000);
  expect(fire).not.toHaveBeenCalled();
});

test("a delay passes whatever the wall clock is set to, however long it is; and it is cancelled", () => {
  const [soon, late, never] = [vi.fn(), vi.fn(), vi.fn()];
  systemClock.setDelay(100, soon);
  systemClock.setDelay(31 * 24 * 3_600_000, late);
  const cancel = systemClock.setDelay(100, never);
  vi.setSystemTime(1_000_000 - 3_600_000);
  vi.advanceTimersByTime(99);
  cancel();
  expect(soon).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(soon).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(31 * 24 * 3_600_000);
  expect([soon, late, never].map((fire) => fire.mock.calls.length)).toEqual([1, 1, 0]);
});
