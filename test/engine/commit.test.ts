import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const LEASE_MS = 15_000;

const fanOut = `
import { step } from "@coldframe/runtime";
const work = step(async (i: number) => w.work(i));
export async function main(n: number) {
  "use durable";
  return await Promise.all(Array.from({ length: n }, (_, i) => i).map((i) => work(i)));
}
export async function branches(n: number) {
  "use durable";
  const branch = async (i: number) => { const result = await work(i); return result; };
  return await Promise.all(Array.from({ length: n }, (_, i) => branch(i)));
}`;

describe.each(kinds)("commits on %s", (kind) => {
  test("the first commit creates the run and records its first steps", async () => {
    const { open } = await makePlace(kind);
    const { engine, log } = await open();
    world.w = { work: (i: number) => i };
    const { main } = await load<{ main(n: number): Promise<number[]> }>(fanOut);
    await (await engine.start(main, [3])).result();
    const [first] = log.commits;
    expect(first?.create?.fn).toBe("test/program#main");
    expect(first?.begin?.map(({ kind: what, attempt }) => [what, attempt])).toEqual(
      Array(3).fill(["step test/program#work", 1]),
    );
    expect(first?.snapshot).toBeInstanceOf(Uint8Array);
  });

  test("plain calls cost no commit of their own", async () => {
    const { open } = await makePlace(kind);
    const { engine, log } = await open();
    let calls = 0;
    world.w = { plain: async () => ++calls };
    const { main } = await load<{ main(): Promise<number> }>(`
      const plain = () => w.plain();
      export async function main() { "use durable"; let sum = 0; for (let i = 0; i < 20; i++) sum += await plain(); return sum; }`);
    expect(await (await engine.start(main, [])).result()).toBe(210);
    expect(log.commits.map(({ status, snapshot }) => [status, snapshot !== undefined])).toEqual([
      ["running", false],
      ["done", false],
    ]);
  });

  test("what happened before a plain call is committed 50 ms later; after a restore the call is made again", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const gates = [deferred<string>(), deferred<string>()];
    let calls = 0;
    const seen: unknown[] = [];
    world.w = {
      plain: (o: { n: number }) => {
        seen.push(structuredClone(o));
        return (gates[calls++] as { promise: Promise<string> }).promise;
      },
      work: (i: number) => i,
    };
    const { main } = await load<{ main(): Promise<unknown> }>(`
      import { step } from "@coldframe/runtime";
      const work = step(async (i: number) => w.work(i));
      export const plain = async (o: object) => w.plain(o);
      export async function main() {
        "use durable";
        const o = { n: await work(1) };
        const text = await plain(o);
        o.n++;
        return [text, o.n];
      }`);
    await first.engine.start(main, [], { id: "a" });
    await until(() => calls === 1);
    await clock.advance(49);
    expect(first.log.commits).toHaveLength(1);
    await clock.advance(1);
    expect(first.log.commits.map(({ settle, snapshot }) => [settle?.length, snapshot !== undefined])).toEqual([
      [undefined, true],
      [1, true],
    ]);
    first.kill();
    await clock.jump(LEASE_MS + 1_000);
    const second = await open();
    await until(() => calls === 2);
    gates[1]?.resolve("again");
    expect(await (await second.engine.get("a"))?.result()).toEqual(["again", 2]);
    expect(seen).toEqual([{ n: 1 }, { n: 1 }]);
  });

  test("a volatile wait defers the commit for 5 s, then it is lost on restore and only there", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const gate = deferred<string>();
    world.w = { promise: () => gate.promise, step: () => 1 };
    const { main } = await load<{ main(): Promise<unknown> }>(`
      import { LostError, step } from "@coldframe/runtime";
      const one = step(async () => w.step());
      export async function main() {
        "use durable";
        await one();
        const promise = w.promise();
        try { return await promise; } catch (error) {
          await one(); // it can be kept
          return [error instanceof LostError, error.name, error.code, error.params.text];
        }
      }`);
    const run = await first.engine.start(main, [], { id: "a" });
    await until(() => first.log.calls.filter((call) => call === "commit").length === 1);
    await clock.advance(4_900);
    expect(first.log.commits).toHaveLength(1);
    await clock.advance(200);
    expect(first.log.commits).toHaveLength(2);

    first.kill();
    await clock.jump(LEASE_MS + 1_000);
    const second = await open();
    expect(await (await second.engine.get("a"))?.result()).toEqual([true, "LostError", "CF2304", "promise"]);
    void run;
  });

  test("a recorded act behind a volatile wait is committed at once, and the wait goes on here", async () => {
    const { open } = await makePlace(kind);
    const { engine, log } = await open();
    const gate = deferred<string>();
    world.w = { promise: () => gate.promise, work: (i: number) => i };
    const { main } = await load<{ main(): Promise<unknown> }>(`
      import { step } from "@coldframe/runtime";
      const work = step(async (i: number) => w.work(i));
      const both = async (promise: Promise<string>) => [await promise];
      export async function main() {
        "use durable";
        const wait = async () => { const p = w.promise(); return await p; };
        const steps = async () => [await work(1), await work(2)];
        return await Promise.all([wait(), steps()]);
      }`);
    const run = await engine.start(main, []);
    await until(() => log.commits.length === 2);
    gate.resolve("here");
    expect(await run.result()).toEqual(["here", [1, 2]]);
  });

  test("completions that only fill a slot go into the inbox without a snapshot; the last one commits all", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, log } = await open();
    const gates = Array.from({ length: 4 }, () => deferred<number>());
    world.w = { work: (i: number) => gates[i]?.promise };
    const { main } = await load<{ main(n: number): Promise<number[]> }>(fanOut);
    const run = await engine.start(main, [4]);
    for (const i of [2, 0, 3]) {
      gates[i]?.resolve(i * 10);
      await clock.settle();
    }
    expect(log.commits).toHaveLength(1);
    expect(log.calls.filter((call) => call === "send")).toHaveLength(3);
    gates[1]?.resolve(10);
    expect(await run.result()).toEqual([0, 10, 20, 30]);
    expect(log.commits).toHaveLength(2);
  });

  test("a plain call that is out does not make slots cost snapshots", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, log } = await open();
    const gates = new Map<number, () => void>();
    const plain = deferred<string>();
    world.w = {
      work: (i: number) => new Promise((resolve) => gates.set(i, () => resolve(i))),
      plain: () => plain.promise,
    };
    const { main } = await load<{ main(): Promise<unknown[]> }>(`
      import { step } from "@coldframe/runtime";
      const work = step(async (i: number) => w.work(i));
      export const plain = () => w.plain();
      export async function main() { "use durable"; return await Promise.all([plain(), work(0), work(1), work(2), work(3)]); }`);
    const run = await engine.start(main, []);
    for (const i of [0, 1, 2, 3]) {
      await until(() => gates.has(i));
      gates.get(i)?.();
      await clock.advance(1_000);
    }
    expect(log.commits).toHaveLength(1);
    expect(log.calls.filter((call) => call === "send")).toHaveLength(4);
    plain.resolve("p");
    expect(await run.result()).toEqual(["p", 0, 1, 2, 3]);
  });

  test("slots that were filled stay filled when the process dies", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const calls: number[] = [];
    let gates = Array.from({ length: 3 }, () => deferred<number>());
    world.w = { work: (i: number) => calls.push(i) && gates[i]?.promise };
    const { main } = await load<{ main(n: number): Promise<number[]> }>(fanOut);
    await first.engine.start(main, [3], { id: "a" });
    await until(() => calls.length === 3);
    gates[2]?.resolve(20);
    await until(() => first.log.calls.includes("send"));
    await clock.settle();
    first.kill();
    gates = Array.from({ length: 3 }, () => deferred<number>());
    await clock.jump(LEASE_MS + 1_000);
    const second = await open();
    await until(() => calls.length === 5);
    expect(calls.slice(3).sort()).toEqual([0, 1]);
    gates[0]?.resolve(1);
    gates[1]?.resolve(2);
    expect(await (await second.engine.get("a"))?.result()).toEqual([1, 2, 20]);
  });

  test.each(["main", "branches"] as const)("a fan-out of n writes O(n) bytes: %s", async (name) => {
    const bytes: number[] = [];
    for (const n of [100, 400]) {
      const { open, clock } = await makePlace(kind);
      const { engine, log } = await open();
      const gates = new Map<number, () => void>();
      world.w = { work: (i: number) => new Promise((resolve) => gates.set(i, () => resolve(i + 1000))) };
      const program = await load<Record<"main" | "branches", (n: number) => Promise<number[]>>>(fanOut);
      const run = await engine.start(program[name], [n]);
      // One at a time, each with all the time it wants: nothing is saved by chance.
      for (const resolve of gates.values()) {
        resolve();
        await clock.settle();
      }
      expect(await run.result()).toHaveLength(n);
      bytes.push(log.bytes);
    }
    expect((bytes[1] as number) / (bytes[0] as number)).toBeLessThan(5);
    expect(bytes[1]).toBeLessThan(400 * 2_000);
  });
});

