// Nothing nested is left native: in every place where an async function or a generator can stand in durable code, what the
// program gets there is known to the runtime by its descriptor, or the place is refused with a code.
import { compile } from "@coldframe/compiler";
import "@coldframe/runtime/abi/v1";
import { expect, test } from "vitest";
import { type Descriptor, DURABLE } from "../../../runtime/src/realm.ts";

/** What stands in a place: as an expression, and as a declaration of `name`. Kinds as in descriptors. */
const kinds: Record<
  string,
  { kind: number; declared(name: string): string; member(key: string): string; made: string }
> = {
  async: {
    kind: 0,
    declared: (f) => `async function ${f}() {}`,
    member: (k) => `async ${k}() {}`,
    made: "async function () {}",
  },
  arrow: {
    kind: 0,
    declared: (f) => `async function ${f}() {}`,
    member: (k) => `async ${k}() {}`,
    made: "async () => {}",
  },
  generator: { kind: 3, declared: (f) => `function* ${f}() {}`, member: (k) => `*${k}() {}`, made: "function* () {}" },
  "async generator": {
    kind: 4,
    declared: (f) => `async function* ${f}() {}`,
    member: (k) => `async *${k}() {}`,
    made: "async function* () {}",
  },
};

/** FN: the function as an expression; each hands out what it has by `out(f)`. */
const expressions: Record<string, string> = {
  "a variable": "const f = FN; out(f);",
  "an argument": "out(FN);",
  "a default value": "((f = FN) => out(f))();",
  "a pattern in a parameter": "(function ({ f = FN } = {}) { out(f) })();",
  "a pattern": "const { f = FN, g: [h = FN] = [] } = {}; out(f); out(h);",
  "a target of a loop": "for (const { f = FN } of [{}]) out(f);",
  "heads of loops":
    "for (let f = FN; f; f = null) out(f); for (const f of [FN]) out(f); for (const k in { f: out(FN) });",
  "a test, a switch, a catch":
    "if (out(FN)); switch (1) { case (out(FN), 1): out(FN) } try { throw {} } catch ({ f = FN }) { out(f) } finally { out(FN) }",
  "a template and a tag": ["String(`$", "{out(FN)}`); ((s, f) => out(f))`$", "{FN}`;"].join(""),
  "a spread, a sequence, a choice":
    "out(...[FN]); out((0, FN)); out(1 ? FN : 0); out(null ?? (FN)); let a; a ??= FN; out(a);",
  "a chain": "({ m: (f) => out(f) })?.m?.(FN);",
  "a plain function": "(function () { const g = () => out(FN); g() })();",
  "a plain function, declared": "g(); function g() { function h() { out(FN) } h() }",
  "an immediately called one": "out((() => FN)());",
  "properties of an object":
    "const o = { f: FN, ['g' + 1]: FN, [(out(FN), 'k')]: 1, ...{ s: FN } }; for (const f of Object.values(o)) if (f !== 1) out(f);",
  "accessors of an object": "const o = { get f() { return FN }, set f(v) { out(FN) } }; out(o.f); o.f = 1;",
  "plain methods of an object": "({ m(f = FN) { out(f); out(FN) } }).m(); ({ m() { return super.x, out(FN) } }).m();",
  fields:
    "class A { f = FN; #g = FN; static s = FN; static #t = FN; ['c' + 1] = FN; static { out(A.#t) } g() { return this.#g } } const a = new A(); for (const f of [a.f, a.g(), a.c1, A.s]) out(f);",
  "expressions in fields":
    "class A { f = [FN, { g: FN }]; static s = ((f = FN) => f)(); h = () => FN } const a = new A(); out(a.f[0]); out(a.f[1].g); out(A.s); out(a.h());",
  constructors:
    "class A { constructor(f = FN) { out(f); out(FN) } } new A(); class B extends A { constructor() { const g = FN; super(FN); out(g) } } new B();",
  "accessors of a class":
    "class A { get f() { return FN } set f(v) { out(FN) } static get s() { return FN } get #p() { return FN } p() { return this.#p } } const a = new A(); out(a.f); a.f = 1; out(A.s); out(a.p());",
  "plain methods of a class":
    "class A { m({ f = FN } = {}) { out(f); { out(FN) } } static s() { out(FN) } #p() { out(FN) } p() { this.#p() } } new A().m(); A.s(); new A().p();",
  "static blocks": "class A { static { out(FN); (() => out(FN))() } static { { out(FN) } } }",
  "heads of a class":
    "class A extends (out(FN), Object) { [(out(FN), 'm')]() {} static [(out(FN), 's')] = 1; [(out(FN), 'f')] = 1 }",
  "classes in classes":
    "class A { static B = class { f = FN; static g = FN; m() { return class { f = FN } } } } const b = new A.B(); out(b.f); out(A.B.g); out(new (b.m())().f);",
  "a class in a plain function": "(function () { class A { f = FN; m() { out(FN) } } new A().m(); out(new A().f) })();",
  "a class in an object":
    "const o = { get x() { return class { f = FN } }, C: class { f = FN }, ['D' + 1]: class { f = FN } }; out(new o.x().f); out(new o.C().f); out(new o.D1().f);",
  "generators and what is in them":
    "function* g() { yield FN; class A { f = FN } yield new A().f } for (const f of g()) out(f);",
};

