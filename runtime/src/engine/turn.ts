/**
 * Owns: one run in this process: drives its scheduler until all is parked, and decides what must be committed at once.
 * Does not own: the write (commit.ts), what is committed later (pace.ts), attempts at steps (steps.ts), taking a stored run up (restore.ts).
 *
 * States: running -> leaving (a commit that gives the lease up is on its way) -> parked (kept warm) -> running …;
 *   leaving -> over (ended, held, handed over); running, leaving -> over (lost).
 * I1 A turn runs until all is parked or the budget of its process is spent (rounds.ts). Then what is ready waits for the run's next
 *    turn, and what must be committed is committed with it. A commit may be under way meanwhile, since its bytes are made already.
 * I2 Recorded acts (steps, sleeps, retries, the end) ask for a commit at once. So does a run that only waits for times.
 *    All else that happens is committed in its time (pace.ts).
 * I3 After `over` nothing of the run has an effect on the store.
 * I4 Nothing begins (no turn, no attempt, no commit) unless the run is running and its lease is safe. What outlived the safe part, as
 *    a long turn does, goes on to its end; what was to begin then is stalled until a heartbeat is acknowledged. Attempts under way
 *    are aborted only when the store says that the lease is lost. `goesOn` is asked wherever something comes from outside.
 */
import type { CancelTimer } from "../clock.ts";
import { errors } from "../errors.ts";
import type { SchedulerHost } from "../local/host.ts";
import { isVolatile } from "../local/lost.ts";
import { Scheduler } from "../local/scheduler.ts";
import type { Call, Task } from "../local/task.ts";
import { type ExternalWait, isWaiting } from "../local/waits.ts";
import { type Descriptor, type Mode, R } from "../realm.ts";
import type { Operation, OperationOutcome, RecordedResult, StartRequest } from "../store/store.ts";
import type { Attempt } from "./attempt.ts";
import { announce } from "./channel.ts";
import { canStore } from "./codec.ts";
import { Committer } from "./commit.ts";
import { Ending } from "./ending.ts";
import { callForeign, inTurn, surroundings } from "./foreign.ts";
import { Lineage } from "./lineage.ts";
import { Losers } from "./losers.ts";
import { OperationBook, type PendingOperation } from "./operations.ts";
import { Pace } from "./pace.ts";
import type { Keeper, Parts } from "./parts.ts";
import { beginOperation, wakeOperation } from "./performers.ts";
import { Lane } from "./rounds.ts";
import { performWithin, WithinCounts } from "./within.ts";

/** A run that waits for less than this keeps its lease: giving it up and claiming again costs two writes. */
const SHORT_WAIT_MS = 1_000;
/** Who a run is. */
export interface Identity {
  readonly id: string;
  /** Function id of the root. */
  readonly fn: string;
  readonly epoch: number;
  readonly generation: number;
  readonly seq: number;
}

export class ActiveRun implements SchedulerHost {
  readonly id: string;
  readonly fn: string;
  readonly parts: Parts;
  readonly keeper: Keeper;
  readonly scheduler = new Scheduler(this);
  readonly book = new OperationBook();
  readonly lineage = new Lineage();
  readonly commits: Committer = new Committer(this);
  readonly pace: Pace = new Pace(this);
  readonly losers = new Losers();
  readonly ending: Ending = new Ending(this);
  readonly attempts = new Set<Attempt>();
  readonly lane = new Lane();
  epoch: number;
  generation: number;
  seq: number;
  state: "running" | "leaving" | "parked" | "over" = "running";
  /** Until the first commit has created the run: what creates it. */
  unborn: StartRequest | undefined;
  /** Until the first commit of a new generation. */
  rollsBack = false;
  /** No attempt begins any more; the run is handed over as soon as those under way have ended. */
  draining = false;
  /** Was it taken up from a snapshot? Then what its foreign calls did before may have been recorded. */
  restored = false;
  /** Until then, by the monotonic clock, it may be what ends its processes (worker.ts I4). */
  suspectUntilMs = 0;
  /** Operations that the store has and no task: steps that foreign code called. By id. */
  readonly orphans = new Map<string, Operation>();
  /** Results of former generations, by key. */
  reuse: ReadonlyMap<string, RecordedResult> | undefined;
  /** Last inbox position looked at. */
  seen = 0;
  /** Tasks that code waits for which no scheduler drives and no run awaits. */
  readonly overheard = new Set<Task>();
  /** Tasks that may be such ones: something in a turn has looked at their promises as only what waits for them natively need do. */
  readonly glanced = new Set<Task>();
  /** A deposit of completions is planned (deposit.ts). */
  depositing = false;
  readonly #waits = new Set<ExternalWait>();
  /** Those of them that no other process can take up. */
  readonly #volatile = new Set<ExternalWait>();
  #wake: { atMs: number; cancel: CancelTimer } | undefined;
  #inTurn = false;
  /** What begins when the lease is safe again. */
  readonly #stalled: (() => void)[] = [];
  /** Frames of the next turn, if it is to end early. */
  #most: number | undefined;

