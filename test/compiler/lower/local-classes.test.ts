// Classes that durable functions make do the same as they are written, lowered, and lowered with every suspension cut: every
// kind of member, in every place, over variables of every kind.
import { describe, expect, test } from "vitest";
import { observe } from "./harness.ts";
import { localClasses } from "./local-class-programs.ts";

describe.each(Object.entries(localClasses))("%s", (_, table) => {
  test.each(Object.entries(table))("%s", async (_, source) => {
    const native = await observe(source, "native");
    expect(native.at(-1)).not.toMatch(/^threw \w*Error/);
    expect(await observe(source, "volatile")).toEqual(native);
    // Frames of async generators belong to their objects: others can't stand in for them.
    if (!/async (?:function ?)?\*/.test(source)) expect(await observe(source, "cut")).toEqual(native);
  });
});
