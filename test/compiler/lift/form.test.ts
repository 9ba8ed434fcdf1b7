// What lifting gives: the form of calls, what it leaves alone, what temporaries say, what it refuses, what the verifier
// finds.
import generate from "@babel/generator";
import { parseExpression } from "@babel/parser";
import * as t from "@babel/types";
import { describe, expect, test } from "vitest";
import { isNormal, markOf } from "../../../compiler/src/analyze/lift/index.ts";
import { errors } from "../../../compiler/src/errors.ts";
import { liftText, Refused } from "./harness.ts";

const constants = new Set(["child", "K"]);
const isConstant = ({ name }: t.Identifier): boolean => constants.has(name);

/** The lifted body, a statement per line. */
function liftBody(body: string): string {
  const { fn } = liftText(`async function main(a, b, xs, o) {\n${body}\n}`, isConstant);
  return (fn.body as t.BlockStatement).body
    .map((node) => generate(node, { compact: false, concise: true }).code)
    .join("\n");
}

const untouched = [
  "await f(a);",
  "await o.m(a, 1, this, ...xs);",
  "const x = await o[a](b);",
  "let y = await f(); y = await y;",
  "await Promise.all([f(a.b), o.m(f(b))]);",
  "const x = await Promise.race(xs.map(async (x) => { await f(x); }));",
  "for (const x of xs) { await f(x); }",
  "try { return f(a); } catch { await 1; }",
  "for (const x of xs) { if (x) return o.m(x); }",
  "return Math.max(a, b);",
  "return { a, b };",
  "while (a.b(c)) { await a.b; }",
  "switch (a) { case f(): await 1; }",
];

test.each(untouched)("is left as it is: %s", (body) => {
  const source = `async function main(a, b, xs, o) { ${body} }`;
  const before = generate(parseExpression(source)).code;
  expect(liftText(source).code).toBe(before);
});

test("statements without work are the same objects", () => {
  const root = parseExpression(
    "async (a) => { const f = () => a?.b(a.c, ...a.d); f(); await f(a.b); for (const x of a) f(x); }",
  );
  const body = (root as t.ArrowFunctionExpression).body as t.BlockStatement;
  const before = [...body.body];
  const { fn } = liftText(generate(root).code);
  expect((fn.body as t.BlockStatement).body.map(({ type }) => type)).toEqual([
    "VariableDeclaration",
    ...before.slice(0, 2).map(({ type }) => type),
    "ExpressionStatement",
    ...before.slice(2).map(({ type }) => type),
  ]);
});

const forms: [body: string, lifted: string][] = [
  [
    "for (let i = 0; i < a; i++) b += (await tick(i)) * i;",
    "for (let i = 0; i < a; i++) { $t = await tick(i); b += $t * i; }",
  ],
  ["await child(a, o.x);", "$v = o.x;\nawait child(a, $v);"],
  ["await o.m(a, o.x);", "$f = o.m;\n$v = o.x;\nawait Reflect.apply($f, o, [a, $v]);"],
  ["await o.m((x) => x);", "$v = (0, x => x);\nawait o.m($v);"],
  ["xs.push(await child(a));", "$f = xs.push;\n$t = await child(a);\nReflect.apply($f, xs, [$t]);"],
  ["o.sum += await child(a);", "$v = o.sum;\n$t = await child(a);\no.sum = $v + $t;"],
  [
    "const { x, y = await child(a) } = o;",
    "const { x } = o;\n$v = o.y;\nif ($v === void 0) { $v = await child(a); }\nconst y = $v;",
  ],
  ["return a ? child(b) : b;", "if (a) { $t = await child(b); return $t; } else { return b; }"],
  [
    "const x = { a, f: () => a, b: [b], c: await child(a) };",
    "$t = await child(a);\nconst x = { a, f: () => a, b: [b], c: $t };",
  ],
  ["while (!(await child(a))) a++;", "while (true) { $t = await child(a); if ($t) break; a++; }"],
];

test.each(forms)("%s", (body, lifted) => {
  const lines = liftBody(body).split("\n");
  expect(lines.slice(1).join("\n")).toBe(lifted);
  expect(lines[0]).toMatch(/^let \$/);
});

function tempsOf(body: string): string[] {
  const { fn } = liftText(`async function main(a, b, xs, o) {\n${body}\n}`);
  const [first] = (fn.body as t.BlockStatement).body as [t.VariableDeclaration];
  return first.declarations.map(({ id }) => markOf(id, "temp")?.of ?? "no mark");
}

test("temporaries say what they stand for, whatever else stands for the same", () => {
  expect(tempsOf(`o.m(f( a ), /* c */ await g('x'), await g("x")); \`\${o.p}\${await (b.c)}\`;`)).toEqual([
    "o.m",
    "f(a)",
    'await g("x")',
    'await g("x")',
    `\`\${o.p}\``,
    "await b.c",
  ]);
});

