// Claim: a sequential run commits at least 0.35 as many steps per second as raw SQLite makes fsynced inserts; many runs share
// fsyncs; a new process is at the next step of a stored run 15 ms after it has opened the store; and after 10,000 steps neither going on nor a step takes more than 1.3 times as long as after 100. All in one run on one disk.
// `npm run bench -- store <folder>` compares with the checkout in that folder besides, both warm.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { type Engine, open } from "@coldframe/runtime";
import { compare, type Figure, print, type Side } from "./kit/compare.ts";

await import("@coldframe/compiler/node");
const { blocks, endless, gate, resumable, sequential } = (await import(
  "./store-program.ts"
)) as typeof import("./store-program.ts");

const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "coldframe-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const STEPS = 1_000;
const RUNS = 1_000;
const STEPS_PER_RUN = 10;
const BLOCK = 100;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);

/** Operations per second of a body that does so many. */
function perSecond(operations: number, body: () => unknown): Side {
  return async () => {
    const begun = performance.now();
    await body();
    return (operations / (performance.now() - begun)) * 1_000;
  };
}

/** Inserts as they come, each in a transaction of its own, or so many in one. */
function rawInserts(total: number, group: number): () => void {
  const db = new DatabaseSync(join(folder, `raw-${group}.db`));
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE IF NOT EXISTS step (id INTEGER PRIMARY KEY, result BLOB)");
  const insert = db.prepare("INSERT INTO step (result) VALUES (?)");
  const result = Buffer.alloc(45, 1);
  return () => {
    for (let done = 0; done < total; done += group) {
      if (group > 1) db.exec("BEGIN IMMEDIATE");
      for (let index = 0; index < group; index++) insert.run(result);
      if (group > 1) db.exec("COMMIT");
    }
  };
}

async function sequentialCases(): Promise<void> {
  await using engine = await open(`sqlite:${join(folder, "runs.db")}`);
  const one = async () => (await engine.start(sequential, [STEPS])).result();
  const many = async () => {
    const runs = await Promise.all(Array.from({ length: RUNS }, () => engine.start(sequential, [STEPS_PER_RUN])));
    await Promise.all(runs.map((run) => run.result()));
  };
  const total = RUNS * STEPS_PER_RUN;
  const name = (what: string) => ({ bench: "store", case: what, unit: "steps/s" });
  const single = perSecond(STEPS, rawInserts(STEPS, 1));
  const grouped = perSecond(total, rawInserts(total, 100));
  print(await compare(name("1 run x 1,000 steps / inserts"), perSecond(STEPS, one), single, ROUNDS), { atLeast: 0.35 });
  print(await compare(name("1,000 runs x 10 steps / inserts"), perSecond(total, many), single, ROUNDS));
  print(await compare(name("1,000 runs x 10 steps / inserts by 100"), perSecond(total, many), grouped, ROUNDS));
}

/** Makes a store with one run that stands before its last step. */
async function makeStored(steps: number): Promise<string> {
  const url = `sqlite:${join(folder, `resume-${steps}-${Math.random()}.db`)}`;
  const engine = await open(url, { drainMs: 0 });
  const reached = Promise.withResolvers<void>();
  gate.reached = () => {
    reached.resolve();
    return new Promise(() => {});
  };
  await engine.start(resumable, [steps]);
  await reached.promise;
  await engine.close();
  return url;
}

/** Milliseconds from opening the store to the beginning of the next step. */
function resume(url: string): Side {
  return async () => {
    const reached = Promise.withResolvers<number>();
    const begun = performance.now();
    gate.reached = () => {
      reached.resolve(performance.now() - begun);
      return new Promise(() => {});
    };
    const engine = await open(url, { drainMs: 0 });
    const tookMs = await reached.promise;
    await engine.close();
    return tookMs;
  };
}

async function resumeCase(): Promise<Figure> {
  const [few, many] = [await makeStored(100), await makeStored(10_000)];
  const name = { bench: "store", case: "resume after 10,000 steps / after 100", unit: "ms" };
  return compare(name, resume(many), resume(few), ROUNDS * 3);
}

/** Milliseconds from the opened store to the next step of its run in a new process, beside those that opening took. */
async function processCase(): Promise<Figure> {
  const url = await makeStored(100);
  const child = join(import.meta.dirname, "kit/resume-child.ts");
  let took: [opening: number, step: number] = [0, 0];
  const step: Side = () => {
    took = JSON.parse(execFileSync(process.execPath, [...process.execArgv, child, url], { encoding: "utf8" }));
    return took[1];
  };
  const name = { bench: "store", case: "new process: opened to step / opening", unit: "ms" };
  return compare(name, step, () => took[0], ROUNDS);
}

/** Starts a run that stands after so many steps; a call lets it perform a block more. */
async function startEndless(engine: Engine, before: number): Promise<Side> {
  const name = `after ${before}`;
  let go = (): void => {};
  let reached = Promise.withResolvers<void>();
  blocks.set(name, () => {
    reached.resolve();
    return new Promise((resolve) => {
      go = resolve;
    });
  });
  await engine.start(endless, [name, before, BLOCK]);
  await reached.promise;
  return async () => {
    reached = Promise.withResolvers<void>();
    const begun = performance.now();
    go();
    await reached.promise;
    return (performance.now() - begun) / BLOCK;
  };
}

async function stepCase(): Promise<Figure> {
  await using engine = await open(`sqlite:${join(folder, "endless.db")}`, { drainMs: 0 });
  const [few, many] = [await startEndless(engine, 100), await startEndless(engine, 10_000)];
  const name = { bench: "store", case: "a step after 10,000 steps / after 100", unit: "ms" };
  return await compare(name, many, few, ROUNDS * 3); // awaited, since the engine closes on return
}

/** A thread in which the runtime of a checkout works on a store of its own. */
async function openSide(root: string, name: string) {
  const own = join(folder, name);
  mkdirSync(own);
  const worker = new Worker(new URL("./kit/store-side.ts", import.meta.url), { workerData: { root, folder: own } });
  await once(worker, "message");
  const side = (what: { runs: number; steps: number; times: number }) => async (): Promise<number> => {
    worker.postMessage(what);
    return (await once(worker, "message"))[0];
  };
  const close = async () => {
    worker.postMessage("close");
    await once(worker, "exit");
  };
  return { side, close };
}

async function checkoutCases(other: string): Promise<void> {
  const ours = await openSide(resolve(import.meta.dirname, ".."), "ours");
  const theirs = await openSide(resolve(other), "theirs");
  const cases = [
    { runs: 1, steps: 1, times: 200 },
    { runs: 1, steps: STEPS, times: 1 },
    { runs: RUNS, steps: STEPS_PER_RUN, times: 1 },
  ];
  for (const what of cases) {
    const sides = [ours.side(what), theirs.side(what)] as const;
    for (let warm = 0; warm < 3; warm++) for (const side of sides) await side();
    const name = { bench: "store", case: `${what.runs} runs x ${what.steps} steps / ${other}`, unit: "ms" };
    print(await compare(name, ...sides, ROUNDS), { atMost: 1 / (what.runs > 1 ? 1.3 : what.steps > 1 ? 1 : 1.4) });
  }
  await Promise.all([ours.close(), theirs.close()]);
}

const [other] = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
if (other !== undefined) await checkoutCases(other);
await sequentialCases();
print(await processCase(), { oursAtMost: 15 });
print(await resumeCase(), { atMost: 1.3 });
print(await stepCase(), { atMost: 1.3 });
