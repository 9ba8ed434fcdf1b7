// What is emitted for a function grows with its length, not with its square, and long functions do what they say. The full
// sizes and the time are measured by `npm run bench -- compile`.
import { compile } from "@coldframe/compiler";
import { describe, expect, test } from "vitest";
import { deepFunctions, longFunctions } from "../../bench/kit/long-functions.ts";
import { evaluate } from "../kit/evaluate.ts";
import { observe } from "./lower/harness.ts";
import "@coldframe/runtime/abi/v1";

/** Bytes of code and manifest per byte of source. */
function sizeOf(source: string): { code: number; manifest: number } {
  const { code, manifest, diagnostics } = compile(source, { filename: "long.js" });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return { code: code.length / source.length, manifest: JSON.stringify(manifest).length / source.length };
}

/** With a square among its causes, six times the length makes up to six times as much per byte. */
const [SMALL, LARGE, BAR] = [20, 120, 1.5];
/** The id of a nested function holds those of the functions around it. */
const bars: Record<string, number> = { "deep closures": 3 };

test.each(Object.entries({ ...longFunctions, ...deepFunctions }))("%s", (name, make) => {
  const [small, large] = [sizeOf(make(SMALL)), sizeOf(make(LARGE))];
  const bar = bars[name] ?? BAR;
  expect(large.code / small.code).toBeLessThan(bar);
  expect(large.manifest / small.manifest).toBeLessThan(bar);
});

describe("what is nested too deep for the stack", () => {
  const lines = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => line(i)).join("\n");
  const options = { filename: "deep.js", sourceType: "script", abi: "global" } as const;
  const file = (body: string) => `async function main(i, g) { "use durable"; await null; ${body} }`;

  test("is compiled all the same, and does what it says", async () => {
    const n = 2_000;
    const sum = file(`return i ${lines(n, (k) => `+ ${k}`)};`);
    const branches = file(`${lines(n, (k) => `if (i === ${k}) return (await g(${k})) + ${k}; else`)} return "none";`);
    const chain = file(
      `const o = { n: 0, add(k) { this.n += k; return this } }; return o${lines(n, () => ".add(1)")}.n;`,
    );
    const run = (source: string, i: number) => {
      const { code, diagnostics } = compile(source, options);
      expect(diagnostics).toEqual([]);
      return evaluate(code, true).main(i, async (k: number) => k);
    };
    expect(await run(sum, 1)).toBe(1 + (n * (n - 1)) / 2);
    expect([await run(branches, n - 1), await run(branches, n)]).toEqual([2 * n - 2, "none"]);
    expect(await run(chain, 0)).toBe(n);
  });

  test("asks its host as always", () => {
    const asked: number[] = [];
    const source = `import { Size } from "./size"; ${file(`return Size.big ${lines(2_000, (k) => `+ ${k}`)};`)}`;
    const constEnumValue = (start: number, end: number) => {
      asked.push(start);
      return source.slice(start, end) === "Size.big" ? 41 : undefined;
    };
    const { code, diagnostics } = compile(source, { filename: "deep.ts", constEnumValue });
    expect(diagnostics).toEqual([]);
    expect(asked.length).toBeGreaterThan(0);
    expect(code).toContain("return 41");
  });

  test("is refused with a code where no stack suffices", () => {
    const source = file(`return ${"g(await ".repeat(20_000)}i${")".repeat(20_000)};`);
    const { code, diagnostics } = compile(source, options);
    expect(diagnostics.map(({ code }) => code)).toEqual(["CF1005"]);
    expect(code).toBe(source);
  });
});

const lines = (n: number, line: (i: number) => string) => Array.from({ length: n }, (_, i) => line(i)).join("\n");

test("the way back to a late point passes by few guards", () => {
  const { code } = compile(`async function f(g) { "use durable"; ${lines(2_000, (i) => `await g(${i});`)} }`, {
    filename: "long.js",
  });
  const run = code.slice(code.indexOf("function f$($f"));
  const byIndent = Object.groupBy(run.match(/^ *if \(\$pc <= \d+\)/gm) ?? [], (text) => String(text.search(/\S/)));
  const outer = byIndent[2] ?? byIndent[4] ?? [];
  expect(outer.length).toBeGreaterThan(0);
  expect(outer.length).toBeLessThanOrEqual(32);
});

// Takes half a minute; V8 would refuse the call that saves them.
test.runIf(process.env.COLDFRAME_TEST === "long")(
  "more variables than a call has arguments are refused",
  { timeout: 1_800_000 },
  () => {
    const names = (text: (i: number) => string) => lines(66_000, text);
    const source = `async function f(g) { "use durable"; ${names((i) => `const v${i} = g(${i});`)} await g(); return [${names((i) => `v${i},`)}]; }`;
    const { diagnostics } = compile(source, { filename: "long.js" });
    expect(diagnostics.map(({ code, message }) => [code, message])).toEqual([
      ["CF1101", expect.stringContaining("65,000 variables")],
    ]);
  },
);

/** Bodies of `async function main(a, b)`, long enough for one save. */
const bodies: Record<string, string> = {
  temporaries: lines(300, (i) => `t(t("x"), await t("v", ${i}));`),
  constants: `${lines(200, (i) => `const v${i} = await t("v", ${i});`)}\nreturn [${lines(200, (i) => `v${i},`)}];`,
  cells: `${lines(80, (i) => `let c${i} = await t("v", ${i}); const d${i} = () => ++c${i};`)}\nawait null; return [${lines(80, (i) => `d${i}(), c${i},`)}];`,
  blocks: lines(150, (i) => `{ const x = await t("v", ${i}); await null; t("w", x + a); }`),
  "a sum": `return a\n${lines(200, (i) => `+ await t("v", ${i})`)};`,
  "a chain": `const o = { m(v) { t("m", v); return this; } };\nreturn o\n${lines(100, (i) => `.m(await t("v", ${i}))`)} === o;`,
  "try and finally": lines(
    100,
    (i) => `try { await t("v", ${i}); } catch (e) { t("c", e); } finally { await t("f", ${i}); }`,
  ),
  loops: lines(60, (i) => `for (let j = 0; j < 2; j++) { t("j", j + (await t("v", ${i}))); }`),
  "one loop": `for (const j of [1, 2]) {\n${lines(100, (i) => `t(t("x"), j + (await t("v", ${i})));`)}\n}`,
};

describe.each(Object.entries(bodies))("a long function of %s", (_, body) => {
  test("does the same, cut or not", async () => {
    const source = `async function main(a, b) {\n${body}\n}`;
    const native = await observe(source, "native", { args: [1, "b"] });
    expect(await observe(source, "volatile", { args: [1, "b"] })).toEqual(native);
    expect(await observe(source, "cut", { args: [1, "b"] })).toEqual(native);
  });
});
