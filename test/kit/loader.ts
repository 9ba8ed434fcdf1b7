/**
 * Owns: modules loaded again and again in one process, as they are or compiled, each version with functions of its own;
 * synchronously, so that a restore can bring its fresh code along.
 *
 * A version is a prefix of the path: file:///@c7/work/… is the seventh compiled evaluation of /work/…; what a versioned
 * module imports from fixtures/ gets the same version. `*.second.ts` imports a second copy of the runtime.
 * L1. Everything outside of fixtures/ is loaded once, so state that is not the fixture's (the kit, the runtime) goes on.
 */
import { readFileSync } from "node:fs";
import { createRequire, registerHooks, stripTypeScriptTypes } from "node:module";
import { relative } from "node:path";
import { compileFile, root } from "./compile-file.ts";

/** large: compiled, every function in the form of large ones. */
export type Form = "native" | "compiled" | "large";

const letters: { readonly [letter: string]: Form } = { n: "native", c: "compiled", l: "large" };

const fixtures = `${root}/fixtures/`;
const kit = `${fixtures}kit.ts`;
const versioned = /^file:\/\/\/@(\w+)(\/.*)$/;
const texts = new Map<string, string>();
const require = createRequire(import.meta.url);
let versions = 0;

registerHooks({
  resolve(specifier, context, next) {
    if (versioned.test(specifier)) return { url: specifier, format: formatOf(specifier), shortCircuit: true };
    const parent = versioned.exec(context.parentURL ?? "");
    if (parent === null) return next(specifier, context);
    const [, version, path] = parent as unknown as [string, string, string];
    const found = path.endsWith(".cjs")
      ? { url: `file://${createRequire(path).resolve(specifier)}`, shortCircuit: true }
      : next(specifier, { ...context, parentURL: `file://${path}` });
    const file = found.url.replace("file://", "");
    if (version === "second") return file.startsWith(`${root}/runtime/`) ? at("second", file, found) : found;
    if (path.endsWith(".second.ts") && specifier.startsWith("@coldframe/runtime")) return at("second", file, found);
    return file.startsWith(fixtures) && file !== kit ? at(version, file, found) : found;
  },
  load(url, context, next) {
    const parsed = versioned.exec(url);
    if (parsed === null) return next(url, context);
    const [, version, file] = parsed as unknown as [string, string, string];
    const source = textOf(file, letters[version.charAt(0)] ?? "native");
    return { format: formatOf(url), source, shortCircuit: true };
  },
});

function at(version: string, file: string, found: object) {
  return { ...found, url: `file:///@${version}${file}`, format: formatOf(file), shortCircuit: true };
}

function formatOf(url: string): "commonjs" | "module" {
  return url.endsWith(".cjs") ? "commonjs" : "module";
}

function textOf(file: string, form: Form): string {
  const key = `${form} ${file}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const text = form === "native" ? readFileSync(file, "utf8") : compiledText(file, form);
  const plain = file.endsWith(".ts") ? stripTypeScriptTypes(text) : text;
  texts.set(key, plain);
  return plain;
}

function compiledText(file: string, form: "compiled" | "large"): string {
  const { code, diagnostics } = compileFile(file, form === "large" ? "large" : "auto");
  const faults = diagnostics.filter((one) => one.severity === "error");
  if (faults.length === 0) return code;
  throw new SyntaxError(
    faults.map((one) => `${relative(root, file)}:${one.line}:${one.column} ${one.message}`).join("\n"),
  );
}

/** The module of a fixture. */
export interface FixtureModule {
  main(): Promise<unknown>;
  /** It logs in plain calls, which another worker makes again: not comparable where workers die. */
  repeats?: boolean;
}

/** A new evaluation of a fixture's module and of all that it imports from fixtures/. */
export function load(file: string, form: Form): FixtureModule {
  versions += 1;
  return require(`file:///@${form.charAt(0)}${versions}${file}`) as FixtureModule;
}
