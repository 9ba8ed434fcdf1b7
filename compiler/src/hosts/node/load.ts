// Owns: the hook by which Node compiles durable files as it loads them, given a compiler.
// Does not own: types; Node strips them after this hook, as it would without, and keeps the positions.
// I1. An error of the compiler is an error of the import: no uncompiled module is run.
// I2. A file without durable functions is handed on as it was.
import { readFileSync } from "node:fs";
import type { LoadFnOutput, LoadHookSync } from "node:module";
import { fileURLToPath } from "node:url";
import type { Diagnostic } from "../../index.ts";
import { type Compile, createLowering, type Lowered } from "../lowering.ts";
import { readPackageFile } from "../package-files.ts";
import { describe, placeOf, withoutFrames } from "../report.ts";

/** @param compile lowers one file */
export function createLoadHook(compile: Compile): LoadHookSync {
  const lower = createLowering(compile, "tagged", readPackageFile);
  return (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    // A module that is imported under a query as well is evaluated once for each.
    if (!/^file:[^?#]*\.[cm]?[jt]s(?:[?#]|$)/.test(url) || /^[^?#]*\/node_modules\//.test(url)) return loaded;
    const file = fileURLToPath(url);
    const original = readFile(file);
    const text = textOf(loaded, original);
    if (text === undefined) return loaded;
    const lowered = lower({ text, original, file, ...kindOf(loaded.format, file, text) });
    if (lowered === null) return loaded;
    report(lowered, file);
    return { ...loaded, source: withMap(lowered, url) };
  };
}

/** @returns undefined if another loader has made the module of nothing */
function readFile(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** Of CommonJS Node gives no text: it reads the file itself. */
function textOf({ source }: LoadFnOutput, original: string | undefined): string | undefined {
  if (source == null || typeof source === "string") return source ?? original;
  return new TextDecoder().decode(source);
}

// Node leaves the format open where package.json says nothing and `require` asks; then the text decides, for Node as well.
function kindOf(format: string | null | undefined, file: string, text: string) {
  const open = format == null || format === "typescript";
  const isModule = open
    ? !file.endsWith("cjs") && /^\s*(?:import|export)\b(?!\s*\()/m.test(text)
    : format.startsWith("module");
  return isModule
    ? ({ sourceType: "module", abi: "import" } as const)
    : ({ sourceType: "script", abi: "require" } as const);
}

/** A console shows all of each diagnostic; the message of the error is one sentence, of the first. */
function report({ diagnostics, refused }: Lowered, file: string): void {
  const of = (severity: string) => diagnostics.filter((one) => one.severity === severity);
  const textOf = (one: Diagnostic) => `${placeOf(file, one)} ${describe(one)}`;
  for (const one of of("warning")) process.emitWarning(textOf(one), "ColdframeWarning");
  if (!refused) return;
  const [first, ...more] = of("error") as [Diagnostic, ...Diagnostic[]];
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  const message = `${placeOf(file, first)} [${first.code}] ${first.message}${others}`;
  const error = Object.assign(new SyntaxError(message), { code: first.code });
  throw withoutFrames(error, [first, ...more].map(textOf).join("\n"));
}

function withMap({ code, map }: Lowered, url: string): string {
  if (map === null) return code;
  const text = JSON.stringify({ ...map, sourceRoot: undefined, sources: [url] });
  const inline = Buffer.from(text).toString("base64");
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}\n`;
}
