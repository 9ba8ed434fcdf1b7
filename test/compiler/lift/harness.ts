/** Owns: a function run as it is written and as it is lifted, and what can be seen of both. */
import generate from "@babel/generator";
import { parseExpression } from "@babel/parser";
import * as t from "@babel/types";
import { R } from "@coldframe/runtime/abi/v1";
import { isNormal, lift } from "../../../compiler/src/analyze/lift/index.ts";
import type { ColdframeError } from "../../../compiler/src/errors.ts";
import { show } from "../../kit/show.ts";
import { makeWorld } from "./world.ts";

export interface Lifted {
  code: string;
  /** What is wrong with its form. */
  fault: string | null;
  fn: t.Function;
}

/** A refusal, with the node it is about. */
export class Refused extends Error {
  readonly node: t.Node;
  readonly error: ColdframeError;

  constructor(node: t.Node, error: ColdframeError) {
    super(error.what);
    this.node = node;
    this.error = error;
  }
}

/** Lifts every async function and generator of an expression, the outermost first. */
export function liftText(source: string, isConstant?: (id: t.Identifier) => boolean): Lifted {
  const root = parseExpression(source, { allowSuperOutsideMethod: true, plugins: ["jsx"] }) as t.Expression;
  const names = new Set<string>();
  const functions: t.Function[] = [];
  t.traverseFast(root, (node) => {
    if (t.isIdentifier(node)) names.add(node.name);
    if (t.isFunction(node) && (node.async || node.generator)) functions.push(node);
  });
  const unique = (base: string): string => {
    let name = base;
    for (let count = 2; names.has(name); count += 1) name = `${base}${count}`;
    names.add(name);
    return name;
  };
  const refuse = (node: t.Node, error: ColdframeError) => new Refused(node, error);
  for (const fn of functions) lift(fn, { abi: { R: "$R" }, unique, refuse, ...(isConstant && { isConstant }) });
  const fault = functions.map(isNormal).find((each) => each !== null) ?? null;
  return { code: print(root), fault, fn: functions[0] as t.Function };
}

/** V8 takes `f([1], [a.b] = c)` for an error; in parentheses it does not. */
export function print(root: t.Node): string {
  t.traverseFast(root, (node) => {
    if (t.isCallExpression(node) || t.isOptionalCallExpression(node) || t.isNewExpression(node))
      node.arguments = node.arguments.map((each) => {
        const isPattern = t.isAssignmentExpression(each) && t.isPattern(each.left);
        return isPattern ? t.parenthesizedExpression(each) : each;
      });
  });
  return generate(root).code;
}

/** Trace and outcome of a function that is called with `args`. */
export async function observe(code: string, isStrict = true, args: unknown[] = []): Promise<string[]> {
  const { trace, names } = makeWorld();
  names.$R = R;
  const make = new Function(...Object.keys(names), `${isStrict ? '"use strict";' : ""}return (${code});`);
  const fn = make(...Object.values(names)) as (...args: unknown[]) => unknown;
  const self = names.self;
  const textOfFunction = Function.prototype.toString;
  // The text of a function is not kept.
  Function.prototype.toString = () => "function";
  try {
    const result = await drive(fn.apply(self, args), names.log as (text: string) => void);
    trace.push(`returned ${show(result)}`);
  } catch (error) {
    trace.push(`threw ${show(error)}`);
  } finally {
    Function.prototype.toString = textOfFunction;
  }
  return trace;
}

/** A generator gets 1, 2, 3 … for what it yields. */
async function drive(started: unknown, log: (text: string) => void): Promise<unknown> {
  const generator = started as Generator<unknown, unknown, number> | undefined;
  if (typeof generator?.next !== "function") return started;
  for (let count = 0; count < 40; count += 1) {
    const { done, value } = await generator.next(count);
    if (done) return value;
    log(`yielded ${show(value)}`);
  }
  return (await generator.return("ended")).value;
}

/** Both runs of a function. */
export async function runBoth(
  source: string,
  isStrict = true,
  args: unknown[] = [],
): Promise<[string[], string[], Lifted]> {
  const lifted = liftText(source);
  return [await observe(source, isStrict, args), await observe(lifted.code, isStrict, args), lifted];
}
