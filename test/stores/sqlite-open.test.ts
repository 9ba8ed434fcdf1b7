// What opening refuses and what it leaves alone (connection.ts O1 to O3, schema.ts M2, M3).
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { errors, isColdframeError } from "../../runtime/src/errors.ts";
import { openStore } from "../../runtime/src/store/open.ts";
import { configure, connect, toOpenError } from "../../runtime/src/store/sqlite/connection.ts";
import { SCHEMA_VERSION } from "../../runtime/src/store/sqlite/schema.ts";
import { isVersionAtLeast, OLDEST_SQLITE, refuseOldSqlite } from "../../runtime/src/store/sqlite/version.ts";
import { makeFolder } from "./subjects.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

const open = (file = folder.file) => openStore(`sqlite:${file}`);
const input = new Uint8Array([1, 2, 3]);
const request = (id: string) => ({ id, fn: "f", version: "v", queue: "q", priority: 0, input });

async function makeDatabase(): Promise<void> {
  const store = await open();
  await store.start(Array.from({ length: 200 }, (_, i) => request(`run ${i}`)));
  await store.close();
}

function change(sql: string): void {
  const db = new DatabaseSync(folder.file);
  db.exec(sql);
  db.close();
}

test("a newer schema is refused and the file left as it is", async () => {
  await makeDatabase();
  // Not even the journal mode of a refused file is changed.
  change(`UPDATE cf_meta SET value = ${SCHEMA_VERSION + 1} WHERE name = 'schema'; PRAGMA journal_mode = DELETE`);
  const before = readFileSync(folder.file);
  await expect(open()).rejects.toMatchObject({
    code: errors.schemaNewer.code,
    params: { file: folder.file, found: SCHEMA_VERSION + 1, known: SCHEMA_VERSION },
  });
  expect(readFileSync(folder.file).equals(before)).toBe(true);
  change(`UPDATE cf_meta SET value = ${SCHEMA_VERSION} WHERE name = 'schema'`);
  const store = await open();
  expect((await store.get("run 7"))?.input).toEqual(input);
  await store.close();
});

test.each([
  ["3.51.3", true],
  ["3.51.10", true],
  ["3.52.0", true],
  ["4.0", true],
  ["3.51.2", false],
  ["3.9.99", false],
  ["3.51", false],
  ["2.99.99", false],
])("SQLite %s is new enough: %s", (version, isEnough) => {
  expect(isVersionAtLeast(version, OLDEST_SQLITE)).toBe(isEnough);
  const refuse = () => refuseOldSqlite(version);
  if (isEnough) expect(refuse).not.toThrow();
  else expect(refuse).toThrow(expect.objectContaining({ code: errors.sqliteTooOld.code }));
});

test("the settings that durability rests on are in force", async () => {
  const { db } = await connect(folder.file, systemClock, "w");
  const read = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  expect([read("journal_mode"), read("synchronous"), read("busy_timeout")]).toEqual(["wal", 2, 0]);
  db.close();
});

test("a file that is no database is refused and left as it is", async () => {
  const text = "not a database, whatever its name says. ".repeat(100);
  writeFileSync(folder.file, text);
  await expect(open()).rejects.toMatchObject({ code: errors.storeDamaged.code, where: folder.file });
  expect(readFileSync(folder.file, "utf8")).toBe(text);
});

test("a truncated or overwritten database is reported, at the latest when its pages are read", async () => {
  await makeDatabase();
  const whole = readFileSync(folder.file);
  const damages: Record<string, () => void> = {
    truncated: () => truncateSync(folder.file, 5_000),
    overwritten: () =>
      writeFileSync(folder.file, Buffer.concat([whole.subarray(0, 100), Buffer.alloc(whole.length - 100, 0xa5)])),
  };
  for (const [name, damage] of Object.entries(damages)) {
    writeFileSync(folder.file, whole);
    damage();
    const use = async () => {
      const store = await open();
      try {
        await store.list({}, { limit: 1_000 });
      } finally {
        await store.close();
      }
    };
    await expect(use(), name).rejects.toMatchObject({ code: errors.storeDamaged.code });
  }
  writeFileSync(folder.file, whole);
  const store = await open();
  expect((await store.list({}, { limit: 1_000 })).runs.length).toBe(200);
  await store.close();
});

