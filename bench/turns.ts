// Claim: nothing that a run does keeps its process from its timers, and nothing that keeps its turn slows it down. Of four kinds of
// hot runs: a timer of 10 ms is never silent for more than 50 ms of this thread's own time (what the disk and other programs take is
// not ours: writes of the log are printed beside it), and beside 100 runs of which one wakes every 10 ms the hot run keeps 0.9 of its
// speed, per second of this thread. Without bar, for the curious: 100 runs that all sleep for 10 ms at once want the whole
// thread; shares are equal then.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StatementSync } from "node:sqlite";
import { type Engine, open } from "@coldframe/runtime";
import { compare, print } from "./kit/compare.ts";

await import("@coldframe/compiler/node");
const program = (await import("./turns-program.ts")) as typeof import("./turns-program.ts");
const { hot, sleepers } = program;

const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "coldframe-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const PHASE_MS = Number(process.env.BENCH_PHASE_MS ?? 1_000);
const RUNS = 100;

/** The longest write of the log so far, in ms. */
const log = { longestMs: 0 };
const { run } = StatementSync.prototype;
StatementSync.prototype.run = function (this: StatementSync, ...args: unknown[]) {
  const begun = performance.now();
  const done = Reflect.apply(run, this, args) as ReturnType<typeof run>;
  if (this.sourceSQL === "COMMIT") log.longestMs = Math.max(log.longestMs, performance.now() - begun);
  return done;
} as typeof run;

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The longest silence of a timer of 10 ms, in ms of this thread. */
const silence = { longestMs: 0 };

/** What the hot run does per second, during a phase. */
async function speed(): Promise<number> {
  hot.done = 0;
  const begun = performance.now();
  let lastMs = threadMs();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const nowMs = threadMs();
      silence.longestMs = Math.max(silence.longestMs, nowMs - lastMs);
      lastMs = nowMs;
      if (performance.now() - begun < PHASE_MS) return;
      clearInterval(timer);
      resolve();
    }, 10);
  });
  return (hot.done / (performance.now() - begun)) * 1_000;
}

/** As `speed`, beside runs of which each wakes after `ms`, the first time in its turn. */
async function speedBeside(engine: Engine, ms: number, apartMs: number): Promise<number> {
  sleepers.on = true;
  const starts = Array.from({ length: RUNS }, (_, at) => engine.start(program.sleeper, [10 + at * apartMs, ms]));
  const runs = await Promise.all(starts);
  const found = await speed();
  sleepers.on = false;
  await Promise.all(runs.map((one) => one.result()));
  return found;
}

async function measure(name: "steps" | "ticks" | "calls" | "lanes"): Promise<void> {
  const engine = await open(`sqlite:${join(folder, `${name}.db`)}`, { drainMs: 0 });
  hot.stop = false;
  const run = await engine.start(program[name], []);
  for (let warm = 0; warm < 3; warm++) await speed();
  silence.longestMs = log.longestMs = 0;
  const inTurn = { bench: "turns", case: `${name} beside ${RUNS} in turn / alone`, unit: "per s" };
  print(await compare(inTurn, () => speedBeside(engine, 990, 10), speed, ROUNDS), { atLeast: 0.9 });
  const [longestMs, writeMs] = [silence.longestMs, log.longestMs];
  const figure = { bench: "turns", case: `${name}: longest silence (a write: ${writeMs.toFixed(0)} ms) / bar` };
  const spread: [number, number] = [longestMs / 50, longestMs / 50];
  print({ ...figure, ours: longestMs, reference: 50, ratio: longestMs / 50, unit: "ms", spread }, { atMost: 1 });
  const atOnce = { bench: "turns", case: `${name} beside ${RUNS} at once / alone`, unit: "per s" };
  print(await compare(atOnce, () => speedBeside(engine, 10, 0), speed, ROUNDS));
  hot.stop = true;
  await run.result();
  await engine.close();
}

const only = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
for (const name of ["steps", "ticks", "calls", "lanes"] as const)
  if (only.length === 0 || only.includes(name)) await measure(name);
