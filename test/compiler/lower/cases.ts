/** Owns: the table of programs that must do the same lowered as not, by construct. `t` notes, `later` waits. */

/** Name -> body of `async function main(a, b)` with a = 1, b = "b". */
export type Cases = Readonly<Record<string, string>>;

export const conditions: Cases = {
  "if with a point in one branch": `for (const x of [0, 1]) { if (x) { t("then"); t(await later(1)) } else t("else"); t("after") }`,
  "if with points in both": `for (let x = 0; x < 3; x++) { if (x === 1) await later("then"); else if (x) { await later("else if"); await later("twice") } else await later("else"); t(x) }`,
  "if around lists": `let n = 0; if (a) { n++; await later(1); n++; await later(2); n++ } else { await later(3) } n++; await later(4); return n`,
  "nested blocks": `{ const x = 1; { const x = await later(2); t(x) } t(x); { let x = 3; await later(4); t(x) } } return a`,
  "names in sibling blocks": `{ let i = 1; await later(i); t(i) } { let i = "two"; await later(i); t(i) } for (let i = 5; i < 7; i++) await later(i)`,
  "nothing but a value": `return 5`,
  "nothing at all": ``,
  "arrow with an expression": `const f = async (x) => later(x + 1); return [await f(1), await (async () => 3)(), await (async (x) => x)(later(4))]`,
};

export const loops: Cases = {
  for: `let s = 0; for (let i = 0, n = 3; i < n; i++) { s += i; t(await later(s)) } return s`,
  "for without parts": `let i = 0; for (;;) { if (i++ > 2) break; await later(i) } for (i = 0; i < 2; ) { await later(i); i++ } for (; i < 4; i++) await later(i); return i`,
  "while and do": `let i = 0; while (i < 3) { i++; if (i === 2) continue; await later(i) } do { await later(i); if (i < 0) continue } while (i-- > 1); return i`,
  "while true": `let i = 0; while (true) { await later(i); if (++i > 2) return i }`,
  nested: `const out = []; for (let i = 0; i < 3; i++) { for (let j = 0; j < 3; j++) { if (j === i) continue; out.push(await later(i * 10 + j)) } t(i) } return out`,
  labels: `outer: for (let i = 0; i < 4; i++) { inner: for (let j = 0; j < 4; j++) { await later(j); if (j === 1) continue outer; if (i === 2) break outer; if (i) break inner } t("end" + i) } return "done"`,
  "labels without points on the way": `outer: for (let i = 0; i < 3; i++) { for (let j = 0; ; j++) { if (j > i) continue outer; if (i === 2) break outer; t([i, j]) } } await later(1)`,
  "labelled blocks": `one: { two: { await later(1); if (a) break two; t("never") } t("after two"); if (b) { await later(2); break one } t("never") } both: here: { await later(3); break both } return 4`,
  "labelled if and try": `x: if (await later(1)) { if (a) break x; t("never") } y: try { await later(2); break y } finally { t("finally") } return 3`,
  "continue to a label around labels": `x: y: for (let i = 0; i < 3; i++) { await later(i); for (;;) { if (i) continue x; continue y } } return 1`,
  "for-in": `const o2 = { x: 1, y: 2, z: 3 }; for (const k in o2) { await later(k); delete o2.y; o2.w = 1 } let m; for (m in [5, 6]) { await later(m); if (m === "0") continue } for (const k in null) await k; return m`,
  "for-in into a member": `const r = {}; for (r.k in { p: 1, q: 2 }) await later(r.k); for (var v in { s: 1 }) await later(v); return [r, v]`,
  "the same name again": `let i = 9; for (let i = 0; i < 2; i++) await later(i); { let i = 5; await later(i) } return i`,
  "a hot loop beside a point": `let s = 0; for (let i = 0; i < 100; i++) s = (s + i) | 0; await later(s); for (let i = 0; i < 100; i++) { s ^= i; if (i === 77) t(await later(i)) } return s`,
};

