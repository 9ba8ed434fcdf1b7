/** Owns: the table of programs in which a name decides: scopes side by side, classes that come late, hostile names. */
import type { Cases } from "./cases.ts";

export const sideBySide: Cases = {
  "for await without points in its body": `let total = 0; for await (const c of [1, 2]) { const total = c; t(total) } return total`,
  "for await whose body has the name of its head": `const src = [1, 2]; for await (const c of src) { const c = 3, src = 4; t([c, src]) } return src`,
  "for await with functions and classes": `let K = 0; for await (const c of [1, 2]) { class K { v = c } function f() { return new K().v } t(f()) } function f() { return "outer" } return [K, f()]`,
  "for await in for await": `let x = 0; const r = []; for await (const c of [1, 2]) { const x = c; for await (const c of [3]) { const x = c; r.push(x) } r.push(x) } return [r, x]`,
  "for await with labels and jumps": `let a2 = 0; o: for await (const c of [1, 2, 3]) { const a2 = c; if (a2 === 1) continue o; t(a2); break o } return a2`,
  "for await with closures": `let d = 7; const fs = []; for await (const c of [1, 2]) { let d = c; fs.push(() => d++); d += 10 } return [fs.map((f) => f()), d]`,
  "for await with a dead zone": `let total = 0; try { for await (const c of [1, 2]) { t(total); const total = c } } catch (e) { t(e.name) } return total`,
  handlers: `let e = 0, f = 0; try { await later(1); raise("m") } catch (e) { const f = e.message; t(f) } try { await fail("n") } catch { const f = await later(2); t(f) } return [e, f]`,
  "finally, labels, cases": `let x = 0; try { const x = 1; await x } finally { const x = 2; t(x) } l: { const x = 3; t(x); break l } switch (a) { case 1: let x = 4; t(x) } m: { const x = await 5; t(x) } return x`,
  "parameters and body of plain functions": `const f = function (x, g = () => x) { function x() { return 1 } return [typeof x, typeof g()] }, h = function (x, g = () => x++) { var x; t(g()); const k = () => ++x; return [k(), g(), x] }, i = function (x, g = () => x) { var x = 2; return [x, g()] }, j = function (x, g = () => x) { const k = () => x(); function x() { return 1 } const r = k(); x = () => 2; return [r, k(), g()] }; await later(1); return [f(3), h(3), i(3), j(3)]`,
  "parameters and body": `const f = async (x, g = () => x) => { var x; t([x, g()]); x = 3; await later(1); { let x = 4; t(x) } return [x, g()] }; return await f(1)`,
};

export const lateClasses: Cases = {
  "behind an await": `const make = () => new Line(3); await later(0); class Line { constructor(n) { this.n = n } } return make().n`,
  "for a function": `function make() { return new Line() } await later(0); class Line { n = 3 } await later(1); return make().n`,
  "for a durable closure": `const make = async () => { await later(1); return new Line().n }; await later(0); class Line { n = 3 } return await make()`,
  "in every round of a loop": `const ms = []; for (const k of [1, 2]) { ms.push(() => new Line().n); await later(k); class Line { n = 3 * k } } return ms.map((m) => m())`,
  "in blocks, handlers and cases": `const ms = []; { ms.push(() => A.name); await 0; class A {} } try { raise("x") } catch (e) { ms.push(() => new B().m); await 0; class B { m = e.message } } try { ms.push(() => C.name); await 0; class C {} } finally { t("finally") } switch (1) { case 1: ms.push(() => D.name); await 0; class D {} } return ms.map((m) => m())`,
  "in generators": `function* g() { const f = () => new A().v; yield 1; class A { v = 2 } yield f() } await later(0); return [...g()]`,
  "for another class": `class A { m() { return (() => new B().w)() } get g() { return new B().w } f = () => new B().w } await 0; class B { w = 2 } const x = new A(); return [x.m(), x.g, x.f()]`,
  "with a base of its own kind": `const f = () => new B().z; await 1; class A { z = 5 } await 2; class B extends A {} return f()`,
  "whose static parts use it": `const f = () => A.x; await 1; class A { static n = 3; static x = A.n + 1; static { A.x++; this.y = () => A } } return [f(), A.y() === A]`,
  "that nothing reaches": `const f = () => A; try { f() } catch (e) { t(e.name) } await 1; try { f() } catch (e) { t(e.name) } class A {} return typeof f()`,
  "that is assigned": `const f = () => A; class A { static me() { return A } static set() { A = 1 } } const B = A; await 1; A = 3; try { B.set() } catch (e) { t(e.name) } return [f(), B.me() === B]`,
  "with an inner name": `const make = () => [new C().n(), C.name]; await 1; const C = class Inner { n() { return Inner.name } }; await 2; return make()`,
};

const attempt = `const attempt = async (f) => { try { t("got " + typeof await f()) } catch (e) { t(e.name) } }, x = [1], res = (n) => ({ n, [Symbol.dispose]() { t("dispose " + n) }, [Symbol.asyncDispose]: async () => { await later(0); t("dispose " + n) } });`;

