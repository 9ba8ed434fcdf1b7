// Syntax that cannot be compiled: by compile() a diagnostic at its place and no output; by tspc an error of the build, and a
// module that says so when it is loaded. Never compiled otherwise, never left alone in silence.
import { compile, type Diagnostic } from "@coldframe/compiler";
import { describe, expect, test } from "vitest";
import { createProject } from "../hosts/project.ts";
import { expectText, textOf } from "./kit.ts";

/** What stands in a durable function, from line 3 on; the place and words of what is said of it. */
const refused: [body: string, code: string, place: string, what: string][] = [
  ["  return eval('1');", "CF1104", "3:10", "A direct call of `eval`"],
  ["  return class { @logged x = 1 };", "CF1108", "3:18", "A decorator"],
  ["  enum Kind { A }", "CF1109", "3:3", "cannot be compiled in a durable function"],
];

describe("compile()", () => {
  test.each(refused)("%s", (body, code, place, what) => {
    const source = `export async function f() {\n  "use durable";\n${body}\n}\n`;
    const result = compile(source, { filename: "src/orders.ts" });
    expect(result).toMatchObject({ code: source, map: null, manifest: null });
    expect(result.diagnostics).toMatchObject([{ code, severity: "error" }]);
    const text = textOf(result.diagnostics[0] as Diagnostic, "src/orders.ts");
    expectText(text, code, { what, where: `src/orders.ts:${place}` });
  });

  test.each([
    ["async function f() { 'use durable'; namespace A { f() } }", "CF1109", "A namespace cannot be compiled"],
    ["export async function f() { 'use durable'; ", "CF1005", "This file cannot be parsed"],
  ])("%s", (source, code, what) => {
    const { code: text, diagnostics } = compile(source, { filename: "src/orders.ts" });
    expect(text).toBe(source);
    expectText(textOf(diagnostics[0] as Diagnostic, "src/orders.ts"), code, { what, where: "src/orders.ts:1:" });
  });
});

describe("tspc", () => {
  const plugin = { transform: "@coldframe/compiler/ts-patch" };
  const orders = `export async function fulfil(order: string) {
  "use durable";
  return eval(order);
}
`;
  const user = 'import "./orders.js";\nconsole.log("never printed");\ndeclare const console: any;\n';

  test("fails, at the place, with why, fix and link; the rest of the program is built and refuses to start", () => {
    const files = { "src/orders.ts": orders, "src/user.ts": user };
    const project = createProject({ plugin, files });
    const built = project.tspc("--pretty", "false");
    expect(built.status).toBe(2);
    const said = "src/orders.ts(3,10): error TS901104: ";
    expect(built.text).toContain(
      `${said}[CF1104] A direct call of \`eval\` cannot be compiled in a durable function.\n`,
    );
    expectText(built.text.slice(said.length).trimEnd(), "CF1104", { what: "`eval`" });

    const ran = project.node("out/user.js");
    expect(ran.status).toBe(1);
    expect(ran.text).not.toContain("never printed");
    expect(ran.text).toContain("orders.ts:3:10 [CF1104] A direct call of `eval` cannot be compiled");
  });

  test("built without the plugin: the function says so where it is started", () => {
    const main = `import { coroutine } from "@coldframe/runtime";
async function fulfil() { "use durable"; }
coroutine(fulfil);
`;
    const project = createProject({ files: { "src/main.ts": main } });
    expect(project.tsc()).toEqual({ status: 0, text: "" });
    const ran = project.node("out/main.js");
    expect(ran.status).toBe(1);
    expect(ran.text).toContain("[CF2301] fulfil was never compiled by Coldframe.");
    expect(ran.text).toContain("Built with `tsc`? Use `tspc`");
    expect(ran.text).toMatch(/at file:.*out\/main\.js:\d/);
  });
});
