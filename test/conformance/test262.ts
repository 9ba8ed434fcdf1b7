/**
 * Runs test262 (https://github.com/tc39/test262) through the compiler: `node --conditions=coldframe-source
 * test/conformance/test262.ts <folder> [--under language/statements] [--show 20] [--file <one test>]`.
 * Owns: which tests count, how one is run, the report. A test counts if it holds an async function or a generator and native
 * code passes it. Each runs compiled with `mark: "all"`, in a context of its own into which the runtime has been loaded.
 *
 * I1 A test is passed, refused by a coded error of the compiler, given up with a reason (given-up.ts), or failed. Nothing else is forgiven.
 */
import { AsyncResource } from "node:async_hooks";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, types } from "node:util";
import { createContext, Script } from "node:vm";
import { compile } from "@coldframe/compiler";
import { build } from "vite";
import { givenUp } from "./given-up.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { under: { type: "string" }, show: { type: "string" }, file: { type: "string" }, every: { type: "string" } },
});
const root = positionals[0] ?? "";
if (root === "") throw new Error("Say where test262 is: npm run test:262 -- <folder with harness/ and test/>");
const shown = Number(values.show ?? 10);
const every = Number(values.every ?? 1);

interface Outcome {
  kind: "passed" | "failed" | "refused";
  detail: string;
}

const passed: Outcome = { kind: "passed", detail: "" };
const failed = (detail: string): Outcome => ({ kind: "failed", detail });

/** What of Node the runtime uses; the contexts get it under these names. */
const nodeModules = { "node:async_hooks": { AsyncResource }, "node:url": { fileURLToPath }, "node:util": { types } };

/** The runtime as one script, so that each context has a copy made of its own built-ins. */
async function bundleRuntime(): Promise<Script> {
  const made = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["coldframe-source"] },
    build: {
      write: false,
      minify: false,
      target: "esnext",
      rollupOptions: {
        external: Object.keys(nodeModules),
        output: { globals: (id: string) => `globalThis[${JSON.stringify(id)}]` },
      },
      lib: { entry: new URL("../../runtime/src/abi/v1.ts", import.meta.url).pathname, formats: ["iife"], name: "abi" },
    },
  });
  const { output } = (Array.isArray(made) ? made[0] : made) as { output: { code: string }[] };
  // A bundle says no more that modules are strict.
  return new Script(`(() => { "use strict"; ${output[0]?.code ?? ""} })();`, { filename: "runtime.js" });
}

const runtime = await bundleRuntime();
const harness = new Map<string, Script>();

function harnessFile(name: string): Script {
  let found = harness.get(name);
  if (found === undefined) {
    found = new Script(readFileSync(join(root, "harness", name), "utf8"), { filename: name });
    harness.set(name, found);
  }
  return found;
}

async function runIn(file: string, code: string, { includes, flags }: Meta): Promise<Outcome> {
  let settle: (outcome: Outcome) => void = () => {};
  const done = new Promise<Outcome>((resolve) => {
    settle = resolve;
  });
  const fail = (error: unknown) => settle(failed(describe(error)));
  const globals = { ...nodeModules, setImmediate, queueMicrotask, print() {}, reportCompare() {} };
  const context = createContext(Object.defineProperties({}, hidden(globals)));
  try {
    runtime.runInContext(context);
    for (const name of includes) harnessFile(name).runInContext(context);
    context.$DONE = (error: unknown) => (error ? fail(error) : settle(passed));
    new Script(code, { filename: file }).runInContext(context, { timeout: 5000 });
    if (!flags.includes("async")) settle(passed);
  } catch (error) {
    fail(error);
  }
  const late = setTimeout(() => settle(failed("$DONE was never called")), 1500);
  const outcome = await done;
  clearTimeout(late);
  return outcome;
}

function hidden(globals: Record<string, unknown>): PropertyDescriptorMap {
  const entries = Object.entries(globals).map(([name, value]) => [name, { value, writable: true, configurable: true }]);
  return Object.fromEntries(entries) as PropertyDescriptorMap;
}

function describe(error: unknown): string {
  const { name, message } = (error ?? {}) as Partial<Error>;
  return name === undefined && message === undefined ? String(error) : `${name}: ${message}`;
}

interface Meta {
  flags: string;
  includes: string[];
  negative: string | null;
}

