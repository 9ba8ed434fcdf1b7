// Several processes write to one file (writer.ts W5, W6).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import { makeFolder } from "./subjects.ts";

const PROCESSES = 4;
const script = join(import.meta.dirname, "process/contend.ts");

test(`${PROCESSES} processes that open one new file at once and write without rest all make progress`, async () => {
  const { file, remove } = await makeFolder();
  const writers = Array.from({ length: PROCESSES }, () => {
    const child = spawn(process.execPath, [script, file, "1000"], { stdio: ["pipe", "pipe", "inherit"] });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator](), ended: once(child, "exit") };
  });
  for (const { lines } of writers) expect((await lines.next()).value).toBe("ready");
  for (const { child } of writers) child.stdin.write("go\n");
  const results = await Promise.all(
    writers.map(
      async ({ lines }) => JSON.parse((await lines.next()).value ?? "null") as { commits: number; longestMs: number },
    ),
  );
  for (const { ended } of writers) expect((await ended)[0]).toBe(0);

  const store = await openSqlite(file, systemClock);
  const stored = await Promise.all(writers.map(async ({ child }) => (await store.get(`run of ${child.pid}`))?.seq));
  expect(stored).toEqual(results.map(({ commits }) => commits + 1));
  const counts = results.map(({ commits }) => commits);
  // The built-in busy handler gave 763, 1, 1, 1 commits; here a fair share is a quarter of the sum.
  const share = counts.reduce((sum, count) => sum + count, 0) / PROCESSES;
  console.log(
    `commits in 1 s: ${counts.join(", ")}; longest wait ${Math.max(...results.map((r) => r.longestMs)).toFixed(0)} ms`,
  );
  expect(Math.min(...counts)).toBeGreaterThan(share / 4);
  await store.close();
  await remove();
});
