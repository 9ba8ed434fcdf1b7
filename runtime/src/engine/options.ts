/**
 * Owns: the options of an engine: their meaning, bounds and defaults.
 * Does not own: what becomes of them.
 */
import type { Clock } from "../clock.ts";
import { check, checkWord, type Names, readOptions } from "../options.ts";
import type { Limits as SnapshotLimits } from "../snapshot/types.ts";
import type { Notice } from "./notice.ts";
import type { Limits, RollbackPolicy } from "./parts.ts";

/** How an engine works. */
export interface EngineOptions {
  /** False: a client, which starts and reads runs but drives none. Default true. */
  readonly work?: boolean;
  /** Name of the queue it starts runs in and takes runs from; default `"default"`. */
  readonly queue?: string;
  /** For so long other workers leave the runs of a worker alone that has hung; default 15,000 ms. */
  readonly leaseMs?: number;
  /** After so long in a wait that cannot be stored, what happened before it is committed; default 5,000 ms. */
  readonly volatileLimitMs?: number;
  /**
   * Runs driven, and steps performed, at the same time; default 1,000 runs, any number of steps. A run that only waits for its steps,
   * sleeps or messages takes no place.
   */
  readonly concurrency?: { readonly runs?: number; readonly steps?: number };
  /** Parked runs kept in memory, by number and by bytes of their snapshots; default 1,000 and 64 MiB. */
  readonly warm?: { readonly runs?: number; readonly bytes?: number };
  /** The store is asked for work at least so often, whatever hints are lost; default 1,000 ms. */
  readonly pollMs?: number;
  /** Time that steps under way, and runs that are closing, get to end when the engine closes; default 5,000 ms. */
  readonly drainMs?: number;
  /**
   * What is done with a run whose code has changed so that it cannot go on. `covered` (default): it begins again from its
   * input and gets the recorded results of its steps, unless steps had begun that have no result: then it is held.
   * `always`: it begins again in any case. `hold`: it is held. `fail`: it fails with CF2101.
   */
  readonly rollback?: RollbackPolicy;
  /** Name of this build; runs that another build held are tried again once. Default: a hash of the durable functions. */
  readonly build?: string;
  /**
   * Bounds on what a stored run or value may ask for, if yours are meant to be larger; the same in all processes that share a store:
   * what one writes, the others read. Defaults: docs/formats.md, limits.
   */
  readonly limits?: Partial<SnapshotLimits>;
  /** Told of what people may want to know; default: `process.emitWarning`. */
  readonly onNotice?: (notice: Notice) => void;
  /** Where time comes from; default: the machine. */
  readonly clock?: Clock;
}

const names: Names<EngineOptions> = {
  ...{ work: true, queue: true, leaseMs: true, volatileLimitMs: true, concurrency: true, warm: true, pollMs: true },
  ...{ drainMs: true, rollback: true, build: true, onNotice: true, clock: true, limits: true },
};
const policies: Readonly<Record<RollbackPolicy, true>> = { covered: true, always: true, hold: true, fail: true };

/** Reads what a user has given. @throws CF2405, CF2432 */
export function readEngineOptions(given: EngineOptions | undefined): EngineOptions {
  const options = readOptions("open", given, names);
  const { work, queue, rollback, build, onNotice, concurrency, warm } = options;
  check(work === undefined || typeof work === "boolean", "work", work, "true or false");
  check(queue === undefined || typeof queue === "string", "queue", queue, "a text");
  check(build === undefined || typeof build === "string", "build", build, "a text");
  check(onNotice === undefined || typeof onNotice === "function", "onNotice", onNotice, "a function");
  if (rollback !== undefined) checkWord("rollback", rollback, Object.keys(policies));
  return {
    ...options,
    concurrency: readOptions("`concurrency` of open", concurrency, { runs: true, steps: true }),
    warm: readOptions("`warm` of open", warm, { runs: true, bytes: true }),
  };
}

const MIB = 2 ** 20;

/** Bounds and defaults. @throws CF2405 */
export function resolveLimits(options: EngineOptions): Limits {
  const { concurrency = {}, warm = {} } = options;
  return {
    leaseMs: atLeast("leaseMs", options.leaseMs, 100, 15_000),
    volatileLimitMs: atLeast("volatileLimitMs", options.volatileLimitMs, 0, 5_000),
    runs: atLeast("concurrency.runs", concurrency.runs, 1, 1_000),
    warmRuns: atLeast("warm.runs", warm.runs, 0, 1_000),
    warmBytes: atLeast("warm.bytes", warm.bytes, 0, 64 * MIB),
    pollMs: atLeast("pollMs", options.pollMs, 1, 1_000),
    drainMs: atLeast("drainMs", options.drainMs, 0, 5_000),
  };
}

/** Checks one option. @throws CF2405 */
export function atLeast(option: string, value: number | undefined, least: number, standard: number): number {
  if (value === undefined) return standard;
  check(typeof value === "number" && value >= least, option, value, `a number of at least ${least}`);
  return value;
}
