// What is put into a file changes how nothing around it is read: line ends without semicolons, words, parentheses.
import { compile } from "@coldframe/compiler";
import "@coldframe/runtime/abi/v1";
import { describe, expect, test } from "vitest";
import { evaluate } from "../kit/evaluate.ts";
import { show } from "../kit/show.ts";

const prelude = `const seen = []; const t = (...x) => (seen.push(x), x[0]);
const shape = (o) => Reflect.ownKeys(o).map((k) => { const d = Object.getOwnPropertyDescriptor(o, k); return [String(k), typeof d.value, !!d.get, !!d.set] });\n`;

async function run(code: string, strict: boolean): Promise<string> {
  return show(await evaluate(code, strict).main());
}

async function expectSame(body: string, strict = true): Promise<void> {
  const source = prelude + body;
  const { code, diagnostics } = compile(source, {
    filename: "case.js",
    sourceType: strict ? "module" : "script",
    mark: "all",
    abi: "global",
  });
  expect(diagnostics).toEqual([]);
  expect(code).not.toBe(source);
  expect(await run(code, strict)).toBe(await run(source, strict));
}

const programs: Record<string, string> = {
  "arrow before [": `const f = async () => { return 1 }\n[1, 2].forEach((x) => t(x))\nasync function main() { return [await f(), seen] }`,
  "arrow before (": `let f; f = async () => { return 1 } // comment\n/* another */ (function () { t("called") })()\nasync function main() { return [await f(), seen] }`,
  "arrow before a template":
    "const f = async () => { return 1 }\n`x`.at(t(0))\nasync function main() { return [await f(), seen] }",
  "arrow before an expression of its own": `const f = async () => { return 1 }\n/x/.test("x") && t("x")\nconst g = async () => { return 2 }\n+t(2)\nconst h = (x) => async () => { return x }\n-t(3)\nconst i = async () => { return 4 }\n.5.toFixed()\nlet z = 1; const j = 0 || async function () {}, k = async () => { return 5 }\n++z\nasync function main() { return [await f(), await g(), await h(3)(), await i(), await k(), z, seen] }`,
  "arrow at the end of an arrow, a choice, an assignment": `const f = 0 ? 0 : async () => { return 1 }\n[1].map(t)\nlet g; g ??= async () => { return 2 }\n[2].map(t)\nconst h = (x) => async () => x\n\nasync function main() { return [await f(), await g(), await h(3)(), seen] }`,
  "arrow that goes on itself": `const g = (x) => x; const f = async () => g\n(5)\nasync function main() { return await f() }`,
  "arrow behind other line ends":
    "const f = async () => { return 1 }\r[1].map(t)\u2028const g = async () => { return 2 } /* \n */ [2].map(t)\rasync function main() { return [await f(), await g(), seen] }",
  "arrow returned, thrown, in a case": `function mk() { if (1) return async () => { return 1 }\n(function () { t("never") })() } let e1; try { throw async () => { return 2 }\n[1].map(t) } catch (e) { e1 = e } let f; switch (1) { case 1: f = async () => { return 3 }\n(t)(1)\ncase 2: }\nasync function main() { return [await mk()(), await e1(), await f(), seen] }`,
  "arrow before while and else": `let f; do f = async () => { return 1 }\nwhile (0)\nif (1) f = async () => { return 2 }\nelse f = 0\nasync function main() { return await f() }`,
  "arrow that is a statement": `function mk(q) { let a = t\nasync () => { return q }\nif (q) async () => q\nelse async () => 1\nasync () => { return q }, t("sequence")\nreturn a }\nasync function main() { mk(3)("x"); return seen }`,
  "arrow made in place": `function mk(q) { let f = async () => { return q }\n[q].forEach((x) => t(x)); return f }\nasync function main() { return [await mk(3)(), seen] }`,
  "arrow in a field": `class A { f = async () => { return 1 }\n["x"] = 1\n g = async () => { return 2 }\n *gen() { yield 3 }\n h = async () => { return 4 }\n in = 5\n i = async () => { return 6 }\n instanceof\n = 7\n #p = async () => { return 8 }\n ["y"]\n p() { return this.#p() } static s = async () => { return 9 }\n ["m"]() { return 10 } }\nasync function main() { const a = new A(); return [await a.f(), await a.g(), ...a.gen(), await a.h(), await a.i(), await a.p(), await A.s(), a.m(), shape(a)] }`,
  "private values that are guarded": `let n = 0, a1; class A { #f = 0 ? 0 : t(1) ? () => { return 1 } : 0\n ["x"] = 1\n #i = n++\n ["y"] = 2\n #j = a1 = () => { return 1 }\n *g() { yield 1 }\n #k = n || (() => { return 1 })\n get() { return [this.#i, typeof this.#f, this.#k] } async m() {} }\nasync function main() { const a = new A(); return [a.get(), shape(a), ...a.g()] }`,
  "directives of a constructor": `class A { #i = t(1); constructor() { "use strict"\n this.q = 1 } async m() { return this.#i } } class B { #i = t(2); constructor() { "a"\n "b"\n t("c") } async m() { return this.#i } }\nasync function main() { return [await new A().m(), await new B().m(), seen] }`,
  "constructed expressions": `const name = (f) => { try { return f() } catch (e) { return e.name } };\nasync function main() { return [name(() => new async function () {}), name(() => new async function () {}()), await name(() => new async function () {}.constructor("return 5"))(), ...name(() => new function* () {}.constructor("yield 6"))(), name(() => new function* () {}\`x\`)] }\nconst f = () => new async function () {}.constructor("return 7")\nconst r = f()(), q = async function () { return 2 }\n()`,
  "called at once": `const r = async function () { return 1 }()\nconst q = async function () { return 2 }\n()\nasync function main() { return [await r, await q] }`,
  "words that become neighbours": `class A { static*gen() { yield 1 } static async*ag() { yield 2 } static*'q'() { yield 3 } static*[1+1]() { yield 4 } async*ag() { yield 5 } *g() { yield 6 } static*#p() { yield 7 } static p() { return this.#p() } static*in() { yield 8 } }\nasync function main() { const r = []; for await (const x of A.ag()) r.push(x); for await (const x of new A().ag()) r.push(x); return [...r, ...A.gen(), ...A.q(), ...A[2](), ...new A().g(), ...A.p(), ...A.in()] }`,
  "words of an object": `const o = { async*g() { yield 1 }, *h() { yield 2 }, async get() { return 3 }, async 7() { return 4 }, async 1.5() { return 5 }, async "x y"() { return 6 }, async [1 + 1]() { return 7 }, async in() { return 9 }, get async() { return 10 }, async static() { return 11 }, async await() { return 12 } }\nasync function main() { const r = []; for await (const x of o.g()) r.push(x); return [r, ...o.h(), await o.get(), await o[7](), await o[1.5](), await o["x y"](), await o[2](), await o.in(), o.async, await o.static(), await o.await()] }`,
  declarations: `let a = 1\nasync function f() { return a }\n/x/.test("x")\nlet b = a\nasync function g() { return b }\n(1, t)(5)\nlet c = async\nasync function h() { return c }\nvar async\nfunction* k() { yield 1 }[1].map((x) => t(x))\nasync function main() { return [await f(), await g(), await h(), ...k(), seen] }`,
  "declarations in functions": `function o() { "x"\n"y"\nlet a = 1\nasync function f() { return a }\n/x/.test("x")\nlet b = a\nasync function g() { return b }\n(1, t)(5)\nfunction* k() { yield 1 }[1].map((x) => t(x))\nreturn [f, g, k] }\nasync function main() { const [f, g, k] = o(); return [await f(), await g(), ...k(), seen] }`,
};

