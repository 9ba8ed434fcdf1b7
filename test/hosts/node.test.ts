import { join } from "node:path";
import { expect, test } from "vitest";
import { createProject } from "./project.ts";

const register = join(import.meta.dirname, "fake/register.mjs");
const report = "console.log(JSON.stringify([value, globalThis.seen]));\n";
const declaration = (body: string) =>
  `export async function add(left: number): Promise<number> {\n  "use durable";\n  ${body}\n}\n`;

function run(files: Record<string, string>, entry: string, type: "module" | "commonjs" = "module") {
  const project = createProject({ files, type });
  return project.node("--import", register, entry);
}

test("TypeScript and JavaScript modules are compiled as they are loaded", () => {
  const answer = run(
    {
      "src/add.ts": declaration("return left + 1;"),
      "src/plain.mjs": 'export async function plain() {\n  "use durable";\n  return 10;\n}\n',
      "src/main.ts": `import { add } from "./add.ts";\nimport { plain } from "./plain.mjs";\nconst value: number = (await add(1)) + (await plain());\n${report}`,
    },
    "src/main.ts",
  );
  expect(answer).toEqual({ status: 0, text: '[12,["shop/src/add","shop/src/plain"]]\n' });
});

test("CommonJS, by extension and by package.json", () => {
  const answer = run(
    {
      "src/add.cts":
        'async function add(left: number) {\n  "use durable";\n  return left + 1;\n}\nmodule.exports = { add };\n',
      "src/main.ts": `const { add } = require("./add.cts");\nadd(1).then((value: number) => {\n  ${report}});\n`,
    },
    "src/main.ts",
    "commonjs",
  );
  expect(answer).toEqual({ status: 0, text: '[2,["shop/src/add"]]\n' });
});

test("a stack leads to the user's line and column", () => {
  const body = 'const unused: number = left; throw new Error("here");';
  const main = 'import { add } from "./add.ts";\nadd(1).catch((error) => console.log(error.stack));\n';
  const answer = run({ "src/add.ts": declaration(body), "src/main.ts": main }, "src/main.ts");
  expect(answer.text).toMatch(/at add \(.*src\/add\.ts:3:38\)/);
});

test("an error of the compiler is an error of the import; a warning is a warning of the process", () => {
  const main = 'import { add } from "./add.ts";\nconsole.log("ran", typeof add);\n';
  const refused = run({ "src/add.ts": declaration("refuse(); return left;"), "src/main.ts": main }, "src/main.ts");
  expect(refused.status).toBe(1);
  expect(refused.text).toMatch(/src\/add\.ts:3:3 \[CF1101] fake refuse\n {2}why: it says so\n {2}fix: leave it out/);
  expect(refused.text).not.toContain("ran function");
  const warned = run({ "src/add.ts": declaration("warn(); return left;"), "src/main.ts": main }, "src/main.ts");
  expect(warned.status).toBe(0);
  expect(warned.text).toMatch(/ColdframeWarning: .*src\/add\.ts:3:3 \[CF1101] fake warn/);
  expect(warned.text).toContain("ran function");
});

test("a loader that comes before is refused, and the message says how to put it behind", () => {
  const files = {
    "strip.mjs": `import { registerHooks, stripTypeScriptTypes } from "node:module";
registerHooks({ load(url, context, next) {
  const loaded = next(url, context);
  if (!url.endsWith(".ts")) return loaded;
  return { format: "module", source: stripTypeScriptTypes(String(loaded.source)).replaceAll("const ", "var "), shortCircuit: true };
} });
`,
    "src/add.ts": declaration("const one = 1;\n  return left + one;"),
    "src/main.ts": `import { add } from "./add.ts";\nconst value: number = await add(1);\n${report}`,
  };
  const project = createProject({ files });
  const before = project.node("--import", "./strip.mjs", "--import", register, "src/main.ts");
  expect(before.status).toBe(1);
  expect(before.text).toMatch(/\[CF1085] Another loader or plugin has changed .*add\.ts before Coldframe saw it/);
  expect(before.text).toContain("node --import @coldframe/compiler/node --import tsx app.ts");
  expect(before.text).not.toMatch(/at .*load\.ts/);
  const after = project.node("--import", register, "--import", "./strip.mjs", "src/main.ts");
  expect(after.status).toBe(0);
  expect(after.text).toContain('[2,["shop/src/add"]]\n');
});

test("a loader before that changes JavaScript is refused too; one that keeps its text is not", () => {
  const strip = (by: string) => `import { registerHooks } from "node:module";
registerHooks({ load(url, context, next) {
  const loaded = next(url, context);
  return url.endsWith("add.mjs") ? { ...loaded, source: String(loaded.source).replaceAll('"use durable";', ${by}) } : loaded;
} });
`;
  const project = createProject({
    files: {
      "strip.mjs": strip('""'),
      "keep.mjs": strip('"$&"'),
      "src/add.mjs": 'export async function add(left) {\n  "use durable";\n  return left + 1;\n}\n',
      "src/main.mjs": `import { add } from "./add.mjs";\nconst value = await add(1);\n${report}`,
    },
  });
  const stripped = project.node("--import", "./strip.mjs", "--import", register, "src/main.mjs");
  expect(stripped.status).toBe(1);
  expect(stripped.text).toMatch(/\[CF1085] .*add\.mjs/);
  const kept = project.node("--import", "./keep.mjs", "--import", register, "src/main.mjs");
  expect(kept).toEqual({ status: 0, text: '[2,["shop/src/add"]]\n' });
});

test("a module that is imported under a query is compiled", () => {
  const answer = run(
    {
      "src/add.ts": declaration("return left + 1;"),
      "src/main.ts": `const { add } = await import("./add.ts?again=1");\nconst value: number = await add(1);\n${report}`,
    },
    "src/main.ts",
  );
  expect(answer).toEqual({ status: 0, text: '[2,["shop/src/add"]]\n' });
});
