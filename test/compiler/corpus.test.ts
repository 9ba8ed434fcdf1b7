// Real source, with every async function and generator durable: nothing makes the compiler fail, and what it prints can be read.
import { parse } from "@babel/parser";
import { expect, test } from "vitest";
import { compile } from "../../compiler/src/index.ts";
import { listFiles, readText } from "../boundaries/source.ts";

const folders = ["compiler/*.ts", "runtime/*.ts", "examples/*.ts", "test/*.test.ts", "scripts/*.mjs"];
const files = listFiles(...folders).filter((file) => /\basync\b|function\*/.test(readText(file)));

test("files of this repository", () => {
  let lowered = 0;
  for (const file of files) {
    const source = readText(file);
    const { code, map, manifest, diagnostics } = compile(source, { filename: file, mark: "all" });
    expect(
      diagnostics.filter(({ code: fault }) => !/^CF11/.test(fault)),
      file,
    ).toEqual([]);
    if (map === null) continue;
    lowered++;
    expect(() => parse(code, { sourceType: "module", plugins: ["typescript"] }), file).not.toThrow();
    expect(
      manifest?.functions.every(({ id }) => code.includes(JSON.stringify(id))),
      file,
    ).toBe(true);
    expect(new Set(manifest?.functions.map(({ id }) => id)).size, file).toBe(manifest?.functions.length);
  }
  console.log(`${lowered} of ${files.length} files lowered`);
  expect(lowered).toBeGreaterThan(files.length / 3);
}, 120_000);
