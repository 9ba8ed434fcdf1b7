// Enforces rules.ts on both packages; then shows, on made-up graphs, that each kind of fault is found.
import { expect, test } from "vitest";
import { findCircles, findForbidden, type Graph } from "./graph.ts";
import { COMPILER, RUNTIME, type Rules } from "./rules.ts";
import { type Import, listFiles, parseSource, readText } from "./source.ts";

function readGraph(owner: string): Graph {
  const files = listFiles(`${owner}/src/*.ts`);
  const moduleName = (file: string) => file.slice(`${owner}/src/`.length, -3);
  return new Map(files.map((file) => [moduleName(file), parseSource(readText(file)).imports]));
}

test.each([
  { owner: "compiler", rules: COMPILER },
  { owner: "runtime", rules: RUNTIME },
])("$owner: every import has its row, and there is no circle", ({ owner, rules }) => {
  const graph = readGraph(owner);
  expect(graph.size).toBeGreaterThan(0);
  expect(findForbidden(rules, graph)).toEqual([]);
  expect(findCircles(graph)).toEqual([]);
});

const parsed = (text: string): Import[] => parseSource(text).imports;

/** Each row: a rule table, a file, one import of it, and the specifier that must be named, or none. */
const cases: [why: string, rules: Rules, file: string, statement: string, fault?: string][] = [
  ["forward along the line", COMPILER, "hosts/vite", `import { compile } from "../index.ts"`],
  ["host past the index", COMPILER, "hosts/vite", `import { lower } from "../lower/index.ts"`, "../lower/index.ts"],
  ["back along the line", COMPILER, "lower/index", `import type { Scope } from "../analyze/scope.ts"`],
  [
    "against the line",
    COMPILER,
    "analyze/scope",
    `import type { Lowerer } from "../lower/index.ts"`,
    "../lower/index.ts",
  ],
  ["helper names for lower", COMPILER, "lower/index", `import { NAMES } from "../emit/abi.ts"`],
  ["print for lower", COMPILER, "lower/index", `import { print } from "../emit/print.ts"`, "../emit/print.ts"],
  ["emit/abi imports nothing", COMPILER, "emit/abi", `import { parse } from "@babel/parser"`, "@babel/parser"],
  ["runtime from the compiler", COMPILER, "index", `import "@coldframe/runtime"`, "@coldframe/runtime"],
  ["runtime by its path", COMPILER, "index", `import "../../runtime/src/index.ts"`, "../../runtime/src/index.ts"],
  ["errors from anywhere", COMPILER, "lower/syntax/loops", `import { errors } from "../../errors.ts"`],
  ["TypeScript outside hosts", COMPILER, "find", `import ts from "typescript"`, "typescript"],
  ["dynamic import", COMPILER, "find", `const ts = await import("typescript")`, "typescript"],
  ["re-export", COMPILER, "find", `export * from "./lower/index.ts"`, "./lower/index.ts"],
  ["import type expression", COMPILER, "find", `let x: import("./lower/index.ts").X`, "./lower/index.ts"],
  ["nothing imports abi", RUNTIME, "index", `import { R } from "./abi/v1.ts"`, "./abi/v1.ts"],
  ["not even testing", RUNTIME, "testing/index", `import "../abi/v1.ts"`, "../abi/v1.ts"],
  [
    "local knows no store",
    RUNTIME,
    "local/scheduler",
    `import type { Store } from "../store/store.ts"`,
    "../store/store.ts",
  ],
  [
    "snapshot knows no engine",
    RUNTIME,
    "snapshot/write",
    `import { open } from "../engine/open.ts"`,
    "../engine/open.ts",
  ],
  ["store: contract", RUNTIME, "store/sqlite/open", `import type { Store } from "../store.ts"`],
  ["store: its driver", RUNTIME, "store/sqlite/open", `import { DatabaseSync } from "node:sqlite"`],
  ["store: another's driver", RUNTIME, "store/memory", `import { DatabaseSync } from "node:sqlite"`, "node:sqlite"],
  ["store: another store", RUNTIME, "store/memory", `import "./sqlite/open.ts"`, "./sqlite/open.ts"],
  ["store: types of the clock", RUNTIME, "store/memory", `import type { Clock } from "../clock.ts"`],
  ["store: the clock itself", RUNTIME, "store/memory", `import { systemClock } from "../clock.ts"`, "../clock.ts"],
  ["store: the engine", RUNTIME, "store/memory", `import "../engine/worker.ts"`, "../engine/worker.ts"],
  ["unknown package", RUNTIME, "engine/worker", `import "lodash"`, "lodash"],
  ["file without a room", RUNTIME, "helpers", "", "helpers"],
];

test.each(cases)("rules: %s", (_, rules, file, statement, fault) => {
  const faults = findForbidden(rules, new Map([[file, parsed(statement)]]));
  if (fault === undefined) expect(faults).toEqual([]);
  else expect(faults).toEqual([expect.stringContaining(fault)]);
});

test("rules: a circle is found, whatever leads into it", () => {
  const graph = new Map([
    ["index", parsed(`import "./a.ts"`)],
    ["a", parsed(`import { type B } from "./b/c.ts"`)],
    ["b/c", parsed(`export { a } from "../a.ts"; import "node:fs"`)],
  ]);
  expect(findCircles(graph)).toEqual(["a -> b/c -> a"]);
  expect(findCircles(new Map(graph).set("a", parsed(`import type { B } from "./b/c.ts"`)))).toEqual([]);
});