export const forOf: Cases = {
  "over what can be stored": `const out = []; for (const x of [1, 2]) out.push(await later(x)); for (const [k, v] of new Map([["m", 1]])) out.push(k, await later(v)); for (const x of new Set([3])) out.push(await x); for (const c of "añ𝒳") out.push(await c); for (const n of new Uint8Array([7])) out.push(await n); return out`,
  "an array that grows": `const xs = [1, 2]; for (const x of xs) { await later(x); if (xs.length < 5) xs.push(x + 10) } return xs`,
  "into patterns and members": `const r = {}; for (const { p, q = 5, ...rest } of [{ p: 1, z: 2 }]) t([p, q, await later(rest.z)]); for (r.x of [1, 2]) await later(r.x); let u, w; for ([u, w = await 4] of [[1], [2, 3]]) t([u, w]); return [r, u, w]`,
  "closing on break": `for (const x of iter("I", [1, 2, 3])) { t(await later(x)); if (x === 2) break } return "after"`,
  "closing on return": `for (const x of iter("I", [1, 2, 3])) { await later(x); return x }`,
  "closing on throw": `try { for (const x of iter("I", [1, 2])) { await later(x); raise("body") } } catch (e) { t(e.message) }`,
  "closing on rejection": `try { for (const x of iter("I", [1, 2])) await fail("await") } catch (e) { t(e.message) }`,
  "closing on a jump out": `out: for (const i of [0, 1]) { for (const x of iter("I", [1, 2])) { await later(x); if (i) break out; continue out } } return 5`,
  "no closing at the end": `for (const x of iter("I", [1])) await later(x); return "end"`,
  "no closing after next fails": `try { for (const x of iter("I", [1, 2], 1)) await later(x) } catch (e) { t(e.message) }`,
  "closing that fails": `try { for (const x of iter("I", [1, 2], "return")) { await later(x); break } } catch (e) { t(e.message) } try { for (const x of iter("J", [1], "return")) { await later(x); raise("first") } } catch (e) { t(e.message) } try { for (const x of iter("K", [1], "return")) { await later(x); return 1 } } catch (e) { t(e.message) } return 2`,
  "nested closing order": `out: for (const x of iter("I", [1, 2])) for (const y of iter("J", [3, 4])) { await later(y); for (const z of iter("K", [5])) { await later(z); break out } } return 1`,
  "in try-finally": `try { for (const x of iter("I", [1])) { try { await later(x); return "r" } finally { t("inner"); await later("f") } } } finally { t("outer") }`,
  "break inside a switch": `for (const x of iter("I", [1, 2, 3])) { switch (x) { case 1: await later("one"); break; case 2: await later("two"); continue; default: t("default") } t("end") }`,
  "what is no iterable": `try { for (const x of 5) await x } catch (e) { t(e.name) } try { for (const x of undefined) await x } catch (e) { t(e.name) }`,
  "generators of ours": `function* g(n) { try { for (let i = 0; i < n; i++) yield i } finally { t("closed") } } for (const x of g(3)) { t(await later(x)); if (x === 1) break } return [...g(2)]`,
  "without points": `for (const x of iter("I", [1, 2, 3])) { if (x === 2) break; t(x) } await later(1); for (const x of iter("J", [1])) return x`,
  "for await": `const src = { [Symbol.asyncIterator]() { let i = 0; return { next: async () => (t("next"), { done: i > 1, value: i++ }), return: async () => (t("return"), {}) } } }; const out = []; for await (const x of src) out.push(x, await later(x)); for await (const x of src) { t(x); break } for await (const [x] of [[1], later("p", [2])]) out.push(x); try { for await (const x of src) raise("body") } catch (e) { t(e.message) } return out`,
  "for await that is left": `const src = (fault) => ({ [Symbol.asyncIterator]() { let i = 0; return { next: async () => ({ done: i > 2, value: i++ }), return: async () => { t("return"); await later("closing"); if (fault) throw new Error("closing"); return {} } } } }); const f = async (fault) => { for await (const x of src(fault)) { await later(x); if (x) return x } }; t(await f(false)); try { t(await f(true)) } catch (e) { t(e.message) } try { for await (const x of src(true)) { await later(x); raise("first") } } catch (e) { t(e.message) } out: for (const y of [1, 2]) for await (const x of src(false)) { if (x) continue out; await later(y) } return "end"`,
  "for await closed by what is no object": `const src = (r) => ({ [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }), return: () => r }) }); for (const r of [later("five", 5), undefined, null, {}]) { try { for await (const x of src(r)) break; t("closed") } catch (e) { t(e.name) } try { for await (const x of src(r)) raise("body") } catch (e) { t(e.message) } } for await (const x of { [Symbol.asyncIterator]: () => ({ next: async () => ({ value: 2 }) }) }) return x`,
  "for await over failing": `try { for await (const x of [fail("rejected")]) t(x) } catch (e) { t(e.message) } const bad = { [Symbol.asyncIterator]: () => ({ next: async () => raise("next"), return: () => t("never") }) }; try { for await (const x of bad) t(x) } catch (e) { t(e.message) } const odd = (result) => ({ [Symbol.asyncIterator]: () => ({ next: async () => result, return: () => t("never") }) }); for (const r of [5, { get done() { return raise("done") } }, { done: false, get value() { return raise("value") } }]) try { for await (const x of odd(r)) t(x) } catch (e) { t(e.name) }`,
};