function metaOf(source: string): Meta {
  const front = /\/\*---([\s\S]*?)---\*\//.exec(source)?.[1] ?? "";
  const includes = /^includes:\s*\[([^\]]*)\]/m.exec(front)?.[1] ?? "";
  const listed = /^includes:\s*\n((?:\s*-\s*\S+\n)*)/m.exec(front)?.[1] ?? "";
  return {
    includes: [
      "assert.js",
      "sta.js",
      ...`${includes} ${listed}`.split(/[\s,-]+/).filter((name) => name.endsWith(".js")),
    ],
    flags: /^flags:\s*\[([^\]]*)\]/m.exec(front)?.[1] ?? "",
    negative: /^negative:[\s\S]*?type:\s*(\w+)/m.exec(front)?.[1] ?? null,
  };
}

/** A negative test passes if it fails with the named error. */
function judge(outcome: Outcome, negative: string | null): Outcome {
  if (negative === null) return outcome;
  if (outcome.kind === "passed") return failed(`no ${negative}`);
  return outcome.detail.startsWith(negative) || outcome.kind === "refused" ? passed : outcome;
}

async function runCompiled(file: string, source: string, meta: Meta): Promise<Outcome> {
  let code: string;
  try {
    const made = compile(source, { filename: file, sourceType: "script", mark: "all", abi: "global" });
    const error = made.diagnostics.find(({ severity }) => severity === "error");
    if (error !== undefined) {
      if (meta.negative !== null && error.code === "CF1005") return passed;
      return { kind: "refused", detail: error.code };
    }
    code = made.code;
  } catch (error) {
    return failed(`compiler: ${(error as Error).stack?.split("\n").slice(0, 4).join(" | ")}`);
  }
  return judge(await runIn(file, code, meta), meta.negative);
}

const interesting = /\basync\b|\byield\b|function\s*\*|\*\s*[\w$[#'"]+[^(\n]*\(/;

async function runFile(file: string): Promise<Outcome[]> {
  const source = readFileSync(file, "utf8");
  const meta = metaOf(source);
  if (!interesting.test(source) || meta.flags.includes("module")) return [];
  const modes = meta.flags.includes("onlyStrict") ? [true] : /noStrict|raw/.test(meta.flags) ? [false] : [false, true];
  const outcomes: Outcome[] = [];
  for (const isStrict of modes) {
    const text = isStrict ? `"use strict";${source}` : source;
    const native = judge(await runIn(file, text, meta), meta.negative);
    if (native.kind !== "passed") continue;
    const outcome = await runCompiled(file, text, meta);
    outcomes.push({ ...outcome, detail: `${isStrict ? "strict" : "sloppy"}: ${outcome.detail}` });
  }
  return outcomes;
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (/(?<!_FIXTURE)\.js$/.test(entry.name) && !/^(shell|browser)\.js$/.test(entry.name)) yield path;
  }
}

process.on("unhandledRejection", () => {});
const counts = { passed: 0, failed: 0, refused: 0, "given up": 0 };
const refusals = new Map<string, number>();
const failures: string[] = [];
let seen = 0;
for (const file of values.file === undefined ? walk(join(root, "test", values.under ?? "")) : [values.file]) {
  if (seen++ % every !== 0) continue;
  const name = relative(join(root, "test"), file);
  const outcomes = await runFile(file);
  const reason = givenUp[name];
  if (reason !== undefined && outcomes.length > 0 && outcomes.every(({ kind }) => kind === "passed")) {
    failures.push(`${name}  passes, but stands in given-up.ts`);
  }
  for (const { kind, detail } of outcomes) {
    const isGivenUp = kind === "failed" && reason !== undefined;
    counts[isGivenUp ? "given up" : kind]++;
    if (kind === "failed" && !isGivenUp) failures.push(`${name}  ${detail}`);
    if (kind === "refused") refusals.set(detail.slice(8), (refusals.get(detail.slice(8)) ?? 0) + 1);
  }
}
for (const line of failures.slice(0, shown)) console.log(line);
console.log(counts, Object.fromEntries([...refusals].sort(([, a], [, b]) => b - a)));
// Where nothing was counted native code failed as well: the runtime can't be loaded into the contexts.
const counted = Object.values(counts).reduce((sum, count) => sum + count, 0);
if (counted === 0) console.log("no test was counted");
process.exitCode = failures.length > 0 || counted === 0 ? 1 : 0;
