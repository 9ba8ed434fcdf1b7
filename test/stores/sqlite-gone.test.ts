// A database, its log or the log's index that is taken away while processes use it (connection.ts O3, open-files.ts): nothing more is
// acknowledged.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
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

/** Ways to take something away; what is at the path afterwards is not what was opened. */
const ways: Record<string, () => void> = {
  "the database deleted": () => rmSync(folder.file),
  "the database replaced by an empty file": () => {
    rmSync(folder.file);
    writeFileSync(folder.file, "");
  },
  "the database replaced by its own copy": () => {
    copyFileSync(folder.file, `${folder.file}.copy`);
    renameSync(`${folder.file}.copy`, folder.file);
  },
  "another process has made a new database": () => {
    for (const end of ["", "-wal", "-shm"]) rmSync(folder.file + end);
    new DatabaseSync(folder.file).close();
  },
  "the log deleted": () => rmSync(`${folder.file}-wal`),
  "the log replaced by its own copy": () => {
    const bytes = readFileSync(`${folder.file}-wal`);
    rmSync(`${folder.file}-wal`);
    writeFileSync(`${folder.file}-wal`, bytes);
  },
  "the index of the log deleted": () => rmSync(`${folder.file}-shm`),
  "the folder moved away": () => renameSync(folder.folder, `${folder.folder}.away`),
  "the folder replaced by a file": () => {
    renameSync(folder.folder, `${folder.folder}.away`);
    writeFileSync(folder.folder, "");
  },
};
afterEach(async () => {
  rmSync(folder.folder, { recursive: true, force: true });
  rmSync(`${folder.folder}.away`, { recursive: true, force: true });
});

test.each(Object.keys(ways))("%s: every write and read is refused (G1), and closing works", async (way) => {
  await store.start([request("a"), request("c")]);
  const [claim, other] = await claimAll(store);
  const commit = item(claim as NonNullable<typeof claim>, { snapshot: bytes("s") });
  const second = item(other as NonNullable<typeof other>, { snapshot: bytes("s") });
  ways[way]?.();
  await expect(Promise.all([store.commit(commit), store.commit(second)])).rejects.toMatchObject(gone);
  for (let retry = 0; retry < 3; retry++) await expect(store.commit(commit)).rejects.toMatchObject(gone);
  await expect(store.start([request("b")])).rejects.toMatchObject(gone);
  await expect(store.claim({ functions: [{ fn: "f" }], queues: ["q"], limit: 1, leaseMs: 1 })).rejects.toMatchObject(
    gone,
  );
  await expect(store.heartbeat([{ id: "a", epoch: 1 }], 1_000)).rejects.toMatchObject(gone);
  await expect(store.get("a")).rejects.toMatchObject(gone);
  await expect(store.list({}, { limit: 1 })).rejects.toMatchObject(gone);
  await expect(store.tick(1)).rejects.toMatchObject(gone);
  await store.close();
});

test("a link that leads elsewhere now is another database", async () => {
  const link = `${folder.file}.link`;
  symlinkSync(folder.file, link);
  const linked = await openSqlite(link, systemClock);
  await linked.start([request("a")]);
  rmSync(link);
  mkdirSync(`${folder.folder}/other`);
  new DatabaseSync(`${folder.folder}/other/runs.db`).close();
  symlinkSync(`${folder.folder}/other/runs.db`, link);
  await expect(linked.start([request("b")])).rejects.toMatchObject(gone);
  await linked.close();
  await store.start([request("b")]); // the file itself is where it was
  await store.close();
});

test("writes that stand in line when the log is deleted: those acknowledged before are in the database, no other is acknowledged", async () => {
  const acknowledged: string[] = [];
  const refused: string[] = [];
  for (let i = 0; i < 120; i++) {
    if (i === 60) for (const end of ["-wal", "-shm"]) renameSync(folder.file + end, `${folder.file}.away${end}`);
    await store.start([request(`run ${i}`)]).then(
      () => acknowledged.push(`run ${i}`),
      () => refused.push(`run ${i}`),
    );
  }
  expect([acknowledged.length, refused.length]).toEqual([60, 60]);
  // What a copy of all three files from that moment holds, as a process that died then would have left it.
  const copy = `${folder.folder}/copy.db`;
  copyFileSync(folder.file, copy);
  copyFileSync(`${folder.file}.away-wal`, `${copy}-wal`);
  const again = await openSqlite(copy, systemClock);
  expect((await again.find(acknowledged)).length).toBe(60);
  await again.close();
  await store.close();
});

test("a handle that has seen it stays dead, though all is put back (G2)", async () => {
  await store.start([request("a")]);
  renameSync(`${folder.file}-wal`, `${folder.file}.away`);
  await expect(store.start([request("b")])).rejects.toMatchObject(gone);
  renameSync(`${folder.file}.away`, `${folder.file}-wal`);
  await expect(store.start([request("b")])).rejects.toMatchObject(gone);
  await expect(store.get("a")).rejects.toMatchObject(gone);
  await store.close();
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
