// The wall clock may be set, forward or back (clock.ts C1 to C3): leases, polls and time limits go on by the monotonic one.
import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const HOUR = 3_600_000;

const program = `
import { sleep, step } from "@coldframe/runtime";
const work = step(async (i: number) => w.work(i), { timeoutMs: 120_000, retry: { maxAttempts: 2, initialMs: 1000, jitter: 0 } });
export async function main() { "use durable"; return await work(1); }
export async function nap() { "use durable"; await sleep("90s"); return "slept"; }`;

type Program = Record<"main" | "nap", () => Promise<unknown>>;

describe.each(kinds)("clock jumps on %s", (kind) => {
  test.each([
    ["back", -HOUR],
    ["ahead", HOUR],
  ])("set %s by an hour: leases are kept, nothing is performed twice", async (_, ms) => {
    const { open, clock } = await makePlace(kind);
    const { engine, notices } = await open();
    const gate = deferred<string>();
    let calls = 0;
    world.w = { work: () => ++calls && gate.promise };
    const run = await engine.start((await load<Program>(program)).main, []);
    await until(() => calls === 1);
    await clock.advance(1_000);
    await clock.shift(ms);
    await clock.advance(60_000);
    expect([calls, notices]).toEqual([1, []]);
    gate.resolve("done");
    expect(await run.result()).toBe("done");
  });

  test("set ahead, another worker may take a run over; what the first still does is void", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const gates: ReturnType<typeof deferred<string>>[] = [];
    world.w = {
      work: () => {
        gates.push(deferred<string>());
        return gates.at(-1)?.promise;
      },
    };
    const run = await first.engine.start((await load<Program>(program)).main, []);
    await until(() => gates.length === 1);
    await open();
    await clock.shift(HOUR);
    await clock.advance(30_000);
    for (const [index, gate] of gates.entries()) gate.resolve(`by ${index}`);
    await clock.advance(2_000);
    expect(await run.result()).toBe(`by ${gates.length - 1}`);
  });

  test("set back: work from elsewhere is found, a time limit passes, an attempt is made again; a time to wake is a wall time", async () => {
    const { open, clock } = await makePlace(kind);
    const client = await open({ work: false });
    await open();
    let calls = 0;
    world.w = { work: () => (++calls === 1 ? deferred().promise : "second") };
    const programs = await load<Program>(program);
    const nap = await client.engine.start(programs.nap, []);
    await clock.advance(2_000);
    expect((await nap.status()).status).toBe("waiting");
    await clock.shift(-HOUR);
    const run = await client.engine.start(programs.main, []);
    await clock.advance(119_000);
    expect(calls).toBe(1);
    await clock.advance(5_000);
    expect(calls).toBe(2);
    expect(await run.result()).toBe("second");
    expect((await nap.status()).status).toBe("waiting");
    await clock.shift(HOUR);
    await clock.advance(2_000);
    expect(await nap.result()).toBe("slept");
  });
});