export const deadZones: Cases = {
  "heads with resources": `${attempt} await attempt(async () => { for (using x of [x]) t("never") }); await attempt(async () => { for (await using x of [x]) t("never") }); await attempt(async () => { for await (using x of [x]) { await later(0) } }); await attempt(async () => { for await (await using x of [typeof x]) t("never") }); await attempt(async () => { for (using y = x, x = res(1); ;) break })`,
  "heads with variables": `${attempt} await attempt(async () => { for (const x of [x]) t("never") }); await attempt(async () => { for (let x in { k: x }) t("never") }); await attempt(async () => { for (const [x] of [typeof x]) { await later(0) } }); await attempt(async () => { for await (let x of [x]) t("never") }); await attempt(async () => { for (let x = x; ;) await later(0) })`,
  "heads that suspend": `${attempt} await attempt(async () => { for (const x of await later(x)) t("never") }); await attempt(async () => { for (const x of [x, await later("never")]) t("never") }); await attempt(async () => { for (const x of [await later("first"), x]) t("never") }); await attempt(async () => { for (using x of (await later("second"), [x])) t("never") }); await attempt(async () => { for (let x in await x) t("never") }); await attempt(async () => { for await (const x of [x = await later("third")]) t("never") })`,
  "closures in heads": `${attempt} let g; for (const x of (g = () => x, [2])) { t(x); await attempt(g) } await attempt(g); for (const [x, y] of (g = () => [typeof x, y], await later("p", [[3, 4]]))) { t([x, y]); await attempt(g) } for await (await using x of (g = async () => x, [res(5)])) { await attempt(g); t(x.n) } const fs = []; for (const x of [() => x]) fs.push(x); await attempt(fs[0]); for (let x in (g = () => x, { k: 1 })) { await later(x); await attempt(g) }`,
  "plain functions and generators": `${attempt} const f = () => { for (using x of [x]); }, g = function* () { for (const x of yield () => x) t(x()) }; await attempt(f); const it = g(); await attempt(it.next().value); it.next([() => 5])`,
  "caught patterns": `${attempt} await attempt(async () => { try { throw {} } catch ({ a = b, b }) { await later(a) } }); await attempt(async () => { try { throw [] } catch ([a = a]) { await later(a) } }); await attempt(async () => { try { throw {} } catch ({ a = await later(b), b }) { t(a) } }); try { throw { b: 1 } } catch ({ a = () => b++, b, ...r }) { await later(b); t([a(), b, r]); await later(0); t([a(), b]) }`,
  "resources in heads are what they were": `${attempt} const fs = []; l: for (using y of [res(1), res(2)]) { fs.push(() => y.n); for (await using z of [res(3), y]) { { const y = z.n; t(y) } await later(z.n); if (z === y) continue l } } for await (using y of [null, later("r", res(4))]) { let z = y; const y2 = y; try { y = 1 } catch (e) { t(e.name) } t(z === y2) } return fs.map((f) => f())`,
};

/** Programs with a name that something else also has: the language, a frame, what the compiler makes. */
const hostile: readonly ((name: string) => [string, string])[] = [
  (n) => ["variable", `let ${n} = 1; await later(2); t(${n}); ${n} = { q: 3 }; await later(1); return ${n}.q`],
  (n) => ["cell", `let ${n} = 1; const f = () => ${n}++; await later(2); t(f()); await later(1); return ${n}`],
  (n) => ["captured", `const ${n} = 1, f = () => ${n}; await later(2); return f() + ${n}`],
  (n) => [
    "parameter",
    `const f = async (${n}, { q = ${n} } = {}) => { await later(1); return [${n}, q] }; return await f(4)`,
  ],
  (n) => [
    "caught",
    `try { raise("x") } catch (${n}) { await later(1); t(${n}.message) } try { await fail("y") } catch ({ message: ${n} }) { await later(1); t(${n}) }`,
  ],
  (n) => [
    "pattern",
    `const { ${n}, ...r } = { ["${n}"]: 4, z: 1 }; await later(1); let u; [u = ${n}] = []; return [${n}, r, u]`,
  ],
  (n) => ["label", `${n}: for (const x of [1, 2]) { await later(x); for (;;) continue ${n} }`],
  (n) => [
    "function",
    `function ${n}(x) { return x ? 1 : ${n}(1) } const g = async function ${n}(x) { await later(0); return x ? 2 : await ${n}(1) }; await later(1); return [${n}.name, ${n}(), g.name, await g()]`,
  ],
  (n) => [
    "class",
    `class ${n} { x = 3 } const C = class ${n} { static s = () => ${n} }; await later(1); return [${n}.name, new ${n}().x, C.s() === C]`,
  ],
  (n) => [
    "shorthand",
    `let ${n} = 4; const o = { ${n}, x: await later(2) }, f = () => ${n}++; f(); const p = { ${n} }; return [o, p].map((x) => [Object.getOwnPropertyDescriptor(x, "${n}").value, Object.getPrototypeOf(x) === Object.prototype])`,
  ],
  (n) => [
    "key",
    `const p = { ${n}: async () => 1, x: await later(1) }, q = { "${n}": () => 1 }; return [p, q].map((x) => [Object.keys(x), Object.getPrototypeOf(x).name])`,
  ],
  (n) => [
    "method",
    `const o = { async ${n}() { await later(1); return 5 }, x: await later(2) }, { value } = Object.getOwnPropertyDescriptor(o, "${n}"); return [await value(), value.name]`,
  ],
  (n) => [
    "loop",
    `for (const ${n} of [1, 2]) { await later(0); t(${n}) } for (let ${n} in { p: 1 }) { await later(0); t(${n}) } for await (const ${n} of [1]) { await later(1); t(${n}) }`,
  ],
  (n) => [
    "variable of all",
    `var ${n} = 1; await later(1); { let ${n} = 2; await later(2); t(${n}) } var ${n}; return ${n}`,
  ],
  (n) => [
    "generator",
    `function* g(${n}) { ${n} += yield ${n}; yield ${n} } const it = g(1); t(it.next().value); return it.next(2).value`,
  ],
];

const names = ["__proto__", "constructor", "hasOwnProperty", "then", "v", "$this", "$pc", "$d", "__proto___1"];

export const hostileNames: Cases = Object.fromEntries(
  names.flatMap((name) =>
    hostile.map((make) => {
      const [form, body] = make(name);
      return [`${name} as ${form}`, body];
    }),
  ),
);
