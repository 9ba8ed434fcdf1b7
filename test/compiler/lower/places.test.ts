// Where durable functions may stand: in plain functions, classes and blocks, as expressions, with what they take from around.
import { describe, expect, test } from "vitest";
import { lowerText, observe } from "./harness.ts";

/** Programs; `main` is what is called. */
const programs: Record<string, string> = {
  "an arrow of the module": `const main = async (a) => { const x = await later(a); return [x, main.name, main.length, typeof this] }`,
  "an expression with its own name": `const main = async function self(n) { return n ? [n, await self(n - 1)] : self === main }`,
  "a generator expression": `const g = function* () { yield 1; return yield* [2] }; async function main() { return [[...g()], g.name, await 1] }`,
  "in an object": `const o1 = { f: async (x) => later(x), async: async function () { return [this === o1, await 2] } }; async function main() { return [await o1.f(1), await o1.async()] }`,
  "in a plain function": `function make(n) { const get = () => n; async function inc(by) { n += await later(by); return n } return { inc, get } } async function main() { const p = make(1), q = make(10); await p.inc(1); await q.inc(2); return [p.get(), q.get(), await p.inc(5)] }`,
  "in a plain arrow": `const make = (n) => async (x) => { await later(x); return n++ + x }; async function main() { const f = make(5), g = make(7); return [await f(1), await f(1), await g(1)] }`,
  "this and arguments from around": `function Make(v) { this.v = v; this.get = async () => { await later(1); return [this.v, arguments.length, new.target === Make] }; this.nested = async () => { const f = () => [this.v, arguments[0]]; await later(2); return f() } } async function main() { const m = new Make(5, 6); return [await m.get(), await m.nested()] }`,
  "in a class": `class C { #p = 1; f = async () => { await later("f"); return this.v }; constructor(v) { this.v = v } plain() { return [1, 2].map((x) => async () => this.v + x) } } async function main() { const c = new C(3); return [await c.f(), await c.plain()[1]()] }`,
  "in a callback": `const fs = [1, 2].map((n) => async () => [n, await later(n)]); async function main() { return [await fs[0](), await fs[1]()] }`,
  "declarations before they stand": `function outer() { return [inner.name, inner.length, typeof other] ; async function inner(a, b) { await a } function* other() {} } async function main() { return outer() }`,
  "in blocks and loops": `const fs = []; for (let i = 0; i < 2; i++) { fs.push(async () => [i, await later(i)]); async function g() { return i } fs.push(g) } async function main() { return [await fs[0](), await fs[1](), await fs[2](), await fs[3]()] }`,
  "closures over plain variables": `function outer() { let n = 0; const f = async () => { const g = () => n++; await later(g()); return [g(), n] }; return [f, () => ++n] } async function main() { const [f, up] = outer(); const p = f(); up(); return await p }`,
  "as a default": `const g = (f = async (x) => [x, await later(x)]) => f(1); async function main() { return [await g(), await g(async () => 2)] }`,
  "called before its declaration": `t(typeof early); const p = early(1); async function early(x) { await later(x); return [x, typeof lazy()] } function lazy() { return async () => {} } async function main() { return p }`,
  reassigned: `async function f() { return 1 } const g = f; f = async () => 2; async function main() { return [await f(), await g(), f.name, g.name] }`,
  "under keys that are known": `const o1 = { ["a" + "b"]: async () => {}, [Symbol.iterator]: function* () {}, ["c"]: async () => {}, 5: async () => {} }; async function main() { return [o1.ab.name, o1[Symbol.iterator].name, o1.c.name, o1[5].name] }`,
  "a wrapper and a proxy around it": `async function f(x) { await later(x); return x } const p = new Proxy(f, { apply(target, self, args) { t("proxy"); return Reflect.apply(target, self, args) } }); const w = Object.assign((...args) => (t("wrapper"), f(...args)), f); async function main() { return [await p(1), await w(2), await f.call(null, 3), await f.bind(null, 4)()] }`,
  extended: `async function f(x) { return [x, f.extra, await 1] } f.extra = 5; async function main() { return [await f(1), Object.keys(f)] }`,
};

describe("modules", () => {
  test.each(Object.entries(programs))("%s", async (_, source) => {
    const options = { args: [1] };
    const native = await observe(source, "native", options);
    expect(await observe(source, "volatile", options)).toEqual(native);
    expect(await observe(source, "cut", options)).toEqual(native);
  });
});