export const switches: Cases = {
  literals: `for (const x of [1, 2, 3, 4]) { switch (x) { case 1: t(await later("one")); break; case 2: t("two"); case 3: t(await later("three")); await later("again"); break; default: await later("default") } t("after") }`,
  "default in the middle": `for (const x of ["a", "b", "c"]) switch (x) { case "a": await later("a"); default: t(await later("default")); case "b": t("b"); await later("bb") }`,
  "default first": `for (const x of [1, 2]) switch (x) { default: await later("default"); case 1: await later("one") } switch (3) { case 1: await 1 }`,
  "cases that are evaluated": `const c = (x) => (t("case " + x), x); for (const x of [1, 2, 3]) switch (c(x)) { case c(1): await later("one"); case c(2): await later("two"); break; default: await later("default") }`,
  nested: `for (const x of [1, 2]) switch (x) { case 1: switch (b) { case "b": await later("inner"); break; case "c": t("never") } t("outer"); break; case 2: await later("two") }`,
  scope: `switch (a) { case 0: let x = 0; case 1: { try { x; } catch (e) { t(e.name) } } await later(1); const y = 4; function f() { return y } t(f()) }`,
  "functions and classes in it": `switch (a) { case 1: t(f()); class C { m() { return 1 } } await later(1); t(new C().m()); function f() { return "f" } }`,
  "return and continue": `const f = async (x) => { switch (x) { case 1: return await later("r"); case 2: await later("n"); return } return "end" }; return [await f(1), await f(2), await f(3)]`,
  "strings, numbers, null, undefined": `for (const x of ["1", 1, -1, null, undefined, 1n, true]) switch (x) { case "1": await later("string"); break; case 1: await later("number"); break; case -1: await later("minus"); break; case null: await later("null"); break; case undefined: await later("undefined"); break; case 1n: await later("bigint"); break; case true: await later("true") }`,
};

