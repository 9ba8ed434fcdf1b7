/** Owns: the text of a random program, compiled or not, made into functions in this realm. */
import { runInThisContext } from "node:vm";

export interface Loaded {
  main(...args: unknown[]): Promise<unknown>;
}

/**
 * Evaluates a module without imports or exports; each call gives new functions.
 * @param strict false for sloppy code
 */
export function evaluate(code: string, strict: boolean, filename = "program.js"): Loaded {
  const text = `(function () {${strict ? '"use strict";' : ""}\n${code}\nreturn { main };\n})`;
  return runInThisContext(text, { filename })() as Loaded;
}
