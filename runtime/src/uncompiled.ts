/**
 * Owns: what is said of something that should be a durable async function and is not: of the many possible reasons, the one
 * that shows.
 * Does not own: who needs the function.
 */
import { beginStack, type ColdframeError, errors } from "./errors.ts";
import { type DescriptorKind, descriptorOf } from "./realm.ts";
import { registry } from "./registry.ts";
import { fixOfToolchain } from "./toolchain.ts";

const kinds: Partial<Record<DescriptorKind, string>> = {
  1: "a step",
  2: "a function of Coldframe itself",
  3: "a durable generator",
  4: "a durable async generator",
};

/**
 * @param fn what was given instead of a durable async function
 * @param called the function that it was given to; the stack begins where that was called
 * @returns CF2301, or CF2306 if it is compiled and of another kind; the caller throws it
 */
export function notDurable(fn: unknown, called: Function): ColdframeError {
  const error = explain(fn);
  beginStack(error, called);
  return error;
}

function explain(fn: unknown): ColdframeError {
  const name = typeof fn === "function" ? nameOf(fn) : "The function";
  const found = kinds[descriptorOf(fn)?.kind ?? 0];
  if (found !== undefined) return errors.wrongKind({ function: name, found });
  return neverCompiled(name, findingOn(fn), fn);
}

/** Asked of what may be anything: a getter of the user's counts as none. */
function nameOf(fn: Function): string {
  try {
    return typeof fn.name === "string" && fn.name !== "" ? fn.name : "The function";
  } catch {
    return "The function";
  }
}

/** @returns CF2301, with what there is to do in this process; the caller throws it */
export function neverCompiled(name: string, finding: string, fn?: unknown): ColdframeError {
  const text = typeof fn === "function" ? Function.prototype.toString.call(fn) : "";
  // Where others are compiled, the compiler does run.
  const isSeen = registry().functions.size > 0 && !marked.test(text);
  const here = isSeen ? undefined : fixOfToolchain(text);
  return errors.notCompiled({ function: name, finding, here: here ?? "Look up here what builds or loads its file:" });
}

const marked = /["']use durable["']/;

function findingOn(fn: unknown): string {
  if (typeof fn !== "function") return `It is ${fn === null ? "null" : typeof fn}, not a function`;
  if (marked.test(Function.prototype.toString.call(fn)))
    return 'The mark `"use durable"` still stands in it, so the compiler never saw its file';
  if (registry().functions.size === 0) return "Nothing in this process is compiled, so the compiler did not run at all";
  return "Other functions in this process are compiled, so it lacks the mark, or only wraps the function that has it";
}
