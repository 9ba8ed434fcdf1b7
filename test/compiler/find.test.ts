// Which functions are found, what they are called, and what is passed over.
import ts from "typescript";
import { minify } from "vite";
import { expect, test } from "vitest";
import { assignIds } from "../../compiler/src/analyze/ids.ts";
import { Diagnostics } from "../../compiler/src/diagnostic.ts";
import { hashText } from "../../compiler/src/emit/hash.ts";
import { findDurable } from "../../compiler/src/find.ts";
import { compile } from "../../compiler/src/index.ts";
import { type CompileOptions, resolveOptions } from "../../compiler/src/options.ts";

function find(source: string, options: Partial<CompileOptions> = {}) {
  const diagnostics = new Diagnostics();
  const found = findDurable(source, resolveOptions({ filename: "a.ts", ...options }), diagnostics);
  const functions = found?.functions ?? [];
  const ids = assignIds(
    functions,
    ({ path }) => hashText(source.slice(path.node.start ?? 0, path.node.end ?? 0)),
    diagnostics,
  );
  return { functions, ids, codes: diagnostics.toArray().map(({ code }) => code), names: found?.names };
}

const body = `{ "use durable"; }`;
const tag = "/** @durable */";

/** Each row: source, id, name. All of them are one durable function. */
test.each([
  ["declaration", `async function pay() ${body}`, "pay", "pay"],
  ["generator", `function* count() ${body}`, "count", "count"],
  ["export", `${tag}\nexport async function pay() {}`, "pay", "pay"],
  ["export default", `${tag} export default async function pay() {}`, "pay", "pay"],
  ["anonymous default", `${tag} export default async function () {}`, "default", "default"],
  ["default arrow", `${tag} export default async () => {}`, "default", "default"],
  ["variable", `${tag} const pay = async () => {};`, "pay", "pay"],
  ["exported variable", `${tag} export const pay = async function () {};`, "pay", "pay"],
  ["own name wins", `${tag} const a = async function b() {};`, "b", "b"],
  ["one of two variables", `let a = async () => {}, ${tag} b = async () => {};`, "b", "b"],
  ["type assertions", `${tag} const pay = <any>((async () => {}) satisfies F as G)!;`, "pay", "pay"],
  ["property", `const shop = { ${tag} pay: async () => {} };`, "shop.pay", "pay"],
  ["nested property", `const shop = { a: { "b-c": async () => ${body} } };`, "shop.a.b-c", "b-c"],
  ["computed property", `const shop = { ${tag} [x]: async () => {} };`, "shop.~eb3e3dcb", ""],
  ["prototype property", `const a = { ${tag} __proto__: async () => {} };`, "a.~eb3e3dcb", ""],
  ["method", `class Order { ${tag} async pay() {} }`, "Order.pay", "pay"],
  ["decorated method", "class Order { @durable async pay() {} }", "Order.pay", "pay"],
  ["decorator call", `class Order { @durable({ id: "x" }) async pay() {} }`, "Order.pay", "pay"],
  ["private method", `class Order { async #pay() ${body} }`, "Order.#pay", "#pay"],
  ["static method", `class Order { ${tag} static async pay() {} async pay() {} }`, "Order.static.pay", "pay"],
  ["overloaded method", `class Order { ${tag} pay(): P; pay(a: 1): P; async pay(a?: any) {} }`, "Order.pay", "pay"],
  ["method of an object", `const order = { ${tag} async pay() {} };`, "order.pay", "pay"],
  ["class property", `class Order { ${tag} pay = async () => {}; }`, "Order.pay", "pay"],
  ["static property", `class Order { ${tag} static pay = async () => {}; }`, "Order.static.pay", "pay"],
  ["assignment", `let pay; ${tag} pay = async () => {};`, "pay", "pay"],
  ["assignment to a member", `${tag} exports.pay = async () => {};`, "pay", ""],
  ["assignment to a path", `${tag} shop.cart.pay = async () => {};`, "shop.cart.pay", ""],
  ["default value", `const { pay = async () => ${body} } = {};`, "pay", "pay"],
  ["logical assignment", `let pay; ${tag} pay ??= async () => {};`, "pay", "pay"],
  ["in parentheses", `let pay; (pay) = async () => ${body};`, "pay", ""],
  ["argument", `run(${tag} async () => {});`, "~eb3e3dcb", ""],
  ["called at once", `${tag} (async () => {})();`, "~eb3e3dcb", ""],
  ["nested", `function outer() { const o = { m() { async function inner() ${body} } }; }`, "outer.o.m.inner", "inner"],
  ["in an anonymous function", `run(() => { async function inner() ${body} });`, "inner", "inner"],
  [
    "overloads",
    `${tag}\nexport function f(a: 1): P;\nexport function f(a: 2): P;\nexport async function f(a: any) {}`,
    "f",
    "f",
  ],
  [
    "tag among other tags",
    "/**\n * Pays.\n *\n * @durable\n * @param a x=1\n */\nasync function pay(a) {}",
    "pay",
    "pay",
  ],
  ["tag behind other comments", `${tag} /* b */ // c\nasync function pay(a) {}`, "pay", "pay"],
  ["id of the mark", "/** @durable id=shop.v2/pay */ async function pay(a) {}", "shop.v2/pay", "pay"],
  ["one line", `async function pay() { 'use strict'; 'use durable' }`, "pay", "pay"],
])("%s", (_, source, id, name) => {
  const { functions, ids, codes } = find(source);
  expect(codes).toEqual([]);
  expect(functions.map((fn) => fn.name)).toEqual([name]);
  expect(ids).toEqual([id]);
});

