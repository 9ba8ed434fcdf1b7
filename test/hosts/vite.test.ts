import { resolve } from "node:path";
import { build, createServer, type Plugin, type Rolldown } from "vite";
import { describe, expect, onTestFinished, test } from "vitest";
import { createVitePlugin, type Options } from "../../compiler/src/hosts/vite/plugin.ts";
import { compile } from "./fake/compile.ts";
import { createProject, traceWords } from "./project.ts";

const source = `import { type Kind, limit } from "./limit.js";
/** Adds. */
export async function add(left: number, kind?: Kind): Promise<number> {
  "use durable";
  const sum: number = left + limit;
  return kind ? 0 : sum;
}
`;
const limit = "export type Kind = 1;\nexport const limit: number = 3;\n";

type Change = (text: string, id: string) => string;
const changing = (change: Change, enforce?: "pre"): Plugin => ({
  name: "changing",
  ...(enforce && { enforce }),
  transform: (text: string, id: string) => ({ code: change(text, id), map: null }),
});

function createFixture(text = source, options: Options = {}, before: Plugin[] = []) {
  const project = createProject({ files: { "src/add.ts": text, "src/limit.ts": limit } });
  const warnings: string[] = [];
  const logger = {
    warn: (message: string) => warnings.push(message),
    warnOnce: () => {},
    info() {},
    error() {},
    clearScreen() {},
  };
  const config = {
    root: project.directory,
    configFile: false as const,
    logLevel: "silent" as const,
    customLogger: { ...logger, hasErrorLogged: () => false, hasWarned: false } as never,
    plugins: [...before, createVitePlugin(compile, options)],
  };
  const bundle = async () => {
    const settings = { ssr: "src/add.ts", sourcemap: true, write: false, minify: false } as const;
    const result = (await build({ ...config, build: settings })) as Rolldown.RolldownOutput;
    return result.output[0];
  };
  return { project, config, bundle, warnings };
}

test("a module is lowered before types are stripped, with a map to the user's text", async () => {
  const { bundle, project } = createFixture();
  const { code, map } = await bundle();
  expect(code).toContain('R("shop/src/add")');
  const add = map?.sources.findIndex((file) => file.endsWith("src/add.ts")) ?? -1;
  expect(map?.sourcesContent?.[add]).toBe(source);
  expect(resolve(project.directory, "dist", map?.sources[add] ?? "")).toBe(resolve(project.directory, "src/add.ts"));
  const lines = source.split("\n");
  const words = traceWords(code, JSON.stringify(map)).filter(([word]) => /^(add|left|kind|sum)$/.test(word));
  expect(words.length).toBeGreaterThanOrEqual(7);
  for (const [word, line, column] of words) expect(lines[line - 1]?.slice(column)).toMatch(new RegExp(`^${word}\\b`));
});

test("a server for modules loads the lowered one", async () => {
  const { config } = createFixture();
  const server = await createServer({
    ...config,
    server: { middlewareMode: true, ws: false, watch: null },
    appType: "custom",
  });
  onTestFinished(() => server.close());
  const seen: string[] = [];
  Object.assign(globalThis, { seen });
  const module = await server.ssrLoadModule("/src/add.ts");
  expect(await module.add(4)).toBe(7);
  expect(seen).toEqual(["shop/src/add"]);
});

test("an error ends the build, with code, place and fix", async () => {
  const { bundle } = createFixture(source.replace("const sum", "refuse();\n  const sum"));
  const error = await bundle().then(
    () => undefined,
    (caught) => caught,
  );
  expect(error.message).toContain("[CF1101] fake refuse\n  why: it says so\n  fix: leave it out");
  expect(error.message).toMatch(/add\.ts:5:2/);
});

test("a warning is a warning", async () => {
  const { bundle, warnings } = createFixture(source.replace("const sum", "warn();\n  const sum"));
  expect((await bundle()).code).toContain('R("shop/src/add")');
  expect(warnings.join()).toContain("[CF1101] fake warn");
});

test("only what `include` says is looked at, if it says anything; else nothing in node_modules", async () => {
  const other = createFixture(source, { include: /other\.ts$/ });
  expect((await other.bundle()).code).not.toContain("shop/src/add");
  const file = resolve(other.project.directory, "node_modules/dependency/index.ts");
  const { transform } = createVitePlugin(compile) as {
    transform: { filter: { id: { include: RegExp; exclude: RegExp } } };
  };
  expect([transform.filter.id.include.test(file), transform.filter.id.exclude.test(file)]).toEqual([true, true]);
});

