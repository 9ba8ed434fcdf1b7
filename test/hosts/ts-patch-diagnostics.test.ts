import { describe, expect, test } from "vitest";
import { createProject, fakePlugin } from "./project.ts";
import { bad, files, orders } from "./shop.ts";

describe("diagnostics", () => {
  const user =
    'import { fulfil } from "./orders.js";\ndeclare const console: { log(...parts: unknown[]): void };\nconsole.log("never printed", fulfil);\n';

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
    ["The option `marks` of the plugin `@coldframe/compiler/ts-patch` cannot be set", { plugin: { marks: "all" } }],
  ])("%s: a setting that can't be obeyed ends the build", (code, settings) => {
    const project = createProject({ files, ...settings });
    const built = project.tspc();
    expect(built.status).not.toBe(0);
    expect(built.text).toContain(code);
    expect(project.exists("out")).toBe(false);
  });
});

test("a durable file that another entry has changed before is refused", () => {
  const strip = `const changed = (host, ts) => ({ ...host, getSourceFile: (name, ...rest) => {
  const file = host.getSourceFile(name, ...rest);
  const text = name.endsWith("orders.ts") ? file.text.replaceAll('"use durable";', "") : undefined;
  return text === undefined ? file : ts.createSourceFile(name, text, ...rest);
} });
export default (program, host, _, { ts }) => (ts.originalCreateProgram ?? ts.createProgram)({
  rootNames: program.getRootFileNames(), options: program.getCompilerOptions(),
  host: changed(host ?? ts.createCompilerHost(program.getCompilerOptions()), ts),
});
`;
  const project = createProject({ files: { ...files, "strip.mjs": strip } });
  const other = { transform: "./strip.mjs", transformProgram: true };
  const ours = { transform: fakePlugin, transformProgram: true };
  const config = JSON.parse(project.read("tsconfig.json"));
  config.compilerOptions.plugins = [other, ours];
  project.write("tsconfig.json", JSON.stringify(config));
  const refused = project.tspc();
  expect(refused.text).toMatch(/orders\.ts\(1,1\): error TS901085: \[CF1085] .* changed src\/orders\.ts before/);
  expect(refused.status).toBe(2);
  expect(project.evaluate("out/orders.js", "1").text).toContain("CF1085");
});
