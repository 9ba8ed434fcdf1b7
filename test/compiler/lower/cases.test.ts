// Every case does the same as it is written, lowered, and lowered with every suspension cut, small or large.
import { describe, expect, test } from "vitest";
import * as constructs from "./cases.ts";
import * as names from "./cases-names.ts";
import { observe } from "./harness.ts";

const args = [1, "b"];

describe.each(Object.entries({ ...constructs, ...names }))("%s", (_, table) => {
  test.each(Object.entries(table))("%s", async (_, body) => {
    const source = `async function main(a, b) {\n${body}\n}`;
    const native = await observe(source, "native", { args });
    expect(native.at(-1)).not.toMatch(/^threw \w*(Syntax|Reference)Error/);
    expect(await observe(source, "volatile", { args })).toEqual(native);
    expect(await observe(source, "cut", { args })).toEqual(native);
    expect(await observe(source, "large cut", { args })).toEqual(native);
  });
});
