import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const LEASE_MS = 15_000;

const program = `
import { step } from "@coldframe/runtime";
export const charge = step(async (i: number) => w.charge(i));
export const pMap = (xs: number[], fn: (x: number) => Promise<unknown>) => w.pMap(xs, fn);
export async function main() {
  "use durable";
  return await pMap([1, 2, 3], async (x) => { const a = await charge(x); return a + "!"; });
}
export const helper = async (i: number) => w.helper(i, charge);
export async function viaHelper() { "use durable"; return await helper(7); }
`;

interface Program {
  main(): Promise<unknown>;
  viaHelper(): Promise<unknown>;
}

async function pMap(xs: number[], fn: (x: number) => Promise<unknown>): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const x of xs) results.push(await fn(x));
  return results;
}

describe.each(kinds)("foreign code on %s", (kind) => {
  test("steps in it are recorded: before they begin, and their results", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const calls: number[] = [];
    const gate = deferred<string>();
    world.w = {
      pMap,
      charge: (i: number) => calls.push(i) && (i === 3 && calls.length === 3 ? gate.promise : `c${i}`),
    };
    const { main } = await load<Program>(program);
    await first.engine.start(main, [], { id: "a" });
    await until(() => calls.length === 3);
    expect(first.log.commits.flatMap(({ begin = [] }) => begin.map(({ kind: what }) => what))).toEqual(
      Array(3).fill("step test/program#charge"),
    );
    first.kill();
    await clock.jump(LEASE_MS);
    const second = await open();
    expect(await (await second.engine.get("a"))?.result()).toEqual(["c1!", "c2!", "c3!"]);
    expect(calls).toEqual([1, 2, 3, 3]); // the outer call was made again; only what had no result was performed again
    expect(second.log.commits.flatMap(({ begin = [], retry = [] }) => [...begin, ...retry])).toEqual([]); // it was recorded
  });

  test("the same step with the same arguments, twice in one call, is two steps", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    let calls = 0;
    world.w = {
      charge: () => ++calls,
      helper: async (i: number, charge: (i: number) => Promise<unknown>) => [await charge(i), await charge(i)],
    };
    const { viaHelper } = await load<Program>(program);
    expect(await (await engine.start(viaHelper, [])).result()).toEqual([1, 2]);
  });

  test("parallel lanes in one call may go on in another order after a crash: what was done is not done again", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const calls: number[] = [];
    const gates = new Map<number, () => void>();
    world.w = {
      charge: (i: number) => calls.push(i) && new Promise((resolve) => gates.set(i, () => resolve(i))),
      helper: async (_i: number, charge: (i: number) => Promise<number>) => {
        const lane = async (from: number) => (await charge(from)) + (await charge(from + 1));
        return Promise.all([lane(10), lane(20)]);
      },
    };
    const { viaHelper } = await load<Program>(program);
    await first.engine.start(viaHelper, [], { id: "a" });
    const end = async (i: number) => {
      await until(() => gates.has(i));
      gates.get(i)?.();
      gates.delete(i);
      await clock.settle();
    };
    for (const i of [20, 21, 10]) await end(i); // the second lane first
    await until(() => gates.has(11));
    first.kill();
    await clock.jump(LEASE_MS);
    const second = await open();
    await until(() => calls.length >= 5);
    await end(11);
    await clock.settle();
    expect(calls).toEqual([10, 20, 21, 11, 11]);
    expect(await (await second.engine.get("a"))?.result()).toEqual([21, 41]);
  });

  test("a step that failed for good there has failed after a crash, too", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const calls: number[] = [];
    world.w = {
      charge: (i: number) => {
        calls.push(i);
        if (i === 2) return calls.length === 2 ? deferred().promise : "compensated";
        if (calls.length > 1) return "charged after all";
        throw Object.assign(new Error("declined"), { retryable: false });
      },
      helper: async (_i: number, charge: (i: number) => Promise<unknown>) => {
        try {
          return await charge(1);
        } catch (error) {
          return [(error as Error).message, await charge(2)];
        }
      },
    };
    const { viaHelper } = await load<Program>(program);
    await first.engine.start(viaHelper, [], { id: "a" });
    await until(() => calls.length === 2);
    await clock.settle();
    first.kill();
    await clock.jump(LEASE_MS);
    const second = await open();
    expect(await (await second.engine.get("a"))?.result()).toEqual(["declined", "compensated"]);
    expect(calls).toEqual([1, 2, 2]);
  });

  test("a step that fails there fails for that code", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    world.w = {
      charge: () => {
        throw Object.assign(new Error("declined"), { retryable: false });
      },
      helper: async (i: number, charge: (i: number) => Promise<unknown>) => {
        try {
          return await charge(i);
        } catch (error) {
          return (error as Error).message;
        }
      },
    };
    const { viaHelper } = await load<Program>(program);
    expect(await (await engine.start(viaHelper, [])).result()).toBe("declined");
  });

  test("a call that cannot be stored is lost on restore; the steps before it are not", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const gate = deferred<string>();
    const calls: number[] = [];
    world.w = {
      charge: (i: number) => calls.push(i) && i,
      db: () => ({ socket: new WeakMap(), transaction: (work: () => unknown) => gate.promise.then(work) }),
    };
    const { main } = await load<Program>(`
      import { step } from "@coldframe/runtime";
      const charge = step(async (i: number) => w.charge(i));
      export async function main() {
        "use durable";
        const lane = async () => { try { return await w.db().transaction(async () => 1); } catch (error) { return error.code; } };
        return await Promise.all([lane(), charge(1)]);
      }`);
    await first.engine.start(main, [], { id: "a" });
    await until(() => calls.length === 1);
    await clock.advance(100);
    first.kill();
    await clock.jump(LEASE_MS);
    const second = await open();
    expect(await (await second.engine.get("a"))?.result()).toEqual(["CF2304", 1]);
    expect(calls).toEqual([1]);
  });
});