test.each(Object.entries(programs))("%s", async (_, body) => expectSame(body));

test("a directive that ends in a comment", async () => {
  const source = `"use strict" /** first\n */ async function main() { return typeof this }`;
  const { code } = compile(source, { filename: "case.js", sourceType: "script", mark: "all", abi: "global" });
  expect(await run(code, false)).toBe(await run(source, false));
});

test("comments of HTML in scripts", async () => {
  await expectSame(
    `var f = async () => { return 1 } <!-- comment\n[1].map((x) => t(x))\nasync function main() { let x = await f(); <!-- comment\n --> another\n return [x, seen] }\n<!-- end`,
    false,
  );
});

const fields = [
  "get",
  "set",
  "async",
  "accessor",
  "static x",
  "static get",
  "x",
  "x = 1",
  "x = [1] // comment",
  "'s'",
  "['c']",
  "#p",
  "get = 1 /* comment */",
];
const members = [
  "*gen() { yield 1 }",
  "async m() { return 2 }",
  "async *ag() { yield 3 }",
  "async ['k']() { return 4 }",
  "*['g']() { yield 5 }",
  "async in() { return 6 }",
  "static async s() { return 7 }",
  "*get() { yield 8 }",
];

describe.each(fields)("field `%s` without a semicolon", (field) => {
  // Some pairs are one expression, or none that the language knows.
  const known = members.filter((member) => {
    try {
      evaluate(`class A {\n${field}\n${member}\n}\nconst main = 0`, true);
      return true;
    } catch {
      return false;
    }
  });
  test("goes before members", async () => {
    expect(known.length).toBeGreaterThan(2);
    const classes = known.map((member) => `class {\n${field}\n${member}\nlast = 1\n}`);
    await expectSame(
      `const all = [${classes}]\nasync function main() { return all.map((A) => [shape(A), shape(A.prototype), shape(new A())]) }`,
    );
  });
});
