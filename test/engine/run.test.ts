import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

interface Program {
  main(...args: unknown[]): Promise<unknown>;
}

describe.each(kinds)("runs on %s", (kind) => {
  test("a run ends when its root and its tasks have ended", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const gate = deferred();
    const seen: string[] = [];
    world.w = { work: () => gate.promise, note: (text: string) => seen.push(text) };
    const { main } = await load<Program>(`
      import { step } from "@coldframe/runtime";
      const work = step(async () => w.work());
      const child = async () => { "use durable"; await work(); w.note("child"); };
      export async function main() { "use durable"; child(); return "root"; }`);
    const run = await engine.start(main, []);
    expect(await run.result()).toBe("root");
    expect((await run.status()).status).toBe("closing");
    expect(seen).toEqual([]);
    gate.resolve();
    expect((await run.closed()).status).toBe("done");
    expect(seen).toEqual(["child"]);
  });

  test("a rejection that nobody observed fails the run, also across a restore; one that was observed does not", async () => {
    const { open, clock } = await makePlace(kind);
    world.w = {};
    const { main } = await load<Program>(`
      import { sleep } from "@coldframe/runtime";
      const child = async () => { "use durable"; throw new RangeError("nobody looks"); };
      export async function main(observe) {
        "use durable";
        const task = child();
        if (observe) task.catch(() => {});
        await sleep("1h");
        return "root";
      }`);
    const first = await open();
    await first.engine.start(main, [true], { id: "a" });
    await first.engine.start(main, [false], { id: "b" });
    await first.engine.close();
    const { engine } = await open();
    await clock.jump(3_600_000);
    expect(await (await engine.get("a"))?.result()).toBe("root");
    await expect((await engine.get("b"))?.result()).rejects.toThrow(RangeError);
  });

  test("a run that throws fails with the error, class and stack", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const { main } = await load<Program>(`
      const inner = async () => { "use durable"; await null; throw new TypeError("inside", { cause: 5 }); };
      export async function main() { "use durable"; await inner(); }`);
    const error = (await (await engine.start(main, [])).result().catch((e) => e)) as Error;
    expect(error).toBeInstanceOf(TypeError);
    expect([error.message, error.cause]).toEqual(["inside", 5]);
    expect(error.stack).toContain("at async main (test/program:");
  });

  test("the stack of an error names every durable frame that it passed, and nothing of the runtime", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const { main } = await load<Program>(`
      import { step } from "@coldframe/runtime";
      const fails = step(async () => { throw new TypeError("inside"); }, { retry: { maxAttempts: 1 } });
      const lane = async () => { "use durable"; return await fails(); };
      const all = async () => { "use durable"; return await Promise.all([lane()]); };
      export async function main() { "use durable"; for (;;) try { await all(); } catch (e) { throw e; } }`);
    const error = (await (await engine.start(main, [])).result().catch((e) => e)) as Error;
    const [first, ...rest] = error.stack?.split("\n").slice(1) ?? [];
    expect(first).toMatch(/at fails\b/);
    const names = rest.map((line) => /at async (\w+) \(test\/program:\d+:\d+\)/.exec(line)?.[1] ?? line);
    expect(names).toEqual(["lane", "all", "main"]);
  });

  test("more runs than may be driven at a time wait for their turn", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine } = await open({ concurrency: { runs: 2 } });
    let now = 0;
    let most = 0;
    world.w = {
      work: async () => {
        most = Math.max(most, ++now);
        await new Promise((resolve) => setImmediate(resolve));
        now--;
      },
    };
    const { main } = await load<Program>(`
      const work = async () => w.work();
      export async function main(i) { "use durable"; await work(); await work(); return i; }`);
    const runs = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((i) => engine.start(main, [i])));
    const results = Promise.all(runs.map((run) => run.result()));
    await until(async () => {
      await clock.advance(50);
      return (await engine.list({ status: "done" })).runs.length === 7;
    });
    expect(await results).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBeLessThanOrEqual(2);
  });

  test("a run that only waits for steps takes no place: a step may wait for another run", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, notices } = await open({ concurrency: { runs: 1 } });
    const { child, parent } = await load<Record<"child" | "parent", (n: number) => Promise<number>>>(`
      import { sleep, step } from "@coldframe/runtime";
      const spawn = step(async (n: number) => w.spawn(n));
      export async function child(n: number) { "use durable"; await sleep(20); return n + 1; }
      export async function parent(n: number) { "use durable"; return (await spawn(n)) * 10; }`);
    world.w = { spawn: async (n: number) => (await engine.start(child, [n], { id: `child ${n}` })).result() };
    const runs = await Promise.all([1, 2, 3].map((n) => engine.start(parent, [n])));
    const results = Promise.all(runs.map((run) => run.result()));
    await until(async () => {
      await clock.advance(50);
      return (await engine.list({ status: "done" })).runs.length === 6;
    });
    expect(await results).toEqual([20, 30, 40]);
    expect(notices).toEqual([]);
  });

  test.each(["runs", "steps"] as const)(
    "a worker whose places for %s are all taken, and stay so, says it once",
    async (what) => {
      const { open, clock } = await makePlace(kind);
      const { engine, notices } = await open({ concurrency: { [what]: 1 } });
      const gate = deferred();
      let calls = 0;
      world.w = { work: () => ++calls && gate.promise };
      const { runs, steps } = await load<Record<"runs" | "steps", () => Promise<unknown>>>(`
      import { step } from "@coldframe/runtime";
      const plain = async () => w.work();
      const performed = step(plain);
      export async function runs() { "use durable"; await plain(); return 1; }
      export async function steps() { "use durable"; await performed(); return 1; }`);
      const main = { runs, steps }[what];
      const first = await engine.start(main, []);
      await until(() => calls === 1);
      await clock.advance(30_000);
      expect(notices).toEqual([]); // nobody waits
      const second = await engine.start(main, []);
      await clock.advance(30_000);
      expect(notices.map(({ kind, message }) => [kind, message.includes(`concurrency.${what}`)])).toEqual([
        ["no-place", true],
      ]);
      gate.resolve();
      await until(async () => {
        await clock.advance(50);
        return (await engine.list({ status: "done" })).runs.length === 2;
      });
      expect(await Promise.all([first.result(), second.result()])).toEqual([1, 1]);
    },
  );

  test("runs that are not kept warm are read again; those that are, are not", async () => {
    for (const [runs, cold] of [
      [0, 3],
      [10, 0],
    ] as const) {
      const { open, clock } = await makePlace(kind);
      const { engine, inner } = await open({ warm: { runs } });
      let snapshots = 0;
      const claim = inner.claim.bind(inner);
      inner.claim = async (request) => {
        const claims = await claim(request);
        for (const { snapshot } of claims) if (snapshot !== undefined) snapshots++;
        return claims;
      };
      const { main } = await load<Program>(`
        import { sleep } from "@coldframe/runtime";
        export async function main(i) { "use durable"; await sleep("1h"); return i; }`);
      const started = await Promise.all([1, 2, 3].map((i) => engine.start(main, [i])));
      await clock.jump(3_600_000);
      expect(await Promise.all(started.map((run) => run.result()))).toEqual([1, 2, 3]);
      expect(snapshots).toBe(cold);
    }
  });

  test("a hot loop of reused and plain awaits lets others go on", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    const { main } = await load<Program>(`
      const nothing = async () => { "use durable"; return 1; };
      export async function main(n) { "use durable"; let sum = 0; for (let i = 0; i < n; i++) sum += await nothing(); return sum; }`);
    expect(await (await engine.start(main, [1_000_000])).result()).toBe(1_000_000);
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(0);
  });
});
