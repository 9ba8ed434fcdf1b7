import * as generator from "@babel/generator";
import { parse } from "@babel/parser";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { describe, expect, test } from "vitest";
import { type RawMap, spliceSource } from "../../compiler/src/emit/source-map.ts";
import { composeMaps } from "../../compiler/src/hosts/compose-maps.ts";

/** Offset in the source that a place of the generated text comes from, or null. */
function trace(map: RawMap, code: string, at: number, source: string): number | null {
  const { line, column } = originalPositionFor(new TraceMap(map as never), place(code, at));
  return line === null || column === null ? null : offset(source, line, column);
}
const breaks = /\r\n|[\n\r\u2028\u2029]/;
function place(text: string, at: number) {
  const lines = text.slice(0, at).split(breaks);
  return { line: lines.length, column: lines.at(-1)?.length ?? 0 };
}
function offset(text: string, line: number, column: number): number {
  const before = [...text.matchAll(new RegExp(breaks, "g"))][line - 2];
  return column + (before ? before.index + before[0].length : 0);
}

/** Each word of kept text must come from the same word of the source. */
function expectWordsTraced(code: string, map: RawMap, source: string, words: RegExp) {
  let seen = 0;
  for (const { 0: word, index } of code.matchAll(words)) {
    const from = trace(map, code, index, source);
    expect(source.slice(from ?? 0, (from ?? 0) + word.length), `${word} at ${index} of ${JSON.stringify(code)}`).toBe(
      word,
    );
    seen++;
  }
  return seen;
}

describe("spliceSource", () => {
  const source = "const a1 = b2;\nfunction f3() {\n  g4(h5);\n}\nconst i6 = { j7: f3 };\n";

  test("keeps all bytes outside and traces every word there", () => {
    const start = source.indexOf("function");
    const end = source.indexOf("}\n") + 1;
    const code = "/* one\ntwo */ run()";
    const out = spliceSource(source, [{ start, end, code }], "a.ts");
    expect(out.code).toBe(source.slice(0, start) + code + source.slice(end));
    expect(expectWordsTraced(out.code, out.map, source, /\b[a-z]\d\b/g)).toBe(5);
    expect(trace(out.map, out.code, out.code.indexOf("run"), source)).toBeNull();
    expect(out.map.sources).toEqual(["a.ts"]);
    expect(out.map.sourcesContent).toEqual([source]);
  });

  test("text inserted within a line does not take over the words around it", () => {
    const at = source.indexOf("b2");
    const out = spliceSource(
      source,
      [
        { start: at, end: at, code: "wrap(" },
        { start: at + 2, end: at + 2, code: ")" },
      ],
      "a",
    );
    expect(out.code).toContain("const a1 = wrap(b2);");
    expect(expectWordsTraced(out.code, out.map, source, /\b[a-z]\d\b/g)).toBe(8);
    expect(trace(out.map, out.code, out.code.indexOf("wrap"), source)).toBeNull();
    expect(trace(out.map, out.code, out.code.indexOf(");"), source)).toBeNull();
  });

  test("the printer's own map is shifted to where its text was put", () => {
    const node = parse(source, { sourceType: "module" }).program.body[1];
    if (!node) throw new Error("no node");
    const printed = generator.generate(node, { sourceMaps: true, sourceFileName: "a.ts" }, source);
    const replacement = {
      start: node.start as number,
      end: node.end as number,
      code: `const k8 = 1; ${printed.code}`,
      mappings: printed.decodedMap?.mappings.map((line, i) =>
        i === 0 ? line.map(([column, ...rest]) => [column + 14, ...rest]) : line,
      ) as never,
      names: printed.decodedMap?.names,
    };
    const prefix = { start: 0, end: 0, code: "import x from 'y';\n\n" };
    const out = spliceSource(source, [prefix, replacement], "a.ts");
    expect(trace(out.map, out.code, out.code.indexOf("k8"), source)).toBeNull();
    expect(expectWordsTraced(out.code.replace("k8", "k_"), out.map, source, /\b[a-z]\d\b/g)).toBe(8);
  });

  test.each(["\r\n", "\r", "\u2028", "\u2029"])("counts lines that end with %j", (eol) => {
    const text = source.replaceAll("\n", eol);
    const start = text.indexOf("g4");
    const out = spliceSource(text, [{ start, end: start + 2, code: "call" }], "a.ts");
    expect(out.code).toBe(text.replace("g4", "call"));
    expect(expectWordsTraced(out.code, out.map, text, /\b[a-z]\d\b/g)).toBe(7);
  });

  test("refuses ranges that overlap or go back", () => {
    expect(() =>
      spliceSource(
        "abcdef",
        [
          { start: 2, end: 4, code: "" },
          { start: 3, end: 5, code: "" },
        ],
        "a",
      ),
    ).toThrow(/CF1081/);
    expect(() => spliceSource("abcdef", [{ start: 4, end: 2, code: "" }], "a")).toThrow(/CF1081/);
  });

  test("same input, same bytes", () => {
    const make = () => spliceSource(source, [{ start: 0, end: 5, code: "let" }], "a.ts");
    expect(make()).toEqual(make());
  });
});

test("composeMaps goes through both and keeps what the later map says of the file", () => {
  const source = "const a1 = b2;\n";
  const ours = spliceSource(source, [{ start: 0, end: 0, code: "import 'x'\n" }], "a.ts");
  const last = spliceSource(ours.code, [{ start: 0, end: 6, code: "require" }], "../src/a.ts");
  const later = { ...last.map, file: "a.js", sourceRoot: "/root/" };
  const map = composeMaps(later, ours.map, source);
  expect(map).toMatchObject({ file: "a.js", sourceRoot: "/root/", sources: ["../src/a.ts"], sourcesContent: [source] });
  expect(expectWordsTraced(last.code, map, source, /\b[a-z]\d\b/g)).toBe(2);
  expect(trace(map, last.code, 0, source)).toBeNull();
});
