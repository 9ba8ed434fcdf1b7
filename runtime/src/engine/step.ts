/**
 * Owns: `step`: what makes a function a step, and what calling it does outside an engine.
 * Does not own: recording and performing steps under one (operations, turn.ts).
 */
import { errors } from "../errors.ts";
import { check, type Names, readOptions, textOf } from "../options.ts";
import { type Descriptor, DURABLE, descriptorOf, R } from "../realm.ts";
import { registry } from "../registry.ts";
import { performInMemory, type StepMeta } from "./attempt.ts";
import { clockOf, type StepContext, surroundings } from "./foreign.ts";
import { outsideUnawaited } from "./outside.ts";
import { type RetryOptions, resolvePolicy } from "./policy.ts";

/** How a step is performed. */
export interface StepOptions {
  /**
   * Its name, unique in the program; under it a run finds the step again after a restart. Constants of modules that
   * hold durable functions need none.
   */
  readonly name?: string;
  /** When it is tried again after an error. An error with `retryable: false` is final. */
  readonly retry?: RetryOptions;
  /** Time for one attempt, in ms; then it is aborted and counts as failed. Default: none. */
  readonly timeoutMs?: number;
}

const stepOptions: Names<StepOptions> = { name: true, retry: true, timeoutMs: true };

// biome-ignore lint/suspicious/noExplicitAny: steps have every parameter list there is
type StepFunction = (this: void, ...args: any[]) => Promise<any>;

/**
 * Makes a step: a call of it from durable code is recorded before it begins, tried again when it fails, and its result is
 * recorded, so that it happens once however often the run is taken up. An attempt cut short by a crash happens again.
 *
 * Arguments and result are encoded: the function and its caller get copies. It is called without `this`.
 *
 * @param fn does the work; any code
 * @param options name, retries, time limit
 * @returns a function with the signature of `fn`
 * @throws CF2405 for an option out of bounds, CF2432 for one that is none; a call from a run throws CF2401 if the step cannot be named
 * @example
 * const charge = step(async (id: string, cents: number) => pay(id, cents), { retry: { maxAttempts: 5 } });
 */
export function step<F extends StepFunction>(fn: F, options?: StepOptions): F {
  const { name, retry, timeoutMs = Number.POSITIVE_INFINITY } = readOptions("step", options, stepOptions);
  check(typeof fn === "function", "fn", fn, "the function that does the work");
  const looks = looksOf(fn);
  check(typeof timeoutMs === "number" && timeoutMs > 0, "timeoutMs", timeoutMs, "more than 0");
  check(name === undefined || (typeof name === "string" && name !== ""), "name", name, "a text that is not empty");
  const meta: StepMeta = {
    // Constants of modules are named only when the module has been evaluated.
    get name() {
      return registry().refOf(self) ?? (looks.name || excerpt(fn));
    },
    ...{ fn, retry: resolvePolicy(retry), timeoutMs },
  };
  // A method has no own `prototype`, as async functions.
  const self = {
    wrapper(...args: unknown[]): unknown {
      if (R.ops !== null) return R.ops.later(self, undefined, args, meta.name);
      const around = surroundings.getStore();
      if (around?.kind === "foreign") return around.perform(descriptor, args);
      if (around?.kind === "turn") return refuseUnawaited(labelOf(descriptor));
      return performInMemory(meta, args, clockOf(around));
    },
  }.wrapper;
  Object.defineProperty(self, "name", { value: looks.name, configurable: true });
  Object.defineProperty(self, "length", { value: looks.length, configurable: true });
  const descriptor: Descriptor = { self, kind: 1, run: null, meta, captures: null };
  Object.defineProperty(self, DURABLE, { value: descriptor, configurable: true });
  if (name !== undefined) registry().register(stepRef(name), self);
  return self as unknown as F;
}

/** Read once, and for messages only: a getter of the user's may fail. */
function looksOf(fn: StepFunction): { name: string; length: number } {
  try {
    return { name: textOf(fn.name), length: fn.length };
  } catch {
    return { name: "", length: 0 };
  }
}

/** The first line of a function without a name, so that people find it. */
function excerpt(fn: StepFunction): string {
  const [line = ""] = Function.prototype.toString.call(fn).split("\n", 1);
  return /^(?:async|function)\b/.test(line) ? `\`${line.slice(0, 60)}\`` : "without a name";
}

/** Code that a run does not await is gone after a crash, and with it whatever it would have done with the result. */
async function refuseUnawaited(what: string): Promise<never> {
  throw outsideUnawaited(what);
}

function stepRef(name: string): string {
  return `step:${name}`;
}

/** The name under which a restored run finds this step. @throws CF2401 if it has none */
export function nameOfStep(descriptor: Descriptor): string {
  const ref = registry().refOf(descriptor.self);
  if (ref === undefined) throw errors.stepUnnamed({ step: (descriptor.meta as StepMeta).name });
  return ref;
}

/** How messages call a step, whether it has a name or not. */
export function labelOf({ self, meta }: Descriptor): string {
  return `The step ${registry().refOf(self) ?? (meta as StepMeta).name}`;
}

/** The step of a name; undefined if it is not loaded here. */
export function findStep(ref: string): StepMeta | undefined {
  const descriptor = descriptorOf(registry().resolve(ref));
  return descriptor?.kind === 1 ? (descriptor.meta as StepMeta) : undefined;
}

/**
 * Tells a step's function about the attempt it runs in.
 *
 * @returns run, attempt number, idempotency key, fence token and abort signal
 * @throws CF2407 outside a step
 * @example
 * const charge = step(async (id: string) => {
 *   const { idempotencyKey, signal } = stepContext();
 *   return fetch(url, { method: "POST", headers: { "idempotency-key": idempotencyKey }, signal });
 * });
 */
export function stepContext(): StepContext {
  const around = surroundings.getStore();
  if (around?.kind !== "step") throw errors.notInStep();
  return around.context;
}
