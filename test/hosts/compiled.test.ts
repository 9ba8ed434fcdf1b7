// Every host with the compiler of this project and its runtime: what was built runs, and is durable.
import { createServer } from "vite";
import { describe, expect, onTestFinished, test } from "vitest";
import { coldframe } from "../../compiler/src/hosts/vite.ts";
import { createProject, type ProjectOptions } from "./project.ts";
import { files, orders } from "./shop.ts";

const plugin = { transform: "@coldframe/compiler/ts-patch" };
const build = (options: ProjectOptions) => createProject({ plugin, ...options });
const isDurable = "(f) => f[Symbol.for('coldframe.durable')]?.self === f";
const call = `[await m.fulfil({ total: 5 }), (${isDurable})(m.fulfil), m.fulfil.name, m.fulfil.length]`;
const result = '["r5 paid",true,"fulfil",1]\n';

describe("ts-patch", () => {
  test("ES modules", () => {
    const project = build({ files, compilerOptions: { declaration: true } });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    expect(project.evaluate("out/orders.js", call)).toEqual({ status: 0, text: result });
    const js = project.read("out/orders.js");
    expect(js).toContain('from "@coldframe/runtime/abi/v1"');
    expect(js).toContain('"paid"');
    expect(js).not.toContain("Kind.Paid");
    expect(js).not.toMatch(/\bawait\b/);
    const manifest = JSON.parse(project.read("out/orders.js.coldframe.json"));
    expect(JSON.stringify(manifest)).toContain('"shop/src/orders"');
    project.tsc("--outDir", "plain");
    expect(project.read("out/orders.d.ts")).toBe(project.read("plain/orders.d.ts"));
  });

  test("a const enum of another file counts with its value, where tsc puts that in; fields, as tsc makes them", () => {
    const kinds = `export const enum Kind { Paid = "paid", Sent = 1 << 2 }\nexport const enum Other { A }\n`;
    const main = `import { Kind } from "./kinds.js";
import * as all from "./kinds.js";
export class Box { name?: string; size = 1; }
export async function wait() { "use durable"; await 1; return [Kind.Paid, all.Kind["Sent"], new Box()]; }
`;
    const project = build({ files: { "src/kinds.ts": kinds, "src/main.ts": main } });
    const made = () => {
      expect(project.tspc()).toEqual({ status: 0, text: "" });
      const { functions, classes } = JSON.parse(project.read("out/main.js.coldframe.json"));
      return { stamp: functions[0].stamp as string, point: functions[0].points[1].fingerprint as string, classes };
    };
    const first = made();
    expect(project.read("out/main.js")).toContain('["paid", 4, new Box()]');
    expect(first.classes).toEqual({ Box: [".name", ".size"] });

    project.write("src/kinds.ts", kinds.replace("A }", "A, B }"));
    expect(made()).toEqual(first);
    project.write("src/kinds.ts", kinds.replace("<< 2", "<< 3"));
    expect(made().point).not.toBe(first.point);
    project.write("src/kinds.ts", kinds);

    project.configure({ useDefineForClassFields: false });
    expect(made()).toEqual({ ...first, classes: { Box: [".size"] } }); // no class is made in the function
    project.configure({ isolatedModules: true });
    expect(made().point).not.toBe(first.point);
    expect(project.read("out/main.js")).toContain("Kind.Paid");
    expect(project.evaluate("out/main.js", "await m.wait()").text).toBe('["paid",4,{"size":1}]\n');
  });

  test("methods: overloads, modifiers, parameter properties, private names, decorators; declarations as ever", () => {
    const main = `function noted(target: any, context: any) { context.addInitializer?.(function (this: any) { this.noted = context.name; }); }
abstract class Base<T> {
  constructor(protected readonly scale: number) {}
  protected abstract unit(): string;
  async load(x: T): Promise<string>;
  async load(x: T, y: number): Promise<string>;
  /** @durable */
  async load(x: any, y = 1): Promise<string> { return [await x, y, this.scale, this.unit()].join(); }
}
export class Order extends Base<number> {
  #calls = 0;
  declare noted?: string;
  protected override unit() { return "g" + this.#calls; }
  @noted override async load(x: number, y?: number): Promise<string> {
    "use durable";
    this.#calls++;
    return (await super.load(x, y!)) + (await this.#more());
  }
  /** @durable */
  async #more() { return "!" + (await this.#calls); }
  /** @durable */
  static async *upTo(n: number): AsyncGenerator<number> { for (let i = 0; i < n; i++) yield await i; }
  /** @durable */
  arrow = async (x: number) => this.load(x);
}
export async function all() { const o = new Order(3); const out = []; for await (const n of Order.upTo(2)) out.push(n); return [await o.load(1, 2), await o.arrow(5), o.noted, out]; }
`;
    for (const target of ["es2022", "es2018"]) {
      const project = build({ files: { "src/main.ts": main }, compilerOptions: { declaration: true, target } });
      expect(project.tspc()).toEqual({ status: 0, text: "" });
      const answer = project.evaluate("out/main.js", `[...await m.all(), (${isDurable})(m.Order.prototype.load)]`);
      expect(answer).toEqual({ status: 0, text: '["1,2,3,g1!1","5,1,3,g2!2","load",[0,1],true]\n' });
      project.tsc("--outDir", "plain");
      expect(project.read("out/main.d.ts")).toBe(project.read("plain/main.d.ts"));
    }
  });

  test("CommonJS: the runtime is required, though it is an ES module", () => {
    const compilerOptions = { module: "commonjs", moduleResolution: "bundler" };
    const project = build({ type: "commonjs", compilerOptions, files });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    expect(project.read("out/orders.js")).toContain('require("@coldframe/runtime/abi/v1")');
    expect(project.evaluate("out/orders.js", call.replaceAll("m.", "m.default."))).toEqual({ status: 0, text: result });
  });

  test("CommonJS: default imports, live exports, const enums and generators in durable code", () => {
    const project = build({
      type: "commonjs",
      compilerOptions: { module: "commonjs", moduleResolution: "bundler", useDefineForClassFields: true },
      files: {
        "node_modules/triple/package.json": '{"name":"triple"}',
        "node_modules/triple/index.js": "module.exports = async (x) => 3 * x;\n",
        "node_modules/triple/index.d.ts": "declare const triple: (x: number) => Promise<number>; export = triple;\n",
        "src/unit.ts": "export const enum Unit { One = 1 }\nexport class Box<T> { constructor(public item: T) {} }\n",
        "src/main.ts": `import triple from "triple";
import * as units from "./unit.js";
import { Unit, type Box } from "./unit.js";
export let count = 0;
export default async function add(...by: number[]): Promise<Box<number>> {
  "use durable";
  const sums = await Promise.all(by.map(async (x) => (await triple(x)) + Unit.One));
  for (const sum of sums) count += await sum;
  return new units.Box(count);
}
export function* upTo(end: number): Generator<number, void, undefined> {
  "use durable";
  for (let i = 0 as number; i < end; i++) yield i * Unit.One;
}
`,
      },
    });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    const expression = `[await m.default.default(1, 2), m.default.count, [...m.default.upTo(3)], (${isDurable})(m.default.default)]`;
    expect(project.evaluate("out/main.js", expression)).toEqual({ status: 0, text: '[{"item":11},11,[0,1,2],true]\n' });
    expect(project.read("out/main.js")).not.toContain("Unit.One +");
  });

  test("ES2015 without comments: no async function is lowered before us, no tag lost", () => {
    const tagged = orders.replace("/** Fulfils. */", "/** @durable */").replace('  "use durable";\n', "");
    const compilerOptions = { target: "es2015", removeComments: true };
    const project = build({ compilerOptions, files: { ...files, "src/orders.ts": tagged } });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    expect(project.evaluate("out/orders.js", call)).toEqual({ status: 0, text: result });
    expect(project.read("out/orders.js")).not.toContain("__awaiter");
    expect(project.read("out/types.js")).toContain("__awaiter");
  });

  test("a stack leads to the user's line and column, before and after a suspension", () => {
    const text = `declare const setTimeout: (callback: () => void, ms: number) => void;
export async function fail(late: boolean): Promise<number> {
  "use durable";
  if (!late) throw new Error("early");
  await new Promise<void>((resolve) => setTimeout(resolve, 1));
  const unused: number = 1; throw new Error("late");
}
`;
    const project = build({ compilerOptions: { sourceMap: true }, files: { "src/fail.ts": text } });
    expect(project.tspc()).toEqual({ status: 0, text: "" });
    const code = `const m = await import("./out/fail.js");
for (const late of [false, true]) await m.fail(late).catch((e) => console.log(e.stack.match(/fail.ts:\\d+:\\d+/)?.[0]));`;
    const answer = project.node("--enable-source-maps", "--input-type=module", "-e", code);
    expect(answer).toEqual({ status: 0, text: "fail.ts:4:20\nfail.ts:6:35\n" });
  });

  test("what cannot be compiled is shown at its place, and throws if it is run", () => {
    const text = 'export async function run(code: string) {\n  "use durable";\n  await 1;\n  return eval(code);\n}\n';
    const project = build({ files: { "src/run.ts": text } });
    const built = project.tspc("--pretty", "false");
    expect(built.status).toBe(2);
    expect(built.text).toMatch(/^src\/run\.ts\(4,\d+\): error TS901\d{3}: \[CF1\d{3}] /);
    expect(project.evaluate("out/run.js", "1")).toMatchObject({
      status: 1,
      text: expect.stringMatching(/run\.ts:4:\d+ \[CF1/),
    });
  });

  test("same sources, same bytes, wherever they stand", () => {
    const options = { sourceMap: true, declaration: true, incremental: true, tsBuildInfoFile: "out/.tsbuildinfo" };
    const outputs = [build({ files, compilerOptions: options }), build({ files, compilerOptions: options })].map(
      (project) => {
        project.tspc();
        const names = ["orders.js", "orders.js.map", "orders.js.coldframe.json", "orders.d.ts", ".tsbuildinfo"];
        return names.map((name) => project.read(`out/${name}`));
      },
    );
    expect(outputs[0]).toEqual(outputs[1]);
    expect(outputs[0]?.join()).not.toContain("coldframe-host-");
  });

  test("-b after plain tsc, and watch: what was built uncompiled is built again", async () => {
    const compilerOptions = { composite: true, tsBuildInfoFile: "out/.tsbuildinfo" };
    const project = build({ files, compilerOptions });
    project.configure({}, null);
    expect(project.tspc("-b").status).toBe(0);
    expect(project.evaluate("out/orders.js", call).text).toContain("false");
    project.configure();
    expect(project.tspc("-b")).toEqual({ status: 0, text: "" });
    expect(project.evaluate("out/orders.js", call).text).toBe(result);
    const watching = project.watch();
    expect(await watching.next()).toContain("Found 0 errors");
    project.write("src/orders.ts", orders.replace("} $", "}: $"));
    expect(await watching.next()).toContain("Found 0 errors");
    expect(project.evaluate("out/orders.js", call).text).toBe(result.replace("r5 ", "r5: "));
  });
});

test("Vite: what a server loads is durable, with the ids that tsc gives", async () => {
  const project = createProject({ files });
  const server = await createServer({
    root: project.directory,
    configFile: false,
    logLevel: "silent",
    appType: "custom",
    server: { middlewareMode: true, ws: false, watch: null },
    plugins: [coldframe()],
  });
  onTestFinished(() => server.close());
  const { fulfil } = await server.ssrLoadModule("/src/orders.ts");
  expect(await fulfil({ total: 5 })).toBe("r5 paid");
  expect(fulfil[Symbol.for("coldframe.durable")].self).toBe(fulfil);
});

test("Node: modules and CommonJS straight from source", () => {
  const kind = "export type Kind = 1;\n";
  const add = (exported: string) => `${exported}async function add(left: number, right: number): Promise<number> {
  "use durable";
  const sum: number = left + (await right);
  return sum;
}
`;
  const project = createProject({
    files: {
      "src/kind.ts": kind,
      "src/add.ts": `import { type Kind } from "./kind.ts";\n${add("export ")}export type { Kind };\n`,
      "src/old.cts": `${add("")}module.exports = { add };\n`,
      "src/main.ts": `import { add } from "./add.ts";
import old from "./old.cts";
const isDurable = ${isDurable.replace("f)", "f: any)")};
console.log(JSON.stringify([await add(1, 2), await old.add(3, 4), isDurable(add), isDurable(old.add)]));
`,
    },
  });
  const answer = project.node("--import", "@coldframe/compiler/node", "src/main.ts");
  expect(answer).toEqual({ status: 0, text: "[3,7,true,true]\n" });
});
