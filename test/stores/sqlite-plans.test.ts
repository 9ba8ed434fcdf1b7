// How SQLite finds the rows of each statement: by a key or an index, so that finished runs and long histories cost nothing.
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import type { Connection } from "../../runtime/src/store/sqlite/connection.ts";
import { connect } from "../../runtime/src/store/sqlite/connection.ts";
import { statementTexts } from "../../runtime/src/store/sqlite/statements.ts";
import { makeFolder } from "./subjects.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let c: Connection;
beforeAll(async () => {
  folder = await makeFolder();
  c = await connect(folder.file, systemClock, "w");
});
afterAll(async () => {
  c.db.close();
  await folder.remove();
});

function explain(sql: string): string[] {
  // The numbers of parameters do not matter to a plan; unbound ones are NULL.
  return c.db
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map((row) => String(row.detail));
}

const plans = Object.entries(statementTexts).filter(([, sql]) => /^\s*(?:SELECT|UPDATE|DELETE)/.test(sql));

// Partial indexes of cf_run hold only what has not ended; walking one is walking what somebody looks for.
const ALLOWED = /^SCAN (?:json_each|cf_run USING (?:COVERING )?INDEX cf_run_)/;

test.each(plans)("%s walks no table", (_, sql) => {
  expect(explain(sql).filter((step) => step.startsWith("SCAN ") && !ALLOWED.test(step))).toEqual([]);
});

const pages = ["All", "Parent", "Status", "Closing", "Fn", "Queue"];

test.each(pages)("a page of runs by %s reads one index from where it begins, or the table by its key", (kind) => {
  const index = {
    All: "INTEGER PRIMARY KEY (",
    Parent: "cf_run_child (parent=? AND ",
    Status: "cf_run_status (status=? AND ",
    Closing: "cf_run_closing (closing=? AND ",
  };
  const found = { ...index, Fn: "cf_run_fn (fn=? AND ", Queue: "cf_run_queue (queue=? AND " }[kind];
  for (const name of [`listOf${kind}`, `list${kind}`, `skip${kind}`]) {
    const text = statementTexts[name];
    if (text === undefined) continue;
    const [search = "", ...more] = explain(text);
    expect(search).toContain(`${found}rowid`);
    expect(more.filter((step) => !/json_each|LIST SUBQUERY|BLOOM FILTER/.test(step))).toEqual([]);
  }
});

const orderly = ["readyOf", "readyOfVersion", "inboxOf", "wakeDue", "takeLeases"];

test.each([...orderly, ...Object.keys(statementTexts).filter((name) => /^(list|skip)[A-Z]/.test(name))])(
  "%s sorts nothing",
  (name) => {
    expect(explain(statementTexts[name] ?? "").filter((step) => step.includes("TEMP B-TREE"))).toEqual([]);
  },
);
