/**
 * Owns: the operations of one run as this process sees them: pending, not yet recorded, ended but not yet recorded.
 * Does not own: performing them (steps.ts, timers of turn.ts), the write (commit.ts).
 *
 * States: fresh -> recorded -> ended; an ended one leaves the book, its completion stays until a commit holds it.
 * I1 An operation begins only when recorded.
 * I2 A completion that was deposited (put into the inbox) is consumed by position by the next commit with a snapshot; one that
 *    was not, or whose deposit is under way, is settled by it. Either way exactly once: the store lets the commit win.
 * I3 Completions are kept in the order in which they were delivered.
 * I4 What is asked after each completion of a fan-out takes no time that grows with it: hence the lists beside `pending`.
 */

import type { Context } from "../local/context.ts";
import type { Task } from "../local/task.ts";
import type { Operation, OperationOutcome, Retry, Settlement } from "../store/store.ts";
import { Timetable } from "./timetable.ts";

/** An operation that has not ended. */
export interface PendingOperation {
  readonly id: string;
  /** `sleep`, or `step` and its name. */
  readonly kind: string;
  readonly task: Task;
  readonly key: string | undefined;
  readonly args: Uint8Array | undefined;
  /** Number of the attempt that runs or is next; 0 for what has no attempts. */
  attempt: number;
  /** When it is due: a sleep's end, a next attempt. */
  dueAt: number | undefined;
  /** Of the call, if it was made in this process. */
  readonly context?: Context;
  /** In the store? */
  recorded: boolean;
  /** An attempt runs or stands in line. */
  underWay: boolean;
}

/** Is an operation of this kind a step? */
export function isStep(kind: string): boolean {
  return kind.startsWith("step ");
}

/** The name of the step that an operation performs. */
export function stepNameOf({ kind }: Pick<PendingOperation, "kind">): string {
  return kind.slice("step ".length);
}

/** An operation that has ended, and of which no commit says so yet. */
export interface Completion {
  readonly operation: string;
  readonly outcome: OperationOutcome;
  readonly key: string | undefined;
  readonly value: Uint8Array;
  /** Handed to the store as a message. */
  deposited: boolean;
  /** Its place in the inbox, once known. */
  position: number | undefined;
}

/** What a commit with a snapshot takes out of the book. */
export interface Recording {
  readonly begun: readonly PendingOperation[];
  readonly begin: Operation[];
  readonly settle: Settlement[];
  readonly consume: number[];
}

export class OperationBook {
  readonly pending = new Map<string, PendingOperation>();
  fresh: PendingOperation[] = [];
  completions: Completion[] = [];
  /** Those of `pending` that wait for a time. */
  readonly #timed = new Timetable<PendingOperation>();
  /** Those of them that are recorded, and so can begin or end. */
  readonly #armed = new Timetable<PendingOperation>();
  /** Those of `completions` that no deposit has been made for; some may have come from the inbox. */
  #undeposited: Completion[] = [];
  /** Attempts to be recorded before they begin. */
  retries: PendingOperation[] = [];
  /** Attempts that run or stand in line. */
  underWay = 0;
  /** Bytes deposited since the last snapshot. */
  depositedBytes = 0;

  /** Takes in an operation that begins with the next commit. */
  add(operation: PendingOperation): void {
    this.adopt(operation);
    this.fresh.push(operation);
  }

  /** Takes in an operation that the store has. @returns the same */
  adopt(operation: PendingOperation): PendingOperation {
    this.pending.set(operation.id, operation);
    this.setDue(operation, operation.dueAt);
    return operation;
  }

  /** Says when an operation is due; undefined: it waits for no time. */
  setDue(operation: PendingOperation, dueAt: number | undefined): void {
    operation.dueAt = dueAt;
    this.#timed.put(operation, dueAt);
    this.#armed.put(operation, operation.recorded ? dueAt : undefined);
  }

  /** It is in the store. */
  noteRecorded(operation: PendingOperation): void {
    operation.recorded = true;
    if (this.pending.get(operation.id) === operation) this.#armed.put(operation, operation.dueAt);
  }

