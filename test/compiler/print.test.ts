// What compile() does to a file around the lowered code: bytes that are kept, places of what is inserted, positions.
import "@coldframe/runtime/abi/v1";
import { runInThisContext } from "node:vm";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { type CompileOptions, compile } from "../../compiler/src/index.ts";

function lower(source: string, options: Partial<CompileOptions> = {}) {
  const result = compile(source, { filename: "src/a.ts", ...options });
  expect(result.diagnostics).toEqual([]);
  if (result.map === null || result.manifest === null) throw new Error("nothing was compiled");
  return { ...result, map: result.map, manifest: result.manifest };
}

const shop = `#!/usr/bin/env node
"use strict"
/* licence */ // @ts-nocheck
import   { step  } from 'steps' ;\tconst odd = [ 1,, ]\r
const enum Size { S = 1 }   // kept
type Order<T> = { id : T }

/** Pays.
 * @durable
 */
export async function pay<T extends string>(this: unknown, order: Order<T>, { size }: { size?: Size } = {}, ...rest: T[]): Promise<T> {
  const first = await firstCall(order);
  for (const each of rest) await secondCall(each satisfies T);
  return thirdCall(first!) as T;
}   /* behind */

export const shop = { /* before */ ship: async () => { "use durable"; await fourthCall() } /* after */ , }
function plain() {
  'directive'
  /* before inner */ async function inner(a: number) { "use durable"; return await fifthCall(a); } return inner;
}
declare function outside(o: any): Promise<any>
// last, without a line end`;

/** The pieces of `shop` between what is replaced and inserted. */
function keptPieces(source: string): string[] {
  const functions = [
    /async function pay.*?\n}/s,
    /async \(\) => \{.*?\}(?= \/\* after)/,
    /async function inner.*?\); \}/,
  ];
  const holes = functions.reduce((text, pattern) => text.replace(pattern, "\0"), source);
  // A prelude stands directly before the function that is nested, the ABI before the first import.
  return holes.replace("import   {", "\0import   {").split("\0");
}

