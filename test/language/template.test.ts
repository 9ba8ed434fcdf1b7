// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of programs
// Template objects of code that has changed: a site is found by its function and its text; what is stored of one that is gone is kept.

import { compile } from "@coldframe/compiler";
import { restore, snapshot } from "@coldframe/runtime";
import { expect, test } from "vitest";
import { siteOf } from "../../runtime/src/language/template.ts";
import "@coldframe/runtime/abi/v1";

type Held = Generator<TemplateStringsArray, unknown, unknown>;

/** A module with one generator, which holds template objects across its yields. */
function load(moduleId: string, body: string, name = "hold", mark = ""): () => Held {
  const source = `const q = (strings) => strings;\n/** @durable ${mark} */ function* ${name}() { ${body} }`;
  const { code, diagnostics } = compile(source, {
    filename: "template.js",
    sourceType: "script",
    abi: "global",
    moduleId,
  });
  expect(diagnostics).toEqual([]);
  return new Function(`"use strict";${code}\nreturn ${name};`)() as () => Held;
}

const through = (held: Held): Held => restore(snapshot(held)) as Held;
const body = "const a = q`one ${1} \\n`; yield a; yield a; yield q`one ${1} \\n`;";

test("several sites of one text stay several, and each one", () => {
  const held = load("template/several", "const a = q`x`, b = q`x`; yield 0; yield [a, b, a]; yield [a, b]")();
  held.next();
  const [a, b, again] = through(held).next().value as unknown as unknown[];
  expect(a).toBe(again);
  expect(a).not.toBe(b);
  expect(a).toEqual(b);
});

test("a site in a function that has been renamed is found by its former name", () => {
  const held = load("template/renamed", "const a = q`kept`; yield a; yield [a, q`kept`];")();
  held.next();
  const bytes = snapshot(held);
  const fresh = load(
    "template/renamed",
    "const a = q`kept`; yield a; yield [a, q`kept`];",
    "keep",
    "renamedFrom=hold",
  )();
  fresh.next();
  const [a] = (restore(bytes) as Held).next().value as unknown as unknown[];
  expect(a).toBe((fresh.next().value as unknown as unknown[])[0]);
});

test("of a site that is gone the stored object stays one, and keeps its texts", () => {
  const held = load("template/gone", `const a = q\`old \${1} \\n\`; yield a; yield [a, a.raw, a]`)();
  const before = held.next().value;
  const bytes = snapshot(held);
  const key = siteOf(before as object)?.key as string;
  expect(key).toMatch(/^template\/gone#hold`[0-9a-f]{12}$/);
  const [a, raw, again] = (restore(bytes) as Held).next().value as unknown as [TemplateStringsArray, unknown, unknown];
  expect(a).toBe(again);
  expect(a.raw).toBe(raw);
  expect([[...a], [...a.raw], Object.isFrozen(a), Object.isFrozen(a.raw)]).toEqual([
    ["old ", " \n"],
    ["old ", " \\n"],
    true,
    true,
  ]);
});

test("an escape that is none has no cooked text", () => {
  const held = load("template/escape", "const a = q`\\unicode ${1} b`; yield a; yield a")();
  held.next();
  const value = through(held).next().value as TemplateStringsArray;
  expect([value[0], value[1], value.raw[0], value.length]).toEqual([undefined, " b", "\\unicode ", 2]);
});

test("a site gives one object, and none of an array that only looks like it", () => {
  const held = load("template/one", body)();
  const [a, b, c] = [...held];
  expect(a).toBe(b);
  expect(a).not.toBe(c);
  const twin = Object.freeze(Object.assign(["one ", " \n"], { raw: Object.freeze(["one ", " \\n"]) }));
  expect(siteOf(twin)).toBeUndefined();
});