/** DECL: a declaration of `f`. */
const declarations: Record<string, string> = {
  "a body": "DECL out(f);",
  "a block": "{ DECL out(f); }",
  "a case": "switch (1) { case 1: out(f); break; case 2: DECL }",
  "a body of a loop": "for (const x of [1]) { out(f); DECL }",
  "a plain function": "(function () { out(f); DECL })(); (() => { DECL out(f) })();",
  "a constructor, methods and accessors":
    "class A { constructor() { out(f); DECL } m() { { DECL out(f) } switch (1) { case 1: out(f); DECL } } get g() { DECL return f } } const a = new A(); a.m(); out(a.g);",
  "static blocks": "class A { static { out(f); DECL } static { { out(f); DECL } } }",
  "a getter of an object": "const o = { get g() { if (1) { DECL return f } } }; out(o.g);",
};

/** KEY: a member with that key, between braces. */
const members: Record<string, string> = {
  "an object":
    "const o = { KEY(a), KEY(['b' + 1]), KEY(__proto__), KEY(5) }; for (const k of Object.keys(o)) out(o[k]);",
  "an object with accessors": "const o = { get x() { return 1 }, KEY(a), KEY(['b' + 1]) }; out(o.a); out(o.b1);",
  "a class":
    "class A { KEY(a) KEY(['b' + 1]) KEY([Symbol.iterator]) KEY('c d') KEY(6) } for (const k of Reflect.ownKeys(A.prototype)) if (k !== 'constructor') out(A.prototype[k]);",
  "static members": "class A { static KEY(a) static KEY(['b' + 1]) } out(A.a); out(A.b1);",
  "private members": "class A { KEY(#p) static KEY(#s) static f() { out(A.#s); out(new A().#p) } } A.f();",
  "a class with a superclass":
    "class A extends Object { KEY(a) m() { return class extends A { KEY(a) } } } out(A.prototype.a); out(new A().m().prototype.a);",
  "a class without a name": "out(new (class { KEY(a) })().a);",
  "a class in a field":
    "class A { f = class { KEY(a) static KEY(b) }; static s = class { KEY(a) } } const B = new A().f; out(B.prototype.a); out(B.b); out(new A.s().a);",
  "a class in an arrow":
    "const make = (x) => class { KEY(#p) KEY(['b' + 1]) p() { return this.#p } }, a = new (make(1))(); out(a.p()); out(a.b1);",
  "a class in a getter":
    "const o = { get C() { return class { KEY(a) KEY(#p) p() { return this.#p } } } }; const c = new o.C(); out(c.a); out(c.p());",
  "a class in a plain function":
    "(() => { class A { KEY(a) KEY(#p) p() { return this.#p } } out(new A().a); out(new A().p()) })();",
  "a class in a loop": "for (const x of [1, 2]) { class A { KEY(a) } out(new A().a) }",
};

const around: Record<string, string> = {
  "an async function": "async function main(out) { BODY }",
  "a generator": "function* gen(out) { BODY } async function main(out) { gen(out).next() }",
  "an async generator": "async function* gen(out) { BODY } async function main(out) { await gen(out).next() }",
  "an arrow": "const main = async (out) => { BODY };",
  "a method of a class": "class M { async main(out) { BODY } } const main = (out) => new M().main(out);",
  "a private method":
    "class M { async #main(out) { BODY } main(out) { return this.#main(out) } } const main = (out) => new M().main(out);",
  "a method of an object": "const o = { async main(out) { BODY } }; const main = (out) => o.main(out);",
  "a field": "class M { main = async (out) => { BODY } } const main = (out) => new M().main(out);",
  "a function within": "async function main(out) { await (async () => { BODY })() }",
  "a local class": "async function main(out) { class L { async run(out) { BODY } } await new L().run(out) }",
  "a plain function":
    "function plain(out) { async function inner() { BODY } return inner() } async function main(out) { await plain(out) }",
  "nothing durable, in a function": "function plain(out) { BODY } const main = plain;",
  "nothing durable, in an arrow": "const main = (out) => { const each = [1].map(() => { BODY }); };",
};

/** @param isFull of all kinds; else of two, which is enough where only what is around differs */
function* programs(isFull: boolean): Generator<[string, number, string]> {
  for (const [name, { kind, made, declared, member }] of Object.entries(kinds)) {
    if (!isFull && name !== "arrow" && name !== "generator") continue;
    for (const [place, text] of Object.entries(expressions))
      yield [`${name} in ${place}`, kind, text.replaceAll("FN", made)];
    if (name === "arrow") continue;
    for (const [place, text] of Object.entries(declarations))
      yield [`${name} declared in ${place}`, kind, text.replaceAll("DECL", declared("f"))];
    for (const [place, text] of Object.entries(members))
      yield [`${name} as a member of ${place}`, kind, text.replace(/KEY\(([^)]*)\)/g, (_, key) => member(key))];
  }
}

async function collect(source: string): Promise<unknown[] | string[]> {
  const { code, diagnostics } = compile(source, { filename: "p.js", sourceType: "module", mark: "all", abi: "global" });
  if (diagnostics.length > 0) return diagnostics.map((each) => each.code);
  const found: unknown[] = [];
  const main = new Function(`"use strict"; ${code}; return main`)() as (out: unknown) => Promise<void> | undefined;
  await main((f: unknown) => found.push(f));
  return found;
}

test.each(Object.entries(around))("whatever is nested in %s is durable", async (_, frame) => {
  for (const [name, kind, body] of programs(frame === around["an async function"])) {
    const found = await collect(frame.replace("BODY", () => body));
    expect(found.length, `${name}: ${body}`).toBeGreaterThan(0);
    for (const f of found) {
      const descriptor = (f as { [DURABLE]?: Descriptor })[DURABLE];
      expect(descriptor?.self, `${name} is native: ${body}`).toBe(f);
      expect(descriptor?.kind, name).toBe(kind);
    }
  }
});

test("in decorators nothing is left native in silence", async () => {
  expect(await collect("async function main() { class A { @d(async () => {}) m() {} } }")).toEqual(["CF1108"]);
});
