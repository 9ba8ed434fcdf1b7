/**
 * Owns: writing one run's turns: what goes into a commit, one commit at a time, and what follows from its outcome.
 * Does not own: when to commit (turn.ts), the store.
 *
 * I1 At most one commit of a run is under way. What happens meanwhile goes into the next.
 * I2 Operations begin, settle and are consumed only together with the snapshot that shows it.
 * I3 An unacknowledged commit is tried again with the same id until it is acknowledged or the lease is lost. A store that is gone is
 *    asked no more, and a run is not born into one that cannot keep it: whoever starts it hears why.
 * I4 A commit that other completions may soon join waits for them: till the end of this turn of the event loop, and longer
 *    the longer the last snapshot took. A run with nothing else under way waits for nothing.
 */
import { errors, isColdframeError } from "../errors.ts";
import { shared } from "../realm.ts";
import type { CommitItem, CommitOutcome, FinalStatus, Message, RejectReason, RunState } from "../store/store.ts";
import { pause } from "./attempt.ts";
import { announce } from "./channel.ts";
import { depositAll } from "./deposit.ts";
import type { Outcome } from "./ending.ts";
import { endingOf, noticeOf } from "./hold.ts";
import { overhearGlanced, refuseOverheard, takeSnapshot } from "./image.ts";
import { reduced } from "./notice.ts";
import type { Completion, PendingOperation, Recording } from "./operations.ts";
import { recordedOperation } from "./performers.ts";
import { describeThrown } from "./thrown.ts";
import type { ActiveRun } from "./turn.ts";

/** The window in which completions gather is so many times the cost of the last snapshot, up to `LONGEST_WINDOW_MS`. */
const WINDOW_FACTOR = 4;
const LONGEST_WINDOW_MS = 50;
const STORE_PAUSE_MS = 100;
const LONGEST_STORE_PAUSE_MS = 5_000;

/** A commit that is ready to be written. */
interface Plan {
  readonly item: CommitItem;
  readonly status: RunState;
  readonly begun: readonly PendingOperation[];
}

/** A commit that is being planned. */
interface Head extends Omit<CommitItem, "closing" | "lateFailure"> {
  closing?: CommitItem["closing"];
  lateFailure?: string | undefined;
}

/** The end of a step that no commit holds. */
type Legacy = Pick<Completion, "operation" | "outcome" | "key" | "value">;

/** Unique in the process: two runs that are about to be created may have one id, and a commit with the id of the last is none. */
function nextCommit(): number {
  const commits = shared("engine.commits", () => ({ count: 0 }));
  return commits.count++;
}

export class Committer {
  readonly #run: ActiveRun;
  #underWay = false;
  #planned = false;
  #costMs = 0;
  /** Monotonic time before the store was asked for the write that it did. */
  #askedAtMs = 0;
  #holdFor: { error: unknown } | undefined;
  /** The run was held by a commit of this process. */
  isHeld = false;

  constructor(run: ActiveRun) {
    this.#run = run;
  }

  /** Commits as soon as it makes sense (I1, I4). */
  request(): void {
    const { book, state } = this.#run;
    if (this.#underWay || this.#planned || state !== "running") return;
    // Who waits for an operation that durable code does not await shows only after this turn (image.ts I3).
    const isAlone = book.underWay === 0;
    if (isAlone && book.fresh.every(({ task }) => task.firstWaiter !== null)) {
      this.#begin();
      return;
    }
    this.#planned = true;
    const windowMs = isAlone ? 0 : Math.min(this.#costMs * WINDOW_FACTOR, LONGEST_WINDOW_MS);
    const begin = () => {
      this.#planned = false;
      this.#begin();
    };
    const { clock } = this.#run.parts;
    if (windowMs < 1) setImmediate(begin);
    else clock.setDelay(windowMs, begin);
  }

  #begin(): void {
    const run = this.#run;
    if (this.#underWay || !run.goesOn()) return;
    if (run.isStalled()) {
      run.enter(() => run.decide());
      return;
    }
    const { clock } = run.parts;
    const startedMs = clock.monotonic();
    let plan: Plan;
    try {
      plan = this.#plan();
    } catch (error) {
      if (!run.letUnstorableGo()) this.#blocked(error);
      return;
    }
    this.#underWay = true;
    if (plan.status !== "running") run.leave("leaving");
    void this.#write(plan.item).then((outcome) => {
      this.#costMs = clock.monotonic() - startedMs;
      this.#underWay = false;
      if (outcome !== undefined) this.#acknowledge(plan, outcome);
    });
  }

