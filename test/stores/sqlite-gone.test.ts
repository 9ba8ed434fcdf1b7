// A database file that is taken away while processes use it (connection.ts O3): nothing more is acknowledged.
import { existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { errors } from "../../runtime/src/errors.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import type { Store } from "../../runtime/src/store/store.ts";
import { bytes, claimAll, item, request } from "../../runtime/src/testing/conformance/kit.ts";
import { makeFolder } from "./subjects.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let store: Store;
beforeEach(async () => {
  folder = await makeFolder();
  store = await openSqlite(folder.file, systemClock);
});
afterEach(() => folder.remove());

const gone = { code: errors.storeGone.code, params: { file: expect.any(String) } };

test.each(["deleted", "replaced"])("%s: every write and read is refused, and closing works", async (how) => {
  await store.start([request("a")]);
  const [claim] = await claimAll(store);
  rmSync(folder.file);
  if (how === "replaced") writeFileSync(folder.file, "");
  const commit = item(claim as NonNullable<typeof claim>, { snapshot: bytes("s") });
  await expect(store.commit(commit)).rejects.toMatchObject(gone);
  await expect(store.start([request("b")])).rejects.toMatchObject(gone);
  await expect(store.heartbeat([{ id: "a", epoch: 1 }], 1_000)).rejects.toMatchObject(gone);
  await expect(store.get("a")).rejects.toMatchObject(gone);
  await expect(store.tick(1)).rejects.toMatchObject(gone);
  await store.close();
  expect(existsSync(folder.file)).toBe(how === "replaced");
});

test("put back, it holds everything that was acknowledged", async () => {
  await store.start([request("a")]);
  for (const end of ["", "-wal", "-shm"]) renameSync(folder.file + end, `${folder.file}.away${end}`);
  await expect(store.start([request("b")])).rejects.toMatchObject(gone);
  await store.close();
  for (const end of ["", "-wal", "-shm"]) {
    if (existsSync(`${folder.file}.away${end}`)) renameSync(`${folder.file}.away${end}`, folder.file + end);
  }
  const again = await openSqlite(folder.file, systemClock);
  expect((await again.get("a"))?.id).toBe("a");
  await again.close();
});
