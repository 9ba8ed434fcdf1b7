import { open as openUrl } from "@coldframe/runtime";
import { describe, expect, expectTypeOf, test } from "vitest";
import { openEngine } from "../../runtime/src/engine/engine.ts";
import type { Engine, Run } from "../../runtime/src/index.ts";
import type { CommitItem } from "../../runtime/src/store/store.ts";
import { deferred, kinds, load, makePlace, type TestEngine, until } from "./kit.ts";

interface Program {
  main(n: number, o?: object): Promise<number>;
  closure(): () => Promise<number>;
  later(ms: string): Promise<string>;
}

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

const program = `
import { step, sleep } from "@coldframe/runtime";
const double = step(async (n: number) => w.double(n));
export async function main(n: number) { "use durable"; return await double(n); }
export function closure() {
  const x = 1;
  return async () => { "use durable"; return x; };
}
export async function later(ms) { "use durable"; await sleep(ms); return "late"; }
`;

describe.each(kinds)("starting runs on %s", (kind) => {
  test("a start is idempotent by id; another job under the same id is refused", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    let calls = 0;
    world.w = { double: (n: number) => ++calls && n * 2 };
    const { main } = await load<Program>(program);
    const first = await engine.start(main, [4, { a: [1] }], { id: "a" });
    const second = await engine.start(main, [4, { a: [1] }], { id: "a" });
    expect([await first.result(), await second.result(), calls]).toEqual([8, 8, 1]);
    const after = await engine.start(main, [4, { a: [1] }], { id: "a" });
    expect([await after.result(), calls]).toEqual([8, 1]);
    const { later } = await load<Program>(program);
    for (const [difference, start] of [
      ["with 2 arguments, not 1", () => engine.start(main, [5], { id: "a" })],
      ["with another argument 2", () => engine.start(main, [4, { a: [2] }], { id: "a" })],
      ["with other arguments", () => engine.start(main, [5, { a: [2] }], { id: "a" })],
      ["of another function than test/program#later", () => engine.start(later, [4, { a: [1] }] as never, { id: "a" })],
    ] as const) {
      const error = await start().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "CF2403", params: { difference, function: "test/program#main" } });
      expect((error as { params: { startedAt: string } }).params.startedAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:/);
    }
  });

  test("of starts that race, one is", async () => {
    const { open } = await makePlace(kind);
    const engines = await Promise.all([open(), open(), open()]);
    world.w = { double: (n: number) => n * 2 };
    const { main } = await load<Program>(program);
    const runs = await Promise.all(engines.map(({ engine }) => engine.start(main, [4], { id: "a" })));
    expect(await Promise.all(runs.slice(0, 1).map((run) => run.result()))).toEqual([8]);
    const lists = await Promise.all(engines.map(({ engine }) => engine.list()));
    expect(lists.map(({ runs: listed }) => listed.map(({ id }) => id))).toEqual([["a"], ["a"], ["a"]]);
  });

  test("of starts of one id at once in one engine, or in several, the effects happen once", async () => {
    const { open, clock } = await makePlace(kind);
    const engines = await Promise.all([open(), open(), open({ work: false })]);
    const [{ engine: one }] = engines;
    let calls = 0;
    world.w = { double: (n: number) => ++calls && n * 2 };
    const { main } = await load<Program>(program);
    for (const [id, taking] of [
      ["one", engines.slice(0, 1)],
      ["several", engines],
    ] as const) {
      calls = 0;
      const starts = Array.from({ length: 30 }, (_, at) =>
        (taking[at % taking.length] as TestEngine).engine.start(main, [4], { id }),
      );
      const runs = await Promise.all(starts);
      await until(async () => {
        await clock.advance(1_000);
        return (await (await one.get(id))?.status())?.status === "done";
      });
      await clock.advance(1_000);
      expect(new Set(await Promise.all(runs.map((run) => run.result())))).toEqual(new Set([8]));
      expect(calls).toBe(1);
    }
    const ids = engines.flatMap(({ log }) => log.commits.map(({ commitId }) => commitId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("of different jobs under one id at once the first is started, the others are refused as later ones would be", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const seen: number[] = [];
    world.w = { double: (n: number) => seen.push(n) && n * 2 };
    const { main, later } = await load<Program>(program);
    const starts = await Promise.allSettled([
      engine.start(main, [4], { id: "a" }),
      engine.start(main, [5], { id: "a" }),
      engine.start(later, ["1h"], { id: "a" }),
      engine.start(main, [4], { id: "a" }),
    ]);
    expect(starts.map((one) => (one.status === "rejected" ? one.reason.code : one.status))).toEqual([
      ...["fulfilled", "CF2403", "CF2403", "fulfilled"],
    ]);
    const late = await Promise.allSettled([
      engine.start(main, [5], { id: "a" }),
      engine.start(later, ["1h"], { id: "a" }),
    ]);
    expect(late).toMatchObject([{ reason: { code: "CF2403" } }, { reason: { code: "CF2403" } }]);
    const first = starts[0] as PromiseFulfilledResult<Run<number>>;
    expect([await first.value.result(), seen]).toEqual([8, [4]]);
  });

  test("a start that fails does not take those with it that come after it", async () => {
    const { open } = await makePlace(kind);
    const { engine, store } = await open();
    world.w = { double: (n: number) => n * 2 };
    const { main } = await load<Program>(program);
    const get = store.get.bind(store);
    let isBroken = true;
    const broken = openEngine(
      new Proxy(store, {
        get(target, name) {
          if (name !== "get") return Reflect.get(target, name);
          return async (id: string) => {
            if (!isBroken) return get(id);
            isBroken = false;
            throw new Error("disk full");
          };
        },
      }),
      { work: false },
    );
    const starts = await Promise.allSettled([1, 2].map(() => broken.start(main, [4], { id: "a" })));
    expect(starts.map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
    expect(await (await engine.get<number>("a"))?.result()).toBe(8);
  });

  test("a run that is claimed here while its first commit is refused leaves the start its handle", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const { inner } = await open({ work: false });
    world.w = { double: (n: number) => n * 2 };
    const { later } = await load<Program>(program);
    const gate = deferred();
    let asked = 0;
    // Its first commit reaches the store only once the run exists, and has been claimed where it was to be created.
    const commit = async (item: CommitItem) => {
      if (item.create !== undefined && ++asked) await gate.promise;
      return inner.commit(item);
    };
    const store = new Proxy(inner, {
      get: (target, name) => (name === "commit" ? commit : Reflect.get(target, name).bind?.(target)),
    });
    const notices: unknown[] = [];
    const second = openEngine(store, { clock, onNotice: (notice) => notices.push(notice) });
    const start = second.start(later, ["10s"], { id: "a" });
    await until(() => asked > 0);
    await first.engine.start(later, ["10s"], { id: "a" });
    await until(async () => (await first.inner.get("a"))?.status === "waiting");
    await first.engine.close();
    await until(async () => {
      await clock.advance(1_000);
      return (await inner.get("a"))?.status === "done";
    });
    expect(await (await start).result()).toBe("late"); // its commit is still on the way
    gate.resolve();
    expect(notices).toEqual([]);
    await second.close();
  });

  test("the result is read by a process that drives nothing", async () => {
    const { open, clock } = await makePlace(kind);
    const client = await open({ work: false });
    const gate = deferred<number>();
    world.w = { double: () => gate.promise };
    const { main } = await load<Program>(program);
    const run = await client.engine.start(main, [4], { id: "a" });
    expect((await run.status()).status).toBe("ready");
    const result = run.result();
    const { engine } = await open();
    await until(async () => (await run.status()).status === "running");
    gate.resolve(9);
    await until(async () => {
      await clock.advance(100);
      return (await run.status()).status === "done";
    });
    await clock.advance(2_000);
    expect(await result).toBe(9);
    expect(await (await engine.get<number>("a"))?.result()).toBe(9);
    expect(client.log.calls).not.toContain("claim");
  });

  test("get and list", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    world.w = { double: (n: number) => n * 2 };
    const { main, later } = await load<Program>(program);
    expect(await engine.get("none")).toBeUndefined();
    await (await engine.start(main, [1], { id: "a" })).result();
    await engine.start(later, ["1h"], { id: "b" });
    const { runs, cursor } = await engine.list();
    expect(runs.map(({ id, function: fn, status }) => [id, fn, status])).toEqual([
      ["b", "test/program#later", "waiting"],
      ["a", "test/program#main", "done"],
    ]);
    expect(cursor).toBeUndefined();
    expect((await engine.list({ status: "done" })).runs.map(({ id }) => id)).toEqual(["a"]);
    expect((await engine.list({ function: later })).runs.map(({ id }) => id)).toEqual(["b"]);
    for (const limit of [0, -5, 1.5, Number.NaN, 1_001, Number.POSITIVE_INFINITY]) {
      await expect(engine.list({ limit })).rejects.toThrow("CF2405");
    }
    await expect(engine.list({ cursor: "page two" })).rejects.toThrow("CF2405");
    const page = await engine.list({ limit: 1 });
    expect((await engine.list({ limit: 1, cursor: page.cursor })).runs.map(({ id }) => id)).toEqual(["a"]);
  });

  test("what was never compiled, and what is no function of a module, is refused", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const { closure, main } = await load<Program>(program);
    await expect(engine.start(async () => 1, [])).rejects.toThrow("CF2301");
    await expect(engine.start(new Proxy(main, {}), [1])).rejects.toThrow("CF2301");
    await expect(engine.start(closure(), [])).rejects.toThrow("CF2410");
    await expect(engine.start(main, [1, { w: new WeakMap() }])).rejects.toThrow("CF2001");
    expect((await engine.list()).runs).toEqual([]);
  });

  test("options that are none are refused, and nothing is started", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const { main } = await load<Program>(program);
    const wrong = [
      { id: "" },
      { id: 5 },
      { queue: 1 },
      { priority: Number.NaN },
      { startAt: new Date() },
      { startAt: Number.NaN },
    ];
    for (const options of wrong) await expect(engine.start(main, [1], options as never)).rejects.toThrow("CF2405");
    await expect(engine.start(main, undefined as never)).rejects.toThrow("CF2405");
    expect((await engine.list()).runs).toEqual([]);
  });

  test("waiting for a result reads no blobs while the run goes on", async () => {
    const { open, clock } = await makePlace(kind);
    const client = await open({ work: false });
    const { engine } = await open();
    const { later } = await load<Program>(program);
    const run = await client.engine.start(later, ["1h"], { id: "a" });
    const result = run.result();
    await until(async () => {
      await clock.advance(100);
      return (await run.status()).status === "waiting";
    });
    const before = client.log.calls.length;
    await clock.advance(10_000);
    const calls = client.log.calls.slice(before);
    expect(calls.filter((call) => call === "get")).toEqual([]);
    expect(calls.filter((call) => call === "find").length).toBeGreaterThan(5);
    await clock.jump(3_600_000);
    await clock.advance(2_000);
    expect(await result).toBe("late");
    void engine;
  });

  test("a result that is awaited when the engine closes is refused, and another engine has it", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine } = await open();
    const { later } = await load<Program>(program);
    const run = await engine.start(later, ["1h"], { id: "a" });
    const result = run.result();
    await engine.close();
    await expect(result).rejects.toThrow("CF2404");
    await expect(engine.start(later, ["1h"])).rejects.toThrow("CF2404");
    const second = await open();
    await clock.jump(3_600_000);
    expect(await (await second.engine.get("a"))?.result()).toBe("late");
  });

  test("a run that ends in its first turn is one commit", async () => {
    const { open } = await makePlace(kind);
    const { engine, log } = await open();
    const { plain } = await load<{ plain(): Promise<number> }>(
      `export async function plain() { "use durable"; return 7; }`,
    );
    expect(await (await engine.start(plain, [])).result()).toBe(7);
    expect(log.commits.map(({ status, create }) => [status, create !== undefined])).toEqual([["done", true]]);
  });

  test("runs that wait for code that is not loaded are told of, and not touched", async () => {
    const { open, clock } = await makePlace(kind);
    const { store, notices } = await open();
    const request = { fn: "shop/orders#fulfil", version: "v1", queue: "default", priority: 0 };
    const input = new Uint8Array([1]);
    await store.start(["a", "b", "c"].map((id) => ({ id, input, ...request })));
    await clock.advance(2_500);
    expect(notices).toEqual([
      {
        kind: "waiting-for-code",
        message:
          "3 runs wait for shop/orders#fulfil, not loaded here: import its module in some worker, before it opens the store",
      },
    ]);
    expect((await store.get("a"))?.status).toBe("ready");
  });
});

test("options out of bounds and unknown stores are refused", async () => {
  await expect(openUrl("memory:", { leaseMs: 1 })).rejects.toThrow("CF2405");
  await expect(openUrl("memory:", { concurrency: { steps: 0 } })).rejects.toThrow("CF2405");
  await expect(openUrl("mysql://x")).rejects.toThrow("CF2203");
});

test("types: the run is typed by its function", () => {
  const check = (engine: Engine, main: Program["main"]) => {
    expectTypeOf(engine.start(main, [1])).resolves.toEqualTypeOf<Run<number>>();
    expectTypeOf<Run<number>["result"]>().returns.resolves.toEqualTypeOf<number>();
    // @ts-expect-error a string is no number
    void engine.start(main, ["1"]);
    // @ts-expect-error an argument is missing
    void engine.start(main, []);
    // @ts-expect-error not async
    void engine.start((n: number) => n, [1]);
  };
  expectTypeOf(check).toBeFunction();
});
