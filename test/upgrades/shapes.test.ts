// What the shape of a class says: of compiled modules from the syntax tree, of others from the text of the class, in the same words.
import { runInThisContext } from "node:vm";
import { compile } from "@coldframe/compiler";
import { expect, test } from "vitest";
import { membersOf } from "../../runtime/src/snapshot/class-members.ts";

/** What compiled code would say of `class C`. */
function compiled(text: string, options: { filename?: string; useDefineForClassFields?: boolean } = {}) {
  const source = `${text}\nexport async function main() { "use durable"; await 1; }`;
  const { manifest, diagnostics } = compile(source, { filename: "shapes.ts", ...options });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return manifest?.classes?.C;
}

/** What its text says at run time. */
const atRunTime = (text: string) => membersOf(runInThisContext(`{ ${text}; C; }`) as Function);

const both: readonly [text: string, words: string[]][] = [
  ["class C {}", []],
  ["class C { a; b = 1; 'c d' = 2; 3 = 4; }", [".3", ".a", ".b", ".c d"]],
  ["class C {\n  a = 1\n  b\n  c = [1,\n    2]\n  d = 1 +\n    2\n}", [".a", ".b", ".c", ".d"]],
  ["class C { static a = 1; static #b = 2; static { const c = '}'; } static d() {} }", []],
  ["class C { #a = 1; #b() { return this.#a; } get #c() { return 1; } }", ["#a", "#b", "#c"]],
  ["class C { get a() { return 1; } set a(v) {} b() {} async c() {} *d() {} async *e() {} }", ["get a", "set a"]],
  [
    "class C { get = 1; set = 2; static = 3; async = 4; accessorName = 5; }",
    [".accessorName", ".async", ".get", ".set", ".static"],
  ],
  ["class C { get() {} set() {} static() {} async() {} }", []],
  [
    "class C { constructor(x) { this.a = x; this.b ??= 1; this['c'] = 2; if (this.d == 1) this.e; } }",
    [".a", ".b", ".c"],
  ],
  ["class C { constructor() { const set = () => { this.a = 1; }; /* this.b = 1 */ set('this.c = 1'); } }", [".a"]],
  ["class C { m() { this.a = 1; } /* x = 1 */ // y = 1\n }", []],
  [`class C { a = /[}"]/.test('x') ? '}' : \`\${'}'}\`; b = 4 / 2 / 1; }`, [".a", ".b"]],
  ["class C { a = () => { return { b: 1 }; }; c = function () { return '{'; } }", [".a", ".c"]],
  ["class C extends Map { a = this.size; }", [".a"]],
  ["const C = class Named { a = 1; };", [".a"]],
];

test.each(both)("%s", (text, words) => {
  expect(compiled(text)).toEqual(words);
  expect(atRunTime(text)).toEqual(words);
});

test("types, and fields that only types have, do not count", () => {
  const text =
    "class C<T> { declare a: T; b?: string; c!: number; readonly d: T[] = []; constructor(private e: T, f = 1) {} }";
  expect(compiled(text)).toEqual([".b", ".c", ".d", ".e"]);
  expect(compiled(text, { useDefineForClassFields: false })).toEqual([".d", ".e"]);
});

test("decorators count with what they are called", () => {
  expect(compiled("@entity('x') class C { @column a = 1; @once m() {} }")).toEqual([".a", "@column a", '@entity("x")']);
});

test("what compilers make of fields is found in the constructor", () => {
  const define =
    "class C { constructor() { __publicField(this, 'a', 1); Object.defineProperty(this, \"b\", { value: 1 }); } }";
  expect(atRunTime(define)).toEqual([".a", ".b"]);
  expect(atRunTime("function C() { this.a = 1; }")).toEqual([".a"]);
  expect(membersOf(Map)).toEqual([]);
});

test("a text that can't be read for sure is a word itself", () => {
  const words = atRunTime("class C { a = 1; b() { if (this.a) /[}]/.test('x'); } }");
  expect(words).toEqual([expect.stringMatching(/^text [0-9a-f]{16}$/)]);
  expect(atRunTime("class C { a = 2; b() { if (this.a) /[}]/.test('x'); } }")).not.toEqual(words);
});