describe("bytes", () => {
  test("all text outside of durable functions is kept, in order, byte for byte", () => {
    const { code } = lower(shop);
    let at = 0;
    for (const [index, piece] of keptPieces(shop).entries()) {
      const found = code.indexOf(piece, at);
      expect(found, piece).toBeGreaterThanOrEqual(at);
      if (index === 0) expect(found).toBe(0);
      at = found + piece.length;
    }
    expect(keptPieces(shop)).toHaveLength(5);
  });

  test("the ABI comes first, before imports and on their line; comments on the file stay at the top", () => {
    const lines = lower(shop).code.split(/\r?\n/);
    expect(lines.slice(0, 3)).toEqual(shop.split(/\r?\n/).slice(0, 3));
    expect(lines[3]).toMatch(/^import \{ R as \$R \} from "@coldframe\/runtime\/abi\/v1"; \$M\(\); import {3}\{ step/);
  });

  test("the tag of the first function stays before it", () => {
    const { code } = lower("/** @durable */\nasync function f() {}\n");
    expect(code).toMatch(/^import .*; \$M\(\); \/\*\* @durable \*\/\nfunction f\(\)/);
  });

  test.each(["async function f() {}", "const a = 1;", "export default 1", ""])("no mark, no change: %j", (source) => {
    const unchanged = { code: source, map: null, manifest: null, diagnostics: [] };
    expect(compile(source, { filename: "a.ts" })).toEqual(unchanged);
  });

  test("a function before a word stays apart from it", () => {
    const { code } = lower("x = async function () {}in y; z = async () => {}", { mark: "all" });
    expect(code).toMatch(/x = anonymous\$\(\) ?in y/);
  });
});

describe("wrappers", () => {
  test("in TypeScript they keep the signature, without defaults, patterns and rest", () => {
    expect(lower(shop).code).toContain(
      "export function pay<T extends string>(this: unknown, order: Order<T>, $2?: { size?: Size; }): Promise<T> { return $R.start($M().f[0].d, this, arguments, new.target); }",
    );
  });

  test("in JavaScript they have the parameters that count", () => {
    const { code } = lower("async function f(a, [b], c = 1, d) { 'use durable' }", { filename: "a.js" });
    expect(code).toContain("function f(a, $1) { return $R.start(");
  });

  test("overloads stay adjacent to their implementation", () => {
    const source =
      "/** @durable */\nexport function f(a: 1): Promise<1>;\nexport function f(a: 2): Promise<2>;\nexport async function f(a: any): Promise<any> { return a; }";
    const { code } = lower(source);
    expect(code).toContain("f(a: 2): Promise<2>;\nexport function f(a: any): Promise<any> { return $R.start(");
  });

  test("a default export without a name gets one, and its record has the name of the language", () => {
    const { code } = lower("export default async function () { 'use durable' }");
    expect(code).toMatch(/export default function defaultExport\(\) \{ return \$R\.start/);
    expect(code).toMatch(/id: "default", name: "default".*self: defaultExport/);
  });

  test("a generator's wrapper makes a generator", () => {
    expect(lower("function* f() { 'use durable'; yield 1 }").code).toContain("function f() { return $R.generator(");
    const { code } = lower("async function* f() { 'use durable'; yield 1 }");
    expect(code).toContain("function f() { return $R.asyncGenerator(");
  });

  test("nested in a plain function, the name is declared at the head of its block, behind directives", () => {
    const { code } = lower(shop);
    expect(code).toMatch(/'directive'\n {2}\/\* before inner \*\/ var inner = /);
  });
});

describe("ABI", () => {
  const source = "async function f() { 'use durable'; await 1 }";

  test("require", () => {
    const { code } = lower(source, { sourceType: "script", filename: "a.cjs" });
    expect(code).toMatch(/^const \{ R: \$R \} = require\("@coldframe\/runtime\/abi\/v1"\); \$M\(\); /);
  });

  test("global: names differ from script to script, and the record is made anew", () => {
    const options = { sourceType: "script", abi: "global", filename: "a.js" } as const;
    const [a, b] = ["a", "b"].map((moduleId) => lower(source, { ...options, moduleId }).code);
    const names = (code = "") => new Set(code.match(/\$R\w*|\$M\w*|\bf\$\w*/g));
    expect([...names(a)].filter((name) => names(b).has(name))).toEqual([]);
    expect(a).toMatch(
      /^var \{.*\} = globalThis\[Symbol\.for\("coldframe\.abi\.1"\)\]; (\$m\w*) = void 0; \$M\w*\(\); /,
    );
  });

  test("names that the file uses are left to it", () => {
    const { code } = lower(`const $R = 1, $M = 2, f$ = 3; ${source}`);
    expect(code).toMatch(/^import \{ R as \$R\$2 \} .*; \$M\$2\(\); const \$R = 1/);
    expect(code.match(/\bf\$ = 3/g)).toHaveLength(1);
    expect(code).not.toMatch(/function f\$\(/);
  });
});

describe("source map", () => {
  const positionOf = (text: string, needle: string, from = 0) => {
    const index = text.indexOf(needle, from);
    const before = text.slice(0, index).split(/\r\n|\n/);
    return { line: before.length, column: (before.at(-1) as string).length, index };
  };

  test.each(["firstCall", "secondCall", "thirdCall", "fourthCall", "fifthCall"])(
    "%s leads back to its place",
    (name) => {
      const { code, map } = lower(shop);
      const { line, column } = positionOf(shop, name);
      const generated = positionOf(code, name);
      expect(generated.index, `${name} is in the code`).toBeGreaterThan(0);
      expect(originalPositionFor(new TraceMap(map as never), generated)).toMatchObject({
        source: "src/a.ts",
        line,
        column,
      });
    },
  );

  test.each(["step ", "odd", "Size", "plain", "declare function", "// last"])(
    "kept text %j leads back to its place",
    (text) => {
      const { code, map } = lower(shop);
      const { line, column } = positionOf(shop, text);
      expect(originalPositionFor(new TraceMap(map as never), positionOf(code, text))).toMatchObject({ line, column });
    },
  );

  test("the wrapper's name leads to the function", () => {
    const { code, map } = lower(shop);
    const { line } = positionOf(shop, "function pay");
    const at = positionOf(code, "pay<T");
    expect(originalPositionFor(new TraceMap(map as never), at)).toMatchObject({ line, column: 22 });
  });

  test("code without an origin has none", () => {
    const { code, map } = lower(shop);
    for (const text of ["import { R", "function $M()", "var $m"])
      expect(originalPositionFor(new TraceMap(map as never), positionOf(code, text)).source, text).toBeNull();
  });
});

test("the printed file is TypeScript that TypeScript reads", () => {
  const { code } = lower(shop);
  const file = ts.createSourceFile("a.ts", code, ts.ScriptTarget.ESNext) as ts.SourceFile & {
    parseDiagnostics: ts.Diagnostic[];
  };
  expect(file.parseDiagnostics.map(({ messageText }) => messageText)).toEqual([]);
});

test("JSX in a durable function is left to the host", () => {
  const { code } = lower(
    "export async function f() { 'use durable'; const e = await c(); return <a b={e}>{...d}</a>; }",
    {
      filename: "a.jsx",
    },
  );
  expect(code).toMatch(/<a b=\{/);
});

test.each([
  ["a parameter", "function outer(f) { async function f() { return 1; } return f; }"],
  ["a variable", "function outer() { var f; async function f() { return 1; } return f; }"],
  [
    "another declaration",
    "function outer() { async function f() { return 0; } async function f() { return 1; } return f; }",
  ],
  ["a block's own", "function outer(f) { { async function f() { return 1; } return f; } }"],
  ["what stands above it", "function outer() { return f; async function f() { return 1; } }"],
])("a nested declaration takes the name of %s, as it does natively", async (_, source) => {
  const { code } = lower(source, { mark: "all", sourceType: "script", abi: "global", filename: "a.js" });
  const outer = runInThisContext(`(() => { ${code}\nreturn outer; })()`) as (f?: number) => () => Promise<number>;
  expect(await outer(2)()).toBe(1);
});

test("a script may run again in its realm", async () => {
  const options = { sourceType: "script", abi: "global", filename: "again.js" } as const;
  const { code } = lower("async function again(n) { 'use durable'; return (await n) + 1; }", options);
  for (const n of [1, 2]) expect(await runInThisContext(`${code}\nagain(${n})`)).toBe(n + 1);
});

test("two scripts share a realm and keep apart", async () => {
  for (const moduleId of ["one", "two"]) {
    const options = { sourceType: "script", abi: "global", filename: "a.js", moduleId } as const;
    runInThisContext(lower(`async function ${moduleId}() { 'use durable'; return "${moduleId}"; }`, options).code);
  }
  expect(await runInThisContext("Promise.all([one(), two()])")).toEqual(["one", "two"]);
});