  constructor(identity: Identity, parts: Parts, keeper: Keeper) {
    this.id = identity.id;
    this.fn = identity.fn;
    this.epoch = identity.epoch;
    this.generation = identity.generation;
    this.seq = identity.seq;
    this.parts = parts;
    this.keeper = keeper;
    this.scheduler.base = parts.context;
  }

  // ---- driving

  /** Runs the root from its beginning. */
  begin(descriptor: Descriptor, args: unknown[]): void {
    this.pace.noteProgress();
    this.#inTurn = true;
    surroundings.run(inTurn, () => this.scheduler.start(descriptor, undefined, args));
    this.drive();
  }

  /** Runs every task that can go on, now or when it is the run's turn, then sees to what must be committed. */
  drive(): void {
    if (this.lane.isWorking) this.#turn();
    else this.enter(this.#takeTurn);
  }

  /** Does work of this run, now or when it is its turn, or when its lease is safe again (I4). */
  enter(work: () => void): void {
    this.parts.rounds.enter(this.lane, () => {
      if (this.isStalled()) this.#stalled.push(work);
      else work();
    });
  }

  /** Must nothing begin before a heartbeat is acknowledged? */
  isStalled(): boolean {
    return this.state === "running" && this.keeper.isHeld(this) && !this.keeper.isSafe(this);
  }

  /** The lease is safe again, or nothing of the run counts any more. */
  resume(): void {
    for (const work of this.#stalled.splice(0)) this.enter(work);
  }

  readonly #takeTurn = (): void => {
    if (this.goesOn()) this.#turn();
  };

  #turn(): void {
    announce("turn:before", this.id);
    if (this.scheduler.hasReady) this.pace.noteProgress();
    this.#inTurn = true;
    try {
      surroundings.run(inTurn, () => this.scheduler.turn(this.#most));
    } catch (error) {
      this.commits.hold(error); // user code throws into its tasks: this is none of it
      return;
    } finally {
      this.#inTurn = false;
      this.#most = undefined;
    }
    announce("turn:after", this.id);
    if (this.scheduler.hasReady) this.parts.rounds.later(this.lane, this.#takeTurn);
    this.decide();
  }

  /** Does anything that happens here still count (I3)? */
  goesOn(): boolean {
    if (this.state !== "running") return false;
    if (this.keeper.isHeld(this)) return true;
    this.commits.lose();
    return false;
  }

  /** Takes the end of an operation. */
  complete(operation: PendingOperation, outcome: OperationOutcome, value: Uint8Array, decoded: unknown): void {
    this.book.end(operation.id, outcome, value);
    this.settle(operation.task, outcome === "done" ? 0 : 1, decoded);
  }

  /** Hands an outcome to those who wait for a task; runs them. */
  settle(task: Task, mode: Mode, value: unknown): void {
    this.scheduler.settle(task, mode, value);
    if (this.scheduler.hasReady) this.drive();
    else this.decide();
  }

  /** Waits that something in this process will end; those of withdrawn losers are nobody's (losers.ts). */
  openWaits(): ReadonlySet<ExternalWait> {
    const { tasks } = this.scheduler;
    for (const wait of this.#waits) if (!tasks.has(wait.task) || !isWaiting(wait)) this.#forgetWait(wait);
    return this.#waits;
  }

  /** As `openWaits().size > 0`, or only for those that no other process can take up; in the time of a look at one. */
  hasOpenWait(kind: "any" | "volatile" = "any"): boolean {
    const { tasks } = this.scheduler;
    const waits = kind === "any" ? this.#waits : this.#volatile;
    for (const wait of waits) {
      if (tasks.has(wait.task) && isWaiting(wait)) return true;
      this.#forgetWait(wait);
    }
    return false;
  }

  /** Will code of it run although no operation ends: because something in this process answers, or because it is ready? */
  goesOnByItself(): boolean {
    return this.scheduler.hasReady || this.hasOpenWait();
  }

  /** Is it driven, rather than waiting for an operation that may be long in coming (worker.ts I1)? */
  takesPlace(): boolean {
    return (
      this.state === "running" && (this.goesOnByItself() || this.book.pending.size === 0 || this.unborn !== undefined)
    );
  }

  #forgetWait(wait: ExternalWait): void {
    this.#waits.delete(wait);
    this.#volatile.delete(wait);
  }

  /** Does it wait only for times that lie some way ahead, or for nothing that this process does? */
  isDormant(): boolean {
    const { book, parts, ending } = this;
    // A close of the engine gives runs that are closing so much time: one that is not in memory then gets none of it.
    const shortMs = ending.hasReturned ? Math.max(SHORT_WAIT_MS, parts.limits.drainMs) : SHORT_WAIT_MS;
    return !this.goesOnByItself() && book.isDormantUntil(parts.clock.now() + shortMs);
  }

  // ---- what must be committed when

  /** Sees to what must be committed when; called after everything that changed something. */
  decide(): void {
    if (this.state !== "running" || this.#inTurn) return;
    if (this.mustRecord()) this.commits.request();
    else if (this.pace.hasNews) this.pace.recordLater();
    if (this.state === "running") this.#armWake();
  }

  /** Is there something that only begins, or ends, with a commit (I2)? */
  mustRecord(): boolean {
    const { book, ending } = this;
    if (ending.isToBeGiven || ending.hasEnded()) return true;
    if (this.unborn !== undefined || this.rollsBack || book.fresh.length > 0 || book.retries.length > 0) return true;
    return (this.draining && book.underWay === 0) || this.isDormant();
  }

  /**
   * A snapshot has failed: is it because of what frames are about to get? Then the next turn is for these alone.
   * @returns whether there are such frames
   */
  letUnstorableGo(): boolean {
    if (!this.scheduler.hasReady) return false;
    const count = this.scheduler.ready.prefer(({ value }) => !canStore(this.parts.codec, value));
    if (count > 0) this.#most = count;
    return count > 0;
  }

  // ---- times

  #armWake(): void {
    const atMs = this.book.nextDueAt("recorded");
    if (atMs === this.#wake?.atMs) return;
    this.#wake?.cancel();
    this.#wake = atMs === undefined ? undefined : { atMs, cancel: this.parts.clock.setTimer(atMs, this.#onDue) };
  }

  readonly #onDue = (): void => {
    this.#wake = undefined;
    this.enter(this.wakeDue);
  };

  /** Begins or ends what is due. */
  readonly wakeDue = (): void => {
    if (!this.goesOn()) return;
    const due = this.book.dueBy(this.parts.clock.now());
    for (const operation of due) wakeOperation(this, operation);
    if (this.scheduler.hasReady) this.drive();
    else this.decide();
  };

  // ---- ends

  /** Its lease is being given up with a commit, or was; `parked` runs stay in memory. */
  leave(state: "leaving" | "parked" | "over"): void {
    this.state = state;
    this.#cancelTimers();
  }

  /** Hands the run over: with a last commit as soon as no attempt is under way, or just so if nothing of it is stored yet. */
  drain(): void {
    this.draining = true;
    this.decide();
  }

  /** Nothing that still happens in this process counts (I3). */
  drop(reason: unknown = errors.leaseLost({ run: this.id })): void {
    if (this.state === "over") return;
    this.leave("over");
    for (const attempt of this.attempts) attempt.abort(reason);
    this.resume();
  }

  #cancelTimers(): void {
    this.#wake?.cancel();
    this.pace.cancel();
    this.#wake = undefined;
  }

  // ---- SchedulerHost

  operation(_scheduler: Scheduler, descriptor: Descriptor, _self: unknown, args: unknown[]): Task | null {
    return beginOperation(this, descriptor, args);
  }

  foreign(call: Call): unknown {
    if (call.key === "") call.key = this.lineage.next(this.scheduler.current, "()");
    let counts: WithinCounts | undefined;
    return callForeign(call, (step, args) => {
      counts ??= new WithinCounts();
      return performWithin(this, call, counts, step, args);
    });
  }

  spawned(task: Task, parent: Task | null): void {
    this.lineage.add(task, parent);
  }

  heard(task: Task): void {
    if (task.state !== 0 || surroundings.getStore() !== inTurn) return;
    if (R.ops === null) this.overheard.add(task);
    else this.glanced.add(task);
  }

  isSpent(): boolean {
    return this.parts.rounds.isSpent;
  }

  settled(task: Task): void {
    this.ending.note(task);
  }

  external(wait: ExternalWait): void {
    this.#waits.add(wait);
    if (isVolatile(wait.awaited)) this.#volatile.add(wait);
    wait.open();
  }

  answered(wait: ExternalWait, mode: Mode, value: unknown): void {
    this.#forgetWait(wait);
    if (!this.goesOn()) return;
    if (this.scheduler.arrive(wait, mode, value)) this.pace.noteProgress();
    this.drive();
  }
}
