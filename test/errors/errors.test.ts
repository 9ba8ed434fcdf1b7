// What docs/errors/README.md promises of a coded error. compiler and runtime stand for two copies of the same code.
import { inspect } from "node:util";
import { expect, test } from "vitest";
import * as compiler from "../../compiler/src/errors.ts";
import * as runtime from "../../runtime/src/errors.ts";

const cause = new Error("inner");
const error = runtime.errors.notCompiled(
  { function: "shop/orders#fulfil", finding: "Nothing is compiled" },
  { where: "src/orders.ts:3:1", cause },
);

test("the message alone tells what, where, why, how to mend and where to read on", () => {
  const lines = error.message.split("\n");
  expect(lines[0]).toBe("[CF2301] shop/orders#fulfil was never compiled by Coldframe.");
  expect(lines.slice(1).map((line) => /^ {2}(\w+):|^ {4}- /.exec(line)?.[1] ?? "item")).toEqual([
    "where",
    "why",
    "mend",
    "item",
    "item",
    "item",
    "item",
    "item",
    "link",
  ]);
  expect(lines[1]).toBe("  where: src/orders.ts:3:1");
  expect(lines.at(-1)).toBe("  link: https://coldframe.dev/errors/CF2301");
});

test("a function never compiled: the message asks for the usual reason", () => {
  expect(error.mend).toMatch(/Built with `tsc`\? Use `tspc`.*TypeScript 6.*TypeScript 7 ignores plugins/);
});

test("the parts are fields as well, and a console shows each once", () => {
  expect(error).toMatchObject({ name: "ColdframeError", code: "CF2301", where: "src/orders.ts:3:1", cause });
  expect(error.params).toEqual({ function: "shop/orders#fulfil", finding: "Nothing is compiled" });
  expect(inspect(error).split(error.why)).toHaveLength(2);
  expect(inspect(error)).not.toContain("params");
  const plain = runtime.errors.notCompiled({ function: "f", finding: "" });
  expect(plain.where).toBeUndefined();
  expect(plain.message).not.toContain("where:");
  expect("cause" in plain).toBe(false);
});

test("the stack begins where the error was made", () => {
  const frames = error.stack?.split("\n").filter((line) => /^ +at /.test(line));
  expect(frames?.[0]).toContain("errors.test.ts");
});

test("another copy of the package recognizes it, by code if asked", () => {
  expect(error).not.toBeInstanceOf(compiler.ColdframeError);
  expect(compiler.isColdframeError(error)).toBe(true);
  expect(runtime.isColdframeError(error, runtime.errors.notCompiled.code)).toBe(true);
  expect(runtime.isColdframeError(error, "CF2001")).toBe(false);
  for (const other of [cause, null, undefined, "CF2301", { code: "CF2301" }]) {
    expect(runtime.isColdframeError(other)).toBe(false);
  }
});

test("placeholders are typed", () => {
  // @ts-expect-error: a parameter is missing
  runtime.errors.notCompiled({ function: "f" });
  // @ts-expect-error: no such parameter
  runtime.errors.notCompiled({ function: "f", finding: "", name: "g" });
  // @ts-expect-error: no such code
  runtime.isColdframeError(error, "CF9999");
});
