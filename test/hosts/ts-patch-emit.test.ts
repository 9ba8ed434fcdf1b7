import ts from "typescript";
import { describe, expect, test } from "vitest";
import { createTsPatchHost } from "../../compiler/src/hosts/ts-patch/host.ts";
import { compile } from "./fake/compile.ts";
import { createProject, fakePlugin, type Project, traceWords } from "./project.ts";
import { call, files, orders, result } from "./shop.ts";

/** Tokens come from where plain tsc says they come from; those that were put in, from nowhere. */
function expectSameOrigins(project: Project, name: string, least: number) {
  project.tsc("--outDir", "plain");
  const [ours, plain] = ["out", "plain"].map((folder) =>
    traceWords(project.read(`${folder}/${name}.js`), project.read(`${folder}/${name}.js.map`)),
  );
  expect(ours?.length).toBeGreaterThanOrEqual(least);
  expect(ours).toEqual(plain?.filter(([word]) => !/^(use|durable)$/.test(word)));
}

describe("modules, targets and maps", () => {
  test("ES modules: lowered, types gone, const enums in, declarations as ever", () => {
    const project = createProject({
      files,
      compilerOptions: { declaration: true, declarationMap: true, sourceMap: true },
    });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    expect(project.evaluate("out/orders.js", call)).toEqual({ status: 0, text: result });
    const js = project.read("out/orders.js");
    expect(js).toMatch(/^import \{ R as \$R } from "fake-abi";\nimport \{ pay } from ".\/types.js";\n/);
    expect(js).toContain('"paid" /* Kind.Paid */');
    expect(JSON.parse(project.read("out/orders.js.coldframe.json"))).toEqual({ module: "shop/src/orders" });
    expect(project.exists("out/types.js.coldframe.json")).toBe(false);

    const map = JSON.parse(project.read("out/orders.js.map"));
    expect(map).toMatchObject({ file: "orders.js", sources: ["../src/orders.ts"] });
    expectSameOrigins(project, "orders", 19);
    for (const file of ["orders.d.ts", "orders.d.ts.map", "types.d.ts", "types.js", "types.js.map"])
      expect(project.read(`out/${file}`), file).toBe(project.read(`plain/${file}`));
  });

  test("CommonJS: default imports, live exports and `import =` are as tsc makes them", () => {
    const main = `import triple from "triple";
import twice = require("./twice.js");
export let count = 0;
export default async function add(by: number) {
  "use durable";
  count += triple(by);
  return twice(count);
}
`;
    const project = createProject({
      type: "commonjs",
      compilerOptions: { module: "commonjs", moduleResolution: "bundler", sourceMap: true },
      files: {
        "node_modules/triple/package.json": '{"name":"triple"}',
        "node_modules/triple/index.js": "module.exports = (x) => 3 * x;\n",
        "node_modules/triple/index.d.ts": "declare const triple: (x: number) => number; export = triple;\n",
        "src/twice.ts": "export = async function twice(x: number) {\n  'plain';\n  return 2 * x;\n};\n",
        "src/main.ts": main,
        "src/script.ts": 'async function alone() {\n  "use durable";\n  return 1;\n}\nalone();\n',
      },
    });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    const answer = project.evaluate("out/main.js", "[await m.default.default(2), m.default.count, globalThis.seen]");
    expect(answer).toEqual({ status: 0, text: '[12,6,["shop/src/main"]]\n' });
    expect(project.read("out/script.js")).toContain('const { R: $R } = require("fake-abi");');
    expect(project.read("out/script.js")).not.toContain("__esModule");
    expect(project.evaluate("out/script.js", "globalThis.seen").text).toBe('["shop/src/script"]\n');
    expectSameOrigins(project, "main", 15);
  });

  test("CommonJS with verbatimModuleSyntax", () => {
    const text = 'async function add(x: number) {\n  "use durable";\n  return x + 1;\n}\nexport = { add };\n';
    const compilerOptions = { module: "commonjs", moduleResolution: "bundler", verbatimModuleSyntax: true };
    const project = createProject({ type: "commonjs", compilerOptions, files: { "src/main.ts": text } });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    const answer = project.evaluate("out/main.js", "[await m.default.add(2), globalThis.seen]");
    expect(answer.text).toBe('[3,["shop/src/main"]]\n');
  });

  test("ES2015 with comments removed: lowered before async functions and comments go", () => {
    const text = "/** @durable */\nexport async function later(x: number) {\n  return (await x) + 1;\n}\n";
    const compilerOptions = { target: "es2015", removeComments: true, noEmitHelpers: false };
    const project = createProject({ compilerOptions, files: { "src/main.ts": text } });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    expect(project.read("out/main.js")).toContain('$R("shop/src/main")');
    expect(project.evaluate("out/main.js", "[await m.later(1), globalThis.seen]").text).toBe('[2,["shop/src/main"]]\n');
  });

  test("decorators, enums, namespaces and parameter properties are left to tsc", () => {
    const text = `function seen(_: unknown, key: string) { names.push(key); }
export const names: string[] = [];
export enum Level { Low = 1, High }
export namespace Deep { export const two = Level.High; }
export class Shop {
  constructor(private readonly level: Level) {}
  @seen async pay(by: number) {
    "use durable";
    return this.level + Deep.two + by;
  }
}
`;
    const compilerOptions = { experimentalDecorators: true, emitDecoratorMetadata: true };
    const project = createProject({ compilerOptions, files: { "src/main.ts": text } });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    expect(project.evaluate("out/main.js", "[await new m.Shop(1).pay(4), m.names, globalThis.seen]").text).toBe(
      '[7,["pay"],["shop/src/main"]]\n',
    );
    expect(project.read("out/main.js")).toContain('__metadata("design:paramtypes", [Number])');
  });

  test("JavaScript and TSX files", () => {
    const project = createProject({
      compilerOptions: { allowJs: true, jsx: "react", jsxFactory: "h", noImplicitAny: false },
      files: {
        "src/plain.js": 'export async function plain(x) {\n  "use durable";\n  return x;\n}\n',
        "src/view.tsx": `const h = (...parts: unknown[]) => parts;
export async function view(x: number) {
  "use durable";
  return <p>{x}</p>;
}
declare global { namespace JSX { interface IntrinsicElements { p: unknown } } }
`,
      },
    });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    expect(project.evaluate("out/plain.js", "[await m.plain(1), globalThis.seen]").text).toBe(
      '[1,["shop/src/plain"]]\n',
    );
    expect(project.evaluate("out/view.js", "[await m.view(1), globalThis.seen]").text).toBe(
      '[["p",null,1],["shop/src/view"]]\n',
    );
  });

  test("maps say of the file what plain tsc says, and hold the user's text", () => {
    const options = {
      sourceMap: true,
      inlineSources: true,
      sourceRoot: "https://example.invalid/",
      mapRoot: "../maps",
    };
    const project = createProject({ files, compilerOptions: options });
    project.tspc();
    project.tsc("--outDir", "plain");
    const [ours, plain] = ["out", "plain"].map((folder) => JSON.parse(project.read(`${folder}/orders.js.map`)));
    expect({ ...ours, mappings: "" }).toEqual({ ...plain, mappings: "" });
    expect(ours.sourcesContent).toEqual([orders]);
    expect(project.read("out/orders.js").split("\n").at(-1)).toBe(project.read("plain/orders.js").split("\n").at(-1));
  });

  test("inline maps lead a stack to the user's line", () => {
    const text = `import type {} from "./types.js";
export async function fail(x: number): Promise<number> {
  "use durable";
  const y: number = x; if (y > 0) throw new Error("here");
  return y;
}
`;
    const options = { inlineSourceMap: true, inlineSources: true, target: "es2015" };
    const project = createProject({ files: { ...files, "src/fail.ts": text }, compilerOptions: options });
    project.tspc();
    const expression = "await m.fail(1).catch((e) => e.stack.match(/fail.ts:\\d+:\\d+/)[0])";
    const code = `const m = await import("./out/fail.js"); console.log(${expression})`;
    const answer = project.node("--enable-source-maps", "--input-type=module", "-e", code);
    expect(answer).toEqual({ status: 0, text: "fail.ts:4:41\n" });
  });

  test("transpileModule of the patched TypeScript", () => {
    const project = createProject({ files });
    const main = `import ts from "ts-patch/compiler";
import { readFileSync } from "node:fs";
const file = process.cwd() + "/src/orders.ts";
const plugins = [{ transform: ${JSON.stringify(fakePlugin)}, transformProgram: true }];
const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, plugins };
console.log(ts.transpileModule(readFileSync(file, "utf8"), { fileName: file, compilerOptions }).outputText);
`;
    project.write("transpile.mjs", main);
    const answer = project.node("transpile.mjs");
    expect(answer).toMatchObject({ status: 0, text: expect.stringContaining('fake_abi_1.R)("shop/src/orders")') });
  });

  test("the shadow is not transformed again where only the patched `createProgram` can be had", () => {
    const project = createProject({ files });
    const transform = createTsPatchHost({ compile });
    let made = 0;
    const createProgram = ((options: ts.CreateProgramOptions) => {
      made++;
      return transform(ts.createProgram(options), options.host, {}, { ts: patched });
    }) as typeof ts.createProgram;
    const patched = { ...ts, createProgram };
    const options = { outDir: project.path("out"), module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 };
    const program = patched.createProgram({ rootNames: [project.path("src/orders.ts")], options });
    expect(made).toBe(1);
    program.emit();
    program.emit();
    expect(made).toBe(2);
    expect(project.read("out/orders.js").match(/\$R\("shop\/src\/orders"\)/g)).toHaveLength(1);
  });
});
