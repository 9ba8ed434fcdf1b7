/**
 * Owns: one attempt at a step's function: its context, its time limit, its abort; and retries in memory.
 * Does not own: recording (turn.ts), whether a next attempt follows under an engine (turn.ts by policy.ts).
 *
 * I1 When the time is up or the signal aborts, the attempt has failed, whatever the function still does.
 * I2 A signal is made only if somebody asks for it, or if there is a reason to abort.
 */
import { randomUUID } from "node:crypto";
import type { CancelTimer, Clock } from "../clock.ts";
import { errors } from "../errors.ts";
import { cleanStacks } from "../machinery.ts";
import { type StepContext, surroundings } from "./foreign.ts";
import { isRetryable, pauseBefore, type RetryPolicy } from "./policy.ts";

/** What `step` keeps of a step: the `meta` of its descriptor. */
export interface StepMeta {
  /** The one under which a run finds it, if it has one; for messages and contexts. */
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: steps have every parameter list there is
  readonly fn: (...args: any[]) => unknown;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
}

/** An attempt under way. */
export class Attempt implements StepContext {
  readonly run: string | undefined;
  readonly step: string;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly fence: number;
  #controller: AbortController | undefined;
  #reject: ((error: unknown) => void) | undefined;
  #aborted: { reason: unknown } | undefined;

  constructor(fields: Omit<StepContext, "signal">) {
    this.run = fields.run;
    this.step = fields.step;
    this.attempt = fields.attempt;
    this.idempotencyKey = fields.idempotencyKey;
    this.fence = fields.fence;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  /** Ends the attempt from outside (I1). */
  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#controller?.abort(reason);
    this.#reject?.(reason);
  }

  /** Calls the function. */
  perform(meta: StepMeta, args: unknown[], clock: Clock): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      const cancel = this.#limit(meta, clock);
      const settle = (then: (value: unknown) => void) => (value: unknown) => {
        cancel?.();
        this.#reject = undefined;
        then(value);
      };
      surroundings.run({ kind: "step", context: this }, call, meta, args).then(settle(resolve), settle(reject));
    });
  }

  #limit({ name, timeoutMs }: StepMeta, clock: Clock): CancelTimer | undefined {
    if (timeoutMs === Number.POSITIVE_INFINITY) return undefined;
    return clock.setDelay(timeoutMs, () => this.abort(errors.stepTimedOut({ step: name, timeoutMs })));
  }
}

async function call(meta: StepMeta, args: unknown[]): Promise<unknown> {
  return Reflect.apply(meta.fn, undefined, args);
}

/** Performs a step outside any engine: retried by the same policy, nothing recorded. */
export async function performInMemory(meta: StepMeta, args: unknown[], clock: Clock): Promise<unknown> {
  const idempotencyKey = randomUUID();
  for (let attempt = 1; ; attempt++) {
    const context = new Attempt({ run: undefined, step: meta.name, attempt, idempotencyKey, fence: 0 });
    try {
      return await context.perform(meta, args, clock);
    } catch (error) {
      if (attempt >= meta.retry.maxAttempts || !isRetryable(error)) {
        cleanStacks(error);
        throw error;
      }
      await pause(clock, pauseBefore(meta.retry, attempt + 1));
    }
  }
}

/** Waits in memory. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setDelay(ms, resolve));
}
