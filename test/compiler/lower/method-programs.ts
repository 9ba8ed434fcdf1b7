/** Owns: programs with durable methods of classes and objects, by kind. Each has an async function `main`. */

export const programs: Record<string, Record<string, string>> = {
  "private names": {
    fields: `class A { #x = 1; static #all = 0; n = 5;
      async add(by) { this.#x += await later(by); A.#all++; return [this.#x, A.#all, this.#x++, --this.#x] }
      async read(o) { await later(0); return [#x in o, #x in this, o?.n, o.n?.toFixed(), this.#x] }
      async spread(o) { [this.#x, ...o.xs] = await later([7, 8, 9]); ({ a: this.#x = 4 } = {}); for (this.#x of [1, await later(2)]); return this.#x }
      async logical() { this.#x &&= await later(0); this.#x ||= await later(6); this.#x ??= 9; return this.#x }
      async wrong(o) { try { await later(o.#x) } catch (e) { t(e.name) } try { o.#x = await later(1) } catch (e) { t(e.name) } }
    }
    async function main() { const a = new A(), o = { xs: [] }; return [await a.add(2), await a.read(o), await a.spread(o), o.xs, await a.logical(), await a.wrong(o)] }`,
    methods: `class A { #n = 1; static #made = 2;
      async #inc(by = 1, ...more) { this.#n += await later(by) + more.length; return this.#n }
      *#gen() { yield this.#n; return yield 2 }
      static async #make(n) { const a = new this(); await a.#inc(n); return a }
      plain(n) { return this.#inc(n) }
      async run() { const f = this.#inc; t(f.name, f.length, f === this.#inc, f instanceof (async () => {}).constructor);
        return [await this.#inc(), await this.#inc(2, 3), await this.plain(1), await f.call(this, 5), [...this.#gen()], await Promise.all([this.#inc(), this.#inc(1)]), this.#text\`a\${await later(1)}b\`, await this.#inc?.(9)] }
      #text(strings, ...values) { return [...strings, ...values, this.#n] }
      static async run() { const a = await this.#make(4); return [await a.run(), this.#made, await A.#make(await later(1)).then((x) => x.#n)] }
    }
    async function main() { return A.run() }`,
    "optional chains": `class A { #x = { y: 1, f(a) { return [a, this.y] } }; #n; #m(a) { return [a, this.#x.y] } async #d(a) { return [a, await later(this.#x.y)] }
      async run(o, none) { const r = [o?.#x.y, none?.#x.y.z.w, o?.#x?.f(1), none?.#x.f(t("never")), o?.#m(2), none?.#m(t("never")).z, o?.#n?.z, typeof none?.#x, (o?.#x).y, await o?.#d(3), await none?.#d(t("never")), o.b?.c.d];
        try { o?.#n(t("argument")) } catch (e) { t(e.name) } try { ({})?.#x } catch (e) { t(e.name) } return r } }
    async function main() { return new A().run(new A(), null) }`,
    accessors: `class A { #v = 1; get #x() { t("get"); return this.#v } set #x(v) { t("set", v); this.#v = v }
      async run() { this.#x = await later(2); this.#x += await later(3); this.#x++; return [this.#x, this.self().#x] }
      self() { t("self"); return this } }
    async function main() { const a = new A(); return await a.run() }`,
    "of classes within": `class A { #x = "outer";
      async run() { const o = this; class B { #y = 2; both() { return [this.#y, o.#x, #x in this, #y in this] } } await later(1); return new B().both() } }
    async function main() { return new A().run() }`,
    "in nested functions": `class A { #x = 1; get y() { return 2 }
      async run() { const f = () => this.#x++, g = async (by) => { this.#x += await later(by); return [this.#x, f()] }; const h = { async m(a) { return a.#x + await later(1) } }; return [f(), await g(3), f(), await h.m(this)] } }
    async function main() { return new A().run() }`,
    "of an arrow in a field": `class A { #x = 1; go = async (by) => { this.#x += await later(by); return this.#x }; static #s = 3; static all = async () => [await later(A.#s), this.#s++, A.#s] }
    async function main() { const { go } = new A(); return [await go(1), await go(2), await A.all()] }`,
  },
  super: {
    places: `class P { m(...a) { t("P.m", this.n, ...a); return this } get g() { return this.n } set g(v) { t("P.g", v); this.n = v } static s() { return [this.n, "P.s"] } }
    class C extends P { n = 1; static n = "static"; m() { return "never" } get g() { return "never" }
      async run() { super.g = await later(2); super.g += await later(3); super.g++; const k = () => (t("key"), "m"); super[k()](await later("a")); [super.g] = [await later(9)]; super.m(1).n++; return [super.g, super.missing, await super.m(await later("b")) === this, super.m?.(4) === this, super.missing?.(t("never"))] }
      static async run() { return [await super.s(), super.s(), (() => super.s())(), super.name] } }
    async function main() { return [await new C().run(), await C.run()] }`,
    "no function": `class C extends Object { async run() { try { await super.none(t("argument")) } catch (e) { t(e.name) } try { super.none(t("argument")) } catch (e) { t(e.name) } } }
    async function main() { return await new C().run() }`,
    "read only": `class P { get g() { return 1 } } Object.defineProperty(P.prototype, "r", { value: 1 });
    class C extends P { async run() { for (const f of [() => super.g = 2, () => super.r = 2]) try { await later(1); f() } catch (e) { t(e.name) } } }
    async function main() { return await new C().run() }`,
    "changed later": `class P { m() { return "P" } } class C extends P { async run() { const a = super.m(); Object.setPrototypeOf(C.prototype, { m: () => "new" }); return [a, super.m(), await super.m(), await later(super.m)] } }
    async function main() { const [a, b, c, d] = await new C().run(); return [a, b, c, d()] }`,
    "no prototype": `class C extends null { constructor() { return Object.create(C.prototype) } async run() { await later(1); try { return super.x } catch (e) { return e.name } } }
    Object.setPrototypeOf(C.prototype, null);
    async function main() { return await new C().run() }`,
    deleted: `class A { async m() { const r = []; try { delete super.x } catch (e) { r.push(e.name, e.message) } await later(1); try { delete super[(t("key"), await later("k"))] } catch (e) { r.push(e.name) } return r } } const ob = { *g() { try { yield delete super.x } catch (e) { yield e.name } } };
    async function main() { return [await new A().m(), ...ob.g()] }`,
    "of objects": `const ob = { __proto__: { m(x) { return ["proto", this.n, x] } }, n: 1, async m(x) { return [await super.m(await later(x)), (() => super.m(2))()] } };
    async function main() { return await ob.m(5) }`,
  },
  "made anew": {
    "class in a function": `function make(n) { class A { #x = n; y = n; static z = n; async run(a, { b } = { b: n }, ...r) { this.#x += await later(a); const f = async () => this.#x + n + await later(1); return [this.#x, b, r, A.z, n++, await f(), arguments.length] } *gen() { yield n; yield* [this.#x] } static async s() { return [this.z, await later(n)] } async #p() { return await later(this.y) } p() { return this.#p() } arrow = async () => [this.#x, n, await later(2)] } return A }
    async function main() { const A = make(1), B = make(10), a = new A(), b = new B(); return [await a.run(1), await b.run(2, undefined, 3), [...a.gen()], [...b.gen()], await A.s(), await B.s(), await a.p(), await b.arrow(), a.run.length, a.run.name] }`,
    "super in a function": `function make(P) { return class extends P { async m(x) { const f = () => super.m(x + 1); return [await super.m(await later(x)), f(), (async () => await super.m(9))()] } } }
    async function main() { const A = make(class { n = 4; m(x) { return [x, this.n] } }); const [a, b, c] = await new A().m(1); return [a, b, await c] }`,
    "object in a function": `function make(n) { return { n, async a(x) { return [this.n, n++, await later(x)] }, *g() { yield n }, async [n + "k"]() { return await later(n) }, ["f" + n]: async () => await later(n) } }
    async function main() { const o = make(1), p = make(5); return [await o.a(1), await p.a(2), [...o.g()], await o["1k"](), o["1k"].name, o.f1.name, await p.f5(), Object.keys(p)] }`,
    "looks, keys and private methods": `function mix(B, n) { const k = "dyn" + n; return class M extends B { #v = n; async m(x) { const f = () => super.m(x + 1); return [await super.m(x), await f(), this.#v, n, await this.#p(2), M.name, super.g] } async #p(x) { return await later(x) * n } static async s() { return [this.name, await super.s?.(), n, await M.#sp()] } static async #sp() { return n } *[k]() { yield n } *gen() { yield this.#v; yield* super.gen?.() ?? [] } set x(v) { super.x = v } async [Symbol.iterator]() { return 5 } async "q r"() { return this.#w() } *#w() { yield 1 } async 7() { return 7 } async q() { return [#p in this, this.#p.name, this.#w === this.#w] } } }
    async function main() { const C = mix(mix(class { m(x) { return x } get g() { return "g" } }, 2), 3), c = new C(), P = C.prototype; const r = [await c.m(1), await C.s(), [...c.dyn3()], [...c.gen()], await c[Symbol.iterator](), [...await c["q r"]()], await c[7](), await c.q()];
      r.push(Reflect.ownKeys(P).map(String), P.m.name, P.m.length, Object.getOwnPropertyDescriptor(P, "m").enumerable, Object.hasOwn(P.gen, "prototype"), Object.getPrototypeOf(P.m) === Object.getPrototypeOf(async () => {}), P.dyn3.name, c.gen() instanceof P.gen, "prototype" in P.m, P[Symbol.iterator].name); for (const f of [P.m, P.gen]) try { new f() } catch (e) { r.push(e.name) } return r }`,
    "members of one key": `function make(k) { class A { async a() { return 1 } a() { return 2 } b() { return 3 } async b() { return 4 } async [k]() { return 5 } [k]() { return 6 } [k + 1]() { return 7 } async [k + 1]() { return 8 } get c() { return 9 } async c() { return 10 } async d() { return 11 } get d() { return 12 } static async of() {} } return A }
    async function main() { const A = make("k"), a = new A(); return [a.a(), await a.b(), a.k(), await a.k1(), await a.c(), a.d, Reflect.ownKeys(A.prototype), await new (make("a"))().a()] }`,
    "each evaluation": `function make() { const all = []; for (let i = 0; i < 2; i++) all.push(class { async m() { return i } async #p() { return i * 2 } async q() { return this.#p() } *["k" + i]() { yield i } }); let j = 0; while (j < 2) { const n = j++; all.push(class { async m() { return n } async #p() { return n * 3 } async q() { return this.#p() } *["k" + n]() { yield n } }) } const f = (n) => class { async m() { return n } async #p() { return n * 4 } async q() { return this.#p() } *["k" + n]() { yield n } }; return [...all, f(7), f(8)] }
    async function main() { const out = []; for (const C of make()) { const c = new C(), k = Reflect.ownKeys(C.prototype).find((key) => key.startsWith("k")); out.push([await c.m(), await c.q(), k, ...c[k](), C.prototype[k].name]) } return out }`,
    "classes where there is no block": `function make(a, C = class { async m() { return a } static async s() { return super.toString === Function.prototype.toString } }) { return class { f = class { async m() { return a + 1 } async #p() { return a } q() { return this.#p() } *["x" + a]() { yield 1 } }; static { this.g = class { async m() { return a + 2 } async #p() { return a } q() { return this.#p() } } } D = C } }
    async function main() { const K = make(1), k = new K(); return [await new k.f().m(), await new k.f().q(), await new K.g().m(), await new K.g().q(), await new k.D().m(), await k.D.s(), ...new k.f().x1()] }`,
    "super of objects": `function make(n, base) { return { __proto__: base, async m() { return [n, await super.m?.(), (() => super.v)()] }, v: n, *g() { super.w = n; yield this.w }, ["k" + n]: 1, async ["z" + n]() { return super.v }, async __proto__() { return super.v } } } const once = () => new { C: class { x = 1 }, async m() { return super.m } }.C();
    async function main() { const a = make(1, { v: "v" }), b = make(2, a); return [await a.m(), await b.m(), ...b.g(), await b.z2(), Object.keys(b), await b.__proto__(), once().x] }`,
    "functions of switches": `function a(x) { switch (x) { case 1: async function f() { return [await g(), k] } case 2: let k = 5; async function g() { return "g" } return [f(), g()]; default: return f === undefined } }
    function b(x) { const r = []; out: switch (x) { case (r.push(typeof h), 1): break out; default: function* h() { yield h.name } r.push(...h()) } async function z() {} r.push(z.name, typeof h); return r }
    async function main() { return [await Promise.all(a(1)), await Promise.all(a(2)), a(3), b(1), b(2)] }`,
    "class in a loop": `const all = []; for (const n of [1, 2, 3]) all.push(class { x = n; async m() { return [await later(n), this.x] } });
    async function main() { const out = []; for (const A of all) out.push(await new A().m()); return out }`,
    "class in a block": `let A; { const n = 5; A = class { async m() { return await later(n) } } }
    async function main() { return [await new A().m(), new A().m.name] }`,
    "arrow in a plain method": `class A { #x = 1; n = 2; start(xs) { return xs.map(async (x) => [await later(x), this.n, this.#x, new.target]) } own(q) { return (async () => [await later(q), this.n])() } args() { return (async () => [await later(1), arguments.length, this.n])() } }
    async function main() { const a = new A(); return [await Promise.all(a.start([1, 2])), await a.own(3), await a.args(1, 2)] }`,
  },
  "before super() has returned": {
    arguments: `class B { constructor(f) { this.f = f; this.k = "base" } get acc() { return "acc " + this.k } }
    class A extends B { constructor(n) { const early = (async () => this.v)().catch((e) => e.name); super(async () => [n, this.v, super.acc, new.target === A, arguments.length, await (async () => (await later(1), () => this.v++))().then((g) => g())]); this.v = n + 1; this.early = early } }
    async function main() { const a = new A(1, 2); return [await a.early, await a.f(), a.v] }`,
    defaults: `class B { constructor(f) { this.f = f } }
    class A extends B { constructor(f = async () => (await later(0), this.v), { g = async () => this.v } = {}) { super(f); this.v = 3; this.g = g } }
    async function main() { const a = new A(); return [await a.f(), await a.g()] }`,
    "in arrows, twice, in finally": `class B { constructor(f) { this.f = f } }
    class A extends B { constructor() { const s = () => super(async () => this.v); const o = { f: async () => this.v, [(async () => this, "k")]: 1 }; try { s(); try { s() } catch (e) { t(e.name) } } finally { this.v = 3; this.o = o } } }
    async function main() { const a = new A(); return [await a.f(), await a.o.f(), a.o.k] }`,
    "that never does": `let f1, g1; class B { constructor() { raise("no") } }
    class A extends B { constructor() { f1 = async () => this; super() } } class C extends B { constructor() { g1 = async () => [await later(typeof this)]; return { z: 1 } } }
    async function main() { try { new A() } catch (e) { t(e.message) } t(new C().z); for (const h of [f1, g1]) try { await h() } catch (e) { t(e.name) } }`,
    "of a class within": `class B { constructor(f) { this.f = f } }
    class A extends B { constructor() { class C extends B { constructor() { super(async () => this.w); this.w = 2 } [(async () => this, "m")]() {} } super(async () => [this.v, await new C().f()]); this.v = 4 } }
    async function main() { return await new A().f() }`,
    order: `class B { constructor(f) { this.f = f } }
    class A extends B { constructor() { const f = async () => [this, await later(t("never"))]; f().catch((e) => t(e.name)); super(async () => (this.x += await later(1), [this.x, typeof this, this === (() => this)()])); this.x = 1 } }
    async function main() { return await new A().f() }`,
  },
  forms: {
    modifiers:
      `class A { static async async() { return await later(1) } async get() { return await later(2) } async set() { return await later(3) } async static() { return await later(4) } static async static() { return await later(5) } static async *skip() {} /* async */ async /* * */ b /* ( */ (a /* ) */) { return await later(a) } async
      /* not async */ x = 1; 'async'() { return 7 } *'*'() { yield 8 } }
    async function main() { const a = new A(); return [await A.async(), await a.get(), await a.set(), await a.static(), await A.static(), await a.b(6), a.async, a["*"] && [...a["*"]()]] }`.replace(
        "static async *skip() {} ",
        "",
      ),
    "no semicolons": `class A { x = 1
      async ["a"]() { return await later(this.x) }
      y
      async [1 + 1]() { return await later(2) }
      static z = [5]
      static async [0]() { return this.z[await later(0)] }
      async b() { return await later(3) } }
    async function main() { const a = new A(); return [await a.a(), await a[2](), await A[0](), await a.b(), "y" in a] }`,
    "keys in order": `const k = (x) => (t("key", x), { toString() { t("text", x); return x } });
    class A { [k("a")]() { return "plain a" } async [k("b")]() { return await later("b") } async [k("a")]() { return await later("a") } static { t("static", Object.getOwnPropertyNames(A.prototype)) } static [k("f")] = t("field") }
    async function main() { const a = new A(); return [await a.a(), await a.b(), a.a.name] }`,
    "own name": `let A = class Own { async m() { await later(1); try { Own = 1 } catch (e) { t(e.name) } return Own === this.constructor } }; const B = A; A = 0;
    class C { async m() { await later(1); return [typeof C, new C() instanceof this.constructor, { C }.C === this.constructor] } } const D = C; C = 0;
    async function main() { return [await new B().m(), await new D().m()] }`,
    "called without this": `class A { async m() { return [this, await later(1)] } static async s() { return [this, await later(2)] } }
    async function main() { const { m } = A.prototype, { s } = A; return [await m(), await s(), await m.call(3), await (0, A.s)()] }`,
    "getter of the same name": `class A { async m() { return await later("never") } get m() { return "getter" } async n() { return 1 } n() { return "plain" } get o() { return 2 } async o() { return await later("last") } }
    async function main() { const a = new A(); return [a.m, a.n(), await a.o()] }`,
    errors: `class A { async m(a = raise("default")) { await later(1) } async n() { await later(1); throw new Error("n") } *g(a = raise("g")) {} }
    async function main() { const a = new A(); for (const f of [() => a.m(), () => a.n(), () => [...a.g()], () => new a.m(), () => new a.g()]) try { await f() } catch (e) { t(e.name, e.message) } }`,
    "arguments and new.target": `class A { async m(a, b) { a = 9; const x = arguments; await later(1); return [x.length, [...x], new.target, a] } }
    async function main() { return await new A().m(1, 2, 3) }`,
    "generator objects": `class A { *g(x) { const y = yield x; try { yield y } finally { t("closed") } } static *[Symbol.iterator]() { yield* [1, 2] } }
    async function main() { const a = new A(), g = a.g(1); return [g.next(), g.next(2), g.return(3), [...A], g instanceof a.g, Object.getPrototypeOf(g) === A.prototype.g.prototype, A.prototype.g.hasOwnProperty("prototype")] }`,
  },
};
