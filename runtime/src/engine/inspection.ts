/**
 * Owns: where a run stands, in words: from what the store has of it, or, for a console, from the memory of this process.
 * Does not own: frames in words (snapshot/inspect, local/inspect), reading the store (run.ts).
 */
import { liveFrames } from "../local/inspect.ts";
import { inspectWith } from "../snapshot/inspect/index.ts";
import { type InspectedFrame, linesOf, listing } from "../snapshot/inspect/listing.ts";
import type { Limits } from "../snapshot/types.ts";
import type { Operation, RunDetail } from "../store/store.ts";
import { isStep, stepNameOf } from "./operations.ts";
import type { RunInfo } from "./run.ts";
import type { ActiveRun } from "./turn.ts";

/** Something that a run has begun and that has not ended. */
export interface RunWait {
  readonly kind: "step" | "sleep";
  /** Of a step: its name. */
  readonly step: string | undefined;
  /** Of a step: number of the attempt that runs or comes next, from 1; 0: none has begun. */
  readonly attempt: number;
  /** Epoch ms: the end of a sleep, or when the next attempt begins. */
  readonly dueAt: number | undefined;
}

/** Where a run stands, as of its last commit. A console shows it as a listing of its frames. */
export interface RunInspection extends RunInfo {
  /** What awaits comes before what called it. Empty before the first commit and after the end. */
  readonly frames: readonly InspectedFrame[];
  /** What it waits for beside code of its own. */
  readonly waits: readonly RunWait[];
}

/** What the store says of a run. */
export function inspectRun(info: RunInfo, { snapshot, operations }: RunDetail, limits: Limits): RunInspection {
  const known = new Map(operations.map((operation) => [operation.operation, operation]));
  const about = (id: string) => {
    const operation = known.get(id);
    return operation === undefined ? "" : aboutOperation(operation);
  };
  const frames = snapshot === undefined ? [] : inspectWith(snapshot, about, limits).frames;
  const waits = operations.map(waitOf);
  return listing(
    { ...info, frames, waits },
    () => headOf(info),
    () => withoutFrames(info),
  );
}

function waitOf(operation: Operation): RunWait {
  const { kind, attempt, dueAt } = operation;
  return isStep(kind)
    ? { kind: "step", step: stepNameOf(operation), attempt, dueAt }
    : { kind: "sleep", step: undefined, attempt, dueAt };
}

/** `, attempt 2`, and when it is due. */
function aboutOperation({ kind, attempt, dueAt }: Pick<Operation, "kind" | "attempt" | "dueAt">): string {
  const due = dueAt === undefined ? "" : new Date(dueAt).toISOString();
  if (!isStep(kind)) return due && ` until ${due}`;
  if (attempt === 0) return ", which has not begun";
  return `, attempt ${attempt}${due && `, which begins at ${due}`}`;
}

function headOf({ id, function: fn, status, wakesAt, reason, generation }: RunInfo): string {
  const wakes = wakesAt === undefined ? "" : ` until ${new Date(wakesAt).toISOString()}`;
  const again = generation === 0 ? "" : `, generation ${generation}`;
  return `Run ${id} of ${fn}: ${status}${wakes}${again}${reason === undefined ? "" : `: ${reason}`}`;
}

function withoutFrames({ status, endedAt }: RunInfo): string {
  if (endedAt !== undefined) return `ended at ${new Date(endedAt).toISOString()}; \`result()\` gives its outcome`;
  return status === "held" ? "has no commit with a snapshot" : "has not got to its first commit";
}

/** What a console shows of a handle: `active` is its run in the memory of this process, if it is there. */
export function describeHandle(id: string, active: ActiveRun | undefined): string {
  if (active === undefined) return `Run ${id} { not in memory here: \`await run.inspect()\` reads where it stands }`;
  const { scheduler, book, fn, state } = active;
  const about = (operation: string) => {
    const found = book.pending.get(operation);
    return found === undefined ? "" : aboutOperation(found);
  };
  const head = `Run ${id} of ${fn}, ${state === "parked" ? "parked" : "driven"} in this process`;
  return [head, ...linesOf(liveFrames(scheduler, about), () => "runs now, or has ended")].join("\n");
}
