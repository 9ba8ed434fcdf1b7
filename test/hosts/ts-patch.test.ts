import { describe, expect, test } from "vitest";
import { createProject, fakePlugin, type Project, traceWords } from "./project.ts";

const types = `export interface Order { id: string; total: number }
export const enum Kind { Paid = "paid" }
export async function pay(cents: number): Promise<string> { return "r" + cents; }
`;
const orders = `import { type Order, Kind, pay } from "./types.js";
import { Order as Unused } from "./types.js";

/** Fulfils. */
export async function fulfil(order1: Order): Promise<string> {
  "use durable";
  const receipt1: string = await pay(order1.total);
  return \`\${receipt1} \${Kind.Paid}\`;
}
export const unused1 = (x1: Unused): string => x1.id;
`;
const files = { "src/types.ts": types, "src/orders.ts": orders };
const result = '["r5 paid",["shop/src/orders"]]\n';
const call = "[await m.fulfil({ total: 5 }), globalThis.seen]";

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
});

describe("diagnostics", () => {
  const bad = `${orders.replace("const receipt1", "refuse();\n  const receipt1")}declare let refuse: () => void;\n`;
  const user = 'import { fulfil } from "./orders.js";\nconsole.log("never printed", fulfil);\n';

  test("type errors are those of plain tsc, word for word", () => {
    const wrong = `${orders.replace("(order1.total)", "(order1.totl)")}const n1: number = unused1;\n`;
    const project = createProject({ files: { ...files, "src/orders.ts": wrong } });
    const ours = project.tspc("--pretty", "false");
    expect(ours).toEqual(project.tsc("--pretty", "false", "--outDir", "plain"));
    expect(ours.text).toMatch(/^src\/orders\.ts\(7,45\): error TS2551: .*\nsrc\/orders\.ts\(11,7\): error TS2322/);
    expect(ours.status).toBe(2);
  });

  test("a refused file is reported at its place and emitted as a module that throws", () => {
    const project = createProject({ files: { ...files, "src/orders.ts": bad, "src/user.ts": user } });
    const built = project.tspc("--pretty", "false");
    expect(built.status).toBe(2);
    expect(built.text).toMatch(
      /^src\/orders\.ts\(7,3\): error TS901101: \[CF1101\] fake refuse\n {2}why: it says so\n/,
    );
    const ran = project.node("out/user.js");
    expect(ran.status).toBe(1);
    expect(ran.text).not.toContain("never printed");
    expect(ran.text).toContain("orders.ts:7:3 [CF1101] fake refuse");
    expect(ran.text).toContain("code: 'CF1101'");
    expect(project.exists("out/orders.js.coldframe.json")).toBe(false);
  });

  test("noEmit reports too; noEmitOnError emits nothing", () => {
    const project = createProject({ files: { ...files, "src/orders.ts": bad } });
    expect(project.tspc("--noEmit")).toMatchObject({ status: 2, text: expect.stringContaining("[CF1101]") });
    expect(project.tspc("--noEmitOnError")).toMatchObject({ status: 1, text: expect.stringContaining("[CF1101]") });
    expect(project.exists("out")).toBe(false);
  });

  test("warnings are printed and fail nothing", () => {
    const text = `${orders.replace("const receipt1", "warn();\n  const receipt1")}declare function warn(): void;\n`;
    const project = createProject({ files: { ...files, "src/orders.ts": text } });
    const built = project.tspc();
    expect(built.status).toBe(0);
    expect(built.text.match(/src\/orders\.ts\(7,3\): warning TS901101: \[CF1101\] fake warn\n/g)).toHaveLength(1);
    expect(project.read("out/orders.js")).toContain("$R(");
  });

  test("a failure of the compiler itself is a diagnostic, not an uncompiled file", () => {
    const text = `${orders.replace("const receipt1", "crash();\n  const receipt1")}declare function crash(): void;\n`;
    const project = createProject({ files: { ...files, "src/orders.ts": text } });
    const built = project.tspc();
    expect(built.status).toBe(2);
    expect(built.text).toContain(
      "error TS901081: [CF1081] The compiler of Coldframe failed on src/orders.ts: fake crash",
    );
    expect(project.evaluate("out/orders.js", "1").text).toContain("CF1081");
  });

  test.each([
    ["CF1082", { plugin: { transformProgram: false } }],
    [
      "CF1083",
      { compilerOptions: { outFile: "out/all.js", module: "none", outDir: undefined, ignoreDeprecations: "6.0" } },
    ],
    ["CF1084", { plugin: { mark: "everything" } }],
  ])("%s: a setting that can't be obeyed ends the build", (code, settings) => {
    const project = createProject({ files, ...settings });
    const built = project.tspc();
    expect(built.status).not.toBe(0);
    expect(built.text).toContain(code);
    expect(project.exists("out")).toBe(false);
  });
});

