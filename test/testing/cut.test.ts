// `cut` as a user of it meets it: a function with sleeps and retried steps, under a clock of the test.
import { cut, FakeClock } from "@coldframe/runtime/testing";
import { expect, test, vi } from "vitest";
import { load } from "../engine/kit.ts";

const DAY_MS = 24 * 3_600_000;

test("sleeps, and pauses between attempts, have their time from the clock that is given", async () => {
  const { remind } = await load<{ remind(name: string): Promise<string> }>(`
    import { sleep, step } from "@coldframe/runtime";
    let attempts = 0;
    const send = step(async (name) => {
      if (++attempts < 3) throw new Error("busy");
      return name + attempts;
    }, { retry: { initialMs: 3_600_000, maxMs: 7_200_000, jitter: 0 } });
    export async function remind(name) {
      "use durable";
      await sleep("3d");
      const sent = await send(name);
      await sleep("1w");
      return sent;
    }`);
  const clock = new FakeClock();
  const begunAt = clock.now();
  const done = cut(remind, ["ann"], { at: "every", clock });
  await clock.advance(3 * DAY_MS);
  await clock.advance(3 * 3_600_000);
  await clock.advance(7 * DAY_MS);
  const { value, cuts } = await done;
  expect(value).toBe("ann3");
  expect(cuts).toBe(3);
  expect(clock.now() - begunAt).toBe(10 * DAY_MS + 3 * 3_600_000);
});

test("a value that arrives is told from an argument that only equals it", async () => {
  const { main } = await load<{ main(): Promise<number> }>(`
    export async function main() {
      "use durable";
      return await [1].reduce(async () => 0, -0);
    }`);
  const { value, cuts } = await cut(main, [], { at: "every" });
  expect([Object.is(value, 0), cuts]).toEqual([true, 1]);
});

test("a task goes on that outlives a function which has failed", async () => {
  const { main, log } = await load<{ main(): Promise<void>; log: string[] }>(`
    export const log = [];
    async function later() {
      "use durable";
      await 1;
      await 2;
      log.push("behind the end");
    }
    export async function main() {
      "use durable";
      later();
      throw new Error("failed at once");
    }`);
  await expect(cut(main, [], { at: "every" })).rejects.toThrow("failed at once");
  await vi.waitFor(() => expect(log).toEqual(["behind the end"]));
});
