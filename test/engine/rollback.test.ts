import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const HOUR = 3_600_000;

interface Program {
  main(order: number): Promise<unknown>;
}

/** The same module, in another version. */
const version = (constant: number, extra = "") => `
import { sleep, step } from "@coldframe/runtime";
const charge = step(async (i: number) => w.charge(i));
const pack = step(async (item: string) => w.pack(item), { retry: { initialMs: 7200000, jitter: 0 } });
export async function main(order: number) {
  "use durable";
  ${extra}
  const receipt = await charge(order);
  const parcels = await Promise.all(["x", "y"].map(async (item) => { const p = await pack(item); return p + "!"; }));
  await sleep("1h");
  return [receipt, parcels, ${constant}];
}`;

describe.each(kinds)("changed code on %s", (kind) => {
  async function parkedRun(options = {}) {
    const place = await makePlace(kind);
    const calls: unknown[] = [];
    world.w = { charge: (i: number) => calls.push(i) && `r${i}`, pack: (item: string) => calls.push(item) && item };
    const first = await place.open(options);
    const { main } = await load<Program>(version(1));
    const run = await first.engine.start(main, [5], { id: "a" });
    await until(async () => (await run.status()).status === "waiting");
    expect(calls).toEqual([5, "x", "y"]);
    await first.engine.close();
    return { place, calls };
  }

  test("code that changed only before the point goes on", async () => {
    const { place, calls } = await parkedRun();
    await load(version(1, "w.before?.();"));
    const second = await place.open();
    await place.clock.jump(HOUR);
    const run = await second.engine.get("a");
    expect(await run?.result()).toEqual(["r5", ["x!", "y!"], 1]);
    expect((await run?.status())?.generation).toBe(0);
    expect(calls).toHaveLength(3);
  });

  test("an incompatible run begins again from its input, with the results of its steps", async () => {
    const { place, calls } = await parkedRun();
    await load(version(2));
    const second = await place.open();
    await place.clock.jump(HOUR);
    const run = await second.engine.get("a");
    await until(async () => (await run?.status())?.generation === 1);
    expect(second.notices.map(({ kind: what }) => what)).toEqual(["rolled-back"]);
    expect(second.notices[0]?.message).toContain("test/program#main has changed");
    const { log } = second;
    expect(log.commits).toHaveLength(1); // generation, reused results and the new sleep are one commit
    expect(log.commits[0]?.rollback).toBe(true);
    expect(log.commits[0]?.begin?.[0]?.operation).toMatch(/^1\./);
    await place.clock.jump(HOUR);
    expect(await run?.result()).toEqual(["r5", ["x!", "y!"], 2]);
    expect(calls).toEqual([5, "x", "y"]);
  });

  test("the same call in parallel lanes keeps its result, whatever the order in which the lanes went on", async () => {
    const place = await makePlace(kind);
    const gates: Record<string, () => void> = {};
    const keys: string[] = [];
    world.w = {
      pick: (name: string) => new Promise<void>((resolve) => Object.assign(gates, { [name]: resolve })),
      charge: (key: string) => `r${keys.push(key)}`,
    };
    const lanes = (constant: number) => `
      import { sleep, step, stepContext } from "@coldframe/runtime";
      const pick = step(async (name: string) => w.pick(name));
      const charge = step(async (i: number) => w.charge(stepContext().idempotencyKey));
      export async function main() {
        "use durable";
        const lane = async (name: string) => { await pick(name); return name + await charge(5); };
        const all = await Promise.all([lane("a"), lane("b"), lane("c")]);
        await sleep("1h");
        return [all, ${constant}];
      }`;
    const first = await place.open();
    const { main } = await load<{ main(): Promise<unknown> }>(lanes(1));
    const run = await first.engine.start(main, [], { id: "a" });
    await until(() => gates.c !== undefined);
    for (const [index, name] of ["c", "a", "b"].entries()) {
      gates[name]?.();
      await until(() => keys.length === index + 1);
    }
    expect(new Set(keys).size).toBe(3);
    await until(async () => (await run.status()).status === "waiting");
    await first.engine.close();
    await load(lanes(2));
    const second = await place.open();
    await place.clock.jump(HOUR);
    await until(async () => (await (await second.engine.get("a"))?.status())?.generation === 1);
    await place.clock.jump(HOUR);
    expect(await (await second.engine.get("a"))?.result()).toEqual([["ar2", "br3", "cr1"], 2]);
    expect(keys).toHaveLength(3);
  });

  test("a step that failed has failed for the new code, too: it takes the way on which its effects lie", async () => {
    const place = await makePlace(kind);
    const calls: string[] = [];
    world.w = {
      charge: () => {
        calls.push("charge");
        if (calls.length > 1) return "charged after all";
        throw Object.assign(new Error("declined"), { retryable: false });
      },
      refund: () => calls.push("refund"),
    };
    const trial = (constant: number) => `
      import { sleep, step } from "@coldframe/runtime";
      const charge = step(async () => w.charge());
      const refund = step(async () => w.refund());
      export async function main() {
        "use durable";
        let how = "";
        try { how = await charge(); } catch (error) { await refund(); how = error.message; }
        await sleep("1h");
        return [how, ${constant}];
      }`;
    const first = await place.open();
    const run = await first.engine.start((await load<{ main(): Promise<unknown> }>(trial(1))).main, [], { id: "a" });
    await until(async () => (await run.status()).status === "waiting");
    await first.engine.close();
    await load(trial(2));
    const second = await place.open();
    await place.clock.jump(HOUR);
    await until(async () => (await (await second.engine.get("a"))?.status())?.generation === 1);
    await place.clock.jump(HOUR);
    expect(await (await second.engine.get("a"))?.result()).toEqual(["declined", 2]);
    expect(calls).toEqual(["charge", "refund"]);
  });

  test("what comes late from an abandoned generation is dropped", async () => {
    const place = await makePlace(kind);
    const gates: ReturnType<typeof deferred<string>>[] = [];
    world.w = {
      slow: () => {
        gates.push(deferred<string>());
        return gates.at(-1)?.promise;
      },
      handle: () => new WeakMap(),
    };
    const trial = (extra: string) => `
      import { step } from "@coldframe/runtime";
      const slow = step(async () => w.slow());
      const quick = step(async () => 1);
      export async function main() {
        "use durable";
        const lane = async () => { await quick(); ${extra} await quick(); };
        return (await Promise.all([slow(), lane()]))[0] + ${extra.length};
      }`;
    const held = trial("const h = w.handle(); await quick(); void h;");
    const first = await place.open({ build: "one" });
    const run = await first.engine.start((await load<{ main(): Promise<unknown> }>(held)).main, [], { id: "a" });
    await until(async () => (await run.status()).status === "held"); // while its step goes on
    first.inner.claim = async () => []; // the other is to have it
    await load(trial(""));
    const second = await place.open({ rollback: "always", build: "two" });
    await until(() => gates.length === 2);
    expect((await run.status()).generation).toBe(1);
    gates[0]?.resolve("late");
    await place.clock.settle();
    gates[1]?.resolve("in time");
    expect(await (await second.engine.get("a"))?.result()).toBe("in time0");
  });

  test("what the new code does differently is performed anew", async () => {
    const { place, calls } = await parkedRun();
    await load(version(2).replace('["x", "y"]', '["z", "y", "x"]'));
    const second = await place.open();
    await place.clock.jump(HOUR);
    const run = await second.engine.get("a");
    await until(async () => (await run?.status())?.status === "waiting");
    await place.clock.jump(HOUR);
    expect(await run?.result()).toEqual(["r5", ["z!", "y!", "x!"], 2]);
    expect(calls[3]).toBe("z");
    expect(calls).not.toContain("r5");
  });

  test.each([
    ["covered", "held", 0],
    ["always", "waiting", 1],
    ["hold", "held", 0],
    ["fail", "failed", 0],
  ] as const)("a step had begun and has no result; policy %s: %s", async (rollback, status, generation) => {
    const place = await makePlace(kind);
    let fail = true;
    world.w = {
      charge: (i: number) => `r${i}`,
      pack: (item: string) => {
        if (fail) throw new Error("no paper");
        return item;
      },
    };
    const first = await place.open();
    const { main } = await load<Program>(version(1));
    const run = await first.engine.start(main, [5], { id: "a" });
    await until(async () => (await run.status()).status === "waiting"); // for a next attempt, in two hours
    await first.engine.close();

    await load(version(2));
    fail = false;
    const second = await place.open({ rollback, build: "two" });
    await place.clock.jump(2 * HOUR);
    const again = await second.engine.get("a");
    await until(async () => (await again?.status())?.status === status);
    expect((await again?.status())?.generation).toBe(generation);
    if (status === "held") expect((await again?.status())?.reason).toContain("CF2411");
    if (status === "failed") await expect(again?.result()).rejects.toThrow("CF2101");
  });

  test("code that is gone from a loaded module has changed; a module that is not loaded is waited for", async () => {
    const place = await makePlace(kind);
    const first = await place.open();
    const ids = ["test/main", "test/helper"];
    const helper = `
      import { sleep } from "@coldframe/runtime";
      export async function nap() { "use durable"; await sleep("1h"); return "napped"; }`;
    await load(helper, ids[1]);
    const { main } = await load<{ main(nap: () => Promise<string>): Promise<unknown> }>(
      `export async function main(nap) { "use durable"; return await nap(); }`,
      ids[0],
    );
    const { nap } = await load<{ nap(): Promise<string> }>(helper, ids[1]);
    await first.engine.start(main, [nap], { id: "a" });
    await first.engine.close();

    const { registry } = await import("../../runtime/src/registry.ts");
    const { modules, functions } = registry();
    const [module, meta] = [modules.get("test/helper"), functions.get("test/helper#nap")];
    functions.delete("test/helper#nap");
    modules.delete("test/helper");
    registry().register("test/helper#nap", undefined);
    const second = await place.open({ build: "two" });
    await place.clock.jump(HOUR);
    const run = await second.engine.get("a");
    await until(async () => (await run?.status())?.status === "held");
    expect((await run?.status())?.reason).toContain("CF2412");
    expect((await run?.status())?.generation).toBe(0);

    registry().addModule(module as never);
    expect(meta).toBeDefined();
    await run?.release();
    expect(await run?.result()).toBe("napped");
  });
});
