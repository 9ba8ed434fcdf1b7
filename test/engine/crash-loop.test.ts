// A crash is no failure of the step that ran; but a run that never gets past one is held (restore.ts I4).
import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const LEASE_MS = 15_000;

const program = `
import { step, stepContext } from "@coldframe/runtime";
const once = step(async (i: number) => w.once(i, stepContext()), { retry: { maxAttempts: 1 } });
export async function main(n: number) { "use durable"; return await Promise.all(Array.from({ length: n }, (_, i) => i).map((i) => once(i))); }`;

interface Program {
  main(n: number): Promise<unknown>;
}

describe.each(kinds)("crash loops on %s", (kind) => {
  test("an attempt that a crash cut short does not count; one that fails does", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const attempts: number[] = [];
    world.w = {
      once: (_i: number, { attempt }: { attempt: number }) => {
        attempts.push(attempt);
        if (attempts.length === 1) return deferred().promise;
        throw new Error("declined");
      },
    };
    await first.engine.start((await load<Program>(program)).main, [1], { id: "a" });
    await until(() => attempts.length === 1);
    first.kill();
    await clock.jump(LEASE_MS);
    const { engine } = await open();
    await expect((await engine.get("a"))?.result()).rejects.toThrow("declined");
    expect(attempts).toEqual([1, 1]);
  });

  test("a step that ends its process each time is performed six times, then the run is held and says so", async () => {
    const { open, clock } = await makePlace(kind);
    let performed = 0;
    world.w = { once: () => ++performed && deferred().promise };
    const { main } = await load<Program>(program);
    let held = await open();
    await held.engine.start(main, [1], { id: "a" });
    for (let life = 1; life <= 6; life++) {
      await until(() => performed === life);
      held.kill();
      await clock.jump(LEASE_MS);
      held = await open();
    }
    await until(async () => (await held.store.get("a"))?.status === "held");
    const reason = (await held.store.get("a"))?.hold?.reason;
    expect(reason).toContain("CF2415");
    expect(reason).toContain("without a result: test/program#once");
    expect(performed).toBe(6);

    world.w = { once: () => "better" };
    const run = await held.engine.get("a");
    await run?.release();
    expect(await run?.result()).toEqual(["better"]);
  });

  test("a run that gets a little further each time is not held", async () => {
    const { open, clock } = await makePlace(kind);
    let life = 0;
    const done = new Set<number>();
    world.w = {
      once: (i: number) => {
        if (i > life) return deferred().promise;
        done.add(i);
        return i;
      },
    };
    const { main } = await load<Program>(program);
    let held = await open();
    await held.engine.start(main, [8], { id: "a" });
    for (; life < 7; life++) {
      await until(() => done.size === life + 1);
      await clock.settle();
      held.kill();
      await clock.jump(LEASE_MS);
      held = await open();
    }
    expect(await (await held.engine.get("a"))?.result()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test("runs that only share the processes of one that ends them are not held", async () => {
    const { open, clock } = await makePlace(kind);
    let held = await open();
    let slow = 0;
    let crashes = 0;
    // The slow ones take longer than the bad one needs to end the process, as long as it is there.
    world.w = {
      once: (i: number) => {
        if (i === 3) {
          crashes++;
          setImmediate(() => held.kill());
        } else slow++;
        return i === 3
          ? deferred().promise
          : new Promise((resolve) => clock.setTimer(clock.now() + 200, () => resolve(i)));
      },
    };
    const { lane } = await load<{ lane(i: number): Promise<number> }>(`
      import { step } from "@coldframe/runtime";
      const once = step(async (i: number) => w.once(i));
      export async function lane(i: number) { "use durable"; return await once(i); }`);
    await Promise.all([0, 1, 2, 3, 4, 5].map((i) => held.engine.start(lane, [i], { id: `${i}` })));
    const statuses = async () => (await held.inner.list({}, { limit: 10 })).runs.map(({ status }) => status).reverse();
    for (
      let turn = 0;
      turn < 400 && (await statuses()).some((status) => status === "ready" || status === "running");
      turn++
    ) {
      await clock.advance(100);
      if (!held.isDead()) continue;
      await clock.jump(LEASE_MS);
      held = await open();
    }
    expect(await statuses()).toEqual(["done", "done", "done", "held", "done", "done"]);
    expect(crashes).toBe(6);
    expect(slow).toBeLessThanOrEqual(5 * 5);
  });

  test("many runs that only shared processes with others that ended are taken up side by side", async () => {
    const { open, clock } = await makePlace(kind);
    let held = await open();
    let isWell = false;
    let now = 0;
    let most = 0;
    world.w = {
      once: () => {
        most = Math.max(most, ++now);
        if (!isWell) return deferred().promise;
        return new Promise((resolve) => clock.setTimer(clock.now() + 500, () => resolve(now--)));
      },
    };
    const { main } = await load<Program>(program);
    await Promise.all(Array.from({ length: 100 }, (_, i) => held.engine.start(main, [1], { id: `${i}` })));
    for (let life = 1; life <= 3; life++) {
      await until(() => now === 100);
      held.kill();
      await clock.jump(LEASE_MS);
      now = 0;
      isWell = life === 3;
      most = 0;
      held = await open();
    }
    for (let waitedMs = 0; waitedMs < 8_000; waitedMs += 500) await clock.advance(500);
    const { runs } = await held.inner.list({ status: ["done"] }, { limit: 200 });
    expect([runs.length, most > 20]).toEqual([100, true]);
  });

  test("a suspect is tried alone: nothing else is driven beside it, and a run that goes on is none", async () => {
    const { open, clock } = await makePlace(kind);
    let held = await open();
    const begun: number[] = [];
    world.w = { once: (i: number) => begun.push(i) && deferred().promise };
    const { main } = await load<Program>(program);
    await Promise.all([1, 2].map((i) => held.engine.start(main, [1], { id: `${i}` })));
    for (let life = 1; life <= 4; life++) {
      await until(() => begun.length === (life < 4 ? 2 : 1)); // then they part
      begun.length = 0;
      held.kill();
      await clock.jump(LEASE_MS);
      held = await open();
    }
    await until(() => begun.length > 0);
    const driven = async () => (await held.inner.list({ status: ["running"] }, { limit: 9 })).runs.length;
    await until(async () => (await driven()) > 0);
    expect(await driven()).toBe(1);
    await clock.advance(20_000); // it has not ended its process
    expect(await driven()).toBe(2);
    expect((await held.inner.list({ status: ["held"] }, { limit: 9 })).runs).toEqual([]);
  });

  test("closing again and again is no crash", async () => {
    const { open, clock } = await makePlace(kind);
    let performed = 0;
    world.w = { once: () => (++performed < 9 ? deferred().promise : "at last") };
    const { main } = await load<Program>(program);
    let held = await open({ drainMs: 0 });
    await held.engine.start(main, [1], { id: "a" });
    for (let life = 1; life <= 8; life++) {
      await until(() => performed === life);
      const closed = held.engine.close();
      await clock.advance(1);
      await closed;
      held = await open({ drainMs: 0 });
    }
    expect(await (await held.engine.get("a"))?.result()).toEqual(["at last"]);
  });
});
