// Two handles of one file that write in turn, until the log has been lengthened several times: every run is there.
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import { makeFolder } from "./subjects.ts";

test("a handle that lengthens the log writes over nothing that another has written since it looked", async () => {
  const folder = await makeFolder();
  const stores = [await openSqlite(folder.file, systemClock), await openSqlite(folder.file, systemClock)];
  const request = { fn: "f", version: "v", queue: "q", priority: 0, input: new Uint8Array(3_000) };
  for (let round = 0; round < 60; round++) {
    await Promise.all(
      stores.map((store, at) => store.start([0, 1, 2].map((n) => ({ ...request, id: `${at}.${round}.${n}` })))),
    );
  }
  const { runs } = await (stores[0] as (typeof stores)[0]).list({}, { limit: 1_000 });
  expect(runs.length).toBe(360);
  for (const store of stores) await store.close();
  const db = new DatabaseSync(folder.file);
  expect(db.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  db.close();
  await folder.remove();
});
