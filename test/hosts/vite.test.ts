import { resolve } from "node:path";
import { build, createServer, type Rolldown } from "vite";
import { expect, onTestFinished, test } from "vitest";
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

function createFixture(text = source, options: Options = {}) {
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
    plugins: [createVitePlugin(compile, options)],
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