describe("builds that go on from earlier ones", () => {
  const incremental = { incremental: true, tsBuildInfoFile: "out/.tsbuildinfo", listEmittedFiles: true };
  const bad = `${orders.replace("const receipt1", "refuse();\n  const receipt1")}declare let refuse: () => void;\n`;

  test("incremental: nothing changed, nothing emitted; a const enum of another file changed, emitted; errors stay", () => {
    const project = createProject({ files, compilerOptions: incremental });
    expect(project.tspc().text).toContain("out/orders.js");
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    project.write("src/types.ts", types.replace('"paid"', '"done"'));
    expect(project.tspc().text).toMatch(/orders\.js\n.*orders\.js\.coldframe\.json|orders\.js\.coldframe\.json/);
    expect(project.evaluate("out/orders.js", call).text).toBe(result.replace("paid", "done"));
    project.write("src/orders.ts", bad);
    const first = project.tspc();
    const again = project.tspc();
    expect(first.text).toContain("[CF1101] fake refuse");
    expect(again.text).toContain("[CF1101] fake refuse");
    expect([first.status, again.status]).toEqual([2, 2]);
    expect(again.text).not.toContain("orders.js");
  });

  test("a .tsbuildinfo of plain tsc or of other options does not keep files uncompiled", () => {
    const project = createProject({ files, compilerOptions: incremental });
    project.configure({}, null);
    expect(project.tspc().status).toBe(0);
    expect(project.read("out/orders.js")).not.toContain("$R");
    project.configure();
    expect(project.tspc()).toMatchObject({ status: 0, text: expect.not.stringContaining("types.js") });
    expect(project.read("out/orders.js")).toContain("$R");
    project.configure({}, { mark: "all" });
    expect(project.tspc().text).toContain("out/orders.js");
    project.configure({}, null);
    project.tspc();
    expect(project.read("out/orders.js")).not.toContain("$R");
  });

  test("watch: a change of a durable file is emitted, an error shown and mended", async () => {
    const project = createProject({ files });
    const watching = project.watch();
    expect(await watching.next()).toContain("Found 0 errors");
    expect(project.evaluate("out/orders.js", call).text).toBe(result);
    project.write("src/orders.ts", orders.replace("} $", "}: $"));
    await watching.next();
    expect(project.evaluate("out/orders.js", call).text).toBe(result.replace("r5 ", "r5: "));
    project.write("src/orders.ts", bad);
    expect(await watching.next()).toMatch(/orders\.ts\(7,3\): error TS901101: \[CF1101][\s\S]*Found 1 error/);
    expect(project.evaluate("out/orders.js", "1").text).toContain("CF1101");
    project.write("src/orders.ts", orders);
    expect(await watching.next()).toContain("Found 0 errors");
    expect(project.evaluate("out/orders.js", call).text).toBe(result);
    project.write("src/types.ts", types.replace('"paid"', '"done"'));
    await watching.next();
    expect(project.evaluate("out/orders.js", call).text).toBe(result.replace("paid", "done"));
  });

  test("-b: a reference, its rebuild, and errors", () => {
    const project = createProject({ files: {} });
    const { compilerOptions } = JSON.parse(project.read("tsconfig.json"));
    const config = (rest: object) =>
      JSON.stringify({
        compilerOptions: { ...compilerOptions, composite: true, rootDir: ".", declaration: true },
        ...rest,
      });
    const main = (orders: string) => `import { fulfil } from "${orders}";
export async function main(total: number): Promise<string> {
  "use durable";
  return await fulfil({ id: "a", total });
}
`;
    project.write("tsconfig.json", JSON.stringify({ files: [], references: [{ path: "app" }] }));
    project.write("lib/tsconfig.json", config({}));
    project.write("app/tsconfig.json", config({ references: [{ path: "../lib" }], exclude: ["out"] }));
    project.write("lib/types.ts", types);
    project.write("lib/orders.ts", orders);
    project.write("app/main.ts", main("../lib/orders.js"));
    // The reference is found by its source, as editors do; what runs is its output.
    const answer = () => {
      project.write("app/out/run.js", project.read("app/out/main.js").replace("../lib/", "../../lib/out/"));
      return project.evaluate("app/out/run.js", "[await m.main(5), globalThis.seen]");
    };

    expect(project.tspc("-b")).toEqual({ status: 0, text: "" });
    expect(answer()).toEqual({ status: 0, text: '["r5 paid",["shop/app/main","shop/lib/orders"]]\n' });
    expect(project.exists("lib/out/orders.js.coldframe.json")).toBe(true);
    expect(project.tspc("-b", "-v").text).toMatch(/lib.* is up to date[\s\S]*app.* is up to date/);

    project.write("lib/orders.ts", orders.replace("} $", "}: $"));
    expect(project.tspc("-b")).toEqual({ status: 0, text: "" });
    expect(answer().text).toContain('"r5: paid"');

    project.write("lib/orders.ts", bad);
    expect(project.tspc("-b")).toMatchObject({
      text: expect.stringMatching(/^lib\/orders\.ts\(7,3\): error TS901101/),
    });
    expect(project.tspc("-b").status).not.toBe(0);
    expect(answer()).toMatchObject({ status: 1, text: expect.stringContaining("CF1101") });
  });
});
