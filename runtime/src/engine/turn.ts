/**
 * Owns: one run in this process: drives its scheduler until all is parked, and decides what must be committed when.
 * Does not own: the write (commit.ts), attempts at steps (steps.ts), taking a stored run up (restore.ts).
 *
 * States: running -> parked (lease given up, kept warm) -> running …; running -> over (ended, held, handed over or lost).
 * I1 A turn runs to its end without interruption; a commit may be under way meanwhile, since its bytes are made already.
 * I2 Recorded acts (steps, sleeps, retries, the end) ask for a commit at once. So does a run that only waits for times.
 * I3 A completion after which no code ran, or none that did a recorded act, is deposited in the inbox instead. The next
 *    snapshot comes when such deposits outweigh the last one: a fan-out of n writes O(n) bytes.
 * I4 While plain calls are out, what has happened is committed after `DEFER_MS`; while volatile waits are, after
 *    `volatileLimitMs`.
 * I5 After `over` nothing of the run has an effect on the store.
 */
import type { CancelTimer } from "../clock.ts";
import { errors } from "../errors.ts";
import { type ExternalWait, Scheduler, type SchedulerHost } from "../local/scheduler.ts";
import { Call, Operation, type Task } from "../local/task.ts";
import type { Descriptor, Mode } from "../realm.ts";
import type { OperationOutcome, RecordedResult, StartRequest } from "../store/store.ts";
import type { Attempt } from "./attempt.ts";
import { announce } from "./channel.ts";
import { Committer } from "./commit.ts";
import { depositSoon } from "./deposit.ts";
import { callForeign } from "./foreign.ts";
import { Lineage } from "./lineage.ts";
import { isStep, OperationBook, type PendingOperation } from "./operations.ts";
import type { Keeper, Parts } from "./parts.ts";
import { beginOperation, wakeOperation } from "./performers.ts";
import { isVolatile } from "./volatile.ts";