export const closures: Cases = {
  "cells of each iteration": `const fs = []; for (let i = 0; i < 3; i++) { fs.push(() => i++, () => i); await later(i) } t(fs.map((f) => f())); return fs.map((f) => f())`,
  "constants of each iteration": `const fs = []; for (const x of [1, 2]) { const y = x * 2; fs.push(() => [x, y]); await later(x) } for (const k in { p: 1 }) fs.push(() => k); return fs.map((f) => f())`,
  "functions made in the head": `const fs = []; for (let i = 0, f = () => i; i < 2; i++) { fs.push(f, () => i); await later(i) } return fs.map((f) => f())`,
  "without points": `const fs = []; for (let i = 0, f = () => i; i < 2; i++) fs.push(f, () => i++); for (let [p, q] = [0, 1]; p < 2; p++) fs.push(() => p + q); await later(1); return [fs.map((f) => f()), fs.map((f) => f())]`,
  "shared cells": `let n = 0; const inc = () => ++n, get = () => n; await later(inc()); inc(); t(n); n = 10; await later(get()); return [n, get()]`,
  "a parameter that is assigned": `const f = async (x, y = () => x) => { x++; await later(x); return [x, y()] }; const g = (x, { y = () => x } = {}, ...r) => { x++; r.push(1); const h = () => r; return [x, y(), h()] }; return [await f(1), g(1), g(1, {}, 2)]`,
  recursion: `const f = async (n) => (n === 0 ? 0 : (await later(n), 1 + (await f(n - 1)))); const g = function fact(n) { return n < 2 ? 1 : n * fact(n - 1) }; async function h(n) { return n ? [n, ...(await h(n - 1))] : [] } return [await f(2), g(4), await h(2)]`,
  "mutual recursion": `function even(n) { return n === 0 || odd(n - 1) } function odd(n) { return n !== 0 && even(n - 1) } await later(1); return [even(4), odd(4)]`,
  "called before it stands": `t(f()); await later(1); function f() { return g() } function g() { return "g" } { t(h()); function h() { return "h" } await later(2); h = () => "new"; t(h()) }`,
  "dead zone": `const f = () => x; try { f() } catch (e) { t(e.name) } let x = await later(1); t(f()); try { y = 1 } catch (e) { t(e.name) } let y; { try { typeof z } catch (e) { t(e.name) } await later(2); const z = 1; t(z) } for (let i = 0; i < 2; i++) { try { w } catch (e) { t(e.name) } await later(i); let w = i; t(w) }`,
  "dead zone of updates": `for (const f of [() => x++, () => { x = 1 }, () => (x += 1), () => ({ x } = { x: 2 }), () => (x ??= 3), () => { for (x of [1]); }]) try { f() } catch (e) { t(e.name) } let x = await later(1); return x`,
  constants: `const x = await later(1), f = () => { x = 2 }; try { f() } catch (e) { t([e.name, e.message]) } try { x++ } catch (e) { t(e.name) } try { x += t("evaluated") } catch (e) { t(e.name) } try { [x] = [5] } catch (e) { t(e.name) } x || (x = 5); x && t("short"); try { x &&= 4 } catch (e) { t(e.name) } return x`,
  "this, arguments, new.target": `const f = function () { const g = () => [this.n, arguments.length, new.target === undefined]; return g() }; const h = async () => [this.name, arguments.length, new.target, await later(1)]; const C = function () { this.get = () => new.target === C }; return [f.call({ n: 5 }, 1, 2), await h(), new C().get()]`,
  "arguments of its own": `const f = async function (x, y = 2, ...z) { await later(1); return [arguments.length, [...arguments], x, y, z, Object.prototype.toString.call(arguments)] }; return [await f(1), await f(1, 2, 3, 4)]`,
  names: `const f1 = () => {}, f2 = async () => {}, f3 = function* () {}, o1 = { f4: () => {}, f5() {}, async: async () => {}, ["f" + 6]: () => {}, get f7() { return 7 }, 8: () => {} }; let f9; f9 = function () {}; f9 ??= 1; const { f10 = () => {} } = {}; function f11() {} async function f12() {} const f13 = function inner() {}; await later(1); return [f1, f2, f3, o1.f4, o1.f5, o1.async, o1.f6, o1[8], f9, f10, f11, f12, f13, (() => {}), Object.getOwnPropertyDescriptor(o1, "f7").get].map((f) => f.name)`,
  lengths: `return [(x) => x, (x, y = 1, z) => x, async (x, y) => y, function (...r) {}, async function ({ p }, q) {}, function* (x, [y]) {}, async () => 1].map((f) => f.length)`,
  "what can be constructed": `const P = function () { this.x = 1 }; await later(1); const fs = [() => 1, async () => 1, { m() {} }.m, async function () {}, function* () {}]; return [new P().x, P.prototype.constructor === P, ...fs.map((f) => { try { new f() } catch (e) { return e.name } }), ...fs.map((f) => Object.hasOwn(f, "prototype"))]`,
  methods: `const x = await later(1); const o1 = { m() { return [this.v, x] }, v: 5, __proto__() { return "own" }, get g() { return x }, set g(v) { t("set " + v + x) } }; o1.g = 3; const p = { __proto__: { m() { return "base" } }, m() { return super.m() + x } }; await later(2); return [o1.m(), Object.hasOwn(o1, "__proto__"), o1.g, p.m()]`,
  classes: `const x = await later(1); let n = 0; class A { #p = x; static s = (n++, x); f = () => this.#p; get g() { return x + n } static { t("static " + x) } constructor(v) { this.v = v } m() { return [this.v, this.f(), x] } } const B = class extends A { constructor() { super(7); n++ } m() { return [...super.m(), new.target] } static k() { return B } }; await later(2); const bb = new B(); return [bb.m(), A.s, B.k() === B, B.name, A.name, bb.g, n]`,
  "a class that uses its name": `class A { static make() { return new A() } } const M = A; await later(1); A = null; return M.make() instanceof M`,
  "nested deep": `let n = 1; const f = (x) => (y) => async (z) => { await later(z); n += x + y + z; return () => n }; const g = await f(1)(2)(3); n++; return [g(), n]`,
  shadowing: `const x = 1; const f = (x) => { { let x = 5; t(x) } return (() => x)() }; { const x = await later(2); t([x, f(x)]) } return [x, ((f) => f)(3)]`,
  "names that lowering uses": `const $pc = 1, $t = await later(2), $f = 3, $R = 4, $x = 5; let $g = 6, main$ = 7; for (const $i of [8]) { await later($i); $g += $i } try { await fail("x") } catch ($e) { t($e.message) } return [$pc, $t, $f, $R, $x, $g, main$]`,
  "names of the realm": `const globalThis = 1, Reflect = 2, Object = 3, undefined = 4; await later(1); return [globalThis, Reflect, Object, undefined]`,
  "catch parameters": `const fs = []; for (const i of [1, 2]) try { throw { p: i, q: [i] } } catch ({ p, q: [r] }) { await later(p); fs.push(() => [p++, r]) } try { throw 1 } catch (e) { fs.push(() => e++); await later(e) } try { throw 1 } catch (e) { fs.push(() => ++e) } return [fs.map((f) => f()), fs.map((f) => f())]`,
  variables: `var x = 1; const f = () => x; if (a) { var x = 2; var y } await later(x); for (var i = 0; i < 2; i++) { var z = i; await later(z) } t([x, y, z, i, f()]); { var f2 = () => z } z = 9; return f2()`,
  "variables that begin with each other": `var x = y, y = x; let z = x; await later(1); z = y; return [x, y, z]`,
  "read before assigned": `t(x); await later(1); t(x); var x = 5; for (let i = 0; i < 2; i++) { let y; t(y); await later(i); y = i; t(y) }`,
};

