/** Owns: the ways in which one program is run: native, and compiled in three settings that must all look native. */
import { runInThisContext } from "node:vm";
import { compile } from "@coldframe/compiler";
import { coroutine, restore } from "@coldframe/runtime";
import { cut } from "@coldframe/runtime/testing";
import { evaluate } from "../kit/evaluate.ts";
import type { CompiledMode } from "./failure.ts";
import { prelude, preludeNames } from "./program/prelude.ts";
import { type Observed, observe } from "./record.ts";
import "@coldframe/runtime/abi/v1";

/** Makes the names of the prelude globals: plain for the native runs, compiled for the others. */
function loadPrelude(code: string): void {
  const names = preludeNames.join(", ");
  runInThisContext(`Object.assign(globalThis, (() => {\n${code}\nreturn { ${names} };\n})())`, "prelude.js");
}

const compiledPrelude = compile(prelude, { filename: "prelude.js", mark: "all", abi: "global" }).code;

/** What is run: the text of a program and how it is to be read. */
export interface Source {
  text: string;
  strict: boolean;
  timed: boolean;
  /** Names the module in ids. */
  name: string;
}

export interface Run extends Observed {
  /** Snapshots taken and restored; only of mode cut. */
  cuts: number;
  largestBytes: number;
}

/** The compiler refuses the program. */
export class Refused extends Error {}

/** @throws Refused */
export function compileProgram(source: Source, layout: "auto" | "large" = "auto"): string {
  const { code, diagnostics } = compile(source.text, {
    filename: `${source.name}.js`,
    sourceType: source.strict ? "module" : "script",
    mark: "all",
    abi: "global",
    layout,
  });
  const faults = diagnostics.filter((one) => one.severity === "error");
  if (faults.length > 0)
    throw new Refused(`${faults.map((one) => `${one.line}:${one.column} ${one.message}`).join("\n")}`);
  return code;
}

export async function runNative({ text, strict, timed }: Source): Promise<Run> {
  loadPrelude(prelude);
  return { ...(await observe(() => evaluate(text, strict).main(), timed)), cuts: 0, largestBytes: 0 };
}

const counters = { cuts: 0, largestBytes: 0 };

type Load = (bytes?: Uint8Array) => { main(): Promise<unknown> };
type Driver = (main: () => Promise<unknown>, load: Load) => Promise<unknown>;

const drivers: Record<CompiledMode, Driver> = {
  volatile: (main) => main(),
  coroutine: (main) => coroutine(main).drive(),
  cut: async (main, load) => {
    const { value, cuts, largestBytes } = await cut(main, [], {
      at: "every",
      restore: (bytes) => {
        load(bytes); // New functions and classes under the same names: as in another process.
        return restore(bytes);
      },
    });
    Object.assign(counters, { cuts, largestBytes });
    return value;
  },
};

/**
 * Runs compiled code.
 * @param code what `compileProgram` gave
 * @param codeFor what is loaded before a snapshot is restored, of mode cut
 */
export async function runCompiled(
  source: Source,
  code: string,
  mode: CompiledMode,
  codeFor: (bytes: Uint8Array) => string = () => code,
): Promise<Run> {
  loadPrelude(compiledPrelude);
  const load: Load = (bytes) => evaluate(bytes ? codeFor(bytes) : code, source.strict, `${source.name}.compiled.js`);
  Object.assign(counters, { cuts: 0, largestBytes: 0 });
  const observed = await observe(() => drivers[mode](load().main, load), source.timed);
  return { ...observed, ...counters };
}
