// Real processes on one database, killed by SIGKILL at named and at random points (store.ts S4, S5, S6).
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import type { Store } from "../../runtime/src/store/store.ts";
import { makeFolder } from "./subjects.ts";

const kills = process.env.COLDFRAME_TEST === "long" ? 50 : 12;
const runs = Array.from({ length: 12 }, (_, i) => `run ${i}`);
const input = new Uint8Array([1]);

let folder: Awaited<ReturnType<typeof makeFolder>>;
let store: Store;

beforeEach(async () => {
  folder = await makeFolder();
  store = await openSqlite(folder.file, systemClock);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

function startWorker(effects: string, ...args: string[]) {
  const script = join(import.meta.dirname, "process/worker.ts");
  const child = spawn(process.execPath, [script, folder.file, effects, ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let acknowledged = "";
  child.stdout.on("data", (data) => {
    acknowledged += data;
  });
  const ended = new Promise<NodeJS.Signals | number | null>((done) =>
    child.on("close", (code, signal) => done(signal ?? code)),
  );
  return { child, ended, lines: () => acknowledged.split("\n").slice(0, -1) };
}

/** The highest step of each run that a process said was committed. */
function highest(lines: readonly string[]): Map<string, number> {
  const steps = new Map<string, number>();
  for (const line of lines) {
    const [, id = "", n] = /^(.*) (\d+)$/.exec(line) ?? [];
    steps.set(id, Math.max(steps.get(id) ?? 0, Number(n)));
  }
  return steps;
}

test(`nothing acknowledged is lost or torn over ${kills} kills at named points, and effects repeat only in flight`, async () => {
  await store.start(runs.map((id) => ({ id, fn: "count", version: "v", queue: "q", priority: 0, input })));
  const effects = join(folder.folder, "effects");
  const points = ["begun", "effect", "committed"];
  let killed = 0;
  for (let i = 0; i < kills; i++) {
    const worker = startWorker(effects, points[i % points.length] as string, String(i % 4));
    if ((await worker.ended) === "SIGKILL") killed++;
    for (const [id, n] of highest(worker.lines())) {
      const run = await store.get(id);
      const stored = run?.outcome ?? run?.snapshot ?? new Uint8Array(1);
      expect(stored[0], `${id} after kill ${i}`).toBeGreaterThanOrEqual(n);
      expect(new Set(stored).size, "all bytes of one commit").toBe(1);
    }
  }
  expect(killed).toBeGreaterThan(kills / 2);
  expect(await startWorker(effects).ended).toBe(0);
  for (const id of runs) expect((await store.get(id))?.status).toBe("done");

  const counts = new Map<string, number>();
  for (const line of readFileSync(effects, "utf8").trim().split("\n")) counts.set(line, (counts.get(line) ?? 0) + 1);
  expect(counts.size, "every step ran").toBe(runs.length * 10);
  const repeated = [...counts.values()].reduce((sum, count) => sum + count - 1, 0);
  expect(repeated, "at most the three runs in flight at each kill").toBeLessThanOrEqual(killed * 3);
});

test("the leases of a killed process end at the next tick, long before they expire", async () => {
  await store.start([{ id: "run", fn: "count", version: "v", queue: "q", priority: 0, input }]);
  const worker = startWorker(join(folder.folder, "effects"), "effect", "4");
  expect(await worker.ended).toBe("SIGKILL");
  const held = await store.get("run");
  expect(held?.status).toBe("running");
  expect((held?.leaseUntil ?? 0) - Date.now()).toBeGreaterThan(10_000);
  expect((await store.tick(10)).ready).toBe(1);
  const [claim] = await store.claim({ functions: [{ fn: "count" }], queues: ["q"], limit: 1, leaseMs: 1_000 });
  expect([claim?.id, claim?.epoch, claim?.snapshot?.[0]]).toEqual(["run", 2, 4]);
});

test("the leases of a living process are left alone", async () => {
  const other = await openSqlite(folder.file, systemClock);
  await other.start([{ id: "run", fn: "count", version: "v", queue: "q", priority: 0, input }]);
  expect((await other.claim({ functions: [{ fn: "count" }], queues: ["q"], limit: 1, leaseMs: 60_000 })).length).toBe(
    1,
  );
  const tick = await store.tick(10);
  expect(tick.ready).toBe(0);
  expect((tick.nextAt ?? 0) - Date.now(), "foreign owners are looked at often").toBeLessThan(1_000);
  await other.close();
});

test("what a killed process leaves beside the database is cleared away", async () => {
  const worker = startWorker(join(folder.folder, "effects"), "never");
  await worker.ended;
  await store.start([{ id: "run", fn: "count", version: "v", queue: "q", priority: 0, input }]);
  await startWorker(join(folder.folder, "effects"), "begun").ended;
  const locks = () => readdirSync(folder.folder).filter((name) => name.includes("-worker-"));
  expect(locks().length, "own and the dead one's").toBe(2);
  const next = await openSqlite(folder.file, systemClock);
  expect(locks().length, "own and the new one's").toBe(2);
  await next.close();
  expect(locks().length).toBe(1);
});
