// Stamps, manifest and record: what they depend on, and what they do not.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { COMPILER_VERSION } from "../../compiler/src/emit/abi.ts";
import { type CompileOptions, compile } from "../../compiler/src/index.ts";

function build(source: string, options: Partial<CompileOptions> = {}) {
  const result = compile(source, { filename: "src/pay.ts", moduleId: "shop/pay", ...options });
  if (result.manifest === null) throw new Error(JSON.stringify(result.diagnostics));
  return { ...result, manifest: result.manifest };
}

function functionOf(source: string, options: Partial<CompileOptions> = {}) {
  const [fn] = build(source, options).manifest.functions;
  if (fn === undefined) throw new Error("no function");
  return fn;
}

const pay = `export async function pay(order) { "use durable"; const a = await charge(order.id, 10); return [a, "x"]; }`;

test("the version is the package's", () => {
  const file = resolve(import.meta.dirname, "../../compiler/package.json");
  expect(JSON.parse(readFileSync(file, "utf8")).version).toBe(COMPILER_VERSION);
});

describe("same input, same bytes", () => {
  test("twice", () => expect(build(pay)).toEqual(build(pay)));

  test("no absolute path gets in", () => {
    const result = build(pay, { filename: "/home/someone/shop/src/pay.ts", moduleId: undefined });
    expect(JSON.stringify(result)).not.toMatch(/someone/);
    expect(result.manifest.module).toBe("pay");
  });
});

describe("stamp", () => {
  const { stamp, source } = functionOf(pay);

  test.each([
    ["layout", pay.replaceAll(/([{;])/g, "$1\n\t")],
    ["comments", pay.replaceAll("await", "/* a */ await // b\n")],
    ["place", `const before = 1;\n\n\n${pay}`],
    ["types", pay.replace("(order)", "<T>(order: T): Promise<any>").replace("order.id", "(order as any).id!")],
    ["quotes", pay.replace(`"x"`, "'x'")],
    ["how it is marked", `/** @durable */\n${pay.replace(`"use durable"; `, "")}`],
    ["an earlier name", `/** @durable renamedFrom=charge */\n${pay}`],
    ["parentheses", pay.replace("order.id", "(order.id)")],
    ["numbers", pay.replace("10", "0xa")],
  ])("does not depend on %s", (_, text) => expect(functionOf(text)).toMatchObject({ stamp, source }));

  test.each([
    ["a constant", pay.replace("10", "11")],
    ["a callee", pay.replace("charge", "refund")],
    ["a string", pay.replace(`"x"`, `"y"`)],
    ["a new statement", pay.replace("return", "log(); return")],
    ["a local's name", pay.replaceAll(/\ba\b/g, "b")],
  ])("depends on %s", (_, text) => {
    expect(functionOf(text).source).not.toBe(source);
    expect(functionOf(text).stamp).not.toBe(stamp);
  });

  test("depends on the version that the mark gives", () => {
    const salted = functionOf(`/** @durable version=2 */\n${pay}`);
    expect(salted).toMatchObject({ source, version: "2" });
    expect(salted.stamp).not.toBe(stamp);
  });
});

test("manifest", () => {
  const { manifest } = build(`// line 1\n${pay}`);
  expect(manifest).toMatchObject({ manifest: 1, abi: 1, compiler: COMPILER_VERSION, module: "shop/pay" });
  const [fn] = manifest.functions;
  expect(fn).toMatchObject({ id: "pay", name: "pay", kind: 0, range: [2, 8, 2, pay.length + 1] });
  for (const hash of [fn?.stamp, fn?.source]) expect(hash).toMatch(/^[0-9a-f]{16}$/);
  expect(JSON.parse(JSON.stringify(manifest))).toEqual(manifest);
});

test("the record refers to the module's own functions, classes, constants and enums", () => {
  const source = `
    import { a } from "a"; let b = {}; var c = {}; const d = {}, [e, { f }] = [], g = 1, h = "s", i = -1, j = \`k\`;
    export const l = []; export class M {} export enum N { O } const enum P { Q } declare const r: any;
    declare function s(): void; export function t(u: 1): void; export function t(u: any) {} type V = 1;
    export default class {} const w = /x/; { const y = {}; } ${pay}`;
  const [, refs = ""] = /refs: \{ (.*?) \}, imports/.exec(build(source).code) ?? [];
  expect([...refs.matchAll(/(\w+): \(\)/g)].map(([, name]) => name)).toEqual(["d", "e", "f", "l", "M", "N", "t", "w"]);
});

test("names that would do harm as keys are quoted", () => {
  const { code } = build(`const __proto__ = {}; ${pay}`);
  expect(code).toContain(`["__proto__"]: () => __proto__`);
});

test("the record refers to imports that durable functions use as values, not to those that only types use", () => {
  const source = `
    import a, { b, c as d, type E, F, G, h, i } from "x"; import * as j from "y"; import type { K } from "z";
    const outside = h;
    export async function f(l: F, i: E) { "use durable"; await a(b, { G: 1 }); d.G; <K>j; return i as G; }`;
  const [, imports = ""] = /imports: \{ (.*?) \} \}\)/.exec(build(source).code) ?? [];
  expect(imports.split(", ")).toEqual(['"x#default": () => a', '"x#b": () => b', '"x#c": () => d', '"y#*": () => j']);
});

test("an import is named by where it comes from, whoever imports it", () => {
  const source = `import { tool } from "./lib/tools.ts"; import other from "./b.js"; ${pay.replace('durable";', 'durable"; [tool, other];')}`;
  const [, imports = ""] = /imports: \{ (.*?) \} \}\)/.exec(build(source).code) ?? [];
  expect(imports).toMatch(/^"shop\/lib\/tools#tool": \(\) => tool, "shop\/b#default": \(\) => other$/);
});

test("a module with the directive and classes alone gets a record; one with types alone does not", () => {
  const classes = `"use durable";\nexport class Cart<T> { items: T[] = []; #key = 1; }\nexport abstract class Base { abstract a: 1; }\n`;
  const { code, manifest, diagnostics } = compile(classes, { filename: "cart.ts" });
  expect(diagnostics).toEqual([]);
  expect(manifest).toMatchObject({ functions: [], classes: { Cart: ["#key", ".items"], Base: [] } });
  expect(code).toContain(
    'refs: { Cart: () => Cart, Base: () => Base }, imports: {}, classes: { Cart: ["#key",".items"], Base: [] }',
  );
  const types = `"use durable";\nexport interface Cart {}\nexport declare class Base {}\n`;
  expect(compile(types, { filename: "types.ts" })).toMatchObject({ code: types, manifest: null });
});
