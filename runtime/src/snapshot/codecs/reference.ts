/**
 * Owns: what modules and users have given a name: functions, classes, constants (kind 17).
 * Does not own: the names (registry), their verdicts (match).
 *
 * I1 What a name stands for is never copied, whatever it holds.
 */
import type { GraphWriter } from "../graph-writer.ts";
import { tags } from "../tags.ts";
import type { CodeKind, Kind } from "../types.ts";

function isClass(value: unknown): boolean {
  if (typeof value !== "function") return false;
  const prototype = Object.getOwnPropertyDescriptor(value, "prototype");
  return prototype !== undefined && !prototype.writable && typeof prototype.value === "object";
}

function kindOf(value: unknown): CodeKind {
  if (typeof value !== "function") return "constant";
  return isClass(value) ? "class" : "function";
}

/** Writes the node, if the value has a name. */
export function writeReference(writer: GraphWriter, value: object | symbol): boolean {
  const id = writer.registry.refOf(value);
  if (id === undefined) return false;
  const stamp = writer.registry.functions.get(id)?.stamp ?? "";
  writer.begin(tags.reference);
  writer.value(writer.codes.add(kindOf(value), id, stamp));
  if (typeof value === "object") writer.codes.constants.push(value);
  writer.end();
  return true;
}

export const referenceKind: Kind<unknown> = {
  name: "reference",
  tag: tags.reference,
  is: () => false,
  encode() {},
  allocate: (node) => node.graph.codes.value(node.int(0, 0, 2 ** 32)),
};
