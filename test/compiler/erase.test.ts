// Types go, everything that runs stays. The oracle is TypeScript's own emit, both in one normal form.
import generate from "@babel/generator";
import { parse } from "@babel/parser";
import traverse, { type NodePath } from "@babel/traverse";
import type * as t from "@babel/types";
import ts from "typescript";
import { expect, test } from "vitest";
import { eraseTypes } from "../../compiler/src/analyze/erase.ts";

function print(code: string): string {
  return generate(parse(code, { sourceType: "module" }), { minified: true }).code;
}

function erase(source: string): string {
  const file = parse(source, { sourceType: "module", plugins: ["typescript"] });
  traverse(file, {
    FunctionDeclaration(path: NodePath<t.FunctionDeclaration>) {
      eraseTypes(path);
      path.stop();
    },
  });
  return generate(file, { minified: true }).code;
}

function emit(source: string): string {
  const options = { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return ts.transpile(source, { ...options, removeComments: true, useDefineForClassFields: true });
}

test.each([
  ["parameters", "async function f<T extends U = V>(this: A, a: B, b?: C, { c }: D = {}, ...e: F[]): Promise<G> {}"],
  ["predicates", "async function f() { const g = (a: any): a is B => true; function h(a: any): asserts a is B {} }"],
  ["variables", "async function f() { let a: B, c!: D, [e]: F = g; for (const h of <I>j) for (let k: L in m) {} }"],
  ["catch", "async function f() { try {} catch (e: unknown) {} }"],
  [
    "assertions",
    "async function f() { return [(await a as B).c, <D>e, g!, h satisfies I, (j as any)(k)!.l, { ...(m as N) }]; }",
  ],
  [
    "assertions in chains",
    "async function f() { return [a?.b!.c, (a?.b)!.c, (a?.b as D).c, a!?.b, a?.[0]!.c(), a?.b!()]; }",
  ],
  [
    "assertions as targets",
    "async function f() { (a as any) = b; a! += c; (a.b as any)++; [a as any, b!] = c; for (a! of d) {} delete a!.b; }",
  ],
  [
    "assertions and precedence",
    "async function f() { return (a as B) ?? ((c as D) || e), (-(a as number)) ** 2, (a, b) as C, !(a as B).c; }",
  ],
  [
    "arrow bodies",
    "async function f() { return [() => ({} as A), async <T,>(a: T): Promise<T> => a, () => <B>{ c }]; }",
  ],
  ["type arguments", "async function f() { return [a<B>(c), new D<E>(g), h<I>`j`, k?.<L>(m), (n<O>), new P<Q>()]; }"],
  [
    "declarations",
    "async function f() { type A = B; interface C {} declare const d: E; declare function g(): H; declare class I {} }",
  ],
  ["local overloads", "async function f() { function g(a: B): C; function g(a: any) { return a; } }"],
  [
    "classes",
    "async function f() { abstract class A<B> extends C<D> implements E, F { [k: string]: any; declare g: H; abstract i: J; " +
      "private readonly k?: L = 1; m!: N; static o: P; abstract q(): R; s?(): T; private u(v?: W): X; private u(v: any) {} " +
      "override get y(): Z { return 1; } protected constructor(a: B); constructor(a?: any) { super(); } } }",
  ],
  ["directives of the language", "async function f() { 'use strict'; }"],
  [
    "values that look like types",
    "async function f() { const type = 1, of = 2, declare = 3; return { type, as: of, satisfies: declare }; }",
  ],
])("%s", (_, source) => {
  const text = `${source}\nexport {};`; // a module, so that TypeScript adds no "use strict"
  expect(erase(text)).toBe(print(emit(text)));
});

test("marks of nested functions go too, other directives stay", () => {
  const source = `async function f() { "use durable"; "use strict"; const g = async () => { "use durable"; }; }`;
  expect(erase(source)).toBe(`async function f(){"use strict";const g=async()=>{}}`);
});