export const parameters: Cases = {
  "defaults in order": `const f = async (x = t("x", 1), { y = t("y", x + 1), ...r } = {}, [z = y] = iter("I", []), ...rest) => { await later("body"); return [x, y, z, r, rest] }; return [await f(), await f(5, { y: 6, q: 7 }, [8], 9, 10)]`,
  "dead zone": `const f = async (x = y, y = 1) => 1; try { await f() } catch (e) { t(e.name) } const g = async (x = () => y, y = 2) => { await later(1); return x() }; return await g()`,
  "apart from variables": `const f = async (x, g = () => x) => { var x; t(x); x = 5; await later(1); return [x, g()] }; const h = async (x) => { var x; await later(x); return x }; return [await f(1), await h(2)]`,
  "functions with their names": `const f = async (x) => { await later(1); function x() { return "inner" } return x() }; return await f(1)`,
  failing: `const f = async ({ p }) => p; try { await f() } catch (e) { t(e.name) } const g = function* ({ p }) {}; try { g() } catch (e) { t(e.name) } const p = f(null); t("started"); return await p.catch((e) => e.name)`,
};

export const returns: Cases = {
  "a promise": `const f = async () => { const p = later(1, "v"); return p }; const g = async () => { if (a) return later(2); return 3 }; return [await f(), await g()]`,
  "a thenable": `const f = async () => { const x = thenable("T", 5); return x }; return [await f(), await (async () => thenable("U", 6))()]`,
  "a rejected promise in try": `const f = async () => { try { const p = fail("out"); return p } catch { return "caught" } }; try { return await f() } catch (e) { return e.message }`,
  "in finally": `const f = async () => { try { return later("first") } finally { await later("finally") } }; const g = async () => { try { return thenable("lost", 1) } finally { return "kept" } }; return [await f(), await g().catch((e) => e.message)]`,
  "out of loops": `const f = async (x) => { for (const i of [1, 2]) { for (;;) { if (x) return later(i, i); await later("n"); x = 1 } } }; return await f(0)`,
  "of numbers": `const f = async (n) => { let s = 0; for (let i = 0; i < n; i++) s += i; const u = s > 3 ? "x" : s; return u }; return [await f(2), await f(9)]`,
  "a function with then": `const f = async () => { const g = () => 1; g.then = (yes) => yes("then"); return g }; return await f()`,
};

