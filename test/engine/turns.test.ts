// Nobody starves (turn.ts I1, rounds.ts): however long a run could go on, the event loop and the other runs have their turns.
// No time passes here: a clock that stands still counts turns.
import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const LEASE_MS = 15_000;

const program = `
import { sleep, step } from "@coldframe/runtime";
const work = step(async (...args: unknown[]) => w.work(...args));
const plain = (...args: unknown[]) => w.plain(...args);
async function quick(n: number) { "use durable"; return n + 1; }
export async function steps() { "use durable"; let n = 0; while (w.goOn()) n = await work(n) as number; return "steps"; }
export async function ticks() { "use durable"; while (w.goOn()) await null; return "ticks"; }
export async function calls() { "use durable"; let n = 0; while (w.goOn()) n = await quick(n); return "calls"; }
export async function tasks() { "use durable"; let n = 0; while (w.goOn()) { const task = quick(n); n = await task; } return "tasks"; }
export async function native() { "use durable"; while (w.goOn()) await plain(1); return "native"; }
export async function reactions() { "use durable"; while (w.goOn()) await quick(1).then((n) => n + 1); return "reactions"; }
export async function once() { "use durable"; return await work("once"); }
export async function beside(forever: string) {
  "use durable";
  const lanes: Record<string, () => Promise<unknown>> = { steps, ticks, calls, tasks, native, reactions };
  const lane = async () => { const result = await work("lane"); w.laneDone(); await sleep(10); return result; };
  return await Promise.all([lanes[forever]!(), lane()]);
}
export async function passing() {
  "use durable";
  const hot = async () => { let n = 0; while (w.goOn()) { const socket: any = await plain("socket"); n += socket.n as number; await null; } return n > 0; };
  const lane = async () => { let n = 0; for (let i = 0; i < 20; i++) n += await work(i) as number; w.laneDone(); return n; };
  return await Promise.all([hot(), lane()]);
}`;

type Name = "steps" | "ticks" | "calls" | "tasks" | "native" | "reactions";
type Program = Record<Name | "once" | "passing", () => Promise<unknown>> & { beside(lane: Name): Promise<unknown> };
const names = ["steps", "ticks", "calls", "tasks", "native", "reactions"] as const;

/** A world whose hot lanes go on until told to stop. */
function makeWorld() {
  const state = { goOn: true, turns: 0, laneDone: false };
  world.w = {
    goOn: () => ++state.turns > 0 && state.goOn,
    work: (n: unknown) => n,
    plain: async (n: unknown) => n,
    laneDone: () => {
      state.laneDone = true;
    },
  };
  return state;
}

/** So many turns of the event loop. */
async function loop(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe.each(kinds)("nobody starves on %s", (kind) => {
  const some = kind === "memory" ? names : (["steps", "tasks"] as const); // what is ready is no store's business
  test.each(some)("a run that goes on for ever leaves the event loop its turns, and others too: %s", async (name) => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const state = makeWorld();
    const programs = await load<Program>(program);
    const hot = await engine.start(programs[name], []);
    await loop(3);
    const before = state.turns;
    const other = await engine.start(programs.once, []);
    expect(await other.result()).toBe("once");
    expect(state.turns).toBeGreaterThan(before);
    state.goOn = false;
    expect(await hot.result()).toBe(name);
  });

  test.each(some)("a lane that goes on for ever keeps no other's step from beginning: %s", async (name) => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const state = makeWorld();
    const programs = await load<Program>(program);
    const run = await engine.start(programs.beside, [name]);
    await until(() => state.laneDone);
    state.goOn = false;
    expect((await run.status()).status).toBe("running");
  });

  test.each(some)("what was ready when a commit was taken goes on elsewhere: %s", async (name) => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const state = makeWorld();
    const gate = deferred<string>();
    world.w.work = () => gate.promise;
    const programs = await load<Program>(program);
    await first.engine.start(programs.beside, [name], { id: "a" });
    await loop(20);
    first.kill();
    await clock.jump(LEASE_MS);
    world.w.work = () => "again";
    const second = await open();
    await until(() => state.laneDone);
    state.goOn = false;
    const run = await second.engine.get("a");
    await clock.advance(100);
    expect(await run?.result()).toEqual([name, "again"]);
  });

  test("a value on its way to a frame that cannot be stored keeps nothing from being recorded, and holds nothing", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, notices } = await open();
    const state = makeWorld();
    world.w.plain = async () => ({ n: 1, secret: new WeakMap() });
    const programs = await load<Program>(program);
    const run = await engine.start(programs.passing, []);
    await until(async () => {
      await clock.advance(10);
      return state.laneDone;
    });
    state.goOn = false;
    expect(await run.result()).toEqual([true, 190]);
    expect(notices).toEqual([]);
  });

  test("an engine that closes hands over a run that never parks", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const state = makeWorld();
    const programs = await load<Program>(program);
    await first.engine.start(programs.tasks, [], { id: "a" });
    await loop(3);
    await first.engine.close();
    expect((await first.log.commits.at(-1))?.status).toBe("ready");
    const before = state.turns;
    await loop(3);
    expect(state.turns).toBe(before);
    const second = await open();
    await until(() => state.turns > before);
    state.goOn = false;
    expect(await (await second.engine.get("a"))?.result()).toBe("tasks");
    expect(clock.pending).toBeGreaterThan(0);
  });
});

test("code outside of a run has a budget of its own: what a turn has used up is no concern of it", async () => {
  const { open } = await makePlace("memory");
  const { engine } = await open();
  const { some, lanes } = await load<Record<"some" | "lanes", (n: number) => Promise<unknown>>>(`
    const begun: number[] = [];
    async function call(n: number) { "use durable"; begun.push(n); return n; }
    export async function some(n: number) { "use durable"; let sum = 0; for (let i = 0; i < n; i++) sum += await call(i); return sum; }
    export async function lanes(n: number) {
      "use durable";
      begun.length = 0;
      const lane = async (i: number) => { await call(i); await call(i); return await call(i); };
      await Promise.all(Array.from({ length: n }, (_, i) => lane(i)));
      return begun.join(" ");
    }`);
  const before = await lanes(3);
  for (let calls = 1; calls <= 18; calls++) {
    await (await engine.start(some, [calls])).result();
    expect(await lanes(3), `after ${calls} calls`).toBe(before);
  }
});