describe("sloppy scripts", () => {
  test.each(
    Object.entries({
      "this is an object": `async function main() { const f = async function () { await later(1); return [typeof this, this === globalThis] }; return [await f(), (await f.call(5))[0], (await f.call(null))[1]] }`,
      "arguments that nobody writes": `async function main(a, b) { const f = () => arguments.length; await later(1); return [arguments[0], arguments.length, f()] }`,
      "functions in blocks that nobody sees from outside": `async function main(a, g) { { t(typeof f1, f1()); function f1() { return [a, this === globalThis] } await later(1); t(f1()) } { function f1() { return "other" } await later(2); t(f1()) }
        { function g() { return "of the block" } t(g()); await later(3) } let h = 1; { function h() { h = 2; return typeof h } t(h()); t(typeof h) } for (const x of [1, 2]) { function k() { return x } t(k(await later(x))) }
        switch (a) { case 1: function s() { return "switch" } t(s()); await later(4) } { async function d() { return await later(5) } function* e() { yield 6 } t(await d(), [...e()]) } return [g, h] }`,
      "functions in place of statements": `async function main(a) { if (a) function f() { return 1 } else function f2() { } l: m: function g() { return 2 } { n: function k() { return 3 } t(k()); await later(0) } if (!a); else { p: for (;;) { q: function r() { return 4 } await later(r()); break p } } switch (1) { case 1: u: function v() { return 5 } t(v()); await later(1) } return g() }`,
      "functions beside resources": `async function main(a) { const x = { [Symbol.dispose]: () => t("dispose"), [Symbol.asyncDispose]: () => later("async") }; function f() { return [a, typeof y] } const early = async () => [typeof y, await f()]; await using y = x; { const g = () => early(); using z = x; function k() { return z === x } await later(k()); t(await g()) } return await early() }`,
      "classes in sloppy code": `async function main() { function who() { return this === globalThis } class A extends (function () { return this === undefined ? Object : null })() { m() { { function f() { return this === undefined } return async () => [f(), who(), (function () { return this === undefined })()] } } async n() { return [await later(this?.x), (() => this)()?.x, (function () { return this })()] } static async s() { return this === undefined } } const o = { get x() { return async function () { return [typeof this, who()] } }, async y() { return typeof this } };
        const a = new A(), s = A.s; return [await a.m()(), await a.n(), await a.n.call(undefined), await s(), await o.x.call(5), await o.y.call(6)] }`,
      "delete and octals": `async function main() { var o1 = { x: 1 }; delete o1.x; await later(010); return [o1, 010] }`,
    }),
  )("%s", async (_, source) => {
    const options = { args: [1, 2], strict: false };
    const native = await observe(source, "native", options);
    expect(await observe(source, "volatile", options)).toEqual(native);
    expect(await observe(source, "cut", options)).toEqual(native);
  });

  test.each([
    [
      `async function main() { { function f() {} } await 1; return f }`,
      "in a block of sloppy code, and used outside of it,",
    ],
    [`async function main(a) { a = 2; await 1; return arguments[0] }`, "sloppy `arguments` shares"],
    [`async function main(a) { arguments[0] = 2; await 1; return a }`, "sloppy `arguments` shares"],
  ])("%s is refused", (source, message) => {
    expect(() => lowerText(source, false)).toThrow(message);
  });
});

test.each([
  [`class A { #x; async m(o) { return o?.y.#x } }`, "A private name that is not directly behind `?.` in a chain"],
  [`class A { #x; async m(o) { return [o?.#x?.()] } }`, "`?.` behind `?.#name`"],
])("%s is refused", (source, message) => {
  expect(() => lowerText(source)).toThrow(message);
});

test("resources in the head of a loop are disposed of when the loop is left", async () => {
  // V8 disposes of them after each iteration (seen in Node 24.21); ECMA-262 14.7.4.2 does not.
  const source = `async function main() { const res = (n) => ({ n, [Symbol.dispose]: () => void log("dispose " + n), [Symbol.asyncDispose]: async () => void log(await later(n)) });
    for (using a = res("a"), i = { n: 0, [Symbol.dispose]() { log("i " + i.n) } }; i.n < 2; i.n++) log("body " + await later(i.n));
    outer: for (await using b = res("b"); ; ) for (;;) { log("inner"); break outer } }`;
  const lines = ["later 0", "settled 0", "body 0", "later 1", "settled 1", "body 1", "i 2", "dispose a", "inner"];
  const expected = [...lines, "later b", "settled b", "b", "returned undefined"];
  const plain = (trace: string[]) => trace.map((line) => line.replaceAll('"', ""));
  expect(plain(await observe(source, "volatile"))).toEqual(expected);
  expect(plain(await observe(source, "cut"))).toEqual(expected);
});

test("a name of a field that only run time knows is refused", () => {
  const source = (key: string) => `class A { [${key}] = async () => {} } async function main() { return 1 }`;
  expect(() => lowerText(source("later"))).toThrow("takes its name from a computed key");
  expect(() => lowerText(source("Symbol.iterator"))).not.toThrow();
});
