// `cut` as a user of it meets it: a function with sleeps and retried steps, under a clock of the test.
import { cut, FakeClock } from "@coldframe/runtime/testing";
import { describe, expect, test, vi } from "vitest";
import { Coroutine } from "../../runtime/src/coroutine.ts";
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

describe("what depends on the run as it was before a cut", () => {
  const world = globalThis as unknown as { w: Record<string, unknown> };
  const prepare = `
    const wait = async (n) => { for (let i = 0; i < n; i++) await null; };
    async function work(text, turns) { "use durable"; for (let i = 0; i < turns; i++) await wait(i); return text; }
    async function fails(text) { "use durable"; await wait(3); throw new Error(text); }
    async function* items(n) { "use durable"; for (let i = 0; i < n; i++) { await wait(2); yield i; } }
    const within = (promise) => Promise.race([promise, new Promise(() => {})]);
    const some = { all: (l) => Promise.all(l), any: (l) => Promise.any(l), allSettled: (l) => Promise.allSettled(l) };
    const collect = async (source) => { const all = []; for await (const item of source) all.push(item); return all; };
    let tail = Promise.resolve();
    const locked = (body) => { const mine = tail.then(body); tail = mine.catch(() => {}); return mine; };`;

  /** What a case comes to: the same as uncut, or a refusal. */
  const cases: readonly (readonly [name: string, outcome: "same" | "CF2001" | "CF2304", body: string])[] = [
    [
      "a promise that a call resolves",
      "same",
      `return await Promise.all([new Promise((resolve) => resolve(work("a", 5))), work("b", 3)]);`,
    ],
    [
      "a helper that races",
      "same",
      `const late = async () => { try { return await within(fails("c")); } catch (e) { return e.message; } }; return await Promise.all([within(work("a", 5)), work("b", 9), late()]);`,
    ],
    [
      "a helper that races, beside one that fails",
      "same",
      `return await Promise.all([within(work("a", 5)), work("b", 9), within(fails("c")).catch((e) => e.message)]);`,
    ],
    [
      "what such helpers gave, in variables",
      "same",
      `const p = within(work("a", 5)), q = within(fails("c")).catch((e) => e.message); return await Promise.all([p, q, work("b", 9)]);`,
    ],
    [
      "then and finally of what such a helper gave",
      "same",
      `return await Promise.all([within(work("a", 5)).then((text) => text + "!").finally(() => {}), work("b", 9)]);`,
    ],
    [
      "a helper that waits for all",
      "same",
      `return await Promise.all([some.all([work("a", 5), work("d", 2)]).then((l) => l), work("b", 9), some.all([fails("c")]).catch((e) => e.message)]);`,
    ],
    [
      "a helper that waits for any",
      "same",
      `return await Promise.all([some.any([work("a", 5), fails("d")]).then((x) => x), work("b", 9), some.any([fails("c")]).catch((e) => e.errors[0].message)]);`,
    ],
    [
      "a helper that waits for all to settle",
      "same",
      `return await Promise.all([some.allSettled([work("a", 5), fails("d")]).then((l) => l.map((one) => one.status)), work("b", 9)]);`,
    ],
    [
      "promises that a call settles by then",
      "same",
      `return await Promise.all([new Promise((r, j) => work("a", 5).then(r, j)), work("b", 9), new Promise((r, j) => void fails("c").then(r, j)).catch((e) => e.message)]);`,
    ],
    [
      "promises that one outcome of a call settles",
      "same",
      `return await Promise.all([new Promise((r) => work("a", 5).then(r)), work("b", 9), new Promise((r) => void fails("c").catch(r)).then((e) => e.message)]);`,
    ],
    [
      "a promise that the end of a call settles",
      "same",
      `const call = work("d", 3); return await Promise.all([new Promise((r) => call.finally(r)), work("b", 9), call]);`,
    ],
    [
      "what then gives whose callback settles a promise",
      "same",
      `let open; const gate = new Promise((r) => { open = r; }); const q = work("a", 3).then(open); open = null; return [await Promise.all([gate, work("b", 5)]), await q];`,
    ],
    [
      "the native finally",
      "same",
      `return await Promise.all([Promise.prototype.finally.call(work("a", 5), () => 3), work("b", 9)]);`,
    ],
    [
      "a race with such a promise",
      "same",
      `return await Promise.all([Promise.race([work("a", 4), new Promise((r) => r(work("b", 2)))]), work("c", 6)]);`,
    ],
    [
      "a call that is looked at after a cut",
      "same",
      `w.hold(work("a", 3)); await work("b", 2); return await Promise.all([w.held(), work("c", 2)]);`,
    ],
    [
      "a call that is looked at when it has settled",
      "same",
      `w.hold(work("a", 2)); await work("b", 6); return await Promise.all([w.held(), work("c", 2)]);`,
    ],
    [
      "a mutex of then, outside",
      "same",
      `return await Promise.all(["a", "b", "c"].map((text) => locked(() => work(text, 2))));`,
    ],
    [
      "a mutex of then, of calls",
      "same",
      `w.tail = work("a", 4); const next = (text) => (w.tail = w.tail.then(() => work(text, 2))); return await Promise.all([next("b"), next("c"), next("d")]);`,
    ],
    [
      "a deferred of the module",
      "same",
      `w.gate = Promise.withResolvers(); const open = async () => { await work("", 3); w.gate.resolve("open"); }; return await Promise.all([w.gate.promise, open()]);`,
    ],
    [
      "a reaction that holds what can't be stored",
      "CF2001",
      `const p = work("a", 4); return await Promise.all([new Promise((r) => p.then((x) => r(x))), work("b", 7)]);`,
    ],
    [
      "an emitter",
      "CF2304",
      `let count = 0; w.on(() => count++); await work("a", 3); w.emit(); await work("b", 3); w.emit(); return count;`,
    ],
    ["a timer", "CF2304", `let count = 0; await Promise.all([w.later(() => count++), work("a", 4)]); return count;`],
    [
      "a call that fills a list",
      "CF2304",
      `const list = []; await Promise.all([w.fill(list), work("a", 4)]); return list.length;`,
    ],
    [
      "a listener of a signal",
      "CF2304",
      `const seen = []; w.signal.addEventListener("abort", () => seen.push("aborted")); await work("a", 3); w.controller.abort(); await work("b", 2); return seen;`,
    ],
    [
      "a generator walked outside",
      "CF2001",
      `const source = items(3); const [all] = await Promise.all([collect(source), work("a", 4)]); return [all, await source.next()];`,
    ],
    [
      "a generator under way, walked outside",
      "CF2304",
      `const source = items(6); return await Promise.all([source.next(), work("a", 6), w.later(() => collect(source))]);`,
    ],
  ];

  function beginWorld(): void {
    const listeners: (() => void)[] = [];
    const controller = new AbortController();
    let held: Promise<unknown> | undefined;
    world.w = {
      hold: (promise: Promise<unknown>) => {
        held = promise;
      },
      held: () => held?.then((text) => `${text} held`),
      on: (listener: () => void) => listeners.push(listener),
      emit: () => {
        for (const listener of listeners) listener();
      },
      later: async (body: () => unknown) => {
        for (let i = 0; i < 12; i++) await null;
        return body();
      },
      fill: async (list: unknown[]) => {
        for (let i = 0; i < 9; i++) await list.push(i);
      },
      controller,
      signal: controller.signal,
    };
  }

  test.each(cases)("%s: %s", async (_, expected, body) => {
    const { main } = await load<{ main(): Promise<unknown> }>(
      `${prepare} export async function main() { "use durable"; ${body} }`,
    );
    beginWorld();
    const uncut = await main();
    beginWorld();
    const run = cut(main, [], { at: "every" });
    const outcome = await Promise.race([
      run.then(
        ({ value }) => value,
        (error) => error.code,
      ),
      turns(400),
    ]);
    expect(outcome).toEqual(expected === "same" ? uncut : expected);
  });
});

/** Nothing is under way any more after so many turns of the event loop. */
async function turns(count: number): Promise<string> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
  return "never settled";
}

test("ten thousand tasks: what waits is looked through at a cut, and not at each suspension", async () => {
  const { main } = await load<{ main(n: number): Promise<number> }>(`
    async function one(i) { "use durable"; await null; await i; return i; }
    export async function main(n) {
      "use durable";
      const all = await Promise.all(Array.from({ length: n }, (_, i) => one(i)));
      return all.length;
    }`);
  const looks = vi.spyOn(Coroutine.prototype, "waits");
  const { value, suspensions, cuts } = await cut(main, [10_000], { at: [5_000, 15_000] });
  expect([value, suspensions, cuts]).toEqual([10_000, 20_000, 2]);
  expect(looks.mock.calls.length).toBeLessThanOrEqual(3 * cuts + 1);
  looks.mockRestore();
}, 300_000);
