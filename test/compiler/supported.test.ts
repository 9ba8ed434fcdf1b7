// The table of node types is complete, and each kind of verdict does what it says.
import { parse } from "@babel/parser";
import traverse, { type NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import { expect, test } from "vitest";
import { checkSupported, verdicts } from "../../compiler/src/analyze/supported.ts";
import { Diagnostics } from "../../compiler/src/diagnostic.ts";

test("every node type that Babel knows has a verdict, and no other", () => {
  expect([...verdicts.keys()].sort()).toEqual(Object.keys(t.VISITOR_KEYS).sort());
});

function check(statements: string): string[] {
  const source = `async function f() { ${statements} }`;
  const file = parse(source, { plugins: ["typescript", "decorators", "decoratorAutoAccessors"] });
  const diagnostics = new Diagnostics();
  traverse(file, {
    FunctionDeclaration(path: NodePath<t.FunctionDeclaration>) {
      checkSupported(path, diagnostics);
      path.stop();
    },
  });
  return diagnostics.toArray().map(({ code }) => code);
}

test.each([
  ["every loop", "for (;;) break; for (const a in b) { } for (const a of b) { } while (a) { } do { } while (a)"],
  ["await in every loop", "for (await a; await b; await c) { } for await (const a of b) { }"],
  ["labels and switch", "a: for (;;) { switch (await b) { case await c: continue a; default: break a } }"],
  ["try", "try { await a } catch { } finally { await b }"],
  ["destructuring", "const { a = await b, ...c } = d, [e, , ...f] = g; ({ a: h.i } = j)"],
  [
    "classes that stay whole",
    "class A extends B { #c = 1; static { this.d } e() { return super.e(this.#c) } accessor g = 1 }",
  ],
  ["methods of objects", "({ async a() { super.b() }, *b() { }, async [c]() { }, d() { super.e() } })"],
  [
    "methods of classes",
    "class A extends B { *a() { } async b() { super.c() } async #d() { } static async *[e]() { } }",
  ],
  ["resources", "using a = b; await using c = d; for (using e of f) ; for (await using g of h) ;"],
  ["meta properties", "import('a'); new.target"],
  ["eval by another name", "(0, eval)(a); eval?.(a); globalThis.eval(a)"],
  ["an eval of its own", "const eval = (a) => a; eval(b)"],
  [
    "generators and closures",
    "function* g() { yield* a } const h = (i) => i; async function* k() { yield* l } async () => { await j }",
  ],
  [
    "types",
    "type A = B; interface C { d(): E } declare const f: G; declare enum H { I } let j = k as L; m!; n satisfies O",
  ],
  ["declared namespaces", "declare namespace A { const b: C }"],
  ["sloppy names", "arguments; this; debugger; delete a.b; void 0; typeof a; a ** b; a?.b?.(c); `a`; c`d`"],
])("supported: %s", (_, statements) => expect(check(statements)).toEqual([]));

test.each([
  ["with (a) { }", "CF1105"],
  ["eval(a)", "CF1104"],
  ["@a class B { }", "CF1108"],
  ["class A { @b c }", "CF1108"],
  ["enum A { B }", "CF1109"],
  ["const enum A { B }", "CF1109"],
  ["class A { constructor(private b: C) { } }", "CF1109"],
])("refused: %s", (statement, code) => expect(check(statement)).toEqual([code]));
