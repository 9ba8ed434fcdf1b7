/**
 * Owns: how the waits of a restored scheduler go on: what was lost fails, calls are made again, of the rest the host hears.
 * Does not own: what was stored of them (lost.ts).
 */
import { each } from "../builtins.ts";
import { errors } from "../errors.ts";
import { isInstance } from "../realm.ts";
import { invoke } from "./calls.ts";
import type { Scheduler } from "./scheduler.ts";
import { Call, Lost } from "./task.ts";
import { isReturning, returned } from "./thenable.ts";
import { type ExternalWait, externalWaits } from "./waits.ts";

/** Makes the outside work of a restored scheduler happen again: lost waits fail, calls are made again, the host hears of the rest. */
export function reopenWaits(scheduler: Scheduler): void {
  each(externalWaits(scheduler), (wait) => {
    if (isInstance(wait.awaited, Lost)) scheduler.arrive(wait, 1, errors.waitLost({ text: wait.awaited.text }));
    else if (isInstance(wait.awaited, Call) && !wait.awaited.live) invokeAgain(scheduler, wait, wait.awaited);
    else scheduler.host.external(wait);
  });
}

function invokeAgain(scheduler: Scheduler, wait: ExternalWait, call: Call): void {
  scheduler.current = wait.task;
  try {
    invoke(scheduler, call);
    const { leaf } = wait.task;
    if (wait.index === -1 && leaf !== null && isReturning(leaf)) returned(call);
  } catch (error) {
    scheduler.arrive(wait, 1, error);
    return;
  }
  scheduler.host.external(wait);
}
