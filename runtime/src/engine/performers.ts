/**
 * Owns: the kinds of operation, as a table: how each begins, what follows when it is recorded, due, or found in the store.
 * Does not own: the book (operations.ts), attempts at steps (steps.ts).
 *
 * I1 An operation's id holds its generation: what comes late from an abandoned one fits nothing.
 * I2 A step whose key has a result from a former generation gets that result at once, a failure too: the new code then takes the
 *    same way. Nothing is recorded for it.
 */
import { hash } from "node:crypto";
import { Context } from "../local/context.ts";
import { Operation, type Task } from "../local/task.ts";
import type { Descriptor } from "../realm.ts";
import type { RecordedResult } from "../store/store.ts";
import { type Duration, toMs } from "./duration.ts";
import { isStep, type PendingOperation } from "./operations.ts";
import type { AwaitableMeta } from "./sleep.ts";
import { nameOfStep } from "./step.ts";
import { startAttempt } from "./steps.ts";
import type { ActiveRun } from "./turn.ts";

interface Performer {
  /** Called by durable code; may throw into it. */
  begin(run: ActiveRun, descriptor: Descriptor, args: unknown[]): Task;
  /** The commit that holds it, or its next attempt, is acknowledged. */
  recorded(run: ActiveRun, operation: PendingOperation): void;
  /** Its time has come. */
  due(run: ActiveRun, operation: PendingOperation): void;
  /** It was recorded by an owner that is gone, and has no result. */
  revive(run: ActiveRun, operation: PendingOperation): void;
}

const step: Performer = {
  begin(run, descriptor, args) {
    const name = nameOfStep(descriptor);
    const bytes = run.parts.values.encodeList(args, name);
    const key = keyOf(run, name, run.lineage.next(run.scheduler.current, name), bytes);
    const known = run.reuse?.get(key);
    if (known !== undefined) return settled(run, name, known);
    return add(run, `step ${name}`, { key, args: bytes, attempt: 1, dueAt: undefined });
  },
  recorded(run, operation) {
    if (operation.dueAt === undefined) startAttempt(run, operation);
  },
  due: startAttempt,
  revive(run, operation) {
    if (operation.attempt > 0) {
      // The attempt is recorded, so it may begin: again, if its process died with it, which is no failure of the step.
      if (operation.dueAt === undefined) startAttempt(run, operation);
      return;
    }
    operation.attempt = 1; // handed over before it began
    operation.recorded = false;
    run.book.retries.push(operation);
  },
};

const sleep: Performer = {
  begin(run, _descriptor, [duration]) {
    const dueAt = run.parts.clock.now() + toMs(duration as Duration);
    return add(run, "sleep", { key: undefined, args: undefined, attempt: 0, dueAt });
  },
  recorded() {},
  due(run, { id, task }) {
    run.book.end(id, "done", new Uint8Array(0));
    run.scheduler.settle(task, 0, undefined);
  },
  revive() {},
};

const performers: Readonly<Record<string, Performer>> = { step, sleep };

function performerOf(kind: string): Performer | undefined {
  return performers[isStep(kind) ? "step" : kind];
}

/** Begins the operation that a call of a step or of an awaitable stands for; null: it is called like any function. */
export function beginOperation(run: ActiveRun, descriptor: Descriptor, args: unknown[]): Task | null {
  const kind = descriptor.kind === 1 ? "step" : (descriptor.meta as AwaitableMeta).awaitable;
  return performers[kind]?.begin(run, descriptor, args) ?? null;
}

export function recordedOperation(run: ActiveRun, operation: PendingOperation): void {
  run.book.noteRecorded(operation);
  performerOf(operation.kind)?.recorded(run, operation);
}

export function wakeOperation(run: ActiveRun, operation: PendingOperation): void {
  performerOf(operation.kind)?.due(run, operation);
}

export function reviveOperation(run: ActiveRun, operation: PendingOperation): void {
  performerOf(operation.kind)?.revive(run, operation);
}

type Rest = Pick<PendingOperation, "key" | "args" | "attempt" | "dueAt">;

function add(run: ActiveRun, kind: string, rest: Rest): Task {
  const id = `${run.generation}.${run.scheduler.nextId}`;
  const task = run.scheduler.operate(new Operation(kind, id));
  const context = isStep(kind) ? new Context(null, null) : undefined;
  run.book.add({ id, kind, task, context, recorded: false, underWay: false, ...rest });
  return task;
}

/** A result that the loaded code can't take up is no failure of the step: the run is held, and nothing sees the call end. */
function settled(run: ActiveRun, name: string, { outcome, value }: RecordedResult): Task {
  const task = run.scheduler.operate(new Operation(`step ${name}`, ""));
  try {
    run.scheduler.settle(task, outcome === "done" ? 0 : 1, run.parts.values.decode(value));
  } catch (error) {
    run.commits.hold(error);
  }
  return task;
}

/** The idempotency key: which run, which step, which call of it, with which arguments; the same in every generation. */
export function keyOf(run: ActiveRun, step: string, call: string, args: Uint8Array): string {
  return hash("sha256", `${run.id}\n${step}\n${call}\n${run.parts.values.fingerprintOf(args)}`, "base64url");
}
