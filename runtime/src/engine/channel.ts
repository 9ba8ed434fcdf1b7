/**
 * Owns: saying at which point of its work the engine is, for tests that kill it there and for tools that watch.
 * Does not own: what listeners do. With no listener a point costs one property read.
 */
import { channel } from "node:diagnostics_channel";

/** The points that are announced, in the order in which a run meets them. */
export type EnginePoint =
  | "claim:after"
  | "turn:before"
  | "turn:after"
  | "commit:before"
  | "commit:after"
  | "step:before"
  | "step:effect"
  | "step:after"
  | "deposit:before"
  | "deposit:after";

/** What listeners of `diagnostics_channel.subscribe("coldframe:engine", …)` get. */
export interface EngineEvent {
  readonly point: EnginePoint;
  /** Id of the run. */
  readonly run: string;
  /** Of a step: its name; of a commit: the status it gives the run. */
  readonly detail: string;
  /** Idempotency keys of the steps concerned; of a commit, of those whose results it records. */
  readonly keys: readonly string[];
}

/** What has the idempotency key of a step, if it is one. */
interface Keyed {
  readonly key?: string | undefined;
}

const points = channel("coldframe:engine");
const none: readonly Keyed[] = [];

/** Tells listeners, if there are any, that a run has come to a point. */
export function announce(point: EnginePoint, run: string, detail = "", keys: readonly Keyed[] = none): void {
  if (!points.hasSubscribers) return;
  const known = keys.flatMap(({ key }) => (key === undefined ? [] : [key]));
  points.publish({ point, run, detail, keys: known } satisfies EngineEvent);
}
