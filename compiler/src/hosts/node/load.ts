// Owns: the hook by which Node compiles durable files as it loads them, given a compiler.
// Does not own: types; Node strips them after this hook, as it would without, and keeps the positions.
// I1. An error of the compiler is an error of the import: no uncompiled module is run.
// I2. A file without durable functions is handed on as it was.
import { readFileSync } from "node:fs";
import type { LoadFnOutput, LoadHookSync } from "node:module";
import { fileURLToPath } from "node:url";
import { errors } from "../../errors.ts";
import { type Compile, createLowering, type Lowered } from "../lowering.ts";
import { readPackageFile } from "../package-files.ts";
import { describe, placeOf, withoutFrames } from "../report.ts";

/** @param compile lowers one file */
export function createLoadHook(compile: Compile): LoadHookSync {
  const lower = createLowering(compile, "tagged", readPackageFile);
  return (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!/^file:.*\.[cm]?[jt]s$/.test(url) || url.includes("/node_modules/")) return loaded;
    const file = fileURLToPath(url);
    const text = textOf(loaded, file);
    if (wasChanged(loaded, url)) refuseChanged(file, text);
    const lowered = lower({ text, file, ...kindOf(loaded.format, url, text) });
    if (lowered === null) return loaded;
    report(lowered, file);
    return { ...loaded, source: withMap(lowered, url) };
  };
}

function textOf({ source }: LoadFnOutput, file: string): string {
  if (typeof source === "string") return source;
  return source == null ? readFileSync(file, "utf8") : new TextDecoder().decode(source);
}

/** Another loader has come before: TypeScript as Node loads it has a format of its own, or none. */
function wasChanged({ format, source }: LoadFnOutput, url: string): boolean {
  return /ts$/.test(url) && source != null && (format === "module" || format === "commonjs");
}

/** What it made of the marks and constants of a durable file is no longer what the user wrote. @throws CF1085 */
function refuseChanged(file: string, text: string): void {
  const original = readFileSync(file, "utf8");
  if (/durable/i.test(original) && original !== text) throw withoutFrames(errors.changedBefore({ file }));
}

// Node leaves the format open where package.json says nothing and `require` asks; then the text decides, for Node as well.
function kindOf(format: string | null | undefined, url: string, text: string) {
  const open = format == null || format === "typescript";
  const isModule = open
    ? !url.endsWith("cjs") && /^\s*(?:import|export)\b(?!\s*\()/m.test(text)
    : format.startsWith("module");
  return isModule
    ? ({ sourceType: "module", abi: "import" } as const)
    : ({ sourceType: "script", abi: "require" } as const);
}

function report({ diagnostics, refused }: Lowered, file: string): void {
  const texts = (severity: string) =>
    diagnostics.filter((one) => one.severity === severity).map((one) => `${placeOf(file, one)} ${describe(one)}`);
  for (const text of texts("warning")) process.emitWarning(text, "ColdframeWarning");
  if (!refused) return;
  const { code } = diagnostics.find(({ severity }) => severity === "error") ?? {};
  throw withoutFrames(Object.assign(new SyntaxError(texts("error").join("\n")), { code }));
}

function withMap({ code, map }: Lowered, url: string): string {
  if (map === null) return code;
  const text = JSON.stringify({ ...map, sourceRoot: undefined, sources: [url] });
  const inline = Buffer.from(text).toString("base64");
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}\n`;
}
