/**
 * Owns: reading runs without changing them: get, find, count.
 * Does not own: pages of runs (pages.ts), what owners read (claim.ts, inbox.ts).
 */
import type { RunCount, RunDetail, RunRecord, RunStatus } from "../store.ts";
import type { Connection } from "./connection.ts";
import type { ContentRow, OperationRow, RunRow } from "./rows.ts";
import { STATUSES, toDetail, toRecord } from "./rows.ts";

export function readRun(c: Connection, id: string): RunDetail | undefined {
  const row = c.run.runOf.get(id) as unknown as RunRow | undefined;
  if (row === undefined) return undefined;
  const content = c.run.contentOf.get(row.key) as unknown as ContentRow;
  return toDetail(row, content, c.run.operationsOf.all(row.key) as unknown as OperationRow[]);
}

export function findRuns(c: Connection, ids: readonly string[]): RunRecord[] {
  return ids.flatMap((id) => (c.run.runOf.get(id) as unknown as RunRow | undefined) ?? []).map(toRecord);
}

interface CountRow {
  readonly fn: string;
  readonly queue: string;
  readonly status: number;
  readonly count: number;
}

export function readCounts(c: Connection): RunCount[] {
  const rows = c.run.count.all() as unknown as CountRow[];
  return rows.map(({ fn, queue, status, count }) => ({ fn, queue, status: STATUSES[status] as RunStatus, count }));
}
