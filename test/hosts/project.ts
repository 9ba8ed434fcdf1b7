// A TypeScript project in a temporary folder, built by the real tspc in a process of its own, as users do.
import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { onTestFinished, vi } from "vitest";

// Each test starts several compilers; on a busy machine one takes seconds.
vi.setConfig({ testTimeout: 120_000 });

const root = resolve(import.meta.dirname, "../..");
const bins = {
  tspc: join(root, "node_modules/ts-patch/bin/tspc.js"),
  tsc: join(root, "node_modules/typescript/bin/tsc"),
};

/** The plugin with a compiler that is small enough to see through. */
export const fakePlugin = join(import.meta.dirname, "fake/plugin.mjs");

export interface ProjectOptions {
  files: Record<string, string>;
  compilerOptions?: Record<string, unknown>;
  plugin?: Record<string, unknown>;
  /** Further fields of tsconfig.json. */
  config?: Record<string, unknown>;
  type?: "module" | "commonjs";
}

export interface Output {
  status: number | null;
  text: string;
}

const defaults = {
  module: "nodenext",
  target: "es2022",
  lib: ["es2022"],
  skipLibCheck: true,
  types: [],
  rootDir: "src",
  outDir: "out",
  strict: true,
};

/** Makes a project; it is removed when the test is over. */
export function createProject(options: ProjectOptions) {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "coldframe-host-")));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const path = (file: string) => join(directory, file);
  const write = (file: string, text: string) => {
    mkdirSync(dirname(path(file)), { recursive: true });
    writeFileSync(path(file), text);
  };
  const configure = (compilerOptions: Record<string, unknown> = {}, plugin: Record<string, unknown> | null = {}) => {
    const plugins = plugin && [{ transform: fakePlugin, transformProgram: true, ...options.plugin, ...plugin }];
    const all = { ...defaults, ...options.compilerOptions, ...compilerOptions, plugins: plugins ?? [] };
    write("tsconfig.json", JSON.stringify({ compilerOptions: all, include: ["src"], ...options.config }));
  };

  write("package.json", JSON.stringify({ name: "shop", type: options.type ?? "module" }));
  configure();
  for (const [file, text] of Object.entries(options.files)) write(file, text);
  write("node_modules/fake-abi/package.json", '{"name":"fake-abi","type":"module","exports":"./index.js"}');
  write("node_modules/fake-abi/index.js", "export const R = (id) => { (globalThis.seen ??= []).push(id); };\n");
  for (const name of ["@coldframe", "typescript", "ts-patch"])
    symlinkSync(join(root, "node_modules", name), path(`node_modules/${name}`));

  const run = (...args: string[]): Output =>
    outputOf(spawnSync(process.execPath, args, { cwd: directory, encoding: "utf8" }));
  return {
    directory,
    path,
    write,
    configure,
    read: (file: string) => readFileSync(path(file), "utf8"),
    exists: (file: string) => existsSync(path(file)),
    tspc: (...args: string[]) => run(bins.tspc, ...args),
    tsc: (...args: string[]) => run(bins.tsc, ...args),
    node: run,
    /** Evaluates an expression; `m` is what the module exports. */
    evaluate: (file: string, expression: string) =>
      run(
        "--input-type=module",
        "-e",
        `const m = await import("./${file}"); console.log(JSON.stringify(${expression}))`,
      ),
    watch: (...args: string[]) => watch(directory, args),
  };
}

export type Project = ReturnType<typeof createProject>;

function outputOf({ status, stdout, stderr }: SpawnSyncReturns<string>): Output {
  return { status, text: `${stdout}${stderr}` };
}

/** Starts `tspc -w`; `next` waits for the end of the next round and returns what it said. */
function watch(cwd: string, args: string[]) {
  const child = spawn(process.execPath, [bins.tspc, "-w", "--preserveWatchOutput", ...args], { cwd });
  onTestFinished(() => void child.kill());
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  async function next(): Promise<string> {
    let text = "";
    for (let line = await lines.next(); !line.done; line = await lines.next()) {
      text += `${line.value}\n`;
      if (/Watching for file changes/.test(line.value)) return text;
    }
    throw new Error(`tspc -w ended: ${text}`);
  }
  return { next };
}

/** Each word of the output that has an origin, with line and column of that, in order. */
export function traceWords(js: string, map: string): [word: string, line: number, column: number][] {
  const trace = new TraceMap(map);
  return js.split("\n").flatMap((text, index) =>
    [...text.matchAll(/[\w$]+/g)].flatMap(({ 0: word, index: column }): [string, number, number][] => {
      const from = originalPositionFor(trace, { line: index + 1, column });
      return from.line === null ? [] : [[word, from.line, from.column]];
    }),
  );
}
