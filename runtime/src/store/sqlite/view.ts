/**
 * Owns: reading runs without changing them: get, find, count.
 * Does not own: pages of runs (pages.ts), what owners read (claim.ts, inbox.ts).
 */
import type { RunCount, RunDetail, RunRecord, RunStatus } from "../store.ts";
import type { Connection } from "./connection.ts";
import type { ContentRow, OperationRow, RunRow } from "./rows.ts";
import { SHOWN, toDetail, toRecord } from "./rows.ts";

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
  readonly shown: number;
  readonly count: number;
}

export function readCounts(c: Connection): RunCount[] {
  const rows = c.run.count.all() as unknown as CountRow[];
  const counts = new Map<string, RunCount>();
  // Closing runs come once for each state that they are in beneath.
  for (const { fn, queue, shown, count } of rows) {
    const name = JSON.stringify([fn, queue, shown]);
    const before = counts.get(name)?.count ?? 0;
    counts.set(name, { fn, queue, status: SHOWN[shown] as RunStatus, count: before + count });
  }
  return [...counts.values()];
}
