/**
 * Owns: what a run gives once its root has returned, and when it has ended.
 * Does not own: writing it (commit.ts), what is shown of it (run.ts), what the store makes of it (store.ts S20).
 *
 * States: open -> returned (the outcome is to be stored with the next commit) -> closing (stored; what the run began goes on) -> ended;
 *   returned -> ended, if nothing goes on.
 * I1 The outcome is that of the root, or the first rejection that nobody had observed when the root returned. Nothing changes it.
 * I2 Every other rejection that nobody observes is told: in a notice, and on the run.
 * I3 A run has ended when nothing is left in it that may act; what is quiet does not (quiet.ts).
 * I4 A result that holds promises of the run can be stored once they have settled: until then it is not given.
 */
import { Operation, Reaction, type Task } from "../local/task.ts";
import type { FinalStatus } from "../store/store.ts";
import { isStep } from "./operations.ts";
import { isQuiet } from "./quiet.ts";
import { describeThrown } from "./thrown.ts";
import type { ActiveRun } from "./turn.ts";

/** What is stored of it. */
export interface Outcome {
  readonly status: FinalStatus;
  readonly outcome: Uint8Array;
}

export class Ending {
  readonly #run: ActiveRun;
  /** The outcome is stored. */
  given: FinalStatus | undefined;
  /** The rejection that counts instead of a result (I1); null: there is none. */
  #failed: Task | null | undefined;
  #outcome: Outcome | undefined;
  /** Promises in the result that are pending (I4). */
  #waitsFor: readonly Task[] = [];
  /** Something that goes on: while it does, no other is looked for. */
  #witness: Task | null = null;
  /** Failures that no commit has told. */
  #late: unknown[] = [];

  constructor(run: ActiveRun) {
    this.#run = run;
  }

  /** Has the root returned? */
  get hasReturned(): boolean {
    const { root } = this.#run.scheduler;
    return root !== null && root.state !== 0;
  }

  /** Must the next commit store the outcome? */
  get isToBeGiven(): boolean {
    return this.hasReturned && this.given === undefined && !this.#isDeferred;
  }

  get #isDeferred(): boolean {
    return this.#waitsFor.some(({ state }) => state === 0);
  }

  /** A task has settled. If it is the root, what counts is decided (I1). */
  note(task: Task): void {
    const { scheduler } = this.#run;
    if (task !== scheduler.root || this.given !== undefined) return;
    this.#failed = task.state === 2 ? task : (scheduler.rejections.unobserved()[0] ?? null);
    this.#run.draining = false; // it is driven on while the engine closes
  }

  /** Is nothing left that may act (I3)? */
  hasEnded(): boolean {
    if (!this.hasReturned || this.#isDeferred || this.#run.scheduler.hasReady) return false;
    const { tasks } = this.#run.scheduler;
    if (this.#witness !== null && tasks.has(this.#witness) && this.#goesOn(this.#witness)) return false;
    this.#witness = null;
    for (const task of tasks) {
      if (!this.#goesOn(task)) continue;
      this.#witness = task;
      return false;
    }
    return true;
  }

  #goesOn(task: Task): boolean {
    const { work } = task;
    if (work instanceof Operation) return isStep(work.name);
    const mayAct = work === null || (work instanceof Reaction && !(work.hasRun && task.value === undefined));
    return mayAct && !isQuiet(this.#run.scheduler, task);
  }

  /** The outcome, to be stored now; undefined: not now (I4). @throws CF2001 if it can't be stored */
  take(): Outcome | undefined {
    const { scheduler, parts, fn, commits } = this.#run;
    const { root } = scheduler;
    if (this.#outcome !== undefined || root === null) return this.#outcome;
    if (this.#failed === undefined) this.note(root); // it was stored after its root had returned, and before its outcome
    const failed = this.#failed;
    if (failed) {
      failed.observed = true;
      this.#outcome = { status: "failed", outcome: commits.encodeThrown(failed.value) };
    } else {
      try {
        this.#outcome = { status: "done", outcome: parts.values.encode(root.value, fn) };
      } catch (error) {
        this.#waitsFor = this.#pendingIn(root.value);
        if (this.#waitsFor.length === 0) throw error;
        return undefined;
      }
    }
    root.value = undefined; // no snapshot needs it any more
    return this.#outcome;
  }

  /** Tasks of the run that a value holds the promises of, if it is only for these that it can't be stored. */
  #pendingIn(value: unknown): Task[] {
    const { scheduler, parts } = this.#run;
    const reached = new Set<Task>();
    scheduler.isStored = true;
    scheduler.met = { tasks: reached, unheard: new Set() };
    try {
      parts.values.encode(value);
      return [...reached].filter(({ state, scheduler: owner }) => state === 0 && owner === scheduler);
    } catch {
      return [];
    } finally {
      scheduler.isStored = false;
      scheduler.met = null;
    }
  }

  /** What has failed since the last commit and is no part of the outcome (I2), for the store. */
  takeLate(): string | undefined {
    if (this.#outcome === undefined && this.given === undefined) return undefined;
    for (const task of this.#run.scheduler.rejections.unobserved()) {
      task.observed = true;
      if (task.value !== this.#failed?.value) this.#late.push(task.value);
    }
    return this.#late.length === 0 ? undefined : describeThrown(this.#late[0]);
  }

  /** A commit that told the failures is acknowledged. */
  tellLate(): void {
    const { id, parts } = this.#run;
    for (const error of this.#late.splice(0)) {
      const message = `Something that run ${id} had begun failed after its outcome was given, which stays: ${describeThrown(error)}`;
      parts.notify({ kind: "late-failure", run: id, error, message });
    }
  }
}
