/**
 * Owns: `sleep`: what it is to durable code, and what it does elsewhere.
 * Does not own: the durable timer (turn.ts, the store).
 *
 * I1 Under an engine a sleep is an operation with a due time. Outside one it is a timer.
 * I2 In foreign code that a run has called it is refused, awaited or not: that code cannot be stored while it waits.
 */
import { type Descriptor, DURABLE, R } from "../realm.ts";
import { pause } from "./attempt.ts";
import { type Duration, toMs } from "./duration.ts";
import { clockOf, surroundings } from "./foreign.ts";
import { outsideForeign, outsideUnawaited } from "./outside.ts";

/** What the descriptor of an awaitable of the runtime says (kind 2). */
export interface AwaitableMeta {
  /** The engine's word for the operation. */
  readonly awaitable: string;
}

/**
 * Waits. In a durable function on an engine no process need be alive meanwhile; elsewhere it is a timer.
 *
 * @param duration milliseconds, or a number with a unit: `"10s"`, `"5m"`, `"3d"`
 * @throws CF2406 if that is no duration; CF2302 in code that is not durable, called from a run
 * @example await sleep("3d");
 */
export function sleep(duration: Duration): Promise<void> {
  if (R.ops !== null) return R.ops.later(sleep, undefined, [duration], "sleep") as Promise<void>;
  const around = surroundings.getStore();
  if (around?.kind === "foreign") throw outsideForeign("sleep", around);
  if (around?.kind === "turn") throw outsideUnawaited("sleep");
  return pause(clockOf(around), toMs(duration));
}

const meta: AwaitableMeta = { awaitable: "sleep" };
const descriptor: Descriptor = { self: sleep, kind: 2, run: null, meta, captures: null };
Object.defineProperty(sleep, DURABLE, { value: descriptor });
