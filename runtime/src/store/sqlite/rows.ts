/**
 * Owns: how values of the contract look as rows, and back.
 * Does not own: which rows are read or written.
 *
 * R1. A place in a list is stored; lists only ever grow at their end.
 */
import type {
  FinalStatus,
  Hold,
  InboxEntry,
  Message,
  Operation,
  OperationOutcome,
  ParentRef,
  RunDetail,
  RunRecord,
  RunState,
  RunStatus,
} from "../store.ts";

/** States by the number stored (R1); final ones come last. */
export const STATUSES: readonly RunState[] = ["ready", "running", "waiting", "held", "done", "failed", "cancelled"];
export const READY = 0;
export const RUNNING = 1;
export const WAITING = 2;
export const FIRST_FINAL = 4;

/** As a run is shown; the last is of any state. */
export const SHOWN: readonly RunStatus[] = [...STATUSES, "closing"];
export const CLOSING = 7;

/** Outcomes of operations by the number stored (R1). */
export const OUTCOMES: readonly OperationOutcome[] = ["done", "failed", "cancelled"];

/** Kinds of messages by the number stored (R1). */
export const KINDS: readonly Message["kind"][] = ["signal", "cancel", "completion"];
export const COMPLETION = 2;

/** A row of cf_run. */
export interface RunRow {
  readonly key: number;
  readonly id: string;
  readonly fn: string;
  readonly version: string;
  readonly queue: string;
  readonly priority: number;
  readonly status: number;
  readonly epoch: number;
  readonly generation: number;
  readonly dueAt: number | null;
  readonly leaseUntil: number | null;
  readonly owner: string | null;
  readonly claims: number;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly holdReason: string | null;
  readonly holdBuild: string | null;
  readonly closing: number | null;
  readonly lateFailure: string | null;
  readonly parent: string | null;
  readonly parentGeneration: number | null;
  readonly parentOperation: string | null;
}

/** The blobs of a run beside its row. */
export interface ContentRow {
  readonly seq: number;
  readonly bytes: Uint8Array | null;
  readonly input: Uint8Array;
  readonly outcome: Uint8Array | null;
}

/** A row of cf_inbox with its value in place. */
export interface InboxRow {
  readonly position: number;
  readonly kind: number;
  readonly name: string;
  readonly operation: string;
  readonly outcome: number;
  readonly value: Uint8Array;
}

/** A row of cf_operation. */
export interface OperationRow {
  readonly id: string;
  readonly kind: string;
  readonly attempt: number;
  readonly dueAt: number | null;
  readonly key: string | null;
  readonly args: Uint8Array | null;
}

/** Times that are never are stored as NULL. */
export function toTime(at: number | undefined): number | null {
  return at === undefined || at === Number.POSITIVE_INFINITY ? null : at;
}

export function toParent(row: RunRow): ParentRef | undefined {
  if (row.parent === null) return undefined;
  return { run: row.parent, generation: row.parentGeneration ?? 0, operation: row.parentOperation ?? "" };
}

function toHold(row: RunRow): Hold | undefined {
  return row.holdReason === null ? undefined : { reason: row.holdReason, build: row.holdBuild ?? "" };
}

export function toClosing({ closing }: Pick<RunRow, "closing">): FinalStatus | undefined {
  return closing === null ? undefined : (STATUSES[closing] as FinalStatus);
}

export function toRecord(row: RunRow): RunRecord {
  return {
    id: row.id,
    fn: row.fn,
    version: row.version,
    queue: row.queue,
    priority: row.priority,
    status: row.closing === null ? (STATUSES[row.status] as RunState) : "closing",
    createdAt: row.createdAt,
    endedAt: row.endedAt ?? undefined,
    dueAt: row.dueAt ?? undefined,
    epoch: row.epoch,
    generation: row.generation,
    owner: row.owner ?? undefined,
    leaseUntil: row.leaseUntil ?? undefined,
    hold: toHold(row),
    closing: toClosing(row),
    lateFailure: row.lateFailure ?? undefined,
    parent: toParent(row),
  };
}

export function toDetail(row: RunRow, content: ContentRow, operations: readonly OperationRow[]): RunDetail {
  return {
    ...toRecord(row),
    seq: content.seq,
    input: content.input,
    outcome: content.outcome ?? undefined,
    snapshot: content.bytes ?? undefined,
    operations: operations.map(toOperation),
  };
}

export function toOperation(row: OperationRow): Operation {
  return {
    operation: row.id,
    kind: row.kind,
    key: row.key ?? undefined,
    args: row.args ?? undefined,
    attempt: row.attempt,
    dueAt: row.dueAt ?? undefined,
  };
}

export function toInboxEntry(row: InboxRow): InboxEntry {
  return {
    position: row.position,
    kind: KINDS[row.kind] as Message["kind"],
    name: row.name,
    operation: row.operation,
    outcome: OUTCOMES[row.outcome] as OperationOutcome,
    value: row.value,
  };
}
