// Every case does the same as it is written and as it is lifted, and is in normal form afterwards.
import { describe, expect, test } from "vitest";
import * as cases from "./cases.ts";
import { liftText, observe, runBoth } from "./harness.ts";

const args = [1, "b", undefined];
const constants = new Set(["t", "log", "later", "fail", "raise", "value", "iter", "thenable", "box"]);
const { generators, sloppy, ...strict } = cases;

describe.each(Object.entries(strict))("%s", (_, table) => {
  test.each(Object.entries(table))("%s", async (_, body) => {
    await compare(`async function main(a, b, c) {\n${body}\n}`);
  });
});

describe("generators", () => {
  test.each(Object.entries(generators))("%s", async (_, body) => {
    await compare(`function* main(a, b, c) {\n${body}\n}`);
  });
});

describe("sloppy", () => {
  test.each(Object.entries(sloppy))("%s", async (_, body) => {
    await compare(`async function main(a, b, c) {\n${body}\n}`, false);
  });
});

async function compare(source: string, isStrict = true): Promise<void> {
  const [native, lifted, { fault, code }] = await runBoth(source, isStrict, args);
  expect(lifted, code).toEqual(native);
  expect(fault, code).toBeNull();
  expect(native.length).toBeGreaterThan(0);
  // Once more with what a caller may know of the names outside.
  const known = liftText(source, ({ name }) => constants.has(name));
  expect(await observe(known.code, isStrict, args), known.code).toEqual(native);
  expect(known.fault, known.code).toBeNull();
}
