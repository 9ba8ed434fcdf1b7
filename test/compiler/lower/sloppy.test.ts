// Names and forms that only sloppy code has do the same lowered, or are refused; what Babel would throw at is no exception.
import { compile } from "@coldframe/compiler";
import { describe, expect, test } from "vitest";
import { observe } from "./harness.ts";

const programs: Record<string, string> = {
  "var arguments": `const f1 = async function (x) { var arguments; await later(1); return [...arguments] }; const f2 = async function (x) { var arguments = 5; await later(1); return arguments }; const f3 = async function (x) { { var arguments } await later(1); arguments = 6; await later(2); return arguments }; return [await f1(1, 2), await f2(1), await f3(1)]`,
  "var arguments beside parameters": `const f1 = async function (x = arguments.length) { var arguments = 3; await later(1); return [x, arguments] }; const f2 = async function (x = () => arguments.length) { var arguments; t(arguments.length); arguments = 3; await later(1); return [x(), arguments] }; return [await f1(undefined, 2), await f2(undefined, 2)]`,
  "var arguments elsewhere": `const f1 = async (x) => { var arguments; await later(1); return typeof arguments }; const f2 = function () { var arguments; return arguments.length }; const f3 = function* (x) { t(arguments.length); for (var arguments of [1, 2]) yield arguments }; const f4 = async function (arguments) { await later(1); return arguments }; const f5 = async function () { await later(1); return typeof arguments; function arguments() {} }; return [await f1(1), f2(1, 2, 3), [...f3(1)], await f4(7), await f5()]`,
  "names that strict code keeps": `var let = 1, static = 3, implements = 4, interface = 5, package = 6, private = 7, protected = 8, public = 9, yield = 10; await later(1); let++; static += await later(1); return [let, static, implements, interface, package, private, protected, public, yield * 2]`,
  "let as a variable": `var let = 1; const f1 = () => let++, f2 = async (let) => { const g = () => let++; await later(g()); return let }, f3 = function (let) { return async () => ++let }; f1(); await later(2); for (let; let < 5; let++) await later(let); for (let in { k: 1 }) await later(let); try { raise("x") } catch (let) { t(let.message) } return [let, await f2(5), await f3(7)()]`,
  "let as a function": `var let = (x) => x + 1; await later(1); t((let)(2)); let(2); let; const o1 = { let, m: (let)(3) }; let = { a: 1 }; let.a++; await later(2); return [let.a, typeof o1.let, o1.m]`,
  "names as names": `function static() { return 1 } async function package() { return await later(2) } const o1 = { async public() { return 3 }, *let() { yield 4 } }; yield: for (;;) { await later(1); break yield } const f1 = function eval() { return typeof eval }, f2 = async function arguments() { return typeof arguments }; return [static(), await package(), await o1.public(), ...o1.let(), f1(), await f2()]`,
  "parameters of one name": `const f1 = async function (x, x) { await later(1); return [x, arguments[0]] }, f2 = function* (x, y, x) { yield [x, y] }, f3 = async function (x, x) { const g = () => x++; await later(1); g(); return x }, f4 = function (x, x) { const g = () => x++; g(); return x }; return [await f1(1, 2), [...f2(1, 2, 3)], await f3(1, 2), f4(1, 5), f1.length]`,
  "labelled functions": `await later(1); l: m: function f1() { return 1 } return [f1(), typeof f1]`,
  "super that can't be written": `const base = Object.freeze({ v: 1, get g() { return 1 } }), text = (f) => { try { f(); return "ok" } catch (e) { return e.name } }; const mk = () => ({ __proto__: base, async m() { return [text(() => { super.v = 2; super.v++ }), super.g = await later(3), text(() => { "use strict"; super.v = 4 })] }, async s() { "use strict"; return text(() => { super.v = 2 }) } }); const o1 = { __proto__: base, *m() { yield super.v = 2; yield super.g ||= 3 } }; const o2 = (() => mk())(); return [await o2.m(), await o2.s(), ...o1.m()]`,
  "undeclared, undeletable, octal": `var x = 010; await later(x); undeclared1 = x; const o1 = { 010: 1, "\\101": 2 }; try { return [delete x, undeclared1, o1, 09, "\\101"] } finally { delete globalThis.undeclared1 }`,
};

test.each(Object.entries(programs))("%s", async (_, body) => {
  const source = `async function main(a, b) {\n${body}\n}`;
  const options = { args: [1, "b"], strict: false };
  const native = await observe(source, "native", options);
  expect(native.at(-1)).not.toMatch(/^threw/);
  expect(await observe(source, "volatile", options)).toEqual(native);
  expect(await observe(source, "cut", options)).toEqual(native);
});

const script = { filename: "case.js", sourceType: "script", abi: "global" } as const;
const main = `async function main() { "use durable"; await 1; }`;

const refused: Record<string, [code: string, line: number, text: string]> = {
  "a function that is a branch": [
    "CF1101",
    2,
    `async function f() { "use durable";\nif (await 1) function g() {}\ng(); }`,
  ],
  "a variable with a value in for-in": [
    "CF1101",
    2,
    `async function f() { "use durable";\nfor (var k = 5 in {}); await k; }`,
  ],
  "with around a function": ["CF1105", 2, `with ({ x: 1 })\n{ var f = async () => { "use durable"; return x }; }`],
  "eval around a function": [
    "CF1104",
    2,
    `function make() { eval("var x = 1");\nreturn async () => { "use durable"; return x }; }`,
  ],
  "arguments assigned and captured": [
    "CF1101",
    1,
    `async function f() { "use durable"; const g = () => arguments; await 1; arguments = 2; return g(); }`,
  ],
};

test.each(Object.entries(refused))("%s is refused", (_, [code, line, text]) => {
  const { diagnostics, manifest } = compile(text, script);
  expect(diagnostics.map((one) => [one.code, one.line])).toEqual([[code, line]]);
  expect(manifest).toBeNull();
});

describe("what Babel would throw at", () => {
  test("functions beside the name of a handler, things that TypeScript merges", () => {
    for (const text of [
      `try {} catch (g) { if (true) function g() {} }`,
      `try {} catch (g) { { function g() {} } }`,
      `function f() { try {} catch (g) { if (1) function g() {} else function g() {} } }`,
    ])
      expect(compile(`${text}\n${main}`, script)).toMatchObject({
        diagnostics: [],
        manifest: { functions: [{ id: "main" }] },
      });
    const merged = `enum A { x } enum A { y = 2 } namespace A { export const z = 1 } class B {} interface B {} function g(): void; function g() {} namespace g { export const q = 1 }`;
    const { diagnostics, manifest } = compile(`${merged}\n${main}`, { filename: "case.ts" });
    expect([diagnostics, manifest?.functions.length]).toEqual([[], 1]);
  });

  test("code that is nested too deeply", () => {
    for (const value of [`${"1+".repeat(60_000)}1`, "[".repeat(60_000) + "]".repeat(60_000)]) {
      const { diagnostics, manifest } = compile(`async function f() { "use durable"; return ${value}; }`, script);
      expect([diagnostics.map(({ code }) => code), manifest]).toEqual([["CF1005"], null]);
    }
  });
});
