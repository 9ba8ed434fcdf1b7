// A crowd of runs that are created at once shares transactions (sqlite/index.ts L1): an fsync each would block the process for seconds.
import { expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import { request } from "../../runtime/src/testing/conformance/kit.ts";
import { makeFolder } from "./subjects.ts";

test("first commits of 500 runs are a few transactions", async () => {
  const folder = await makeFolder();
  const store = await openSqlite(folder.file, systemClock);
  let transactions = 0;
  store.subscribe(({ elsewhere }) => {
    if (!elsewhere) transactions++; // one hint for each
  });
  const ids = Array.from({ length: 500 }, (_, i) => `run ${i}`);
  const outcomes = await Promise.all(
    ids.map((id) => store.commit({ id, epoch: 1, seq: 0, commitId: id, create: request(id), status: "ready" })),
  );
  expect(outcomes.every(({ kind }) => kind === "ok")).toBe(true);
  expect(transactions).toBeLessThanOrEqual(3);
  await store.close();
  await folder.remove();
});