  /** Recorded operations whose time has come, the earliest first. */
  dueBy(now: number): PendingOperation[] {
    return this.#armed.by(now).filter(({ recorded, underWay }) => recorded && !underWay);
  }

  /** Notes the end of a recorded operation. @returns undefined if it is not pending */
  end(id: string, outcome: OperationOutcome, value: Uint8Array): Completion | undefined {
    const operation = this.pending.get(id);
    if (operation === undefined) return undefined;
    this.#forget(operation);
    return this.#note(id, outcome, operation.key, value);
  }

  #note(operation: string, outcome: OperationOutcome, key: string | undefined, value: Uint8Array): Completion {
    const completion: Completion = { operation, outcome, key, value, deposited: false, position: undefined };
    this.completions.push(completion);
    this.#undeposited.push(completion);
    return completion;
  }

  #forget(operation: PendingOperation): void {
    this.pending.delete(operation.id);
    this.#timed.put(operation, undefined);
    this.#armed.put(operation, undefined);
  }

  /** Work done to know what is due when, for tests that count it. */
  get looks(): number {
    return this.#timed.looks + this.#armed.looks;
  }

  /** Completions that are to be deposited now. */
  takeUndeposited(): Completion[] {
    const taken = this.#undeposited.filter(({ deposited }) => !deposited);
    this.#undeposited = [];
    for (const completion of taken) this.depositedBytes += completion.value.byteLength;
    for (const completion of taken) completion.deposited = true;
    return taken;
  }

  /** A deposit has failed. */
  putBack(completion: Completion): void {
    completion.deposited = false;
    this.#undeposited.push(completion);
  }

  /** What deposits since the last snapshot weigh, with those that would be made now. */
  get depositBytes(): number {
    let bytes = this.depositedBytes;
    for (const { deposited, value } of this.#undeposited) if (!deposited) bytes += value.byteLength;
    return bytes;
  }

  /** Forgets an operation that nothing waits for; the next commit takes it out of the store. */
  withdraw(id: string): void {
    const operation = this.pending.get(id);
    if (operation === undefined) return;
    this.#forget(operation);
    if (operation.recorded) this.#note(id, "done", undefined, new Uint8Array(0));
    else this.fresh = this.fresh.filter((one) => one !== operation);
  }

  /** Empties the book into a commit with a snapshot. */
  record(dormant: boolean): Recording {
    const begun = this.fresh;
    const settle: Settlement[] = [];
    const consume: number[] = [];
    for (const { operation, outcome, key, value, position } of this.completions) {
      if (position !== undefined) consume.push(position);
      else settle.push(key === undefined ? { operation, outcome } : { operation, outcome, key, value });
    }
    this.fresh = [];
    this.completions = [];
    this.#undeposited = [];
    this.depositedBytes = 0;
    return { begun, begin: begun.map((operation) => toOperation(operation, dormant)), settle, consume };
  }

  /** Attempts for the next commit, which may be without a snapshot. */
  takeRetries(): { begun: readonly PendingOperation[]; retry: Retry[] } {
    const begun = this.retries.filter(({ id }) => this.pending.has(id));
    this.retries = [];
    return { begun, retry: begun.map(({ id, attempt, dueAt }) => ({ operation: id, attempt, dueAt })) };
  }

  /** When the next operation is due; undefined: none has a time. @param only those that are recorded, and so can begin or end */
  nextDueAt(only: "recorded" | "all" = "all"): number | undefined {
    return (only === "all" ? this.#timed : this.#armed).next();
  }

  /** Does every pending operation only wait for a time that is not before `atMs`? */
  isDormantUntil(atMs: number): boolean {
    if (this.pending.size > this.#timed.size) return false;
    return (this.nextDueAt() ?? atMs) >= atMs;
  }
}

/** `dormant`: the run is handed over with this commit, so that nothing begins here. */
function toOperation(operation: PendingOperation, dormant: boolean): Operation {
  const { id, kind, key, args, attempt, dueAt } = operation;
  return { operation: id, kind, key, args, attempt: dormant ? 0 : attempt, dueAt };
}
