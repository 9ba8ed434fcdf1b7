// Which edits of what can still run after a point change its fingerprint: every kind of token that means something does,
// everything else does not. What follows from a fingerprint is shown by upgrades.test.ts.
import { type CompileOptions, compile } from "@coldframe/compiler";
import { describe, expect, test } from "vitest";

/** Fingerprint of the point at `wait()`, with this code behind it. */
function fingerprintOf(rest: string): string {
  const source = `const wait = () => 0, f = (...x) => x;
    export async function main(a, b) { "use durable"; let n = a; await wait(); ${rest} }`;
  const { manifest, diagnostics } = compile(source, { filename: "edits.ts" });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  return manifest?.functions.find(({ id }) => id === "main")?.points?.[1]?.fingerprint as string;
}

/** Before and after. */
const telling: readonly [before: string, after: string][] = [
  // literals
  ["return a + 1;", "return a + 2;"],
  ["return a + 1n;", "return a + 2n;"],
  ["return a + 'x';", "return a + 'y';"],
  ["return a + '1';", "return a + 1;"],
  [`return \`\${a}x\`;`, `return \`\${a}y\`;`],
  ["return /a/.test(a);", "return /a/g.test(a);"],
  ["return /a/.test(a);", "return /b/.test(a);"],
  ["return a || true;", "return a || false;"],
  ["return a ?? null;", "return a ?? undefined;"],
  // operators
  ["return a + b;", "return a - b;"],
  ["return a + b;", "return b + a;"],
  ["return a < b;", "return a <= b;"],
  ["return a == b;", "return a === b;"],
  ["return a && b;", "return a || b;"],
  ["return a || b;", "return a ?? b;"],
  ["return !a;", "return -a;"],
  ["return typeof a;", "return void a;"],
  ["return (n = a), n;", "return (n += a), n;"],
  ["return n++;", "return ++n;"],
  ["return n++;", "return n--;"],
  ["return a ? b : n;", "return a ? n : b;"],
  ["return 'x' in a;", "return delete a.x;"],
  // members, calls
  ["return a.x;", "return a.y;"],
  ["return a.b;", "return a[b];"],
  ["return a.b;", "return a?.b;"],
  ["return f(a);", "return f?.(a);"],
  ["return f(a, b);", "return f(b, a);"],
  ["return f(a);", "return f(...a);"],
  ["return f(a);", "return new f(a);"],
  ["return f(a);", `return f\`\${a}\`;`],
  ["return [a, b];", "return [a, , b];"],
  ["return [a];", "return [...a];"],
  ["return { a };", "return { b: a };"],
  ["return { a: b };", "return { [a]: b };"],
  ["return { ...a };", "return { a };"],
  ["return { get x() { return 1; } };", "return { x() { return 1; } };"],
  // statements
  ["if (a) return b; return n;", "if (!a) return b; return n;"],
  ["if (a) n = b; return n;", "if (a) n = b; else n = 1; return n;"],
  ["while (n--) f(n); return n;", "do f(n); while (n--); return n;"],
  ["for (const x of a) f(x);", "for (const x in a) f(x);"],
  ["for (const x of a) { if (x) break; f(x); }", "for (const x of a) { if (x) continue; f(x); }"],
  ["for (const x of a) { await wait(); f(x); }", "for (const x of a) { f(x); await wait(); }"],
  ["switch (a) { case 1: return b; default: return n; }", "switch (a) { case 2: return b; default: return n; }"],
  ["switch (a) { case 1: n = b; case 2: return n; }", "switch (a) { case 1: n = b; break; case 2: return n; }"],
  ["throw a;", "return a;"],
  ["try { f(a); } catch { f(b); }", "try { f(a); } finally { f(b); }"],
  ["try { f(a); } catch (e) { f(e); }", "try { f(a); } catch { f(b); }"],
  ["try { f(a); await wait(); } catch { f(b); }", "try { f(a); } catch { f(b); } await wait();"],
  ["f(a); f(b);", "f(b); f(a);"],
  ["const { x } = a; return x;", "const { x = 1 } = a; return x;"],
  ["const { x, ...y } = a; return y;", "const { ...y } = a; return y;"],
  ["const [x] = a; return x;", "const [, x] = a; return x;"],
  // functions and classes
  ["return a.map((x) => x + 1);", "return a.map((x) => x + 2);"],
  ["return a.map((x) => x);", "return a.map(async (x) => x);"],
  ["return a.map((x = 1) => x);", "return a.map((x = 2) => x);"],
  ["return a.map((x) => x);", "return a.map((...x) => x);"],
  ["return () => { return a; };", "return function () { return a; };"],
  ["return function* () { yield 1; };", "return function () { return 1; };"],
  ["return class { x = 1; };", "return class { static x = 1; };"],
  ["return class { x() {} };", "return class { y() {} };"],
  ["return class extends a {};", "return class {};"],
  // suspensions
  ["await wait(a); return n;", "await wait(b); return n;"],
  ["await wait(a); return n;", "wait(a); return n;"],
  ["const x = await wait(); return x;", "await wait(); return n;"],
  ["await Promise.all([f(a)]);", "await Promise.race([f(a)]);"],
  ["return await f(a);", "return [await f(a)];"],
  // what lives on
  ["return n;", "return a;"],
  ["return n;", "const m = n; return () => m;"],
  ["n = 1; return () => n;", "n = 1; return n;"],
];

