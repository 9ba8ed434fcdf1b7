/**
 * Owns: whether and when a failed step is tried again.
 * Does not own: who waits for that moment (waiter: attempt.ts in memory, turn.ts under an engine).
 */
import { check, type Names, readOptions } from "../options.ts";

/** How often and how fast a step is tried again. All fields have defaults. */
export interface RetryOptions {
  /** Attempts in all, the first included; default 5. 1: never again. */
  readonly maxAttempts?: number;
  /** Pause before the second attempt, in ms; default 250. */
  readonly initialMs?: number;
  /** Longest pause, in ms; default 30,000. */
  readonly maxMs?: number;
  /** Each pause is so many times the one before; default 2. */
  readonly factor?: number;
  /** Part of a pause that is random, from 0 to 1: 0.25 spreads over ±25 %; default 0.25. */
  readonly jitter?: number;
}

export type RetryPolicy = Required<RetryOptions>;

const defaults: RetryPolicy = { maxAttempts: 5, initialMs: 250, maxMs: 30_000, factor: 2, jitter: 0.25 };

/** A year: a time that can be stored. */
const LONGEST_PAUSE_MS = 365 * 24 * 3_600_000;

const bounds: Record<keyof RetryPolicy, [least: number, most: number]> = {
  maxAttempts: [1, Number.POSITIVE_INFINITY],
  initialMs: [0, Number.POSITIVE_INFINITY],
  maxMs: [0, Number.POSITIVE_INFINITY],
  factor: [1, Number.POSITIVE_INFINITY],
  jitter: [0, 1],
};

const names: Names<RetryOptions> = { maxAttempts: true, initialMs: true, maxMs: true, factor: true, jitter: true };

/** Fills in the defaults. @throws CF2405 for a value out of its bounds, CF2432 for an unknown name */
export function resolvePolicy(options?: RetryOptions): RetryPolicy {
  const policy: RetryPolicy = { ...defaults, ...readOptions("`retry` of step", options, names) };
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const found = policy[name as keyof RetryPolicy];
    const isGood = typeof found === "number" && found >= least && found <= most;
    check(isGood, `retry.${name}`, found, `${least} to ${most}`);
  }
  return policy;
}

/** Milliseconds before attempt number `attempt` (2 or more). */
export function pauseBefore(policy: RetryPolicy, attempt: number): number {
  const { initialMs, factor, maxMs, jitter } = policy;
  // A power may be infinite, and infinity times nothing is not a number.
  const pauseMs = initialMs === 0 ? 0 : Math.min(initialMs * factor ** (attempt - 2), maxMs, LONGEST_PAUSE_MS);
  return Math.round(Math.min(pauseMs * (1 + jitter * (Math.random() * 2 - 1)), maxMs));
}

/** An error that says `retryable: false` of itself is final; every other is taken for temporary, also one that can't be asked. */
export function isRetryable(error: unknown): boolean {
  try {
    return !(typeof error === "object" && error !== null && (error as { retryable?: unknown }).retryable === false);
  } catch {
    return true;
  }
}