describe("a plugin that comes before", () => {
  const strip: Change = (text) => text.replaceAll('"use durable";', "");
  const failure = (bundle: () => Promise<unknown>) => bundle().then(String, (error: Error) => error.message);

  test.each<[string, Change]>([
    ["takes the marks away", strip],
    ["lowers async functions", (text) => text.replaceAll("async ", "").replace(/Promise<number>/, "number")],
    ["shifts places", (text) => `/* banner */\n${text}`],
    ["puts values in", (text) => text.replaceAll("left", "(1)").replace("(1): number", "left: number")],
  ])("and %s in a durable file is refused", async (_, change) => {
    const { bundle } = createFixture(source, {}, [changing(change, "pre")]);
    const message = await failure(bundle);
    expect(message).toContain("[CF1085] Another loader or plugin has changed src/add.ts before Coldframe saw it");
    expect(message).toContain("put `coldframe()` first in `plugins`");
  });

  test("is refused too if it serves the file itself", async () => {
    const load = (id: string) => (id.endsWith("add.ts") ? strip(source, id) : null);
    const { bundle } = createFixture(source, {}, [{ name: "serving", enforce: "pre", load }]);
    expect(await failure(bundle)).toContain("[CF1085]");
  });

  test("under a query as well, but not where Vite serves something else than the file", async () => {
    const served = createFixture(`${source}export const query = import("./other.ts?once");\n`, {}, []);
    served.project.write("src/other.ts", source.replace("add", "other"));
    const only: Change = (text, id) => (id.includes("?once") ? strip(text, id) : text);
    const config = { ...served.config, plugins: [changing(only, "pre"), ...served.config.plugins] };
    const built = build({ ...config, build: { ssr: "src/add.ts", write: false } });
    await expect(built).rejects.toThrow(/\[CF1085] .*src\/other\.ts/);
    const raw = createFixture(`${source}import text from "./other.ts?raw";\nexport const raw = text;\n`);
    raw.project.write("src/other.ts", source.replace("add", "other"));
    expect((await raw.bundle()).code).toContain('R("shop/src/add")');
  });

  test("may do what it likes in other files, and to ours behind Coldframe", async () => {
    const other: Change = (text, id) => (id.endsWith("limit.ts") ? text.replace("3", "4") : text);
    expect((await createFixture(source, {}, [changing(other, "pre")]).bundle()).code).toContain("left + 4");
    expect((await createFixture(source, {}, [changing(strip)]).bundle()).code).toContain('R("shop/src/add")');
  });

  test("may make modules that are no files, with or without marks", async () => {
    const text = source.replace(/import .*/, "let limit = 1;").replace("add", "made");
    const made = { name: "made", resolveId: (id: string) => (id === "made.ts" ? id : null) };
    const plugin = { ...made, load: (id: string) => (id === "made.ts" ? text : null) };
    const { bundle } = createFixture(`${source}export * from "made.ts";\n`, {}, [plugin]);
    expect((await bundle()).code).toMatch(/R\("(?:[\w/]*\/)?made"\)/);
  });

  test("a mark of the byte order is no change", async () => {
    expect((await createFixture(`\uFEFF${source}`).bundle()).code).toContain('R("shop/src/add")');
  });
});

test("an option that there is not is refused", () => {
  expect(() => createVitePlugin(compile, { marks: "all" } as never)).toThrow(/CF1084.*option `marks`.*cannot be set/);
  expect(() => createVitePlugin(compile, { mark: "some" as never })).toThrow(/CF1084.*cannot be "some"/);
});

test("Vitest is told to keep no durable module on disk", () => {
  const keyOf = (options: Options, sourceCode: string) => {
    let key: unknown;
    createVitePlugin(compile, options).configureVitest({
      defineCacheKeyGenerator: (generate) => {
        key = generate({ sourceCode });
      },
    });
    return key;
  };
  expect(keyOf({}, source)).toBe(false);
  expect(keyOf({}, "export const one = 1;")).toBeNull();
  expect(keyOf({ mark: "all" }, "export async function one() {}")).toBe(false);
});
