// Async generators in runs: their steps and sleeps, whoever asks for the next value, across processes and changes of code.
// Killed at random calls of the store they are in stress.test.ts, and in fixtures.test.ts.
import { stepContext } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const HOUR = 3_600_000;

interface Program {
  main(): Promise<unknown>;
}

/** A generator whose step has the same argument at every value, and whose closing sleeps. */
const source = (factor: number, last = 1) => `
import { sleep, step } from "@coldframe/runtime";
const fetchPage = step(async (book: string) => w.fetchPage(book));
const keep = step(async (page: number) => w.keep(page));
async function* pages(book: string) {
  "use durable";
  try {
    for (;;) {
      const page = await fetchPage(book);
      if (page > 2) await sleep("1h");
      yield page * ${factor};
    }
  } finally {
    await sleep("1h");
    await keep(-${last});
  }
}
export async function main() {
  "use durable";
  const kept = [];
  for await (const page of pages("b")) {
    kept.push(await keep(page));
    if (page > 30) break;
  }
  return kept;
}`;

describe.each(kinds)("async generators on %s", (kind) => {
  function begin() {
    const keys = new Map<string, number>();
    const kept: number[] = [];
    world.w = {
      fetchPage: () => {
        const { idempotencyKey } = stepContext() as { idempotencyKey: string };
        if (!keys.has(idempotencyKey)) keys.set(idempotencyKey, keys.size + 1);
        return keys.get(idempotencyKey);
      },
      keep: (page: number) => {
        kept.push(page);
        return page;
      },
    };
    return { keys, kept };
  }

  test("its steps have keys of their own, and sleeps wake it in another process", async () => {
    const place = await makePlace(kind);
    const { keys, kept } = begin();
    const { main } = await load<Program>(source(10));
    let current = await place.open();
    const run = await current.engine.start(main, [], { id: "a" });
    for (let slept = 0; slept < 3; slept++) {
      await until(async () => (await (await current.engine.get("a"))?.status())?.status === "waiting");
      await current.engine.close();
      await place.clock.jump(HOUR);
      current = await place.open();
      await place.clock.settle();
    }
    expect(await (await current.engine.get(run.id))?.result()).toEqual([10, 20, 30, 40]);
    expect(kept).toEqual([10, 20, 30, 40, -1]);
    expect(keys.size).toBe(4);
  });

  test("rolled back, it gets the results of its steps again", async () => {
    const place = await makePlace(kind);
    const { keys, kept } = begin();
    const { main } = await load<Program>(source(10));
    const first = await place.open();
    await first.engine.start(main, [], { id: "a" });
    await until(async () => (await (await first.engine.get("a"))?.status())?.status === "waiting");
    await first.engine.close();
    await load(source(10, 2));
    const second = await place.open();
    for (let hour = 0; hour < 4; hour++) {
      await place.clock.jump(HOUR);
      await place.clock.settle();
    }
    const run = await second.engine.get("a");
    expect(await run?.result()).toEqual([10, 20, 30, 40]);
    expect((await run?.status())?.generation).toBe(1);
    expect(kept).toEqual([10, 20, 30, 40, -2]);
    expect(keys.size).toBe(4);
  });

  test("requests that are open together go on in their order, each with its steps", async () => {
    const place = await makePlace(kind);
    const { kept } = begin();
    const { main } = await load<Program>(`
      import { sleep, step } from "@coldframe/runtime";
      const fetchPage = step(async (book: string) => w.fetchPage(book));
      async function* pages() {
        "use durable";
        for (;;) {
          await sleep("1h");
          yield fetchPage("b");
        }
      }
      export async function main() {
        "use durable";
        const all = pages();
        const asked = [all.next(), all.next(), all.return(fetchPage("r")), all.next()];
        await sleep("30m");
        return await Promise.all(asked);
      }`);
    const first = await place.open();
    await first.engine.start(main, [], { id: "a" });
    await until(async () => (await (await first.engine.get("a"))?.status())?.status === "waiting");
    await first.engine.close();
    const second = await place.open();
    for (let hour = 0; hour < 3; hour++) {
      await place.clock.jump(HOUR);
      await place.clock.settle();
    }
    const result = (await (await second.engine.get("a"))?.result()) as { value: unknown; done: boolean }[];
    expect(result.map(({ done }) => done)).toEqual([false, false, true, true]);
    expect(result.map(({ value }) => value)).toEqual([2, 3, 1, undefined]);
    expect(kept).toEqual([]);
  });
});