const silent: readonly [before: string, after: string][] = [
  ["return a + 1;", "return (a)\n + /* one */ 1 // more\n"],
  ["return (a + 1) * 2;", "return (/* one */ a + 1) * 2;"],
  ["return a - (1 * 2);", "return a - /* one */ (1 * 2);"],
  ["return a + 'x';", 'return a + "x";'],
  ["return a + 1000;", "return a + 1_000;"],
  ["return a + 255;", "return a + 0xff;"],
  ["return { a: b };", "return {\n  a: b,\n};"],
  ["return a as number;", "return a!;"],
  ["return f(a);", "return f<string>(a as never);"],
  ["const x: number = a; return x;", "const x = a satisfies number; return x;"],
  ["return a.map((x: number): number => x);", "return a.map((x) => x);"],
  ["interface X {} return a;", "type Y = 1; return a;"],
  ["return a;;", "return a"],
];

describe("changes the fingerprint", () => {
  test.each(telling)("%s -> %s", (before, after) => {
    expect(fingerprintOf(before)).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprintOf(after)).not.toBe(fingerprintOf(before));
  });
});

describe("does not change the fingerprint", () => {
  test.each(silent)("%s -> %s", (before, after) => {
    expect(fingerprintOf(after)).toBe(fingerprintOf(before));
  });
});

/** Stamp and fingerprints of `main`, whose text stays the same. */
function marksOf(text: string, options: Partial<CompileOptions> = {}): string {
  const { manifest, diagnostics } = compile(text, { filename: "edits.tsx", ...options });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const { stamp, points = [] } = manifest?.functions.find(({ id }) => id === "main") ?? {};
  return [stamp, ...points.map(({ fingerprint }) => fingerprint)].join(" ");
}

const wrapped = (rest: string, head = "") => `${head}\nasync function main(a) { "use durable"; await wait(); ${rest} }`;
const script = { filename: "edits.js", sourceType: "script" } as const;

/** What stands elsewhere and changes what the same text does: text and options before, text and options after. */
const elsewhere: Record<string, [string, Partial<CompileOptions>, string, Partial<CompileOptions>]> = {
  "settings of JSX": [wrapped("return <b/>;"), { jsx: "react" }, wrapped("return <b/>;"), { jsx: "preact" }],
  "a pragma of JSX": [wrapped("return <b/>;"), {}, wrapped("return <b/>;", "/** @jsxImportSource vue */"), {}],
  "how fields are made": [
    wrapped("return class { a = 1 };"),
    {},
    wrapped("return class { a = 1 };"),
    { useDefineForClassFields: false },
  ],
  "strictness of the file": [wrapped("b = a;"), script, wrapped("b = a;", '"use strict";'), script],
  "an import": [
    wrapped("f(a);", 'import { g as f } from "m";'),
    {},
    wrapped("f(a);", 'import { h as f } from "m";'),
    {},
  ],
  "a const enum": [
    wrapped("return E.a;", "const enum E { a = 1 }"),
    {},
    wrapped("return E.a;", "const enum E { a = 2 }"),
    {},
  ],
};

test.each(Object.entries(elsewhere))(
  "the same text under another meaning: %s",
  (_, [before, former, after, present]) => {
    const [one, other] = [marksOf(before, former).split(" "), marksOf(after, present).split(" ")];
    expect(one).toHaveLength(other.length);
    for (const [index, mark] of one.entries()) expect(mark).not.toBe(other[index]);
  },
);

test("a closure's own strictness counts where the file has none", () => {
  const closure = (directive: string) => wrapped(`return () => { ${directive} b = 1; };`);
  expect(marksOf(closure('"use strict";'), script)).not.toBe(marksOf(closure(""), script));
});

test.each([
  ["settings of JSX, without any", "return a;", { jsx: "preact" }],
  ["how fields are made, without any", "return class { a() {} };", { useDefineForClassFields: false }],
  ["decorators, without any", "return a;", { experimentalDecorators: true }],
])("what does not matter to a function: %s", (_, rest, options) => {
  expect(marksOf(wrapped(rest), options)).toBe(marksOf(wrapped(rest)));
});