export const calls: Cases = {
  spreads: `const xs = new Set([1, 2]), g = async (...r) => (r.push(9), r), h = (...r) => (r.push(8), later("r", r)), ys = [3]; return [await g(...xs), await h(...xs), await h(...ys), await g(...ys, ...xs), ys, await h(...iter("I", [4]), await g(5))]`,
  receivers: `const o2 = { n: 1, p() { return later("p", this.n) }, get q() { t("get"); return this.p } }; return [o2.p === o2.q, await o2.p(), await o2.q(), await o2["p"](), await [o2][0].p()]`,
  "what is no function": `const u = undefined, o2 = {}; for (const f of [async () => await u(1), async () => await o2.x(1), async () => await o2.x.y(1), async () => await u.x(), async () => u(), async () => await null?.x(), async () => await u?.(t("never"))]) try { t(await f()) } catch (e) { t(e.name) }`,
  messages: `const names = []; try { await o.none(1, 2) } catch (e) { names.push(e.message) } const g = 5; try { await g(t(1)) } catch (e) { names.push(e.message) } return names`,
  "thrown at once": `const g = () => raise("sync"); try { await g() } catch (e) { t(e.message) } const p = (async () => { await g() })(); return await p.catch((e) => e.message)`,
};

export const combinators: Cases = {
  "calls in the list": `const f = async (x) => { await later(x); return x * 2 }; return [await Promise.all([f(1), later("v"), 3]), await Promise.allSettled([f(2), fail("no")]).then((r) => r.map((x) => x.status)), await Promise.race([f(4), new Promise(() => {})]), await Promise.any([fail("a"), f(5)])]`,
  "calls by map": `const f = async (x, i) => { await later(x); return [x, i] }; const xs = [1, 2, 3]; const ys = await Promise.all(xs.map((x, i) => f(x, i))); const zs = await Promise.all(xs.map(async (x) => { await later(x); return x })); const p = Promise.all([1]); return [ys, zs, await p]`,
  shadowed: `const Promise = { all: (x) => [...x, "mine"] }; return await Promise.all([1])`,
  "started and awaited later": `const f = async (x) => { t("start " + x); await later(x); return x }; const p = f(1), q = f(2); t("both"); return [await q, await p]`,
};

const disposers = `const res = (n, e) => ({ n, [Symbol.dispose]() { t("dispose", n); if (e) raise(e) }, [Symbol.asyncDispose]: async () => { t("start", n); await later(n); t("end", n); if (e) raise(e) } });`;

export const resources: Cases = {
  order: `${disposers} { using a = res(1), b = res(2); await later(0); await using c = res(3); t("body", a.n, b.n, c.n); using d = undefined; await using e = null } return t("behind")`,
  jumps: `${disposers} const out = []; a: for (const i of [1, 2, 3, 4]) { using x = res(i); for (await using y of [res(i * 10), null]) { if (i === 1) continue a; if (i === 2) break; if (i === 3) { await later(1); continue } out.push(await later(i)); break a } out.push(-i) } return out`,
  returns: `${disposers} const f = async (k) => { await using x = res(k); { using y = res(k + 1); if (k > 1) return await later(k); return later("plain") } }; return [await f(1), await f(2)]`,
  "errors of all": `${disposers} const names = (e) => e instanceof SuppressedError ? [names(e.error), names(e.suppressed)] : e.message; for (const f of [async () => { using a = res(1, "A"); await using b = res(2, "B"); await later(0); raise("body") }, async () => { await using a = res(1, "A"); using b = res(2) }, async () => { using a = res(1); await using b = { [Symbol.dispose]() { t("sync"); raise("S") } }; await later(1) }]) try { await f() } catch (e) { t(names(e)) }`,
  "no resource": `${disposers} for (const f of [async () => { using a = 1; t("never") }, async () => { using a = res(1); await using b = {}; t("never") }, async () => { using c = { [Symbol.dispose]: 5 } }, () => { using d = {} }]) try { await f() } catch (e) { t(e.name) }`,
  heads: `${disposers} for await (using b of [later(res(2)), res(3)]) t(b.n); l: for (await using c of [res(4), res(5)]) { for (;;) { await later(0); break l } } switch (1) { case 1: for (using d of [res(5)]) await later(6) }`,
  captured: `${disposers} const fs = []; for (using a of [res(1), res(2)]) { fs.push(() => a.n); await later(0) } { const early = () => z.n; using z = res(3); fs.push(early); await later(0) } return fs.map((f) => f())`,
  "in plain functions": `${disposers} const f = (k) => { using a = res(k); return t("in", a.n) }; const g = function* () { using a = res("g"); yield 1; yield 2 }; f(1); for (const x of g()) { await later(x); break } return [...g()]`,
  constant: `${disposers} using x0 = res(1); try { x0 = 2 } catch (e) { t(e.name) } return await later(x0.n)`,
  "names of functions": `const f = async () => { using g = Object.assign(() => {}, { [Symbol.dispose]() { t("closed") } }); await later(1); return g.name }; return await f()`,
};
