/**
 * Owns: one hostile value at one place, run natively and compiled in each way, with a log of what was seen.
 * Does not own: the tables (values.ts, places.ts), what must be equal (hostile.test.ts).
 *
 * I1 A text for a value is made without looking at it: no trap and no getter hears of it.
 */
import { setImmediate } from "node:timers/promises";
import { types } from "node:util";
import { runInThisContext } from "node:vm";
import { compile } from "@coldframe/compiler";
import { coroutine, restore } from "@coldframe/runtime";
import { cut } from "@coldframe/runtime/testing";
import "@coldframe/runtime/abi/v1";

export type Way = "native" | "volatile" | "coroutine" | "cut";

interface Loaded {
  main(): Promise<unknown>;
  subject(): Promise<unknown>;
}

const realm = globalThis as unknown as { hostile: { make(): unknown; note(...values: unknown[]): void } };

const programs = new Map<string, { native: string; compiled: string }>();

function programOf(body: string): { native: string; compiled: string } {
  const known = programs.get(body);
  if (known !== undefined) return known;
  const native = `
const note = (...values) => hostile.note(...values);
async function subject() { const v = hostile.make(); ${body} }
async function main() {
  try { note("returned", await subject()); } catch (e) { note("threw", e); }
  note(await "end");
}`;
  const { code, diagnostics } = compile(native, {
    filename: "hostile.js",
    sourceType: "module",
    mark: "all",
    abi: "global",
  });
  const faults = diagnostics.filter(({ severity }) => severity === "error");
  if (faults.length > 0) throw new Error(`refused: ${faults.map(({ message }) => message).join("; ")}`);
  programs.set(body, { native, compiled: code });
  return { native, compiled: code };
}

const load = (code: string): Loaded =>
  runInThisContext(`(function () {"use strict";${code}\nreturn { main, subject };})`, { filename: "hostile.js" })();

const ways: Record<Way, (code: string, name: keyof Loaded) => Promise<unknown>> = {
  native: (code, name) => load(code)[name](),
  volatile: (code, name) => load(code)[name](),
  coroutine: (code, name) => coroutine(load(code)[name]).drive(),
  cut: async (code, name) => {
    const again = (bytes: Uint8Array) => {
      load(code);
      return restore(bytes);
    };
    return (await cut(load(code)[name], [], { at: "every", restore: again })).value;
  },
};

/** Turns of the event loop after which nothing can be under way any more. */
const mostTurns = 12;

const mostLines = 30;

/**
 * The log of one run, its outcome last; if it did not settle, that.
 * @param isTold whether the value itself is told from a copy of it
 */
export async function observe(
  make: () => unknown,
  body: string,
  way: Way,
  name: keyof Loaded,
  isTold = true,
): Promise<string[]> {
  const value = make();
  const log: string[] = [];
  const itself = isTold ? value : log;
  const note = (...values: unknown[]) => {
    if (log.push(values.map((one) => tell(one, itself)).join(" ")) > mostLines)
      throw new Error("the program does not end");
  };
  realm.hostile = { make: () => value, note };
  const { native, compiled } = programOf(body);
  let outcome: string | undefined;
  const run = async () => {
    try {
      const result = await ways[way](way === "native" ? native : compiled, name);
      outcome = `returned ${tell(result, itself)}`;
    } catch (error) {
      outcome = `threw ${tell(error, itself)}`;
    }
  };
  void run();
  for (let turn = 0; turn < mostTurns && outcome === undefined; turn++) await setImmediate();
  return [...log, outcome ?? "never settled"];
}

/** The code of the error that a run ended with, if it is one of ours. */
export const codeOf = (line: string): string | undefined => /CF\d{4}/.exec(line)?.[0];

/** A text for a value (I1). */
export function tell(value: unknown, itself: unknown, depth = 0): string {
  if (typeof value !== "object" && typeof value !== "function") return `${typeof value} ${String(value)}`;
  if (value === null) return "null";
  if (value === itself) return "itself";
  if (types.isProxy(value)) return "a Proxy";
  if (types.isNativeError(value)) return tellError(value, itself, depth);
  if (types.isPromise(value)) return "a promise";
  if (typeof value === "function") return "a function";
  if (depth > 3) return "…";
  const parts = Reflect.ownKeys(value).map((key) => `${String(key)}: ${tellProperty(value, key, itself, depth)}`);
  return `${Array.isArray(value) ? "list" : "object"} {${parts.join(", ")}}`;
}

function tellProperty(value: object, key: PropertyKey, itself: unknown, depth: number): string {
  const property = Reflect.getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
  return "value" in property ? tell(property.value, itself, depth + 1) : "accessor";
}

/** Messages of the engine quote source text, which is another in compiled code; ours and those of hostile values count. */
function tellError(error: Error, itself: unknown, depth: number): string {
  const prototype = Object.getPrototypeOf(error) as Error | null;
  const kind = prototype === null ? "Error" : String(Reflect.getOwnPropertyDescriptor(prototype, "name")?.value);
  const message = Reflect.getOwnPropertyDescriptor(error, "message")?.value;
  const code = Reflect.getOwnPropertyDescriptor(error, "code")?.value;
  const said = typeof message === "string" && kind === "undefined" ? message : "";
  const rest = ["cause", "errors", "error", "suppressed"].filter((key) => Object.hasOwn(error, key));
  const parts = rest.map((key) => `${key}: ${tellProperty(error, key, itself, depth)}`);
  return `${kind}(${[code ?? "", said, ...parts].filter(Boolean).join(", ")})`;
}