test.each([
  ["no mark", "async function f() {}"],
  ["prose", "// functions may be @durable\n/** See the @durable tag. */\nasync function f() {}"],
  ["a string", `async function f() { return "use durable"; }`],
  ["an import", `import { x } from "durable";\nasync function f() {}`],
  ["another tag", "/** @durablefunction */ async function f() {}\n/** @durable-x */ async function g() {}"],
  ["another directive", `"use client";\nasync function f() { "use strict"; }`],
])("not found: %s", (_, source) => {
  expect(find(source)).toMatchObject({ functions: [], codes: [] });
});

test("a mark of the module is one of every async function, not of generators", () => {
  const source = `"use durable";\nasync function a() {}\nfunction* b() {}\nconst c = () => async () => {};\nfunction d() {}`;
  expect(find(source).functions.map(({ loc }) => loc.start.line)).toEqual([2, 4]);
});

test("mark: all finds every async function and generator, outermost only", () => {
  const source = `async function a() { async () => {}; function* g() {} }\nfunction* b() {}\nfunction c() { return async () => {}; }\nasync function* d() {}`;
  const { functions } = find(source, { mark: "all" });
  expect(functions.map(({ kind, loc }) => [kind, loc.start.line])).toEqual([
    ["async", 1],
    ["generator", 2],
    ["async", 3],
    ["asyncGenerator", 4],
  ]);
});

test("a function of module level has only the module's scope around it", () => {
  const source = `
    async function a() {}
    { async function b() {} }
    { c = async () => {}; }
    { let x; d = async () => x; }
    const e = [async () => {}];
    function f(g = async () => {}) {}
    class H { static i = async () => {}; j = async () => {}; async k() {} }
    for (const j of []) k = async () => {};
    export default async function () {}`;
  const levels = find(source, { mark: "all" }).functions.map(({ isModuleLevel, isDeclaration }) => [
    isModuleLevel,
    isDeclaration,
  ]);
  expect(levels).toEqual([
    [true, true],
    [false, true],
    [true, false],
    [false, false],
    [true, false],
    [false, false],
    [true, false],
    [false, false],
    [true, false],
    [false, false],
    [true, true],
  ]);
});

test.each([
  ["a, b, c", 3],
  ["a, b = 1, c", 1],
  ["a, ...b", 1],
  ["{ a }, [b] = [], c", 1],
  ["this: X, a: Y, b?: Z", 2],
])("length of (%s)", (params, length) => {
  expect(find(`async function f(${params}) ${body}`).functions[0]?.length).toBe(length);
});

test("where all are durable, functions of one name are told apart by their bodies", () => {
  const source = "{ async function f() { 1 } } { async function f() { 2 } } { async function f() { 2 } }";
  const { ids, codes } = find(source, { mark: "all" });
  expect(codes).toEqual([]);
  expect(ids[0]).toBe("f");
  expect(ids[1]).toMatch(/^f~[0-9a-f]{8}$/);
  expect(ids[2]).toBe(`${ids[1]}~2`);
});

test("an own mark has the plain id, wherever it stands", () => {
  const source = `{ async function f() {} } { async function f() ${body} }`;
  const { ids, codes } = find(`"use durable";${source}`);
  expect([ids[1], codes]).toEqual(["f", []]);
});

test("options of a mark", () => {
  const [fn] = find("/** @durable id=b renamedFrom=a,c version=2 the rest is prose */ async function f() {}").functions;
  expect(fn?.mark).toEqual({ id: "b", renamedFrom: ["a", "c"], version: "2" });
});

test("all names of the file are known", () => {
  const { names } = find(`async function f(a) ${body}\nlabel: for (const b of <c.d e={g}/>) h.i = { j };`, {
    filename: "a.tsx",
  });
  expect([...(names ?? [])].sort()).toEqual(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "label"]);
});

