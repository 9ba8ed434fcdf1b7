/**
 * Owns: putting completions into the run's inbox without a snapshot.
 * Does not own: when that is right (turn.ts I3), consuming them (operations.ts I2).
 *
 * I1 What a commit has taken meanwhile is not deposited.
 * I2 A deposit that the store refuses means that the lease is lost, unless a commit was faster.
 */
import { errors, isColdframeError } from "../errors.ts";
import type { SendOutcome } from "../store/store.ts";
import { announce } from "./channel.ts";
import type { Completion } from "./operations.ts";
import type { ActiveRun } from "./turn.ts";

/** Deposits, after this turn of the event loop, all completions that no commit has taken by then (I1). */
export function depositSoon(run: ActiveRun): void {
  if (run.depositing) return;
  run.depositing = true;
  setImmediate(() => {
    run.depositing = false;
    if (run.state === "running") void depositAll(run);
  });
}

/** Deposits what is not yet; resolves when the store has it. */
export async function depositAll(run: ActiveRun): Promise<void> {
  await Promise.all(run.book.takeUndeposited().map((completion) => deposit(run, completion)));
}

async function deposit(run: ActiveRun, completion: Completion): Promise<void> {
  const { operation, outcome, key, value } = completion;
  announce("deposit:before", run.id, operation);
  let sent: SendOutcome;
  try {
    const { id, generation, epoch } = run;
    sent = await run.parts.store.send({
      ...{ kind: "completion", run: id, generation, epoch, operation, outcome, key, value },
    });
  } catch (error) {
    if (isColdframeError(error, errors.storeGone.code)) return run.keeper.storeGone(error);
    run.parts.notify({ kind: "store-failed", run: run.id, message: `A result could not be stored: ${error}`, error });
    run.book.putBack(completion);
    run.commits.request();
    return;
  }
  announce("deposit:after", run.id, operation, [completion]);
  if (sent.kind === "ok") completion.position = sent.position;
  else if (sent.kind !== "duplicate" && run.book.completions.includes(completion)) run.commits.lose();
}
