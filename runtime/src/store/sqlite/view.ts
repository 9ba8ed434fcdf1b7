/**
 * Owns: reading runs without changing them: get, list, count.
 * Does not own: what owners read (claim.ts, inbox.ts).
 */
import type { ListFilter, RunCount, RunDetail, RunPage, RunRecord, RunStatus } from "../store.ts";
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

/** Newest first; the cursor is the key of the last row, so writes elsewhere neither repeat nor hide a run. */
export function readPage(c: Connection, filter: ListFilter, cursor: string | undefined, limit: number): RunPage {
  const statuses = filter.status && JSON.stringify(filter.status.map((status) => STATUSES.indexOf(status)));
  const { fn = null, queue = null, parent = null } = filter;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  const found = c.run.list.all(before, statuses ?? null, fn, queue, parent, limit + 1) as unknown as RunRow[];
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { runs: rows.map(toRecord), cursor: found.length > limit && last ? String(last.key) : undefined };
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
