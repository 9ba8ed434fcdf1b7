/**
 * Owns: performing the recorded steps of a run: attempts, their results, whether another attempt follows.
 * Does not own: the attempt itself (attempt.ts), recording (operations.ts, commit.ts).
 *
 * I1 An attempt begins only while the lease is surely held, and is aborted when it is not.
 * I2 A result is encoded once; what is stored and what the caller gets come from the same bytes.
 * I3 A result that comes after the run was held is put into its inbox, so that the step need not happen again.
 */
import { errors } from "../errors.ts";
import type { OperationOutcome } from "../store/store.ts";
import { Attempt, type StepMeta } from "./attempt.ts";
import { announce } from "./channel.ts";
import { reduced } from "./notice.ts";
import { type PendingOperation, stepNameOf } from "./operations.ts";
import { isRetryable, pauseBefore } from "./policy.ts";
import { findStep } from "./step.ts";
import type { ActiveRun } from "./turn.ts";

/** Begins an attempt at a recorded step when it is its turn. */
export function startAttempt(run: ActiveRun, operation: PendingOperation): void {
  if (run.draining) return;
  operation.underWay = true;
  run.book.setDue(operation, undefined);
  run.book.underWay++;
  run.parts.attempts.enter(() => {
    run.enter(() => {
      if (run.goesOn() && !run.draining) return perform(run, operation);
      leave(run, operation);
      run.decide();
    });
  });
}

function leave(run: ActiveRun, operation: PendingOperation): void {
  operation.underWay = false;
  run.book.underWay--;
  run.parts.attempts.leave();
}

function perform(run: ActiveRun, operation: PendingOperation): void {
  const name = stepNameOf(operation);
  const meta = findStep(name);
  if (meta === undefined) {
    leave(run, operation);
    run.commits.hold(errors.codeMissing({ what: `The run ${run.id}`, missing: name }));
    return;
  }
  const { id, parts, epoch } = run;
  const { attempt, key } = operation;
  let args: unknown[];
  try {
    args = parts.values.decode(operation.args as Uint8Array) as unknown[];
  } catch (error) {
    leave(run, operation);
    run.commits.hold(error);
    return;
  }
  const context = new Attempt({ run: id, step: name, attempt, idempotencyKey: key as string, fence: epoch });
  run.attempts.add(context);
  announce("step:before", id, name, [operation]);
  const end = (finishes: () => void): void => {
    announce("step:effect", id, name, [operation]);
    run.attempts.delete(context);
    leave(run, operation);
    finishes();
    announce("step:after", id, name, [operation]);
  };
  const take = (result: unknown): void => {
    let bytes: Uint8Array;
    try {
      bytes = parts.values.encode(result, `the step ${name}`);
    } catch (error) {
      end(() => failForGood(run, operation, error)); // the effect has happened; another attempt would only repeat it
      return;
    }
    end(() => finish(run, operation, "done", bytes));
  };
  const around = operation.context ?? parts.context;
  around.runInAsyncScope(context.perform, context, meta, args, parts.clock).then(
    (result) => run.enter(() => take(result)),
    (error) => run.enter(() => end(() => fail(run, operation, meta, error))),
  );
}

function failForGood(run: ActiveRun, operation: PendingOperation, error: unknown): void {
  const { id, parts } = run;
  const tell = (dropped: readonly string[]) => parts.notify(reduced(id, `the step ${stepNameOf(operation)}`, dropped));
  finish(run, operation, "failed", parts.values.encodeError(error, tell));
}

function fail(run: ActiveRun, operation: PendingOperation, meta: StepMeta, error: unknown): void {
  const { maxAttempts } = meta.retry;
  if (operation.attempt >= maxAttempts || !isRetryable(error)) {
    failForGood(run, operation, error);
    return;
  }
  if (!run.goesOn()) return;
  operation.attempt++;
  operation.recorded = false;
  run.book.setDue(operation, run.parts.clock.now() + pauseBefore(meta.retry, operation.attempt));
  run.book.retries.push(operation);
  run.decide();
}

function finish(run: ActiveRun, operation: PendingOperation, outcome: OperationOutcome, value: Uint8Array): void {
  if (run.goesOn()) take(run, operation, outcome, value);
  else if (run.commits.isHeld)
    void run.commits.bequeath({ operation: operation.id, outcome, key: operation.key, value });
}

/** A result that cannot be read again stays recorded: the run is held before it, and the step need not happen again (I3). */
function take(run: ActiveRun, operation: PendingOperation, outcome: OperationOutcome, value: Uint8Array): void {
  let decoded: unknown;
  try {
    decoded = run.parts.values.decode(value);
  } catch (error) {
    run.book.end(operation.id, outcome, value);
    run.commits.hold(error);
    return;
  }
  run.complete(operation, outcome, value, decoded);
}
