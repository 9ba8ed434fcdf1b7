// What docs/errors/README.md promises of a coded error. compiler and runtime stand for two copies of the same code.
import { inspect } from "node:util";
import { expect, test } from "vitest";
import * as compiler from "../../compiler/src/errors.ts";
import * as runtime from "../../runtime/src/errors.ts";
import { registry } from "../../runtime/src/registry.ts";
import { readSnapshot } from "../../runtime/src/snapshot/read.ts";
import { writeSnapshot } from "../../runtime/src/snapshot/write.ts";

const cause = new Error("inner");
const error = runtime.errors.notCompiled(
  { function: "shop/orders#fulfil", finding: "Nothing is compiled" },
  { where: "src/orders.ts:3:1", cause },
);

test("the message alone tells what, where, why, how to fix it and where to read on", () => {
  const lines = error.message.split("\n");
  expect(lines[0]).toBe("[CF2301] shop/orders#fulfil was never compiled by Coldframe.");
  expect(lines.slice(1).map((line) => /^ {2}(\w+):|^ {4}- /.exec(line)?.[1] ?? "item")).toEqual([
    "where",
    "why",
    "fix",
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
  expect(error.fix).toMatch(/Built with `tsc`\? Use `tspc`.*TypeScript 6.*TypeScript 7 ignores plugins/);
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

test("a class of its own: caught by instanceof, over copies of the package too", () => {
  const lost: unknown = runtime.errors.waitLost({ text: "reply" });
  expect(lost).toMatchObject({ name: "LostError", code: "CF2304" });
  expect(String(lost)).toMatch(/^LostError: \[CF2304\] The wait for `reply` was lost/);
  expect(lost).toBeInstanceOf(runtime.LostError);
  expect(lost).toBeInstanceOf(runtime.ColdframeError);
  expect(lost).toBeInstanceOf(compiler.defineClass("CF2304" as never, "LostError"));
  if (lost instanceof runtime.LostError) expect(lost.code satisfies "CF2304").toBe("CF2304");
  for (const other of [error, cause, null, { code: "CF2304" }]) expect(other).not.toBeInstanceOf(runtime.LostError);
});

test.each([
  ["a class of its own", runtime.errors.waitLost({ text: "reply" }, { cause })],
  ["the general class", error],
])("a coded error comes back from a snapshot as it was: %s", (_, stored) => {
  const options = { registry: registry() };
  const read = readSnapshot(writeSnapshot([Object.freeze(stored)], options), options);
  if (!read.ok) throw new Error("it cannot be read");
  const [restored] = read.root as [runtime.ColdframeError];
  expect(restored).not.toBe(stored);
  expect(Object.getPrototypeOf(restored)).toBe(Object.getPrototypeOf(stored));
  expect(runtime.isColdframeError(restored, stored.code)).toBe(true);
  for (const key of ["code", "what", "where", "why", "fix", "link", "params", "message", "stack", "name"] as const)
    expect(restored[key], key).toEqual(stored[key]);
  expect(Object.keys(restored)).toEqual(Object.keys(stored));
  expect(restored.cause).toEqual(cause);
  expect(Object.isFrozen(restored)).toBe(true);
});

test("placeholders are typed", () => {
  // @ts-expect-error: a parameter is missing
  runtime.errors.notCompiled({ function: "f" });
  // @ts-expect-error: no such parameter
  runtime.errors.notCompiled({ function: "f", finding: "", name: "g" });
  // @ts-expect-error: no such code
  runtime.isColdframeError(error, "CF9999");
});
