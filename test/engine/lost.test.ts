// What nothing can hear of is withdrawn if it is quiet, however it is written; what may still act goes on (losers.ts, quiet.ts).
import { describe, expect, test } from "vitest";
import type { EngineOptions } from "../../runtime/src/engine/options.ts";
import { kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

/** One round of a race that its timeout loses; `i` is the round, `kept` something that lives as long as the run. */
const quiet: Record<string, string> = {
  "a sleep": `sleep("30d")`,
  "a helper": `limit()`,
  "a helper of a helper": `outer()`,
  "a helper with a time and a fallback": `after("30d", { late: true })`,
  "a helper that throws": `fails("30d", i)`,
  "a helper that throws an error class of its module": `failsOwn(i)`,
  "a callback": `sleep("30d").then(() => -1)`,
  "a callback that throws": `sleep("30d").then(() => { throw new Error("after " + i); })`,
  "callbacks behind each other": `sleep("30d").then(() => -1).then(undefined, () => -2).finally(() => {})`,
  "a local function": `(async () => { await sleep("30d"); return "late"; })()`,
  "a race in a race": `Promise.race([limit(), sleep("29d").then(() => -2)])`,
  "all of some": `Promise.all([limit(), sleep("29d")])`,
  "what waits for something that stays": `until(kept)`,
  "a callback on something that stays": `kept.then(() => -1)`,
  "something that stays": `kept`,
  "a loop": `ticks()`,
};
const loud: Record<string, string> = {
  "a step behind it": `acts(i)`,
  "a call behind it": `calls(i)`,
  "a write to what others see": `writes(box)`,
  "a callback that acts": `sleep("30d").then(() => act(i))`,
  "a cleanup that acts": `cleans(i)`,
  "a getter": `reads(box)`,
};
const names = Object.keys(quiet);
const loudNames = Object.keys(loud);
const loop = (name: string, body: string) => `
export async function ${name}(n: number) {
  "use durable";
  let sum = 0;
  const box = new Box();
  const kept = sleep("60d");
  for (let i = 0; i < n; i++) sum += (await Promise.race([quick(i), ${body}])) as number;
  void kept;
  return sum + box.value;
}`;

const program = `
import { sleep, step } from "@coldframe/runtime";
const quick = step(async (i: number) => i);
const act = step(async (i: number) => w.note("act " + i));
class TimeoutError extends Error { constructor(i: number) { super(\`round \${i}\`); this.name = "TimeoutError"; } }
class Box { value = 0; get seen() { return w.note("read"); } }
async function limit() { "use durable"; await sleep("30d"); return -1; }
async function outer() { "use durable"; return await limit(); }
async function after(time: string, fallback: object) { "use durable"; await sleep(time); return fallback; }
async function fails(time: string, i: number) { "use durable"; await sleep(time); throw new Error("late in " + i); }
async function failsOwn(i: number) { "use durable"; await sleep("30d"); throw new TimeoutError(i); }
async function until(kept: Promise<void>) { "use durable"; await kept; return -1; }
async function ticks() { "use durable"; for (;;) await sleep("1d"); }
async function acts(i: number) { "use durable"; await sleep("30d"); await act(i); }
async function calls(i: number) { "use durable"; await sleep("30d"); w.note("call " + i); }
async function writes(box: { value: number }) { "use durable"; await sleep("30d"); w.note("write"); box.value++; }
async function reads(box: { seen: unknown }) { "use durable"; await sleep("30d"); return box.seen; }
async function cleans(i: number) { "use durable"; try { await sleep("30d"); } finally { await act(i); } }
export async function ends() { "use durable"; void limit(); void sleep("30d").then(() => -1); void after("30d", {}); return "ended"; }
export async function thenable(box: object) { "use durable"; void after("30d", Object.assign(box, { then: (yes: () => void) => { w.note("then"); yes(); } })); return 1; }
export async function reached() { "use durable"; const kept = limit(); await Promise.race([quick(1), kept]); await sleep("1d"); return await kept; }
${Object.values(quiet)
  .map((body, i) => loop(`quiet${i}`, body))
  .join("\n")}
${Object.values(loud)
  .map((body, i) => loop(`loud${i}`, body))
  .join("\n")}
`;

type Program = Record<string, (n?: number) => Promise<unknown>>;
const ROUNDS = 24;
const DAY_MS = 86_400_000;

describe.each(kinds)("what has lost a race on %s", (kind) => {
  async function prepare(options: EngineOptions = {}) {
    const place = await makePlace(kind);
    const notes: string[] = [];
    world.w = { note: (text: string) => notes.push(text) };
    return { ...place, ...(await place.open(options)), notes, programs: await load<Program>(program) };
  }

  test.each(names)("%s does not pile up, and the run ends with its result", async (name) => {
    const { engine, programs, log } = await prepare();
    const run = await engine.start(programs[`quiet${names.indexOf(name)}`] as Program[string], [ROUNDS], { id: "a" });
    expect(await run.result()).toBe((ROUNDS * (ROUNDS - 1)) / 2);
    expect(await run.closed()).toMatchObject({ status: "done", lateFailure: undefined });
    const sizes = log.commits.flatMap(({ snapshot }) => snapshot?.byteLength ?? []);
    expect(sizes.at(-1)).toBeLessThan((sizes[4] as number) * 1.2);
    const begun = log.commits.flatMap(({ begin = [] }) => begin.map(({ operation }) => operation));
    const ended = log.commits.flatMap(({ settle = [] }) => settle.map(({ operation }) => operation));
    expect(begun.length - ended.length).toBeLessThan(8); // what the last rounds left open
  });

  test.each(loudNames)("%s goes on, and keeps the run closing", async (name) => {
    const { engine, programs, notes, clock } = await prepare();
    const run = await engine.start(programs[`loud${loudNames.indexOf(name)}`] as Program[string], [3], { id: "a" });
    expect(await run.result()).toBe(3);
    expect((await run.status()).status).toBe("closing");
    expect(notes).toEqual([]);
    await clock.jump(30 * DAY_MS);
    expect((await run.closed()).status).toBe("done");
    expect(notes.length).toBe(3);
  });

  test("a run ends with its result if all that it leaves is quiet", async () => {
    const { engine, programs } = await prepare();
    const run = await engine.start(programs.ends as Program[string], []);
    expect(await run.result()).toBe("ended");
    expect((await run.closed()).status).toBe("done");
  });

  test("a value that is a thenable makes noise", async () => {
    const { engine, programs, clock, notes } = await prepare();
    const run = await engine.start(programs.thenable as never, [{}] as never);
    expect(await run.result()).toBe(1);
    expect((await run.status()).status).toBe("closing");
    await clock.jump(30 * DAY_MS);
    await run.closed();
    expect(notes).toEqual(["then"]);
  });

  test("what a variable still holds is not withdrawn, in memory nor read again", async () => {
    for (const warm of [{}, { runs: 0 }]) {
      const { engine, programs, clock } = await prepare({ warm });
      const run = await engine.start(programs.reached as Program[string], []);
      await until(async () => (await run.status()).status === "waiting");
      await clock.jump(DAY_MS);
      await clock.jump(30 * DAY_MS);
      expect(await run.result()).toBe(-1);
    }
  });
});
