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

test.each(["readyOf", "readyOfVersion", "inboxOf", "wakeDue", "takeLeases", "list"])("%s sorts nothing", (name) => {
  expect(explain(statementTexts[name] ?? "").filter((step) => step.includes("TEMP B-TREE"))).toEqual([]);
});
