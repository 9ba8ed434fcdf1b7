// The log is lengthened ahead of what is written (log-growth.ts): it stays a log that SQLite reads as if nothing stood behind.
import { copyFileSync, existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import { LogGrowth } from "../../runtime/src/store/sqlite/log-growth.ts";
import { request } from "../../runtime/src/testing/conformance/kit.ts";
import { makeFolder } from "./subjects.ts";

const STEP = 512 << 10;
const FULL = 32 + 1_001 * (4_096 + 24);

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

/** Starts runs one by one; the sizes of the log after each. */
async function startMany(store: Awaited<ReturnType<typeof openSqlite>>, from: number, to: number): Promise<number[]> {
  const sizes: number[] = [];
  for (let i = from; i < to; i++) {
    await store.start([request(`run ${i}`)]);
    sizes.push(statSync(`${folder.file}-wal`).size);
  }
  return sizes;
}

const countRuns = (file: string): unknown => {
  const db = new DatabaseSync(file);
  try {
    expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
    return db.prepare("SELECT count(*) AS n FROM cf_run").get()?.n;
  } finally {
    db.close();
  }
};

test("it grows in steps up to its full size, and no further by these", async () => {
  const store = await openSqlite(folder.file, systemClock);
  const sizes = await startMany(store, 0, 400);
  const steps = sizes.flatMap((size, i) => (i > 0 && size - (sizes[i - 1] as number) > STEP / 2 ? [i] : []));
  expect(steps.length).toBeGreaterThanOrEqual(8);
  expect(steps.length).toBeLessThanOrEqual(10);
  expect(Math.max(...sizes)).toBeLessThan(FULL + 20 * 4_120);
  await store.close();
  expect(existsSync(`${folder.file}-wal`)).toBe(false);
});

test("what a process that dies leaves behind holds every commit, at any length of the log", async () => {
  const store = await openSqlite(folder.file, systemClock);
  for (const [from, to] of [
    [0, 5],
    [5, 30],
    [30, 60],
    [60, 300],
    [300, 301],
  ] as const) {
    await startMany(store, from, to);
    const copy = `${folder.folder}/copy-${to}.db`;
    copyFileSync(folder.file, copy);
    copyFileSync(`${folder.file}-wal`, `${copy}-wal`);
    expect(countRuns(copy)).toBe(to);
  }
  await store.close();
  expect(countRuns(folder.file)).toBe(301);
});

test("two handles write in turn, each with steps of its own", async () => {
  const [one, two] = [await openSqlite(folder.file, systemClock), await openSqlite(folder.file, systemClock)];
  for (let i = 0; i < 100; i += 2) {
    await startMany(one, i, i + 1);
    await startMany(two, i + 1, i + 2);
  }
  expect((await one.list({}, { limit: 1_000 })).runs.length).toBe(100);
  expect((await two.list({}, { limit: 1_000 })).runs.length).toBe(100);
  await one.close();
  await two.close();
  expect(countRuns(folder.file)).toBe(100);
});

test("a log that can't be lengthened is left as it is, and tried no more", () => {
  const log = new LogGrowth(`${folder.folder}/none/runs.db-wal`);
  log.grow(100_000);
  log.grow(200_000);
  expect(existsSync(`${folder.folder}/none`)).toBe(false);
});
