/**
 * Owns: `list`: which runs are asked for, and whole pages of them.
 * Does not own: how a store finds them (store/).
 */
import { setImmediate } from "node:timers/promises";
import { check, checkWord, isList, type Names, readList, readOptions } from "../options.ts";
import type { ListFilter, RunStatus, Store } from "../store/store.ts";
import { type RunInfo, toInfo } from "./run.ts";

/** Which runs `list` shows. */
export interface ListOptions {
  readonly status?: RunStatus | readonly RunStatus[];
  /** A durable function, or its id. */
  readonly function?: string | Function;
  readonly queue?: string;
  /** Runs per page, at most 1,000; default 100. */
  readonly limit?: number;
  /** Where the page before ended. */
  readonly cursor?: string | undefined;
}

/** A page of runs, newest first. */
export interface RunList {
  readonly runs: readonly RunInfo[];
  /** For the next page; undefined: this was the last. */
  readonly cursor: string | undefined;
}

const listOptions: Names<ListOptions> = { status: true, function: true, queue: true, limit: true, cursor: true };
const statuses: Readonly<Record<RunStatus, true>> = {
  ready: true,
  running: true,
  waiting: true,
  held: true,
  closing: true,
  done: true,
  failed: true,
  cancelled: true,
};

const MOST_LISTED = 1_000;

interface Page {
  readonly cursor: string | undefined;
  readonly limit: number;
}

/** @param idOf id of a durable function @throws CF2405, CF2432 */
export function readListOptions(
  given: ListOptions | undefined,
  idOf: (fn: Function) => string,
): Page & { readonly filter: ListFilter } {
  const options = readOptions("list", given, listOptions);
  const { status, queue, cursor, limit = 100 } = options;
  check(Number.isInteger(limit) && limit >= 1 && limit <= MOST_LISTED, "limit", limit, `1 to ${MOST_LISTED}`);
  const isCursor = cursor === undefined || (typeof cursor === "string" && /^\d+$/.test(cursor));
  check(isCursor, "cursor", cursor, "the cursor of the page before");
  check(queue === undefined || typeof queue === "string", "queue", queue, "a text");
  const fn = typeof options.function === "function" ? idOf(options.function) : options.function;
  check(fn === undefined || typeof fn === "string", "function", fn, "a durable function or its id");
  return { filter: { status: statusesOf(status), fn, queue }, cursor, limit };
}

function statusesOf(given: ListOptions["status"]): readonly RunStatus[] | undefined {
  if (given === undefined) return undefined;
  const wanted = isList(given) ? readList("status", given, MOST_LISTED, "a list of statuses") : [given];
  for (const status of wanted) checkWord("status", status, Object.keys(statuses));
  return wanted as RunStatus[];
}

/** A page of a store may be short (store.ts S19); between two the event loop has its turn. @param goesOn throws if not */
export async function listRuns(
  store: Store,
  filter: ListFilter,
  { cursor, limit }: Page,
  goesOn: () => void,
): Promise<RunList> {
  const first = await store.list(filter, { cursor, limit });
  const runs = [...first.runs];
  let next = first.cursor;
  while (next !== undefined && runs.length < limit) {
    await setImmediate();
    goesOn();
    const page = await store.list(filter, { cursor: next, limit: limit - runs.length });
    runs.push(...page.runs);
    next = page.cursor;
  }
  return { runs: runs.map(toInfo), cursor: next };
}
