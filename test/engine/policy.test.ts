import { describe, expect, test } from "vitest";
import { pauseBefore, resolvePolicy } from "../../runtime/src/engine/policy.ts";

describe("pauses between attempts", () => {
  test("grow by the factor up to the longest, which jitter does not exceed", () => {
    const calm = resolvePolicy({ initialMs: 100, factor: 3, maxMs: 1_000, jitter: 0 });
    expect([2, 3, 4, 5, 6].map((attempt) => pauseBefore(calm, attempt))).toEqual([100, 300, 900, 1_000, 1_000]);
    const wild = resolvePolicy({ initialMs: 1_000, maxMs: 1_000, jitter: 1 });
    const pauses = Array.from({ length: 1_000 }, () => pauseBefore(wild, 9));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_000);
    expect(Math.min(...pauses)).toBeLessThan(100);
  });

  test.each([
    [{ initialMs: 0 }, 0],
    [{ maxMs: Number.POSITIVE_INFINITY, jitter: 0 }, 365 * 24 * 3_600_000],
    [{ jitter: 0 }, 30_000],
  ])("are numbers after thousands of attempts: %o", (options, pauseMs) => {
    expect(pauseBefore(resolvePolicy(options), 5_000)).toBe(pauseMs);
  });

  test("what is undefined is as if it were not given; what is out of bounds is refused", () => {
    expect(resolvePolicy({ maxAttempts: undefined as never }).maxAttempts).toBe(5);
    for (const options of [
      { maxAttempts: 0 },
      { jitter: 2 },
      { factor: 0.5 },
      { initialMs: -1 },
      { maxMs: Number.NaN },
    ]) {
      expect(() => resolvePolicy(options)).toThrow("CF2405");
    }
  });
});
