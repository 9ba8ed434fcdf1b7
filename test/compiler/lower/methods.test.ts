// Methods of classes do the same as they are written, lowered, and lowered with every suspension cut: also where an
// instance could not be stored, and where a class is made by a function that is not durable.
import { describe, expect, test } from "vitest";
import { observe } from "./harness.ts";
import { programs } from "./method-programs.ts";

/** The same program, where a durable function makes all of it. */
function within(source: string): string {
  return `async function main() { ${source.replace("async function main()", "async function inner()")}\nreturn await inner() }`;
}

describe.each(Object.entries(programs))("%s, in a durable function", (_, table) => {
  test.each(Object.entries(table))("%s", async (_, source) => {
    const native = await observe(within(source), "native");
    expect(native.at(-1)).not.toMatch(/^threw \w*Error/);
    expect(await observe(within(source), "volatile")).toEqual(native);
    expect(await observe(within(source), "cut")).toEqual(native);
  });
});

describe.each(Object.entries(programs))("%s", (_, table) => {
  test.each(Object.entries(table))("%s", async (_, source) => {
    const native = await observe(source, "native");
    expect(native.at(-1)).not.toMatch(/^threw \w*Error/);
    expect(await observe(source, "volatile")).toEqual(native);
    expect(await observe(source, "cut")).toEqual(native);
  });
});
