// Unmarked async code that a run calls without await is gone after a crash: what it would record or wait for is refused.
import { describe, expect, test } from "vitest";
import type { EngineOptions } from "../../runtime/src/engine/options.ts";
import { kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

const program = `
import { sleep, step } from "@coldframe/runtime";
const charge = step(async (i: number) => w.charge(i));
const atOnce = async () => { await charge(1); await charge(2); };
const sleeps = async () => { await sleep("1h"); w.note("slept"); };
const later = async () => {
  await null;
  try { await charge(1); } catch (error) { w.note(error.code, error.params.what); }
  try { await sleep("1h"); } catch (error) { w.note(error.code, error.params.what); }
};
const timeout = async (work: Promise<unknown>) => { try { return await Promise.race([work, w.never()]); } catch { return "late"; } };
export async function step1() { "use durable"; atOnce(); return await charge(3); }
export async function stepKept() { "use durable"; const p = atOnce(); await charge(3); await p; return 1; }
export async function naps() { "use durable"; sleeps(); await sleep("2h"); return 1; }
export async function napsAndEnds() { "use durable"; sleeps(); return 1; }
export async function napsAwaited() { "use durable"; const p = sleeps(); await p; return 1; }
export async function laterToo() { "use durable"; later(); await charge(3); return 1; }
export async function list() { "use durable"; const all = [1, 2, 3].map((i) => charge(i)); await sleep(5); return await Promise.all(all); }
export async function wrapped() { "use durable"; const p = Promise.resolve(charge(1)); return await p; }
async function slow(i: number) { "use durable"; await sleep(5); return await charge(i); }
const within = (work: Promise<unknown>) => Promise.race([work, new Promise(() => {})]);
export async function settles() {
  "use durable";
  const raced = within(slow(1)), caught = new Promise((_, reject) => void slow(2).catch(reject));
  const [then, at] = [new Promise((r, j) => void slow(3).then(r, j)), new Promise<void>((r) => void slow(4).finally(r))];
  return await Promise.all([raced, Promise.race([caught, then]), at]);
}
export async function given() { "use durable"; const t = charge(1); const a = await timeout(t); await sleep("1h"); return [a, await t]; }
`;

type Program = Record<
  "step1" | "stepKept" | "naps" | "napsAndEnds" | "napsAwaited" | "laterToo" | "list" | "wrapped" | "settles" | "given",
  () => Promise<unknown>
>;

describe.each(kinds)("code called without await on %s", (kind) => {
  async function start(name: keyof Program, options: EngineOptions = {}) {
    const place = await makePlace(kind);
    const { engine, notices } = await place.open(options);
    const notes: unknown[][] = [];
    const gates = new Map<number, () => void>();
    world.w = {
      charge: (i: number) => new Promise((resolve) => gates.set(i, () => resolve(i))),
      note: (...texts: unknown[]) => notes.push(texts),
      never: () => new Promise((_, reject) => setImmediate(reject)),
    };
    const programs = await load<Program>(program);
    const run = await engine.start(programs[name], [], { id: "a" });
    const open = async (i: number) => {
      await until(() => gates.has(i));
      gates.get(i)?.();
    };
    return { ...place, run, notes, notices, open, gates };
  }

  test.each(["naps", "napsAndEnds"] as const)(
    "one that sleeps holds the run, and names the sleep: %s",
    async (name) => {
      const { run } = await start(name);
      await until(async () => (await run.status()).status === "held");
      const { reason } = await run.status();
      expect(reason).toContain("CF2302");
      expect(reason).toContain("sleep");
      expect(reason).toContain("called without await");
    },
  );

  test("one that waits for a step holds the run before anything begins", async () => {
    const { run, gates } = await start("step1");
    await until(async () => (await run.status()).status === "held");
    expect((await run.status()).reason).toContain("step test/program#charge");
    expect([...gates.keys()]).toEqual([]);
  });

  test("after its first own await its steps and sleeps are refused where they are called", async () => {
    const { run, open, notes, gates } = await start("laterToo");
    await open(3);
    expect(await run.result()).toBe(1);
    await until(() => notes.length === 2);
    expect(notes).toEqual([
      ["CF2302", "The step test/program#charge"],
      ["CF2302", "sleep"],
    ]);
    expect([...gates.keys()]).toEqual([3]);
  });

  test("its promise in a variable is refused by name, as any promise is; awaited, it is a volatile wait", async () => {
    const { run } = await start("stepKept");
    await until(async () => (await run.status()).status === "held");
    expect((await run.status()).reason).toMatch(/CF2001.*\bp\b/s);
    const { run: awaited, clock } = await start("napsAwaited");
    await clock.advance(4_000);
    expect((await awaited.status()).status).toBe("running");
  });

  test("steps that durable code itself does not await at once, in whatever list, are its own", async () => {
    const { run, open, clock } = await start("list");
    for (const i of [1, 2, 3]) await open(i);
    await clock.advance(10);
    expect(await run.result()).toEqual([1, 2, 3]);
  });

  test("a promise that wraps a step is a wait like any other", async () => {
    const { run, open } = await start("wrapped");
    await open(1);
    expect(await run.result()).toBe(1);
  });

  test("what the language settles when a call has settled is a wait of this process, and the run is stored beside it", async () => {
    const { run, open, clock, gates } = await start("settles", { warm: { runs: 0 } });
    await until(async () => (await run.inspect()).waits.length === 4);
    await clock.advance(5);
    await until(() => gates.size === 4);
    for (const i of [1, 2, 3, 4]) await open(i);
    expect(await run.result()).toEqual([1, 3, undefined]);
  });

  test("code that is awaited may be handed a step's promise, and let go of it", async () => {
    const { run, open, clock } = await start("given");
    await until(async () => (await run.status()).status === "running");
    await clock.advance(100);
    await open(1);
    await until(async () => (await run.status()).status === "waiting");
    await clock.jump(3_600_000);
    expect(await run.result()).toEqual(["late", 1]);
  });
});
