// Promises of the process that tasks of the run are to settle: those tasks go on only with commits, so the run is stored beside them.
import { describe, expect, test } from "vitest";
import { load, makePlace } from "./kit.ts";

const program = `
import { sleep, step } from "@coldframe/runtime";
const note = step(async (text) => globalThis.w.push(text));
async function slow(i) { "use durable"; await sleep(5_000); await note("slow"); if (i < 0) throw new Error("below"); return i; }
const helper = (work) => new Promise((resolve) => work.then((x) => resolve(x)));
class Deferred { constructor() { this.promise = new Promise((r, j) => { this.settle = (x) => r(x); this.fail = (e) => j(e); }); } }
const waitFor = (deferred) => deferred.promise;
export async function closure() { "use durable"; const work = slow(1); return await new Promise((r) => work.then((x) => r(x))); }
export async function failing() { "use durable"; return await new Promise((_, j) => slow(-1).catch((e) => j(e))).catch((e) => e.message); }
export async function atLast() { "use durable"; return await new Promise((r) => slow(1).finally(() => r("over"))); }
export async function settler() { "use durable"; return await new Promise((r, j) => slow(1).then(r, j)); }
export async function executor() { "use durable"; return await new Promise(async (r) => { r(await slow(1)); }); }
export async function handed() { "use durable"; const work = async (r) => { await sleep(5_000); await note("handed"); r(7); }; return await new Promise((r) => void work(r)); }
export async function inAnObject() { "use durable"; const work = async (to) => { to.settle(await slow(1)); }; return await new Promise((settle) => void work({ settle })); }
export async function foreign() { "use durable"; const given = helper(slow(1)); return await given; }
export async function resolvers() { "use durable"; const { promise, resolve } = Promise.withResolvers(); slow(1).then((x) => resolve(x)); return await promise; }
export async function raced() { "use durable"; const work = slow(1); return await Promise.race([new Promise(() => {}), new Promise((r) => work.then((x) => r(x)))]); }
export async function twice() { "use durable"; const work = slow(1); const p = new Promise((r) => work.then((x) => r(x))); return [await p, await slow(2)]; }
export async function caught() {
  "use durable";
  const work = slow(1);
  try { return await new Promise((r) => work.then((x) => r(x))); } catch (error) { await sleep(20_000); return error.code; }
}
export async function format() { "use durable"; const { format } = new Intl.NumberFormat("de"); await sleep(5_000); return format(1_000); }
export async function bare() { "use durable"; const work = slow(1); const p = new Promise((r) => work.then((x) => r(x))); await sleep(1_000); return await p; }
`;

type Program = Record<string, () => Promise<unknown>>;
const world = globalThis as unknown as { w: string[] };

async function start(name: string) {
  const place = await makePlace("memory");
  const first = await place.open();
  world.w = [];
  const programs = await load<Program>(program);
  const run = await first.engine.start(programs[name] as Program[string], [], { id: "a" });
  return { place, first, run };
}

describe("a promise of the process that the run itself is to settle", () => {
  const results: Record<string, unknown> = {
    ...{ closure: 1, failing: "below", atLast: "over", settler: 1, executor: 1, handed: 7, inAnObject: 1, foreign: 1 },
    ...{ resolvers: 1, raced: 1, twice: [1, 2], caught: 1 },
  };

  test.each(Object.keys(results))("the run goes on: %s", async (name) => {
    const { place, run } = await start(name);
    const result = run.result();
    for (let turn = 0; turn < 6; turn++) await place.clock.advance(2_500);
    expect(await result).toEqual(results[name]);
  });

  const takenOver = Object.keys(results).filter((name) => !["caught", "failing", "foreign"].includes(name));
  test.each(takenOver)("after its process has died the wait is lost, once, and nothing is silent: %s", async (name) => {
    const { place, first } = await start(name);
    await place.clock.advance(1_000);
    first.kill();
    const { engine } = await place.open();
    const result = (await engine.get("a"))?.result().catch((error: { code?: string }) => error.code);
    for (let turn = 0; turn < 20; turn++) await place.clock.advance(2_500);
    expect(await result).toBe("CF2304");
  });

  test.each(["format", "bare"])(
    "what no such promise stands behind is refused by its name, as before: %s",
    async (name) => {
      const { place, run } = await start(name);
      await place.clock.advance(1);
      const { status, reason } = await run.status();
      expect([status, reason]).toEqual(["held", expect.stringContaining("CF2001")]);
    },
  );
});
