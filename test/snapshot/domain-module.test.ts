// Modules without a durable function: a mark at the top registers what they declare, for what is stored elsewhere.

import { compile } from "@coldframe/compiler";
import { type Coroutine, coroutine, restore, snapshot } from "@coldframe/runtime";
import { expect, test } from "vitest";
import { load } from "../engine/kit.ts";

const keep = `export async function keep(value) { "use durable"; await null; return value; }`;

/** A value, stored and restored after its module was loaded again, as in another process. */
async function again<T>(source: string, id: string, make: (module: T) => unknown) {
  const { keep: hold } = await load<{ keep(value: unknown): Promise<unknown> }>(keep, "test/keep");
  const call = coroutine(hold, make(await load<T>(source, id)));
  call.next();
  const bytes = snapshot(call);
  const module = await load<T>(source, id);
  return { value: (await (restore(bytes) as Coroutine).drive()) as never, module };
}

// biome-ignore lint/suspicious/noExplicitAny: modules made of text
type Any = any;

test("enums, namespaces and what they export; each value is that of the module that is loaded now", async () => {
  const source = `"use durable";
export enum Kind { Goods = 1 }
export namespace tax { export class Rate { #p = 20; get percent() { return this.#p; } } export function of() {} export namespace low { export class Rate {} } }
export namespace a.b { export const list = [1]; }
namespace types { export type T = 1; }
`;
  const { value, module } = await again<Any>(source, "test/kinds", ({ Kind, tax, a }) => {
    return [new tax.Rate(), new tax.low.Rate(), Kind, tax, tax.of, tax.low, a.b, a.b.list];
  });
  const [rate, low, ...others] = value as Any[];
  expect([rate.constructor, rate.percent, low.constructor]).toEqual([module.tax.Rate, 20, module.tax.low.Rate]);
  const { Kind, tax, a } = module;
  expect(others.map((one, at) => one === [Kind, tax, tax.of, tax.low, a.b, a.b.list][at])).toEqual(Array(6).fill(true));
});

test.each([
  ["class", "class { x = 1; hello() { return this.x; } }"],
  ["class with private fields", "class { #x = 1; hello() { return this.#x; } }"],
  ["abstract class", "abstract class { x = 1; hello() { return this.x; } }"],
  ["class with a static name", 'class { static name = "Own"; x = 1; hello() { return this.x; } }'],
  ["class in parentheses", "(class { x = 1; hello() { return this.x; } });"],
  ["class expression with a name", "(class Own { x = 1; hello() { return this.x; } })"],
])("export default %s", async (_, declaration) => {
  const { value, module } = await again<Any>(`"use durable";\nexport default ${declaration}`, "test/default", (m) => {
    return [new m.default(), m.default];
  });
  const [instance, cls] = value as Any[];
  expect([instance.constructor === module.default, cls === module.default]).toEqual([true, true]);
  expect(instance.hello()).toBe(1);
});

test.each([
  ["function", "function (n) { return n; }", "default"],
  ["function*", "function* (n) { return n; }", "default"],
  ["arrow", "(n) => n", "default"],
  ["named", "function own(n) { return n; }", "own"],
])("export default %s; it keeps its name", async (_, declaration, name) => {
  const source = `"use durable";\nexport default ${declaration};\n`;
  const { value, module } = await again<Any>(source, "test/plain", (m) => [m.default]);
  expect((value as Any[])[0] === module.default).toBe(true);
  expect(module.default.name).toBe(name);
});

test("an object, a call, a parenthesized and a commented default export", () => {
  const codeOf = (text: string) => compile(`"use durable";\n${text}`, { filename: "a.ts", moduleId: "a" }).code;
  for (const [text, rest] of [
    ["export default { a: 1 };", "const $default = ({ default: { a: 1 } }).default; export { $default as default };"],
    ["export /* x */ default (make(), b)", "const $default = ({ default: (make(), b) }).default;"],
    ["let a = make();\nexport default a // why\n;", "({ default: a // why\n }).default;"],
  ])
    expect(codeOf(text as string)).toContain(rest);
  for (const text of ["const a = {};\nexport default a;", 'import a from "b";\nexport default a; const c = {};'])
    expect(codeOf(text)).not.toContain("$default");
});

test("generic and derived classes keep their prototype", async () => {
  const source = `"use durable";
export class Box<T> { constructor(public item: T) {} get twice() { return [this.item, this.item]; } }
export class Big extends Box<string> {}
`;
  const { value, module } = await again<Any>(source, "test/boxes", ({ Box, Big }) => [new Box(1), new Big("x")]);
  const [box, big] = value as Any[];
  expect([box.twice, big instanceof module.Box, big.constructor]).toEqual([[1, 1], true, module.Big]);
});

test.each([
  ["nothing", ""],
  ["types", "export interface A {}\nexport type B = 1;\nexport declare class C {}\nexport declare const d: {};\n"],
  [
    "another module's",
    'export * from "./b.js";\nexport { c } from "./c.js";\nimport d from "./d.js";\nexport { d };\n',
  ],
  ["primitives", "export const rate = 0.2, name = `x`, minus = -1;\n"],
  ["variables", "export let a = {};\nexport var b = () => {};\n"],
  ["a const enum and a namespace of types", "export const enum A { B }\nexport namespace N { export type T = 1; }\n"],
])("a marked module that declares %s gets a warning, and is left as it is", (_, text) => {
  const source = `// head\n"use durable";\n${text}`;
  const { code, diagnostics, manifest } = compile(source, { filename: "a.ts", moduleId: "a" });
  expect([code, manifest]).toEqual([source, null]);
  expect(diagnostics).toMatchObject([{ code: "CF1007", severity: "warning", line: 2 }]);
  expect(diagnostics[0]?.why).toContain("`export * from`");
});

test("what is asked for while a cycle of imports is loading is asked for again", async () => {
  const source = `"use durable";
import { registry } from "${import.meta.dirname}/../../runtime/src/registry.ts";
export const early = [registry().resolve("test/early#Kind"), registry().resolve("test/early#N.A"), registry().resolve("test/early#default")];
export enum Kind { A }
export namespace N { export class A {} }
export default class {}
`;
  const module = await load<Any>(source, "test/early");
  expect(module.early).toEqual([undefined, undefined, undefined]);
  const { registry } = await import("../../runtime/src/registry.ts");
  const now = ["Kind", "N", "N.A", "default"].map((name) => registry().resolve(`test/early#${name}`));
  expect(now.map((one, at) => one === [module.Kind, module.N, module.N.A, module.default][at])).toEqual(
    Array(4).fill(true),
  );
});