describe.each(kinds)("losers of races on %s", (kind) => {
  const racing = `
    import { sleep, step } from "@coldframe/runtime";
    const work = step(async (i: number) => w.work(i));
    export const plain = (i: number) => w.plain(i);
    export async function sleeps(n: number) {
      "use durable";
      for (let i = 0; i < n; i++) await Promise.race([sleep("30d"), work(i)]);
      await sleep("1h");
      return "done";
    }
    export async function kept() {
      "use durable";
      const timeout = sleep("2h");
      await Promise.race([timeout, work(1)]);
      await sleep("1h");
      await timeout;
      return "kept";
    }
    export async function calls() {
      "use durable";
      const first = await Promise.race([plain(1), plain(2)]);
      await sleep("1h");
      return first;
    }`;
  type Racing = Record<"sleeps" | "kept" | "calls", (n?: number) => Promise<unknown>>;

  test("sleeps that nothing can hear of are withdrawn, from snapshot and store", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, log } = await open();
    world.w = { work: (i: number) => i };
    const { sleeps } = await load<Racing>(racing);
    const run = await engine.start(sleeps, [100]);
    await until(async () => (await run.status()).status === "waiting");
    expect((await run.status()).wakesAt).toBe(clock.now() + 3_600_000);
    const sizes = log.commits.flatMap(({ snapshot }) => snapshot?.byteLength ?? []);
    expect(Math.max(...sizes)).toBeLessThan((sizes[0] as number) * 1.5);
    await clock.jump(3_600_000);
    expect(await run.result()).toBe("done");
  });

  test("a sleep that a variable leads to is kept, also across a restore", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    world.w = { work: (i: number) => i };
    const { kept } = await load<Racing>(racing);
    const run = await first.engine.start(kept, [], { id: "a" });
    await until(async () => (await run.status()).status === "waiting");
    await first.engine.close();
    const second = await open();
    await clock.jump(3_600_000);
    await clock.settle();
    expect((await (await second.engine.get("a"))?.status())?.wakesAt).toBe(clock.now() + 3_600_000);
    await clock.jump(3_600_000);
    expect(await (await second.engine.get("a"))?.result()).toBe("kept");
  });

  test("a call that lost is not made again after a restore", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const calls: number[] = [];
    world.w = { plain: (i: number) => calls.push(i) && (i === 1 ? Promise.resolve("one") : deferred().promise) };
    const program = await load<Racing>(racing);
    await first.engine.start(program.calls, [], { id: "a" });
    await until(() => first.log.commits.some(({ begin }) => begin !== undefined));
    await clock.settle();
    first.kill();
    await clock.jump(3_600_000);
    const second = await open();
    expect(await (await second.engine.get("a"))?.result()).toBe("one");
    expect(calls).toEqual([1, 2]);
  });
});
