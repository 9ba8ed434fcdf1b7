// What combinators do that no native run shows: over what was lost, over tasks of other runs, and rejections nobody handles.
import { coroutine, LostError, restore, snapshot } from "@coldframe/runtime";
import { expect, test } from "vitest";
import { deferred, load } from "../engine/kit.ts";

const world = globalThis as unknown as { w: Record<string, unknown> };

/** What goes on with bytes alone, in the process of today. */
function again(bytes: Uint8Array): Promise<unknown> {
  return (restore(bytes) as { drive(): Promise<unknown> }).drive();
}

test("what was lost is a rejection of its own slot", async () => {
  world.w = { never: () => new Promise(() => {}) };
  const { main } = await load<{ main(kind: string): Promise<unknown> }>(`
    export async function main(kind) {
      "use durable";
      const never = w.never();
      if (kind === "all") return await Promise.all([never, 1]);
      if (kind === "any") return await Promise.any([never, never]);
      if (kind === "known") return await Promise.any([never, 7]);
      return (await Promise.allSettled([1, never])).map(({ status }) => status);
    }`);
  const at = async (kind: string) => {
    const co = coroutine(main, kind);
    co.next();
    return again(snapshot(co));
  };
  await expect(at("all")).rejects.toBeInstanceOf(LostError);
  const error: AggregateError = await at("any").then(undefined, (thrown) => thrown);
  expect(error.errors.map((one) => one instanceof LostError)).toEqual([true, true]);
  expect(await at("known")).toBe(7);
  expect(await at("allSettled")).toEqual(["fulfilled", "rejected"]);
});

test("a task of another run is a promise like any other: its end wakes nothing of the wrong run", async () => {
  const gate = deferred<string>();
  world.w = { gate: gate.promise };
  const { owner, guest } = await load<Record<"owner" | "guest", () => Promise<unknown>>>(`
    async function work() { "use durable"; return await w.gate; }
    export async function owner() {
      "use durable";
      w.task = work();
      return ["owner", await w.task];
    }
    export async function guest() {
      "use durable";
      const direct = await Promise.race([w.task, new Promise(() => {})]);
      const chained = await w.task.then((text) => text + "!");
      return ["guest", direct, await w.task, chained, await Promise.all([w.task, 1])];
    }`);
  const first = coroutine(owner).drive();
  const second = coroutine(guest).drive();
  gate.resolve("done");
  expect(await first).toEqual(["owner", "done"]);
  expect(await second).toEqual(["guest", "done", "done", "done!", ["done", 1]]);
});

test("a task of another run in a variable cannot be stored; awaited it is a wait that may be lost", async () => {
  world.w = { never: new Promise(() => {}) };
  const { owner, keeper, waiter } = await load<Record<"owner" | "keeper" | "waiter", () => Promise<unknown>>>(`
    async function work() { "use durable"; return await w.never; }
    export async function owner() { "use durable"; w.task = work(); return await w.task; }
    export async function keeper() { "use durable"; const task = w.task; await 1; return await task; }
    export async function waiter() { "use durable"; return await w.task; }`);
  coroutine(owner).next();
  const first = coroutine(keeper);
  first.next();
  expect(() => snapshot(first)).toThrow(/CF2001.*`task` in test\/program#keeper/s);
  const second = coroutine(waiter);
  second.next();
  await expect(again(snapshot(second))).rejects.toBeInstanceOf(LostError);
});

/** Rejections that the process heard of as unhandled, while `body` ran and until all was quiet. */
async function unhandled(body: () => Promise<unknown>): Promise<unknown[]> {
  const listeners = process.listeners("unhandledRejection");
  const seen: unknown[] = [];
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => void seen.push((reason as Error).message));
  try {
    await body();
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
  return seen;
}

test("a rejection that nobody looks at is one of the process, once the call has settled; handled late it is none", async () => {
  const { main } = await load<{ main(kind: string): Promise<unknown> }>(`
    async function broken(text) { "use durable"; await 1; throw new Error(text); }
    export async function main(kind) {
      "use durable";
      const late = broken("late");
      const raced = Promise.race([broken("raced"), 1]);
      const derived = broken("derived").finally(() => {});
      if (kind === "nobody") broken("nobody");
      await 1; await 2; await 3;
      try { await late; } catch {}
      await derived.catch(() => {});
      return await raced;
    }`);
  expect(await unhandled(() => coroutine(main, "handled").drive())).toEqual([]);
  expect(await unhandled(() => coroutine(main, "nobody").drive())).toEqual(["nobody"]);
  const restored = async () => {
    const co = coroutine(main, "nobody");
    co.next();
    for (let i = 0; i < 4; i++) co.next(); // the tasks have failed, the root has not gone on
    await again(snapshot(co));
  };
  expect(await unhandled(restored)).toEqual(["nobody"]);
});

test("return ends a combination, which has no code to end", async () => {
  const { main } = await load<{ main(): Promise<unknown> }>(`
    export async function main() {
      "use durable";
      return ["combined", await Promise.all([new Promise(() => {}), 1])];
    }`);
  const co = coroutine(main);
  co.next();
  expect(co.return("early")).toEqual({ done: true, value: ["combined", "early"] });
});
