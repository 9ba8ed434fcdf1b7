/** Owns: the workloads of ../lowering-cases.js as modules of this process: as they stand, compiled, or rewritten by others. */
import { readFileSync } from "node:fs";
import { compile } from "@coldframe/compiler";

export type Cases = Record<string, (...args: unknown[]) => unknown>;

export const source = readFileSync(new URL("../lowering-cases.js", import.meta.url), "utf8");
/** Evaluates a module of cases; each call gives new functions. */
export async function load(code: string): Promise<Cases> {
  // A module that is no file can import by address only.
  const abi = import.meta.resolve("@coldframe/runtime/abi/v1");
  const text = code.replace('"@coldframe/runtime/abi/v1"', JSON.stringify(abi));
  const address = `data:text/javascript,${encodeURIComponent(text)}`;
  return ((await import(address)) as { cases: Cases }).cases;
}

/** The cases as Coldframe compiles them. */
export function compiled(): string {
  const { code, diagnostics } = compile(source, {
    filename: "bench/lowering-cases.js",
    sourceType: "module",
    mark: "all",
    abi: "import",
  });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  return code;
}
