import { sleep } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const DAY = 24 * 3_600_000;

describe.each(kinds)("sleep on %s", (kind) => {
  test("parks the run, survives the process, and goes on at its time", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const seen: string[] = [];
    world.w = { note: (text: string) => seen.push(text) };
    const { main } = await load<{ main(): Promise<string> }>(`
      import { sleep, step } from "@coldframe/runtime";
      const note = step(async (text: string) => { w.note(text); });
      export async function main() {
        "use durable";
        await note("before");
        await sleep("3d");
        await note("after");
        return "slept";
      }`);
    const run = await first.engine.start(main, [], { id: "a" });
    await until(async () => (await run.status()).status === "waiting");
    expect((await run.status()).wakesAt).toBe(clock.now() + 3 * DAY);
    await first.engine.close();

    await clock.jump(3 * DAY - 1_000);
    const second = await open();
    await clock.settle();
    expect(seen).toEqual(["before"]);
    await clock.jump(1_000);
    expect(await (await second.engine.get("a"))?.result()).toBe("slept");
    expect(seen).toEqual(["before", "after"]);
  });

  test("the commit that begins a long sleep also gives up the lease; waking a warm run reads no snapshot", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, log } = await open();
    const { main } = await load<{ main(): Promise<number> }>(`
      import { sleep } from "@coldframe/runtime";
      export async function main() { "use durable"; await sleep("1h"); await sleep("2h"); return 1; }`);
    const run = await engine.start(main, []);
    await clock.jump(3_600_000);
    await until(() => log.commits.length === 2);
    await clock.jump(7_200_000);
    expect(await run.result()).toBe(1);
    expect(log.commits.map(({ status, wakeAt }) => [status, wakeAt !== undefined])).toEqual([
      ["waiting", true],
      ["waiting", true],
      ["done", false],
    ]);
  });

  test("a short sleep keeps the lease", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, log } = await open();
    const { main } = await load<{ main(): Promise<number> }>(`
      import { sleep } from "@coldframe/runtime";
      export async function main() { "use durable"; await sleep(300); return 1; }`);
    const run = await engine.start(main, []);
    await clock.advance(299);
    expect(log.commits.map(({ status }) => status)).toEqual(["running"]);
    await clock.advance(1);
    expect(await run.result()).toBe(1);
    expect(log.calls.filter((call) => call === "claim").length).toBeLessThanOrEqual(3);
  });

  test("sleeps end in the order of their times, whatever the order in which they began", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine } = await open();
    const { main } = await load<{ main(): Promise<string[]> }>(`
      import { sleep } from "@coldframe/runtime";
      export async function main() {
        "use durable";
        const order: string[] = [];
        const wait = async (name: string, ms: number) => { await sleep(ms); order.push(name); };
        await Promise.all([wait("c", 3_600_000), wait("a", 10), wait("b", 60_000)]);
        return order;
      }`);
    const run = await engine.start(main, []);
    await clock.jump(3_600_000);
    expect(await run.result()).toEqual(["a", "b", "c"]);
  });

  test("the loser of a race does not keep the run", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    world.w = { quick: () => "quick" };
    const { main } = await load<{ main(): Promise<string> }>(`
      import { sleep, step } from "@coldframe/runtime";
      const quick = step(async () => w.quick());
      export async function main() { "use durable"; return await Promise.race([sleep("1h"), quick()]); }`);
    const run = await engine.start(main, []);
    expect(await run.result()).toBe("quick");
  });

  test("one that is over before it is recorded waits for that, and does not spin", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, inner } = await open();
    const gate = deferred();
    const commit = inner.commit.bind(inner);
    inner.commit = async (item) => {
      await gate.promise;
      return commit(item);
    };
    let timers = 0;
    const setTimer = clock.setTimer.bind(clock);
    clock.setTimer = (atMs, fire) => {
      timers++;
      return setTimer(atMs, fire);
    };
    const { main } = await load<{ main(): Promise<number> }>(`
      import { sleep } from "@coldframe/runtime";
      export async function main() { "use durable"; await sleep(0); return 1; }`);
    const started = engine.start(main, []);
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(timers).toBeLessThan(10);
    gate.resolve();
    const run = await started;
    await clock.advance(10);
    expect(await run.result()).toBe(1);
  });

  test("in code that is not durable it is refused, also after that code's own awaits", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    world.w = {
      atOnce: async () => sleep("1h"),
      later: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        await sleep("1h");
      },
    };
    const { main } = await load<{ main(): Promise<unknown> }>(`
      const atOnce = () => w.atOnce();
      const api = { later: () => w.later() };
      export async function main() {
        "use durable";
        const seen = [];
        try { await atOnce(); } catch (error) { seen.push([error.code, error.params.what, error.params.caller]); }
        try { await api.later(); } catch (error) { seen.push([error.code, error.params.what, error.params.caller]); }
        return seen;
      }`);
    expect(await (await engine.start(main, [])).result()).toEqual([
      ["CF2302", "sleep", "atOnce"],
      ["CF2302", "sleep", "api.later"],
    ]);
  });

  test("in a step it is a timer", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const done = deferred<string>();
    world.w = { nap: () => sleep(0).then(() => done.resolve("napped")) };
    const { main } = await load<{ main(): Promise<unknown> }>(`
      import { step } from "@coldframe/runtime";
      const nap = step(async () => { await w.nap(); });
      export async function main() { "use durable"; await nap(); return 1; }`);
    expect(await (await engine.start(main, [])).result()).toBe(1);
    expect(await done.promise).toBe("napped");
  });
});

test("durations", async () => {
  await sleep(0);
  await sleep("1ms");
  // @ts-expect-error no unit is called so
  expect(() => sleep("1 fortnight")).toThrow("CF2406");
  expect(() => sleep(-1)).toThrow("CF2406");
  expect(() => sleep(Number.NaN)).toThrow("CF2406");
});