test.each([
  ["a.ts", "const a = <T>(x) => x;"],
  ["a.mts", "const a = <T,>(x: T) => x;"],
  ["a.tsx", "const a = <b />; const c = <T,>(x: T) => x;"],
  ["a.jsx", "const a = <b />;"],
  ["a.js", "const a = <b />;"],
  ["src/a.ts?v=1", "const a: number = 1;"],
  ["a.ts", "class A { constructor(@Inject() x: any) {} }"],
  ["a.ts", "@a export class A { accessor x = 1; @b m() {} }"],
  ["a.ts", "import defer * as a from 'a'; import source b from 'b'; import c from 'c' with { type: 'json' };"],
])("%s can be parsed: %s", (filename, text) => {
  expect(find(`${text} async function f() ${body}`, { filename })).toMatchObject({ ids: ["f"], codes: [] });
});

test("a script may return where it is given `require`", () => {
  const source = `async function f() ${body}\nreturn;`;
  expect(find(source, { sourceType: "script", abi: "require" }).ids).toEqual(["f"]);
  expect(find(source, { sourceType: "script", abi: "global" }).codes).toEqual(["CF1005"]);
});

test("text that was compiled before is left alone", () => {
  const source = `${tag} async function f() { await 1; }`;
  const { code } = compile(source, { filename: "a.ts" });
  expect(code).not.toBe(source);
  for (const mark of ["tagged", "all"] as const)
    expect(find(code, { mark })).toMatchObject({ functions: [], codes: [] });
  const emitted = ts.transpile(code, { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2015 });
  expect(emitted).toContain("@durable");
  expect(find(emitted, { filename: "a.js" })).toMatchObject({ functions: [], codes: [] });
});

test("text that was compiled before and minified is left alone", async () => {
  const source = `"use durable"; export ${tag} async function pay() { await 1; } export class Shop { ${tag} async open() {} }`;
  const { code } = compile(source, { filename: "a.js" });
  const { code: small } = await minify("a.js", `"use durable";${code}`, { compress: true, mangle: true });
  expect(small).toContain("use durable");
  expect(small.length).toBeLessThan(code.length * 0.9);
  for (const text of [code, small, `(() => { "use durable"; ${code.replaceAll(/import .*?;|\bexport /g, "")} })();`])
    for (const mark of ["tagged", "all"] as const)
      expect(find(text, { mark })).toMatchObject({ functions: [], codes: [] });
});

test.each([
  ["a string", `const text = 'abi: 1, compiler: "0.1.0"';`],
  ["a template", "const text = `$R.module({ id: 'a', abi: 1, compiler: '0.1.0', f: [] })`;"],
  [
    "a comment",
    `// { id: "a", abi: 1, compiler: "0.1.0", f: [] }\n/* $R.module({ id: "a", abi: 1, compiler: "0.1.0", f: [] }) */`,
  ],
  ["an expression", `/abi: 1, compiler: "0.1.0"/.test("");`],
  ["an object", `const info = { id: "a", abi: 1, compiler: "0.1.0", f: [] };`],
  [
    "other calls",
    `$R.module({ id: "a", abi: 1, compiler: name, f: [] }); module({ id: "a", abi: 1, compiler: "", f: [] });`,
  ],
  [
    "compiled text",
    `const text = ${JSON.stringify(compile(`${tag} async function f() {}`, { filename: "a.ts" }).code)};`,
  ],
])("%s that says what compiled text says makes no difference", (_, text) => {
  const source = `${text}\nasync function pay() ${body}`;
  expect(find(source)).toMatchObject({ ids: ["pay"], codes: [] });
  expect(compile(source, { filename: "a.ts" }).manifest?.functions.map(({ id }) => id)).toEqual(["pay"]);
});

test("what carries a mark itself is compiled, beside what was compiled before too", () => {
  const { code } = compile(`export ${tag} async function pay() {}`, { filename: "a.js" });
  const bundle = `${code}\n${tag} async function open() { await 1; } async function close() ${body} async function plain() {}`;
  expect(find(bundle)).toMatchObject({ ids: ["open", "close"], codes: [] });
  const again = compile(bundle, { filename: "bundle.js" });
  expect(again.manifest?.functions.map(({ id }) => id)).toEqual(["open", "close"]);
  expect(find(again.code)).toMatchObject({ functions: [], codes: [] });
});

test("declaration files are left alone", () => {
  for (const filename of ["a.d.ts", "a.d.mts", "a.d.css.ts"])
    expect(find(`${tag} export declare function f(): Promise<void>;`, { filename })).toMatchObject({ codes: [] });
});

test.each([
  ["@durabel", "tag"],
  ["@Durable", "tag"],
  ["@durabl", "tag"],
  ["@durrable", "tag"],
  ["use-durable", "directive"],
  ["Use Durable", "directive"],
  ["useDurable", "directive"],
  ["use durabel", "directive"],
])("%s is a near miss", (text, kind) => {
  const source = kind === "tag" ? `/** ${text} */ async function f() {}` : `async function f() { "${text}"; }`;
  expect(find(source)).toMatchObject({ ids: [], codes: ["CF1002"] });
});

test.each(["@mutable", "@disable", "@durableObject", "@curtain"])("%s is none", (text) => {
  expect(find(`/** ${text} durable */ async function f() {}`).codes).toEqual([]);
});