  /** Something live cannot be stored: hold, wait until it has gone, or, when closing, leave the run at its last commit. */
  #blocked(error: unknown): void {
    const run = this.#run;
    if (run.draining && run.goesOnByItself()) {
      run.drop(errors.engineClosed({ what: "a run was driven" }));
      run.keeper.left(run, "ready");
    } else if (run.pace.isBlocked()) this.hold(error);
  }

  // ---- what goes into a commit

  #plan(): Plan {
    const run = this.#run;
    const item = this.#head();
    const { book, ending } = run;
    const given = ending.isToBeGiven ? ending.take() : undefined;
    item.lateFailure = ending.takeLate();
    if (ending.hasEnded()) return this.#planEnd(item, given);
    if (given !== undefined) item.closing = given;
    const status = this.#status();
    const isNew = run.unborn !== undefined && book.fresh.length === 0 && status === "running";
    const hasNews = run.pace.progressed || book.fresh.length > 0 || book.completions.length > 0;
    const isFull = given !== undefined || (!isNew && hasNews);
    if (!isFull) return this.#planRest(item, status, undefined);
    const snapshot = takeSnapshot(run); // may throw: nothing has changed by then
    const recording = book.record(run.draining);
    run.pace.noteSnapshot(snapshot.byteLength);
    return this.#planRest({ ...item, snapshot }, status, recording);
  }

  #planRest(item: CommitItem, status: RunState, recording: Recording | undefined): Plan {
    const { book, seen } = this.#run;
    const { begun, retry } = book.takeRetries();
    const begins = recording?.begun ?? [];
    const consume = recording?.consume ?? [];
    const whole: CommitItem = {
      ...item,
      status,
      wakeAt: status === "waiting" ? book.nextDueAt() : undefined,
      seen: status === "waiting" ? consume.reduce((last, position) => Math.max(last, position), seen) : undefined,
      begin: nonEmpty(recording?.begin),
      settle: nonEmpty(recording?.settle),
      consume: nonEmpty(consume),
      retry: nonEmpty(retry),
    };
    return { item: whole, status, begun: [...begins, ...begun] };
  }

  #planEnd(item: CommitItem, given: Outcome | undefined): Plan {
    const run = this.#run;
    overhearGlanced(run);
    const status = given?.status ?? (run.ending.given as FinalStatus);
    return refuseOverheard(run, { item: { ...item, status, outcome: given?.outcome }, status, begun: [] });
  }

  /** Encodes what was thrown; what of it can't be stored is told. */
  encodeThrown(thrown: unknown): Uint8Array {
    const { id, fn, parts } = this.#run;
    return parts.values.encodeError(thrown, (dropped) => parts.notify(reduced(id, fn, dropped)));
  }

  #status(): RunState {
    const run = this.#run;
    if (run.draining) return run.book.underWay === 0 ? "ready" : "running";
    return run.isDormant() ? "waiting" : "running";
  }

  /** Identity, fence and what the first commit of a run or generation adds. */
  #head(): Head {
    const { id, epoch, seq, unborn, rollsBack, parts } = this.#run;
    return {
      ...{ id, epoch, seq, commitId: `${parts.store.worker}/${nextCommit()}` },
      create: unborn,
      leaseMs: unborn === undefined ? undefined : parts.limits.leaseMs,
      rollback: rollsBack || undefined,
    };
  }

  // ---- writing

  /** @returns undefined if the run was given up meanwhile */
  async #write(item: CommitItem): Promise<CommitOutcome | undefined> {
    const run = this.#run;
    const { store, clock, notify } = run.parts;
    announce("commit:before", run.id, item.status);
    const firstAskedMs = clock.monotonic();
    for (let pauseMs = STORE_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_STORE_PAUSE_MS)) {
      try {
        const askedMs = clock.monotonic();
        const outcome = await store.commit(item);
        this.#askedAtMs = outcome.kind === "ok" ? askedMs : firstAskedMs;
        announce("commit:after", run.id, item.status, item.settle);
        return outcome;
      } catch (error) {
        if (isColdframeError(error, errors.storeGone.code)) {
          run.keeper.storeGone(error);
          return undefined;
        }
        if (item.create !== undefined && isForGood(error)) {
          this.lose(error);
          return undefined;
        }
        notify({ kind: "store-failed", run: run.id, message: `A commit of run ${run.id} failed: ${error}`, error });
      }
      await pause(clock, pauseMs);
      const isGone = run.state === "over" && !this.isHeld;
      if (isGone || (item.create === undefined && !run.keeper.isHeld(run))) {
        this.lose();
        return undefined;
      }
    }
  }

  #acknowledge(plan: Plan, outcome: CommitOutcome): void {
    if (outcome.kind === "stale") this.lose();
    else if (outcome.kind === "rejected") this.#refused(plan.item, outcome.reason);
    else this.#accepted(plan, outcome);
  }

  #accepted({ item, status, begun }: Plan, outcome: Extract<CommitOutcome, { seq: number }>): void {
    const run = this.#run;
    run.seq = outcome.seq;
    if (run.suspectUntilMs > 0) run.keeper.cleared(run);
    run.rollsBack = false;
    this.#noteBirth();
    run.ending.tellLate();
    if (item.closing !== undefined) run.ending.given = item.closing.status;
    const told = item.closing ?? (item.outcome && { status: run.ending.given ?? status, outcome: item.outcome });
    if (told !== undefined) run.keeper.gave(run, told as Outcome);
    if (run.state === "over") return;
    if (status !== "running") {
      for (const operation of begun) run.book.noteRecorded(operation);
      run.leave(status === "waiting" ? "parked" : "over");
      run.keeper.left(run, outcome.kind === "ok" ? outcome.status : status);
    } else if (this.#holdFor !== undefined) this.#writeHold(this.#holdFor.error);
    else {
      for (const operation of begun) if (run.book.pending.has(operation.id)) recordedOperation(run, operation);
      run.decide();
      run.keeper.waits();
    }
  }

  #noteBirth(): void {
    const run = this.#run;
    if (run.unborn === undefined) return;
    run.unborn = undefined;
    run.keeper.born(run, { askedAtMs: this.#askedAtMs });
  }

  #refused(item: CommitItem, reason: RejectReason): void {
    const run = this.#run;
    if (item.create !== undefined && reason.code !== "invalid") {
      run.drop(errors.leaseLost({ run: run.id }));
      run.keeper.born(run, { refused: reason });
      return;
    }
    const detail = reason.code === "invalid" ? reason.message : `${reason.code} ${reason.id}`;
    const error = errors.storeFailed({ detail: `commit refused: ${detail}` }, { where: `run ${run.id}` });
    run.parts.notify({ kind: "store-failed", run: run.id, message: error.message, error });
    this.lose(item.create === undefined ? undefined : error);
  }

  // ---- other ends

  /** The lease is lost, or the run can never be stored: what is in memory is worth nothing any more. */
  lose(reason?: unknown): void {
    const run = this.#run;
    if (run.state === "over" && reason === undefined) return;
    run.drop(reason);
    run.keeper.lost(run, reason);
  }

  /** Stops the run at its last commit (hold.ts). What has been recorded since, by steps that ended, goes into its inbox. */
  hold(error: unknown): void {
    const run = this.#run;
    if (run.state !== "running") return;
    this.#holdFor = { error };
    this.isHeld = true;
    run.leave("leaving");
    if (!this.#underWay) this.#writeHold(error); // otherwise its sequence number is known only with the acknowledgement
  }

  #writeHold(error: unknown): void {
    const run = this.#run;
    const item: CommitItem = { ...this.#head(), ...endingOf(run, error) };
    run.leave("over");
    const isNew = run.unborn !== undefined || run.rollsBack;
    const deposits = isNew ? Promise.resolve() : depositAll(run);
    void deposits.then(() => this.#write(item)).then((outcome) => this.#noteHeld(outcome, error));
  }

  /** Ends the run as failed at its last commit. */
  async fail(error: unknown): Promise<void> {
    const run = this.#run;
    const isLate = run.ending.given !== undefined; // then this changes the end, not the outcome
    const item: CommitItem = isLate
      ? { ...this.#head(), status: "failed", lateFailure: describeThrown(error) }
      : { ...this.#head(), status: "failed", outcome: this.encodeThrown(error) };
    this.#underWay = true;
    run.leave("leaving");
    const written = await this.#write(item);
    if (written !== undefined) this.#acknowledge({ item, status: "failed", begun: [] }, written);
  }

  #noteHeld(outcome: CommitOutcome | undefined, error: unknown): void {
    const run = this.#run;
    if (outcome === undefined || (outcome.kind !== "ok" && outcome.kind !== "duplicate")) {
      this.isHeld = false;
      run.keeper.lost(run);
      return;
    }
    this.#noteBirth();
    for (const completion of run.book.takeUndeposited()) void this.bequeath(completion);
    run.keeper.left(run, "held");
    run.parts.notify(noticeOf(run, error));
  }

  /** Leaves the result of a step to whoever takes the held run up; nobody else has it. */
  async bequeath({ operation, outcome, key, value }: Legacy): Promise<void> {
    const { id, generation, parts } = this.#run;
    const message: Message = { kind: "completion", run: id, generation, operation, outcome, key, value };
    for (let pauseMs = STORE_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_STORE_PAUSE_MS)) {
      try {
        await parts.store.send(message);
        return;
      } catch (error) {
        if (isColdframeError(error, errors.storeClosed.code) || isColdframeError(error, errors.storeGone.code)) return;
        parts.notify({ kind: "store-failed", run: id, message: `A result could not be stored: ${error}`, error });
      }
      await pause(parts.clock, pauseMs);
    }
  }
}

/** Will the store say the same to every further try? */
function isForGood(error: unknown): boolean {
  return isColdframeError(error, errors.storeDamaged.code) || isColdframeError(error, errors.storeRefused.code);
}

function nonEmpty<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list !== undefined && list.length > 0 ? list : undefined;
}
