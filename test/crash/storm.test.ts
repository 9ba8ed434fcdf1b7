/**
 * Kills workers, and stops them for longer than their leases, while others go on: three at a time, with leases of 1,500 ms.
 *
 * I1 No run is lost or held, and each gives the result of an undisturbed one.
 * I2 An effect that is repeated belongs to a step that was under way when its worker was killed or stopped: within a process the steps
 *    of a lane are in order, and none begins after a later one has been recorded.
 * Whether the last third of the kills is survived as fast as the first is printed: it is a figure of the machine, too.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { type Engine, openEngine } from "../../runtime/src/engine/engine.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import { load } from "../kit/loader.ts";

const KILLS = Number(process.env.COLDFRAME_STORM ?? (process.env.COLDFRAME_TEST === "long" ? 60 : 6));
const WORKERS = 3;
const LEASE_MS = 1_500;
const OPEN_RUNS = 40;
const RIGHT = 3 * 36;
const program = fileURLToPath(new URL("./storm-program.ts", import.meta.url));
const { storm } = load(program, "compiled") as unknown as { storm(run: string): Promise<number> };
const script = fileURLToPath(new URL("./storm-worker.ts", import.meta.url));

async function startWorker(url: string, journal: string): Promise<ChildProcess> {
  const flags = ["--conditions=coldframe-source", "--import", "@coldframe/compiler/node"];
  const child = spawn(process.execPath, [...flags, script, url, `${LEASE_MS}`], {
    env: { ...process.env, JOURNAL: journal, NODE_OPTIONS: "" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout?.once("data", resolve));
  return child;
}

// What is killed are processes, whose leases end by the clock of the machine.
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Keeps so many runs open, and counts those that have ended. */
class Load {
  readonly #engine: Engine;
  ended = 0;
  started = 0;
  readonly wrong: unknown[] = [];
  #goesOn = true;
  readonly #lanes: Promise<void>[];

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#lanes = Array.from({ length: OPEN_RUNS }, () => this.#lane());
  }

  async #lane(): Promise<void> {
    while (this.#goesOn) {
      const id = `r${this.started++}`;
      try {
        const run = await this.#engine.start(storm, [id], { id });
        const result = await run.result();
        if (result !== RIGHT) this.wrong.push([id, result]);
      } catch (error) {
        this.wrong.push([id, error]);
        this.#goesOn = false;
      }
      this.ended++;
    }
  }

  async end(): Promise<void> {
    this.#goesOn = false;
    await Promise.all(this.#lanes);
  }
}

/** Checks I2 line by line. @returns effects, and how many of them were repeated */
async function checkJournal(journal: string): Promise<[number, number]> {
  const done = new Map<string, { last: number; byProcess: Map<string, number> }>();
  const violations: string[] = [];
  let [effects, repeated] = [0, 0];
  for (const line of (await readFile(journal, "utf8")).trimEnd().split("\n")) {
    const [pid, run, lane, text] = line.split(" ") as [string, string, string, string];
    const index = Number(text);
    const key = `${run}/${lane}`;
    const state = done.get(key) ?? { last: -1, byProcess: new Map<string, number>() };
    done.set(key, state);
    effects++;
    const before = state.byProcess.get(pid);
    if (before !== undefined && index !== before + 1 && index !== before) violations.push(`${line} after ${before}`);
    // One that was stopped may end its step after another has gone on: that effect is late, not the step's record.
    if (index > state.last + 1) violations.push(`${line}: ${state.last + 1} is missing`);
    if (index <= state.last) repeated++;
    if (index < state.last - 1 && before === undefined) violations.push(`${line} begins behind ${state.last}`);
    state.last = Math.max(state.last, index);
    state.byProcess.set(pid, index);
  }
  expect(violations.slice(0, 5)).toEqual([]);
  return [effects, repeated];
}

test(`${KILLS} kills of ${WORKERS} workers`, { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "coldframe-storm-"));
  const file = join(folder, "runs.db");
  const journal = join(folder, "journal");
  const children: Promise<ChildProcess>[] = [];
  const engine = openEngine(await openSqlite(file, systemClock), { work: false, onNotice: () => {} });
  try {
    for (let n = 0; n < WORKERS; n++) children.push(startWorker(`sqlite:${file}`, journal));
    await children[0];
    const load = new Load(engine);
    const rates: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const [before, begun] = [load.ended, performance.now()];
      const at = kill % WORKERS;
      const child = (await children[at]) as ChildProcess;
      if (kill % 4 === 3) {
        child.kill("SIGSTOP");
        await pause(LEASE_MS * 1.5);
        child.kill("SIGCONT");
      } else await pause(400 + ((kill * 137) % 500));
      child.kill("SIGKILL");
      children[at] = startWorker(`sqlite:${file}`, journal);
      rates.push(((load.ended - before) / (performance.now() - begun)) * 1_000);
    }
    await load.end();
    const held = await engine.list({ status: "held" });
    const open = await engine.list({ status: ["ready", "running", "waiting"] });
    expect([load.wrong, held.runs, open.runs]).toEqual([[], [], []]);
    const [effects, repeated] = await checkJournal(journal);
    const third = Math.floor(KILLS / 3);
    const mean = (list: number[]) => list.reduce((sum, one) => sum + one, 0) / list.length;
    const [first, last] = [mean(rates.slice(0, third)), mean(rates.slice(-third))];
    const speed = `${first.toFixed(1)} runs/s in the first third, ${last.toFixed(1)} in the last: ${(last / first).toFixed(2)}`;
    console.log(`${KILLS} kills, ${load.ended} runs, ${effects} effects, ${repeated} repeated, ${speed}`);
  } finally {
    for (const child of children) (await child).kill("SIGKILL");
    await engine.close();
    await rm(folder, { recursive: true, force: true });
  }
});
