// What is asked for is stored by its state, even if a constant of a compiled module gives it a name.
import { restore, snapshot } from "@coldframe/runtime";
import { expect, test } from "vitest";
import { load } from "../engine/kit.ts";

test("a generator object that a module holds in a constant", async () => {
  const { count, kept } = await load<{ count: () => Generator<number>; kept: Generator<number> }>(`
    export function* count() { "use durable"; yield 1; yield 2; yield 3; }
    export const kept = count();`);
  expect(kept.next().value).toBe(1);
  const bytes = snapshot(kept);
  expect(kept.next().value).toBe(2);
  const copy = restore(bytes) as Generator<number>;
  expect(copy === kept).toBe(false); // a matcher would iterate them
  expect([...copy]).toEqual([2, 3]);
  expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(count()));
});
