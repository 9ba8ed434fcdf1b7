/**
 * Kills real workers by SIGKILL and looks at what is left: the results, and a file that every step's effect writes to.
 *
 * I1 Nothing is lost: every step has its effect, in order within its lane, and the results are those of an uninterrupted run.
 * I2 Nothing that was recorded happens again: an effect that is repeated belongs to the last step of its lane before the kill.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CrashPoint, crash } from "@coldframe/runtime/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = new URL("./worker.ts", import.meta.url);
const execArgv = ["--import", "@coldframe/compiler/node"];
const RUNS = 3;
const LANES = 4;
const STEPS = 60;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "coldframe-crash-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const journal = () => join(folder, "journal");

function startWorker(at?: CrashPoint, onOutput?: (text: string, kill: () => void) => void) {
  const args = [`sqlite:${join(folder, "runs.db")}`, RUNS, LANES, STEPS].map(String);
  return crash({ script, args, execArgv, at, env: { JOURNAL: journal() }, ...(onOutput && { onOutput }) });
}

/** Mulberry32: the same numbers for the same seed. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Steps by lane and process, as the journal has them. */
async function readJournal() {
  const lanes = new Map<string, Map<string, number[]>>();
  for (const line of (await readFile(journal(), "utf8")).trimEnd().split("\n")) {
    const [pid, run, lane, index] = line.split(" ") as [string, string, string, string];
    const key = `${run}/${lane}`;
    const processes = lanes.get(key) ?? new Map<string, number[]>();
    lanes.set(key, processes.set(pid, [...(processes.get(pid) ?? []), Number(index)]));
  }
  return lanes;
}

/** Checks I1 and I2. @returns how many effects were repeated */
async function checkJournal(): Promise<number> {
  const lanes = await readJournal();
  let repeated = 0;
  for (const [lane, processes] of lanes) {
    let last = -1;
    for (const indices of processes.values()) {
      const first = indices[0] as number;
      if (first === last) repeated++;
      expect([last, last + 1], `${lane} went on at the last step or after it`).toContain(first);
      expect(indices, lane).toEqual(Array.from(indices, (_, at) => first + at));
      last = indices.at(-1) as number;
    }
    expect(last).toBe(STEPS - 1);
  }
  expect(lanes.size).toBe(RUNS * LANES);
  return repeated;
}

function lastLine(output: string): string | undefined {
  return output.trimEnd().split("\n").at(-1);
}

const expected = JSON.stringify(Array(RUNS).fill(Array(LANES).fill((STEPS * (STEPS + 1)) / 2)));

const points: readonly CrashPoint[] = [
  { point: "turn:before", count: 2 },
  { point: "turn:after", count: 2 },
  { point: "commit:before", count: 3 },
  { point: "commit:after", count: 3 },
  { point: "step:before", count: 5 },
  { point: "step:effect", count: 5 },
  { point: "step:after", count: 5 },
  { point: "claim:after", count: 2 },
  { point: "step:effect", detail: "effect", count: 1 },
];

test("a worker that is killed 20 times, at named and at random points", { timeout: 240_000 }, async () => {
  const seed = 20260101;
  const random = makeRandom(seed);
  const atRandom = Array.from({ length: 10 }, () => ({ count: 1 + Math.floor(random() * 150) }));
  const kills: CrashPoint[] = [...points, ...atRandom, { point: "commit:before", detail: "done" }];
  for (const at of kills) {
    const { killed, stdout, stderr } = await startWorker(at);
    expect(killed, `${JSON.stringify(at)}: ${stdout} ${stderr}`).toBe(true);
  }
  const { stdout, stderr, code } = await startWorker();
  expect(stderr).toBe("");
  expect([lastLine(stdout), code]).toEqual([expected, 0]);
  const repeated = await checkJournal();
  console.log(`seed ${seed}: ${kills.length} kills, ${repeated} of ${RUNS * LANES * STEPS} effects repeated`);
});

test("another worker takes over at once when one dies", { timeout: 120_000 }, async () => {
  const begun = performance.now();
  const started = Promise.withResolvers<void>();
  const first = startWorker({ point: "step:effect", count: 100 }, () => started.resolve());
  await started.promise;
  const second = startWorker();
  expect((await first).killed).toBe(true);
  expect(lastLine((await second).stdout)).toBe(expected);
  await checkJournal();
  expect(performance.now() - begun).toBeLessThan(50_000); // leases are 60 s long
});
