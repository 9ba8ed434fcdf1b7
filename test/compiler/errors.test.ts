// fixtures/errors: what the compiler says about each input. `input.cjs` is a script, all others are modules.
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { compile, type Diagnostic } from "../../compiler/src/index.ts";

const root = resolve(import.meta.dirname, "../..");
const inputs = globSync("fixtures/errors/*/input.*", { cwd: root }).sort();

function show({ severity, code, message, line, column }: Diagnostic): string {
  return `${line}:${column + 1} ${severity} ${code} ${message}\n`;
}

/** The text that a diagnostic underlines. */
function underlined(source: string, { start, end }: Diagnostic): string {
  return source.slice(start, end);
}

describe("fixtures/errors", () => {
  test("there are inputs", () => expect(inputs.length).toBeGreaterThan(10));

  test.each(inputs)("%s", async (input) => {
    const source = readFileSync(join(root, input), "utf8");
    const sourceType = input.endsWith(".cjs") ? "script" : "module";
    const { code, map, manifest, diagnostics } = compile(source, { filename: basename(input), sourceType });
    expect(diagnostics.length).toBeGreaterThan(0);
    await expect(diagnostics.map(show).join("")).toMatchFileSnapshot(join(root, dirname(input), "error.txt"));
    if (!diagnostics.some(({ severity }) => severity === "error")) return;
    expect([code, map, manifest]).toEqual([source, null, null]);
  });
});

test("a diagnostic underlines what it is about", () => {
  const source = 'async function f() {\n  "use durable";\n  return eval("1");\n}\n';
  const { diagnostics } = compile(source, { filename: "a.js" });
  expect(diagnostics.map((diagnostic) => underlined(source, diagnostic))).toEqual(['eval("1")']);
  const [diagnostic] = diagnostics;
  expect(diagnostic).toMatchObject({ code: "CF1104", severity: "error", line: 3, column: 9 });
  for (const field of ["why", "fix", "link"] as const) expect(diagnostic?.[field]).toMatch(/\w/);
});

test("all faults of a file are reported, in order", () => {
  const faults =
    "async function a() {'use durable'; eval('')}\nasync function b() {'use durable'; eval('')}\n/** @durable */\n";
  const { diagnostics } = compile(faults, { filename: "a.js" });
  expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([
    ["CF1104", 1],
    ["CF1104", 2],
    ["CF1004", 3],
  ]);
});

test.each([
  ["{", "CF1005"],
  ["async function f() { await 1; } }", "CF1005"],
  ["\u0000", "CF1005"],
  ["let a; let a", "CF1005"],
])("compile returns for %j", (text, code) => {
  const { diagnostics } = compile(`"use durable";\n${text}`, { filename: "a.js" });
  expect(diagnostics).toMatchObject([{ code, severity: "error" }]);
});