/** After a plain call began, what happened before is committed so much later. */
const DEFER_MS = 50;
/** A run that waits for less than this keeps its lease: giving it up and claiming again costs two writes. */
const SHORT_WAIT_MS = 1_000;
/** A snapshot is worth its bytes once so much has been deposited. */
const LEAST_SNAPSHOT_BYTES = 1_024;

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
  readonly attempts = new Set<Attempt>();
  epoch: number;
  generation: number;
  seq: number;
  state: "running" | "parked" | "over" = "running";
  /** Until the first commit has created the run: what creates it. */
  unborn: StartRequest | undefined;
  /** Until the first commit of a new generation. */
  rollsBack = false;
  /** No attempt begins any more; the run is handed over as soon as those under way have ended. */
  draining = false;
  /** Results of former generations, by key. */
  reuse: ReadonlyMap<string, RecordedResult> | undefined;
  /** Last inbox position looked at. */
  seen = 0;
  /** Code ran since the last snapshot. */
  progressed = false;
  lastSnapshotBytes = 0;
  /** A deposit of completions is planned (deposit.ts). */
  depositing = false;
  readonly #waits = new Set<ExternalWait>();
  #progressedAt = 0;
  #blockedAt: number | undefined;
  #wake: { atMs: number; cancel: CancelTimer } | undefined;
  #defer: { atMs: number; cancel: CancelTimer } | undefined;
  #warned: Set<string> | undefined;

  constructor(identity: Identity, parts: Parts, keeper: Keeper) {
    this.id = identity.id;
    this.fn = identity.fn;
    this.epoch = identity.epoch;
    this.generation = identity.generation;
    this.seq = identity.seq;
    this.parts = parts;
    this.keeper = keeper;
  }

  // ---- driving

  /** Runs the root from its beginning. */
  begin(descriptor: Descriptor, args: unknown[]): void {
    this.scheduler.start(descriptor, undefined, args);
    this.#progress();
    this.drive();
  }

  /** Runs every task that can go on, then sees to what must be committed. */
  drive(): void {
    announce("turn:before", this.id);
    if (this.scheduler.ready.length > 0) this.#progress();
    this.scheduler.turn();
    announce("turn:after", this.id);
    this.decide();
  }

  #progress(): void {
    if (!this.progressed) this.#progressedAt = this.parts.clock.now();
    this.progressed = true;
  }

  /** Takes the end of an operation. */
  complete(operation: PendingOperation, outcome: OperationOutcome, value: Uint8Array, decoded: unknown): void {
    this.book.end(operation.id, outcome, value);
    this.settle(operation.task, outcome === "done" ? 0 : 1, decoded);
  }

  /** Hands an outcome to those who wait for a task; runs them. */
  settle(task: Task, mode: Mode, value: unknown): void {
    this.scheduler.settle(task, mode, value);
    if (this.scheduler.ready.length > 0) this.drive();
    else this.decide();
  }

  /** Has the root settled, and every task that runs code or performs a step? */
  hasEnded(): boolean {
    const { root, tasks } = this.scheduler;
    if (root === null || root.state === 0) return false;
    for (const { work } of tasks) {
      if (work === null || (work instanceof Operation && isStep(work.name))) return false;
    }
    return true;
  }

  /** Waits that something in this process will end. */
  openWaits(): ReadonlySet<ExternalWait> {
    for (const wait of this.#waits) if (!this.scheduler.waits(wait)) this.#waits.delete(wait);
    return this.#waits;
  }

  /** Does it wait only for times that lie some way ahead, or for nothing that this process does? */
  isDormant(): boolean {
    const { book, parts } = this;
    return this.openWaits().size === 0 && book.isDormantUntil(parts.clock.now() + SHORT_WAIT_MS);
  }

  // ---- what must be committed when

  /** Sees to what must be committed when; called after everything that changed something. */
  decide(): void {
    if (this.state !== "running") return;
    if (this.mustRecord()) this.commits.request();
    else if (this.progressed || this.book.completions.length > 0) this.#recordLater();
    else if (this.isDormant()) this.commits.request();
    if (this.state === "running") this.#armWake();
  }

  /** Is there something that only begins, or ends, with a commit (I2)? */
  mustRecord(): boolean {
    const { book } = this;
    if (this.unborn !== undefined || this.rollsBack || book.fresh.length > 0 || book.retries.length > 0) return true;
    return (this.draining && book.underWay === 0) || this.hasEnded() || this.isDormant();
  }

  #recordLater(): void {
    const { book } = this;
    if (this.openWaits().size > 0) this.#deferCommit();
    else if (this.progressed && book.depositedBytes + bytesOf(book) >= this.#worthBytes()) this.commits.request();
    else depositSoon(this);
  }

  #worthBytes(): number {
    return Math.max(this.lastSnapshotBytes, LEAST_SNAPSHOT_BYTES);
  }

  #deferCommit(): void {
    const isAnyVolatile = [...this.#waits].some(({ awaited }) => isVolatile(awaited));
    const delayMs = isAnyVolatile ? this.parts.limits.volatileLimitMs : DEFER_MS;
    const atMs = this.#progressedAt + delayMs;
    if (this.#defer !== undefined && this.#defer.atMs <= atMs) return;
    this.#defer?.cancel();
    const cancel = this.parts.clock.setTimer(atMs, () => {
      this.#defer = undefined;
      if (this.progressed || this.book.completions.length > 0) this.commits.request();
    });
    this.#defer = { atMs, cancel };
  }

  /**
   * Something that is live cannot be stored.
   * @returns whether the run must be held: a recorded act waits, and no wait is left that may take the thing away.
   */
  isBlocked(): boolean {
    if (!this.mustRecord()) return false; // mere progress: tried again after the next turn
    const { clock, limits } = this.parts;
    this.#blockedAt ??= clock.now();
    const untilMs = this.#blockedAt + limits.volatileLimitMs;
    if (this.openWaits().size === 0 || clock.now() >= untilMs) return true;
    this.#defer?.cancel();
    this.#defer = { atMs: untilMs, cancel: clock.setTimer(untilMs, () => this.decide()) };
    return false;
  }

  /** Everything up to now is in a snapshot that is on its way to the store. */
  noteSnapshot(bytes: number): void {
    this.lastSnapshotBytes = bytes;
    this.progressed = false;
    this.#blockedAt = undefined;
    this.#defer?.cancel();
    this.#defer = undefined;
  }

  // ---- times

  #armWake(): void {
    const atMs = this.book.nextDueAt();
    if (atMs === this.#wake?.atMs) return;
    this.#wake?.cancel();
    this.#wake = atMs === undefined ? undefined : { atMs, cancel: this.parts.clock.setTimer(atMs, this.#onDue) };
  }

  readonly #onDue = (): void => {
    this.#wake = undefined;
    this.wakeDue();
  };

  /** Begins or ends what is due. */
  wakeDue(): void {
    if (this.state !== "running") return;
    const now = this.parts.clock.now();
    const due = [...this.book.pending.values()].filter(
      ({ dueAt, recorded, underWay }) => recorded && !underWay && dueAt !== undefined && dueAt <= now,
    );
    due.sort((a, b) => (a.dueAt as number) - (b.dueAt as number));
    for (const operation of due) wakeOperation(this, operation);
    if (this.scheduler.ready.length > 0) this.drive();
    else this.decide();
  }

  // ---- ends

  /** Its lease was given up with a commit; `parked` runs stay in memory. */
  leave(state: "parked" | "over"): void {
    this.state = state;
    this.#cancelTimers();
  }

  /** Hands the run over: with a last commit as soon as no attempt is under way, or just so if nothing of it is stored yet. */
  drain(): void {
    this.draining = true;
    this.decide();
  }

  /** Nothing that still happens in this process counts (I5). */
  drop(reason: unknown = errors.leaseLost({ run: this.id })): void {
    if (this.state === "over") return;
    this.leave("over");
    for (const attempt of this.attempts) attempt.abort(reason);
  }

  #cancelTimers(): void {
    this.#wake?.cancel();
    this.#defer?.cancel();
    this.#wake = undefined;
    this.#defer = undefined;
  }

  // ---- SchedulerHost

  operation(_scheduler: Scheduler, descriptor: Descriptor, _self: unknown, args: unknown[]): Task | null {
    return beginOperation(this, descriptor, args);
  }

  foreign(call: Call): unknown {
    return callForeign(call, this.#onForeignStep);
  }

  spawned(task: Task, parent: Task | null): void {
    this.lineage.add(task, parent);
  }

  external(wait: ExternalWait): void {
    this.#waits.add(wait);
    const answer = (mode: Mode) => (value: unknown) => this.#arrive(wait, mode, value);
    const operand = wait.awaited instanceof Call ? wait.awaited.value : wait.awaited;
    try {
      Promise.resolve(operand).then(answer(0), answer(1));
    } catch (error) {
      queueMicrotask(() => answer(1)(error));
    }
  }

  #arrive(wait: ExternalWait, mode: Mode, value: unknown): void {
    this.#waits.delete(wait);
    if (this.state !== "running") return;
    if (this.scheduler.arrive(wait, mode, value)) this.#progress();
    this.drive();
  }

  readonly #onForeignStep = (step: string, callee: string): void => {
    const key = `${step}\n${callee}`;
    this.#warned ??= new Set();
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.parts.notify({
      kind: "not-recorded",
      run: this.id,
      message: `The step ${step} was called inside ${callee}, which is not durable: it is tried again after errors, but its result is not recorded. Mark ${callee} as durable, or call the step outside it.`,
    });
  };
}

function bytesOf({ completions }: OperationBook): number {
  let bytes = 0;
  for (const { deposited, value } of completions) if (!deposited) bytes += value.byteLength;
  return bytes;
}
