/**
 * Owns: pages of runs, newest first: by which index they are found, and where a page ends.
 * Does not own: other views (view.ts).
 *
 * P1. A page is found by one index, and reads at most `MOST_READ` rows of it per value; what else is asked for is looked at row by
 *     row. If that was not enough for a whole page, the cursor says where to go on (store.ts S19).
 * P2. Of several indexes one is taken that holds few entries for what is asked for, if there is one.
 * P3. The cursor is the key of the last row looked at, so writes elsewhere neither repeat nor hide a run.
 */
import type { ListFilter, RunPage } from "../store.ts";
import type { Connection } from "./connection.ts";
import { CLOSING, FIRST_FINAL, type RunRow, SHOWN, STATUSES, toRecord } from "./rows.ts";

const MOST_READ = 4_000;
const FEW = 1_000;

type Kind = "All" | "Parent" | "Status" | "Closing" | "Fn" | "Queue";

/** A value of an index, and whether each of its entries is asked for. */
interface Lane {
  readonly kind: Kind;
  readonly value: string | number | null;
  readonly isExact: boolean;
}

export function readPage(c: Connection, filter: ListFilter, cursor: string | undefined, limit: number): RunPage {
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
  const lanes = choose(c, lanesOf(filter), before);
  let end = 0; // what no lane has looked at lies below
  const read = lanes.flatMap((lane) => {
    const from = lane.isExact ? 0 : (skip(c, lane, before, MOST_READ - 1) ?? 0);
    end = Math.max(end, from);
    return readLane(c, lane, filter, before, from, limit + 1);
  });
  const found = read.filter(({ key }) => key >= end).sort((a, b) => b.key - a.key);
  const rows = found.slice(0, limit);
  const next = found.length > limit ? rows.at(-1)?.key : end;
  return { runs: rows.map(toRecord), cursor: next ? String(next) : undefined };
}

/** By each index that helps: the values to look under. */
function lanesOf({ status, fn, queue, parent }: ListFilter): Lane[][] {
  const isOnly = (given: unknown) => [status, fn, queue, parent].every((one) => one === undefined || one === given);
  const lane = (kind: Kind, value: string) => [{ kind, value, isExact: isOnly(value) }];
  const ways: Lane[][] = [];
  if (parent !== undefined) ways.push(lane("Parent", parent));
  const places = status && [...new Set(status)].map((one) => SHOWN.indexOf(one));
  if (places !== undefined) ways.push(places.flatMap((place) => statusLanes(place, isOnly(status))));
  if (fn !== undefined) ways.push(lane("Fn", fn));
  if (queue !== undefined) ways.push(lane("Queue", queue));
  return ways.length > 0 ? ways : [[{ kind: "All", value: null, isExact: status === undefined }]];
}

/** A closing run is in the index of its state too; those that are closing have one by how they will end. */
function statusLanes(place: number, isOnly: boolean): Lane[] {
  if (place !== CLOSING) return [{ kind: "Status", value: place, isExact: isOnly && place >= FIRST_FINAL }];
  return STATUSES.flatMap((_, value): Lane[] =>
    value < FIRST_FINAL ? [] : [{ kind: "Closing", value, isExact: isOnly }],
  );
}

/** The first way of which little is to be read (P2), else the first. */
function choose(c: Connection, ways: readonly Lane[][], before: number): Lane[] {
  const isShort = (lanes: Lane[]) => lanes.every((lane) => skip(c, lane, before, FEW) === undefined);
  return (ways.length > 1 ? ways.find(isShort) : undefined) ?? (ways[0] as Lane[]);
}

/** The key of the entry behind so many; undefined: there are no more. */
function skip(c: Connection, { kind, value }: Lane, before: number, entries: number): number | undefined {
  return (c.run[`skip${kind}`].get(value, before, entries) as { key: number } | undefined)?.key;
}

function readLane(
  c: Connection,
  { kind, value }: Lane,
  { status, fn, queue, parent }: ListFilter,
  before: number,
  from: number,
  limit: number,
): RunRow[] {
  const name = kind === "All" ? "listAll" : (`listOf${kind}` as const);
  const statuses = status === undefined ? null : JSON.stringify(status.map((one) => SHOWN.indexOf(one)));
  return c.run[name].all(
    value,
    before,
    from,
    statuses,
    fn ?? null,
    queue ?? null,
    parent ?? null,
    limit,
  ) as unknown as RunRow[];
}
