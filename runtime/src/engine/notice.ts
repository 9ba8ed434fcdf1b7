/**
 * Owns: what an engine tells whoever runs it, beside results.
 * Does not own: errors thrown to callers.
 */
import { inspect } from "node:util";
import { detailsOf, isColdframeError } from "../errors.ts";

/** What happened. */
export type NoticeKind =
  | "held" // a run cannot go on; it waits at its last commit
  | "reduced" // something that was thrown is stored without what of it can't be
  | "rolled-back" // the code of a run changed; it began again from its input
  | "no-place" // all places of a worker are taken, and nothing moves
  | "waiting-for-code" // runs wait for a function that is not loaded here
  | "lease-lost" // another worker may have a run that was in memory here
  | "runtime-failed" // Coldframe itself failed on a run; it was let go and is tried again
  | "late-failure" // something that a run had begun failed after its outcome was given
  | "closing" // the engine was closed before what some runs had begun has ended; whoever takes them goes on
  | "store-failed" // the store refused a write; it is tried again
  | "store-gone"; // the store was taken away while it was in use; the engine does nothing any more

/** Something that people may want to know of. */
export interface Notice {
  readonly kind: NoticeKind;
  /** What happened, to which run. What a coded `error` has to say beside its message stands in its fields. */
  readonly message: string;
  /** Id of the run, if it is about one. */
  readonly run?: string | undefined;
  readonly error?: unknown;
}

/** The engine goes on by itself after these; they are told only to those who ask. */
const quiet: ReadonlySet<NoticeKind> = new Set(["lease-lost"]);

/** What is done with notices unless `onNotice` is given: a process warning, which shows all that is known. */
export function warn({ kind, message, error }: Notice): void {
  if (quiet.has(kind)) return;
  process.emitWarning(message, { type: "Coldframe", code: kind, ...(error !== undefined && { detail: tell(error) }) });
}

function tell(error: unknown): string {
  if (!isColdframeError(error)) return show(error);
  const { cause } = error;
  return detailsOf(error).slice(1) + (cause === undefined ? "" : `\n  cause: ${show(cause)}`);
}

/** A value of the user's may fail when it is looked at. */
function show(value: unknown): string {
  try {
    return inspect(value);
  } catch {
    return `a ${typeof value} that fails when it is looked at`;
  }
}

/** Of what was thrown by `who` a part could not be stored. */
export function reduced(run: string, who: string, dropped: readonly string[]): Notice {
  const message = `What ${who} of run ${run} threw is stored without what of it can't be: ${dropped.join("; ")}. \`error[Symbol.for("coldframe.dropped")]\` names it too.`;
  return { kind: "reduced", run, message };
}
