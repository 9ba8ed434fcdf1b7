/**
 * Owns: knowing, in code that no scheduler drives, what drives it: a step, a foreign call of a run, or nothing.
 * Does not own: what follows from it (step.ts, sleep.ts).
 *
 * I1 The context follows foreign code over its own awaits: `R.ops` is null there, and only this tells that a run waits, or
 *    that none does: foreign code that durable code called without await keeps the context of the turn.
 * I2 Durable code itself never asks: under a scheduler `R.ops` decides first.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Clock, systemClock } from "../clock.ts";
import type { Call } from "../local/task.ts";
import { type Descriptor, shared } from "../realm.ts";

/** Code that a run awaits but that is not durable. */
export interface ForeignCall {
  readonly kind: "foreign";
  /** Source text of what durable code called, as `helper` or `db.transaction`. */
  readonly callee: string;
  /** What that was. */
  readonly fn: unknown;
  /** Performs a step that is called in there. */
  readonly perform: (step: Descriptor, args: unknown[]) => Promise<unknown>;
}

/** What a step's function may know of the attempt it runs in. */
export interface StepContext {
  /** Id of the run; undefined outside an engine. */
  readonly run: string | undefined;
  /** Name of the step, as it is stored: `shop/orders#charge`, or `step:` and the name that was given. */
  readonly step: string;
  /** Number of this attempt, from 1. One that was cut short by a crash is made again under its number, with a higher `fence`. */
  readonly attempt: number;
  /** The same for every attempt at this call, in every generation of the run: hand it to services that take one. */
  readonly idempotencyKey: string;
  /** Grows with every worker that takes the run over: a resource that keeps the highest it saw can refuse older ones. 0 outside an engine. */
  readonly fence: number;
  /** Aborted when the attempt times out, when the run is lost to another worker, and when the engine closes. */
  readonly signal: AbortSignal;
}

interface StepAttempt {
  readonly kind: "step";
  readonly context: StepContext;
}

/** Code outside any engine whose time is that of a test. */
interface Timed {
  readonly kind: "timed";
  readonly clock: Clock;
}

/** A turn of a run; outside of compiled code it means: code that the run called and does not await. */
interface RunTurn {
  readonly kind: "turn";
}

export type Surroundings = ForeignCall | StepAttempt | Timed | RunTurn;

export const inTurn: RunTurn = { kind: "turn" };

/** One per realm: a step made by one copy of the runtime may run under the engine of another. */
export const surroundings: AsyncLocalStorage<Surroundings> = shared(
  "engine.surroundings",
  () => new AsyncLocalStorage<Surroundings>(),
);

/** Where code that no engine drives has its time from. */
export function clockOf(around: Surroundings | undefined): Clock {
  return around?.kind === "timed" ? around.clock : systemClock;
}

/** Makes a foreign call so that whatever it does is known to be foreign (I1). */
export function callForeign(call: Call, perform: ForeignCall["perform"]): unknown {
  return surroundings.run({ kind: "foreign", callee: call.text, fn: call.fn, perform }, applyCall, call);
}

function applyCall(call: Call): unknown {
  return Reflect.apply(call.fn as Function, call.self, call.args);
}
