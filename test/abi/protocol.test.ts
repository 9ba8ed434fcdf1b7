import { coroutine, restore, snapshot } from "@coldframe/runtime";
import { cut } from "@coldframe/runtime/testing";
import { expect, test } from "vitest";
import { nest, setTick, sum, tick } from "./hand-lowered.js";

test("without a scheduler it is an async function", async () => {
  expect(sum.name).toBe("sum");
  expect(sum.length).toBe(1);
  expect(Object.getPrototypeOf(sum)).toBe(Object.getPrototypeOf(async () => {}));
  expect(() => Reflect.construct(sum, [1])).toThrow("sum is not a constructor");
  const promise = sum(4);
  expect(promise.constructor).toBe(Promise);
  expect(await promise).toBe(14);
});

test("recursion is not bounded by the stack", async () => {
  expect(await nest(50_000)).toBe(50_005);
});

test("an error reaches the caller with the callers of its frame", async () => {
  const former = tick;
  setTick(() => Promise.reject(new Error("no")));
  const error = (await nest(2).catch((e: Error) => e)) as Error;
  setTick(former);
  expect(error.message).toBe("no");
  expect(error.stack).toContain("at async nest (test/hand-lowered:3:1)");
  expect(error.stack).not.toContain("VolatileDriver");
});

test("an error that is frozen, or a Proxy of one, reaches the caller as it is", async () => {
  const former = tick;
  for (const error of [Object.freeze(new Error("no")), new Proxy(new Error("no"), {})]) {
    setTick(() => Promise.reject(error));
    expect((await nest(2).catch((caught: unknown) => caught)) === error).toBe(true);
  }
  setTick(former);
});

test("driven by hand", () => {
  const co = coroutine(sum, 3);
  const seen: unknown[] = [];
  let step = co.next();
  for (let i = 0; !step.done; i++) {
    seen.push(step.value);
    step = co.next(i);
  }
  expect(seen).toHaveLength(3);
  expect(step).toEqual({ done: true, value: 5 });
});

test("driven by promises, nested", async () => {
  expect(await coroutine(nest, 3).drive()).toBe(8);
  expect(await coroutine(nest, 5_000).drive()).toBe(5_005);
});

test("a function that was never compiled is refused", () => {
  expect(() => coroutine(async () => 1)).toThrow("CF2301");
});

test("stored and restored at every suspension", async () => {
  expect(await cut(sum, [4], { at: "every" })).toMatchObject({ value: 14, cuts: 4, suspensions: 4 });
  expect(await cut(nest, [20], { at: "every" })).toMatchObject({ value: 25, cuts: 3 });
});

test("a copy goes on by itself, and the original too", () => {
  const co = coroutine(sum, 2);
  co.next();
  const copy = restore(snapshot(co)) as typeof co;
  co.next(10);
  expect(co.next(1)).toEqual({ done: true, value: 1 });
  copy.next(20);
  expect(copy.next(2)).toEqual({ done: true, value: 2 });
});
