// A compiler small enough to see through: the tests of the hosts that need one which fails, warns or shows where it was.
import { spliceSource } from "../../../compiler/src/emit/source-map.ts";
import type { Compile } from "../../../compiler/src/hosts/lowering.ts";
import type { Diagnostic, Manifest } from "../../../compiler/src/index.ts";

const imports = {
  import: 'import { R as $R } from "fake-abi";\n',
  require: 'const { R: $R } = require("fake-abi");\n',
  global: "var { R: $R } = globalThis.fakeAbi;\n",
};

/**
 * Puts `$R(<module id>)` in place of each `"use durable"` and `@durable` comment. `refuse()` and `warn()` in the text become
 * diagnostics; `crash()` makes it throw.
 */
export const compile: Compile = (source, { filename, abi = "import", moduleId }) => {
  const marks = [...source.matchAll(/"use durable";|\/\*\* @durable \*\//g)];
  if (marks.length === 0) return { code: source, map: null, manifest: null, diagnostics: [] };
  if (source.includes("crash()")) throw new Error("fake crash");
  const replacements = marks.map(({ index, 0: mark }) => ({
    start: index,
    end: index + mark.length,
    code: `$R(${JSON.stringify(moduleId)});`,
  }));
  const { code, map } = spliceSource(source, [{ start: 0, end: 0, code: imports[abi] }, ...replacements], filename);
  const diagnostics = [...source.matchAll(/(refuse|warn)\(\)/g)].map(({ 0: found, 1: name, index }): Diagnostic => {
    const before = source.slice(0, index).split("\n");
    const place = {
      start: index,
      end: index + found.length,
      line: before.length,
      column: before.at(-1)?.length ?? 0,
    };
    const texts = {
      message: `fake ${name}`,
      why: "it says so",
      fix: "leave it out",
      link: "https://example.invalid",
    };
    return { code: "CF1101", severity: name === "refuse" ? "error" : "warning", ...texts, ...place };
  });
  if (diagnostics.some(({ severity }) => severity === "error"))
    return { code: source, map: null, manifest: null, diagnostics };
  return { code, map, manifest: { module: moduleId } as never as Manifest, diagnostics };
};
