// Over all fixtures: every statement of the user in a durable function, and every suspension point, is in the source map.
import { parse } from "@babel/parser";
import * as t from "@babel/types";
import { eachMapping, TraceMap } from "@jridgewell/trace-mapping";
import { expect, test } from "vitest";
import { compile, type Manifest, type RawMap } from "../../compiler/src/index.ts";
import { listFiles, readText } from "../boundaries/source.ts";

const inputs = listFiles("fixtures/*/*/input.ts", ":!fixtures/errors/**");

function mappedPlaces(map: RawMap): { lines: Set<number>; places: Set<string> } {
  const [lines, places] = [new Set<number>(), new Set<string>()];
  eachMapping(new TraceMap(map as never), ({ originalLine, originalColumn }) => {
    if (originalLine === null) return;
    lines.add(originalLine);
    places.add(`${originalLine}:${originalColumn}`);
  });
  return { lines, places };
}

/** Lines on which a statement begins that runs, within durable functions. */
function statementLines(source: string, { functions }: Manifest): number[] {
  const lines: number[] = [];
  t.traverseFast(parse(source, { sourceType: "module", plugins: ["typescript"] }), (node) => {
    const isEmpty = t.isBlockStatement(node) || t.isEmptyStatement(node) || t.isFunctionDeclaration(node);
    if (!node.loc || !t.isStatement(node) || isEmpty || t.isTypeScript(node)) return;
    const { line } = node.loc.start;
    if (functions.some(({ range: [first, , last] }) => first < line && line < last)) lines.push(line);
  });
  return lines;
}

test("fixtures", () => {
  let [points, exact] = [0, 0];
  for (const input of inputs) {
    const source = readText(input);
    const { map, manifest } = compile(source, { filename: input });
    if (map === null || manifest === null) continue;
    const { lines, places } = mappedPlaces(map);
    expect(
      statementLines(source, manifest).filter((line) => !lines.has(line)),
      input,
    ).toEqual([]);
    for (const { range } of manifest.functions.flatMap((fn) => fn.points ?? [])) {
      points++;
      if (places.has(`${range[0]}:${range[1] - 1}`)) exact++;
      expect(lines.has(range[0]), `${input}:${range[0]}`).toBe(true);
    }
  }
  console.log(`${points} points, ${exact} to the column`);
  expect(points).toBeGreaterThan(500);
  expect(exact / points).toBeGreaterThan(0.9);
});