test("temporaries within others are spelled out", () => {
  expect(tempsOf("const [{ x: { y = await a } }] = o.list;")).toEqual([
    "o.list",
    "iterator of an array pattern",
    "{x:{y=await a}}",
    "y",
    "array pattern under way",
    "x:{y=await a}",
    "y=await a",
  ]);
});

test("nodes have the line they come from", () => {
  const { fn } = liftText(`async (a, o) => {\n  o.x +=\n    await a;\n  return \`\${a}\n\${await o.y}\`;\n}`);
  const lines = (fn.body as t.BlockStatement).body.map(({ loc }) => loc?.start.line);
  expect(lines).toEqual([1, 2, 3, 2, 4, 5, 4]);
});

const refused: [source: string, line: number, what: string][] = [
  [
    "async () => {\n  class C extends K {\n [await 1]() {} } }",
    2,
    "A class with a superclass and an await or yield in a computed key",
  ],
  ["async () => {\n  const c = class C { [(f(C), await 1)]() {} } }", 2, "A class whose name is used in its own head"],
  [
    "async () => {\n  switch (1) { case await g(): let g; } }",
    2,
    "A name declared in a `switch`, used in a case where a case has an await or yield,",
  ],
  ["async () => {\n  const [[x, y = await x]] = [[]]; }", 2, "`x`, declared by a pattern in an array pattern"],
  ["async () => {\n  f(<a b={await 1} />); }", 2, "`JSXElement` around an await or yield"],
];

test.each(refused)("is refused: %s", (source, line, what) => {
  let fault: unknown;
  try {
    liftText(source);
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(Refused);
  const { node, error } = fault as Refused;
  expect(error.code).toBe(errors.unsupportedSyntax.code);
  expect(error.what).toContain(what);
  expect(node.loc?.start.line).toBe(line);
});

describe("the verifier", () => {
  const faults: [source: string, fault: string][] = [
    ["async () => await 1", "N4: the body is no block (ArrowFunctionExpression at 1:0)"],
    ["async () => { f(await 1); }", "N1: this await or yield does not stand alone (AwaitExpression at 1:16)"],
    ["async () => { if (1) await 1; }", "N1: this await"],
    ["async () => { const a = 1, b = await 1; }", "N1: this await"],
    ["async () => { const { a } = await 1; }", "N1: this await"],
    ["async () => { o.x = await 1; }", "N1: this await"],
    ["async () => { x += await 1; }", "N1: this await"],
    ["async () => { for (const x = await 1; ; ); }", "N1: this await"],
    ["async () => { await f(o.x); }", "N1: an argument of an awaited call"],
    ["async () => { await f(...o.x); }", "N1: an argument of an awaited call"],
    ["async () => { await o.p.m(); }", "N1: the callee of an awaited call"],
    ["async () => { await o[f()](); }", "N1: the callee of an awaited call"],
    ["async () => { await (a ? f() : 1); }", "N1: a call in the tail of what is awaited"],
    ["async () => { await o?.m(); }", "N1: a call in the tail of what is awaited"],
    ["async () => { return f(); }", "N4: a call is returned, not awaited"],
    ["async () => { try { } catch { return f(); } }", "N4: a call is returned"],
    ["function* () { while (yield 1); }", "N1: this await"],
  ];
  test.each(faults)("finds %s", (source, fault) => {
    expect(isNormal(parseExpression(source) as t.Function)).toContain(fault);
  });

  test.each([
    "async () => { await f(a, 1, this, ...b); const x = await o[k]; return x; }",
    "async () => { try { return f(); } finally { await 1; } }",
    "function* () { x = yield f(a.b); return f(); }",
    "async () => { const f = async () => await g(await 1); }",
  ])("accepts %s", (source) => {
    expect(isNormal(parseExpression(source) as t.Function)).toBeNull();
  });

  const body = ({ fn }: { fn: t.Function }) => (fn.body as t.BlockStatement).body;

  test("finds temporaries that are not declared, declared twice, captured or without a place", () => {
    const make = () => liftText("async (o) => { o.x = (await f(), await g()); }");
    const missing = make();
    body(missing).shift();
    expect(isNormal(missing.fn)).toContain("N6: a temporary that is not declared");
    const twice = make();
    const { declarations } = body(twice)[0] as t.VariableDeclaration;
    declarations.push(t.cloneNode(declarations[0] as t.VariableDeclarator));
    expect(isNormal(twice.fn)).toContain("is declared twice");
    const captured = make();
    const temp = t.cloneNode((body(captured)[0] as t.VariableDeclaration).declarations[0]?.id as t.Identifier);
    body(captured).push(t.expressionStatement(t.arrowFunctionExpression([], temp)));
    expect(isNormal(captured.fn)).toContain("is captured");
    const placeless = make();
    body(placeless).push(t.emptyStatement());
    expect(isNormal(placeless.fn)).toContain("N6: a node without a place");
  });
});
