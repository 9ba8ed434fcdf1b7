import { isColdframeError } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { errors } from "../../runtime/src/errors.ts";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

interface Program {
  main(...args: unknown[]): Promise<unknown>;
}

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

const sequential = `
import { step } from "@coldframe/runtime";
const add = step(async (a: number, b: number) => w.add(a, b));
export async function main(n: number) {
  "use durable";
  let sum = 0;
  for (let i = 0; i < n; i++) sum = await add(sum, i);
  return sum;
}`;

describe.each(kinds)("steps on %s", (kind) => {
  test("a run of sequential steps: one commit each, and one for the end", async () => {
    const { open } = await makePlace(kind);
    const { engine, log } = await open();
    world.w = { add: (a: number, b: number) => a + b };
    const { main } = await load<Program>(sequential);
    const run = await engine.start(main, [10]);
    expect(await run.result()).toBe(45);
    expect(log.commits).toHaveLength(11);
    expect(log.commits.map(({ status }) => status)).toEqual([...Array(10).fill("running"), "done"]);
    expect(log.calls.filter((call) => call === "send")).toEqual([]);
  });

  test("a step is recorded before it begins", async () => {
    const { open } = await makePlace(kind);
    const { engine, inner } = await open();
    let seen: unknown;
    world.w = {
      add: async (a: number, b: number) => {
        seen = (await inner.get("r"))?.seq;
        return a + b;
      },
    };
    const { main } = await load<Program>(sequential);
    await (await engine.start(main, [2], { id: "r" })).result();
    expect(seen).toBe(2);
  });

  test("arguments and result are copies", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const given: unknown[] = [];
    world.w = { take: (value: unknown) => given.push(value) && value };
    const { main } = await load<Program>(`
      import { step } from "@coldframe/runtime";
      const take = step(async (o: { n: number[] }) => w.take(o));
      export async function main() {
        "use durable";
        const o = { n: [1] };
        const back = await take(o);
        back.n.push(2);
        o.n.push(3);
        return [o, back];
      }`);
    const run = await engine.start(main, []);
    expect(await run.result()).toEqual([{ n: [1, 3] }, { n: [1, 2] }]);
    expect(given).toEqual([{ n: [1] }]);
  });

  test("a failing step is tried again, each attempt recorded, until it works", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, log } = await open();
    const attempts: unknown[] = [];
    world.w = {
      attempt: (context: { attempt: number; idempotencyKey: string }) => {
        attempts.push([context.attempt, context.idempotencyKey]);
        if (context.attempt < 3) throw new Error(`no ${context.attempt}`);
        return "ok";
      },
    };
    const { main } = await load<Program>(`
      import { step, stepContext } from "@coldframe/runtime";
      const flaky = step(async () => w.attempt(stepContext()), { retry: { maxAttempts: 5, initialMs: 100, factor: 3, jitter: 0 } });
      export async function main() { "use durable"; return await flaky(); }`);
    const run = await engine.start(main, []);
    await until(() => attempts.length === 1);
    await clock.advance(99);
    expect(attempts).toHaveLength(1);
    await clock.advance(1);
    expect(attempts).toHaveLength(2);
    await clock.advance(300);
    expect(await run.result()).toBe("ok");
    expect(attempts.map((one) => (one as [number])[0])).toEqual([1, 2, 3]);
    expect(new Set(attempts.map((one) => (one as [number, string])[1])).size).toBe(1);
    expect(log.commits.flatMap(({ retry = [] }) => retry.map(({ attempt }) => attempt))).toEqual([2, 3]);
  });

  test("when it has failed for good, the caller gets the error with class, message, stack and cause", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    world.w = {};
    const { main } = await load<Program>(`
      import { step } from "@coldframe/runtime";
      class Odd extends Error { code = "E_ODD"; socket = new WeakMap(); }
      const bad = step(async (kind: string) => {
        if (kind === "range") throw new RangeError("far", { cause: new TypeError("near") });
        if (kind === "odd") throw new Odd("odd");
        throw { plain: kind };
      }, { retry: { maxAttempts: 1 } });
      export async function main() {
        "use durable";
        const seen: unknown[] = [];
        for (const kind of ["range", "odd", "else"]) {
          try { await bad(kind); } catch (error) {
            seen.push(error instanceof Error
              ? [error.constructor.name, error.name, error.message, (error.cause as Error)?.message, (error as { code?: string }).code, /^\\w+: \\w+\\n +at /.test(error.stack!)]
              : error);
          }
        }
        return seen;
      }`);
    const run = await engine.start(main, []);
    expect(await run.result()).toEqual([
      ["RangeError", "RangeError", "far", "near", undefined, true],
      ["Odd", "Error", "odd", undefined, "E_ODD", true],
      { plain: "else" },
    ]);
  });

  test("of an error that cannot be stored whole, members, causes and the fields of a coded error stay", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const coded = errors.storeFailed(
      { detail: "no space" },
      { cause: Object.assign(new Error("odd"), { w: new WeakMap() }) },
    );
    world.w = {
      fail: () => {
        throw new AggregateError([coded, new TypeError("near")], "several");
      },
    };
    const { main } = await load<Program>(`
      import { step } from "@coldframe/runtime";
      const bad = step(async () => w.fail(), { retry: { maxAttempts: 1 } });
      export async function main() { "use durable"; return await bad(); }`);
    const error = (await (await engine.start(main, [])).result().catch((caught) => caught)) as AggregateError;
    expect([error.message, error.errors.map(({ message }) => message)]).toEqual(["several", [coded.message, "near"]]);
    expect(isColdframeError(error.errors[0], "CF2205")).toBe(true);
    const { why, fix, link, params, cause } = error.errors[0] as typeof coded;
    expect([why, fix, link, (cause as Error).message]).toEqual([coded.why, coded.fix, coded.link, "odd"]);
    expect(params).toEqual({ detail: "no space" });
    expect(Object.keys(error.errors[0])).toEqual(["code"]);
  });

  test("an error that says it is not retryable is final", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    let calls = 0;
    world.w = {
      fail: () => {
        calls++;
        throw Object.assign(new Error("declined"), { retryable: false });
      },
    };
    const { main } = await load<Program>(`
      import { step } from "@coldframe/runtime";
      const pay = step(async () => w.fail());
      export async function main() { "use durable"; return await pay(); }`);
    const run = await engine.start(main, []);
    await expect(run.result()).rejects.toThrow("declined");
    expect((await run.status()).status).toBe("failed");
    expect(calls).toBe(1);
  });

  test("an attempt that takes too long is aborted and tried again", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine } = await open();
    const signals: AbortSignal[] = [];
    world.w = {
      wait: ({ signal, attempt }: { signal: AbortSignal; attempt: number }) => {
        signals.push(signal);
        return attempt === 2 ? "ok" : deferred<string>().promise;
      },
    };
    const { main } = await load<Program>(`
      import { step, stepContext } from "@coldframe/runtime";
      const slow = step(async () => w.wait(stepContext()), { timeoutMs: 1000, retry: { initialMs: 10, jitter: 0 } });
      export async function main() { "use durable"; return await slow(); }`);
    const run = await engine.start(main, []);
    await until(() => signals.length === 1);
    await clock.advance(999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(11);
    expect(signals[0]?.aborted).toBe(true);
    expect(isColdframeError(signals[0]?.reason, "CF2402")).toBe(true);
    expect(await run.result()).toBe("ok");
  });

  test("a result that cannot be stored is an error of the step, and the effect is not repeated", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    let calls = 0;
    world.w = {
      make: () => {
        calls++;
        return { inner: new WeakMap() };
      },
    };
    const { main } = await load<Program>(`
      import { step } from "@coldframe/runtime";
      const make = step(async () => w.make());
      export async function main() { "use durable"; try { return await make(); } catch (error) { return error.code; } }`);
    expect(await (await engine.start(main, [])).result()).toBe("CF2001");
    expect(calls).toBe(1);
  });

  test("a step that a restart could not find is refused where it is called", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    world.w = {};
    const { main } = await load<Program>(`
      import { step } from "@coldframe/runtime";
      export async function main() {
        "use durable";
        try { return await step(async () => 1)(); } catch (error) { return error.code; }
      }`);
    expect(await (await engine.start(main, [])).result()).toBe("CF2401");
  });

  test("no more steps than the engine allows run at a time", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open({ concurrency: { steps: 2 } });
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
      import { step } from "@coldframe/runtime";
      const work = step(async (i: number) => { await w.work(); return i; });
      export async function main() { "use durable"; return await Promise.all([1, 2, 3, 4, 5].map((i) => work(i))); }`);
    expect(await (await engine.start(main, [])).result()).toEqual([1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });
});

test("outside an engine a step retries in memory", async () => {
  let calls = 0;
  world.w = {
    fail: () => {
      if (++calls < 3) throw new Error("no");
      return calls;
    },
  };
  const { main } = await load<Program>(`
    import { step } from "@coldframe/runtime";
    const flaky = step(async () => w.fail(), { retry: { initialMs: 0, maxMs: 0 } });
    export async function main() { "use durable"; return await flaky(); }`);
  expect(await main()).toBe(3);
});
