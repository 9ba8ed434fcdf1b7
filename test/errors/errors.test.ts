// What docs/errors/README.md promises of a coded error. compiler and runtime stand for two copies of the same code.
import { spawnSync } from "node:child_process";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import * as compiler from "../../compiler/src/errors.ts";
import * as runtime from "../../runtime/src/errors.ts";
import { registry } from "../../runtime/src/registry.ts";
import { readSnapshot } from "../../runtime/src/snapshot/read.ts";
import { writeSnapshot } from "../../runtime/src/snapshot/write.ts";

const cause = new Error("inner");
const error = runtime.errors.notCompiled(
  { function: "shop/orders#fulfil", finding: "Nothing is compiled", here: "Look:" },
  { where: "src/orders.ts:3:1", cause },
);

test("the message is one sentence: what and where", () => {
  const sentence = "[CF2301] shop/orders#fulfil was never compiled by Coldframe (src/orders.ts:3:1).";
  expect(error.message).toBe(sentence);
  expect(String(error)).toBe(`ColdframeError: ${sentence}`);
  expect(JSON.parse(JSON.stringify({ error, message: error.message }))).toEqual({
    error: { code: "CF2301" },
    message: sentence,
  });
  const named = runtime.errors.storeGone({ file: "runs.db" }, { where: "runs.db" });
  expect(named.message).toBe("[CF2210] runs.db was deleted or replaced while it was in use."); // the place once
  const foreign = runtime.errors.hookFailed({ hook: "encode", message: "line one\n    at line two" });
  expect(foreign.message).toBe("[CF2010] encode failed: line one at line two.");
});

test("the stack alone tells what, where, why, how to fix it and where to read on", () => {
  const lines = error.stack?.split("\n").filter((line) => !/^ +at /.test(line)) ?? [];
  expect(lines[0]).toBe(`ColdframeError: ${error.message}`);
  const names = lines.slice(1).map((line) => /^ {2}(\w+):|^ {4}- /.exec(line)?.[1] ?? "item");
  expect(names.filter((name) => name !== "item")).toEqual(["why", "fix", "link"]);
  expect(lines.at(-1)).toBe("  link: https://coldframe.dev/errors/CF2301");
});

const texts = (shown: string) =>
  ["why", "fix", "link"].map((key) => shown.includes(`\n  ${key}: `) || shown.includes(`\n  ${key}:\n`));

test("console.error, a cause and an uncaught error show everything", () => {
  for (const shown of [inspect(error), inspect(new Error("outer", { cause: error })).replace(/^ {2}/gm, "")])
    expect(texts(shown)).toEqual([true, true, true]);
  const program = `
    const { errors } = await import(${JSON.stringify(new URL("../../runtime/src/errors.ts", import.meta.url).href)});
    throw errors.notCompiled({ function: "f", finding: "Nothing", here: "" });`;
  const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { encoding: "utf8" });
  expect(stderr).toContain("ColdframeError: [CF2301] f was never compiled by Coldframe.\n  why: Nothing.");
  expect(texts(stderr)).toEqual([true, true, true]);
});

test("a prepareStackTrace of the user's is left alone", () => {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (_, sites) => sites;
  try {
    expect(runtime.errors.notCompiled({ function: "f", finding: "", here: "" }).stack).toBeInstanceOf(Array);
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
});

test("a function never compiled: the message asks for the usual reason", () => {
  expect(error.fix).toMatch(/Built with `tsc`\? Use `tspc`.*TypeScript 6.*TypeScript 7 ignores plugins/);
});

test("the parts are fields as well, and a console shows each once", () => {
  expect(error).toMatchObject({ name: "ColdframeError", code: "CF2301", where: "src/orders.ts:3:1", cause });
  expect(error.params).toEqual({ function: "shop/orders#fulfil", finding: "Nothing is compiled", here: "Look:" });
  expect(inspect(error).split(error.why)).toHaveLength(2);
  expect(inspect(error)).not.toContain("params");
  const plain = runtime.errors.notCompiled({ function: "f", finding: "", here: "" });
  expect(plain.where).toBeUndefined();
  expect(plain.message).toBe("[CF2301] f was never compiled by Coldframe.");
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
  runtime.errors.notCompiled({ function: "f", finding: "", here: "", name: "g" });
  // @ts-expect-error: no such code
  runtime.isColdframeError(error, "CF9999");
});
