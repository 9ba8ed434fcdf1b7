/**
 * Owns: objects that are stored by name and never by content: intrinsics and prototypes of classes (kinds 19 and 20).
 * Does not own: functions, classes and constants of modules (codecs/reference).
 */
import { types } from "node:util";
import type { GraphWriter } from "./graph-writer.ts";
import { intrinsicName } from "./intrinsics.ts";
import { tags } from "./tags.ts";

/** The class or function whose `prototype` this is, by its own data properties. */
export function classOf(proto: object): Function | undefined {
  const cls = Object.getOwnPropertyDescriptor(proto, "constructor")?.value;
  if (typeof cls !== "function" || types.isProxy(cls)) return undefined;
  return Object.getOwnPropertyDescriptor(cls, "prototype")?.value === proto ? cls : undefined;
}

/** Writes the node, if the object has a name. */
export function writeByName(writer: GraphWriter, value: object): boolean {
  const name = intrinsicName(value);
  const cls = name === undefined ? classOf(value) : undefined;
  if (name === undefined && cls === undefined) return false;
  writer.begin(name === undefined ? tags.prototype : tags.intrinsic);
  writer.value(name ?? cls);
  writer.end();
  return true;
}