test("pages damaged at random: all that a store does is right or rejects with a code", async () => {
  await makeDatabase();
  const store = await open();
  const hosted = { functions: [{ fn: "f" }], queues: ["q"], leaseMs: 1_000_000 };
  for (const { id, epoch } of await store.claim({ ...hosted, limit: 60 })) {
    const begin = [{ operation: "o", kind: "step s", attempt: 1, key: "k", args: input }];
    await store.commit({ id, epoch, seq: 0, commitId: id, status: "waiting", wakeAt: 1, snapshot: input, begin });
  }
  await store.close();
  const whole = readFileSync(folder.file);
  const codes = new Set<unknown>();
  const raw: unknown[] = [];
  const attempt = async <T>(what: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await what();
    } catch (error) {
      if (isColdframeError(error)) codes.add(error.code);
      else raw.push(error);
      return undefined;
    }
  };
  for (let round = 0; round < 60; round++) {
    const damagedBytes = Buffer.from(whole);
    const page = 4_096 * (round % (whole.length / 4_096));
    for (let i = 0; i < 40; i++)
      damagedBytes[page + Math.max(100, (i * 7_919 + round * 104_729) % 4_096)] = (i * 31 + round) & 255;
    for (const end of ["-wal", "-shm"]) rmSync(folder.file + end, { force: true });
    writeFileSync(folder.file, damagedBytes);
    const one = await attempt(() => open());
    if (one === undefined) continue;
    await attempt(() => one.subscribe(() => {}));
    for (let run = 0; run < 200; run += 10) await attempt(() => one.get(`run ${run}`));
    await attempt(() => one.list({}, { limit: 1_000 }));
    await attempt(() => one.count());
    await attempt(() => one.start([request(`new ${round}`)]));
    await attempt(() => one.tick(100));
    for (const { id, epoch, seq } of (await attempt(() => one.claim({ ...hosted, limit: 20 }))) ?? [])
      await attempt(() => one.commit({ id, epoch, seq, commitId: "x", status: "done", outcome: input }));
    await attempt(() => one.send({ kind: "signal", run: "run 3", name: "n", dedupe: "d", value: input }));
    await attempt(() => one.recall("run 3"));
    await attempt(() => one.close());
  }
  expect(raw).toEqual([]);
  // A damaged number of the schema reads as that of a newer version.
  const others: unknown[] = [errors.storeUnopenable.code, errors.schemaNewer.code];
  expect([...codes].filter((code) => !others.includes(code))).toEqual([errors.storeDamaged.code]);
});

test("a file that may only be read is refused when it is opened, not at the first write", async () => {
  await makeDatabase();
  const db = new DatabaseSync(folder.file, { readOnly: true });
  const refused = expect.objectContaining({ errcode: 8 }); // SQLITE_READONLY
  expect(() => configure(db, folder.file)).toThrow(refused);
  db.close();
  const error = Object.assign(new Error("attempt to write a readonly database"), { errcode: 8 });
  expect(toOpenError(error, folder.file)).toMatchObject({ code: errors.storeUnopenable.code });
});

test("a place where no file can be is refused", async () => {
  await expect(open(join(folder.folder, "no such folder", "x.db"))).rejects.toMatchObject({
    code: errors.storeUnopenable.code,
  });
  mkdirSync(join(folder.folder, "folder.db"));
  await expect(open(join(folder.folder, "folder.db"))).rejects.toMatchObject({ code: errors.storeUnopenable.code });
});

test.each(["", "orders.db", "sqlite:", "sqlite::memory:", "memory:name", "postgres://host/db", "constructor:x"])(
  "the address %j names no store",
  async (url) => {
    await expect(openStore(url)).rejects.toMatchObject({ code: errors.unknownStore.code });
  },
);

test("addresses lead to files and to memory", async () => {
  for (const url of [`sqlite:${folder.file}`, `sqlite://${folder.file}`, "memory:"]) {
    const store = await openStore(url);
    await store.start([request("run")]);
    expect((await store.get("run"))?.status).toBe("ready");
    await store.close();
  }
  const again = await open();
  expect((await again.list({}, { limit: 10 })).runs.length, "both addresses are one file").toBe(1);
  await again.close();
});

test("a user's own tables may live in the same file", async () => {
  change("CREATE TABLE run (id); CREATE TABLE orders (id); INSERT INTO orders VALUES (1); PRAGMA user_version = 7");
  await makeDatabase();
  const db = new DatabaseSync(folder.file);
  expect(db.prepare("SELECT id FROM orders").all().length).toBe(1);
  expect(db.prepare("PRAGMA user_version").get()?.user_version).toBe(7);
  db.close();
});
