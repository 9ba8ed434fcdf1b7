/**
 * Owns: functions: by name, or as closures of compiled code over what they capture (kind 18).
 * Does not own: what a closure is made of (registry: closureOf).
 *
 * I1 A closure is made again by its own factory from the shells of its captures: cells exist before they are filled, so a
 *    closure may reach itself through a cell. Captures by value form no circle; one in the bytes is damage.
 * I2 A function that carries the tag of another one (a wrapper that copied it) is not taken for it.
 */
import { types } from "node:util";
import { settleThis } from "../../language/late-this.ts";
import { setName } from "../../language/member.ts";
import type { ClosureTag } from "../../language/tag.ts";
import { closureOf, type FunctionMeta } from "../../registry.ts";
import { writeByName } from "../by-name.ts";
import type { GraphWriter } from "../graph-writer.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";
import { nameToKeep, oddityOf } from "./looks.ts";
import { writeReference } from "./reference.ts";

/** Writes the node of a function. */
export function writeFunction(writer: GraphWriter, value: Function): void {
  if (types.isProxy(value)) writer.refuse("a Proxy", "keep its target instead, and wrap it again after the await");
  if (writeReference(writer, value) || writeByName(writer, value)) return;
  const closure = closureOf(value);
  if (closure === undefined) refuseFunction(writer, value);
  const { meta, captures } = closure;
  if (meta.make === undefined) {
    const { reason = "It can't be made again." } = meta;
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    // What is to be done may stand behind what is the matter.
    const [why, own] = reason.replace(/^It /, "it ").replace(/\.$/, "").split("; ");
    writer.refuse(
      `the ${isClass ? "class" : "function"} ${nameOf(value, meta)} (${why})`,
      own ?? ["mark the function in which it is made as durable", "declare it at the top of the module"],
    );
  }
  checkLooks(writer, value, closure);
  writer.begin(tags.closure);
  writer.value(writer.codes.add("closure", meta.key, meta.stamp));
  for (const capture of captures) {
    if (!settleThis(capture))
      writer.refuse("the `this` of a constructor whose `super()` failed", "let go of the function");
    writer.value(capture);
  }
  const name = nameToKeep(value, closure);
  if (name !== undefined) writer.value(name);
  writer.end();
}

function refuseFunction(writer: GraphWriter, value: Function): never {
  const name = nameOf(value).trimEnd();
  if (name.startsWith("bound ") || name === "bound")
    writer.refuse(`the bound function ${name}`, "write an arrow function in durable code instead: `() => fn(object)`");
  writer.refuse(isNative(value) ? `the native function ${name}` : `the function ${name}`, [
    "make it inside a durable function",
    'if it stands at the top of a module: name it there by `registerFunction("…", fn)`, or have the module compiled',
  ]);
}

function isNative(value: Function): boolean {
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(value));
}

function nameOf(value: Function, meta?: FunctionMeta): string {
  const name = Object.getOwnPropertyDescriptor(value, "name")?.value;
  return typeof name === "string" && name !== "" ? name : (meta?.key ?? "without a name");
}

/** What was done to a closure since it was made would be lost: the factory makes it anew. */
function checkLooks(writer: GraphWriter, value: Function, closure: ClosureTag): void {
  const odd = oddityOf(value, closure);
  if (odd === undefined) return;
  writer.refuse(`the closure ${nameOf(value, closure.meta)}, ${odd},`, [
    "leave it as it was made, and keep what belongs to it beside it, in an object",
    "declare it at the top of a compiled module: it is stored by its name then",
  ]);
}

export const closureKind: Kind<Function> = {
  name: "closure",
  tag: tags.closure,
  is: () => false,
  encode() {},
  needs: (node) => node.references(1),
  allocate(node) {
    const meta = node.graph.codes.meta(node.int(0, 0, 2 ** 32));
    const { make } = meta;
    const size = node.size - 1;
    if (make === undefined || (size !== make.length && size !== make.length + 1))
      throw node.corrupt(`a closure ${meta.key} of ${size} captures`);
    const captures: unknown[] = [];
    for (let at = 1; at <= make.length; at++) captures.push(node.value(at));
    const closure = make(...captures);
    return size === make.length ? closure : setName(closure, node.text(size));
  },
};
