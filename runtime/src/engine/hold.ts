/**
 * Owns: what becomes of a run that cannot go on: held until people mend something, or, if the fault is Coldframe's own, let go and
 *   tried again.
 * Does not own: when a run cannot go on (commit.ts, restore.ts), the write (commit.ts).
 *
 * I1 Only a coded error is the user's to mend: everything that is known to go wrong has a code, and errors of user code
 *    get one where it is called (CF2010) or end in its tasks. An error without a code is a fault of Coldframe or of the process.
 * I2 A run that is let go keeps its last commit, counts as got further (store.ts, `claims`), and goes to whoever comes first.
 */
import { detailsOf, errors, isColdframeError } from "../errors.ts";
import type { CommitItem } from "../store/store.ts";
import type { Notice } from "./notice.ts";
import { describeThrown } from "./thrown.ts";
import type { ActiveRun } from "./turn.ts";

/** A fault of Coldframe may be one of this process, or gone with the next release: neither is known, so it is tried at leisure. */
const AGAIN_MS = 30_000;

/** What the last commit of such a run says. @param seen last position of its inbox */
export function endingOf(
  { parts, seen }: ActiveRun,
  error: unknown,
): Pick<CommitItem, "status" | "hold" | "wakeAt" | "seen"> {
  // Whoever reads the store later has nothing else: the message, and below it the rest.
  if (isColdframeError(error))
    return { status: "held", hold: { reason: error.message + detailsOf(error), build: parts.build() } };
  return { status: "waiting", wakeAt: parts.clock.now() + AGAIN_MS, seen };
}

/** What its keeper is told. */
export function noticeOf({ id }: ActiveRun, error: unknown): Notice {
  if (isColdframeError(error)) {
    const message = `Run ${id} is held at its last commit, until a new build tries it again or \`release()\` is called on it: ${error.message}`;
    return { kind: "held", run: id, error, message };
  }
  const failed = errors.runtimeFailed(
    { run: id, detail: describeThrown(error), seconds: AGAIN_MS / 1_000 },
    { cause: error },
  );
  return { kind: "runtime-failed", run: id, error: failed, message: failed.message };
}
