/**
 * Owns: which way a value is written: by what it is, by its prototype, by its brand. The dispatch is three tables.
 * Does not own: the tokens (objects, codecs/).
 *
 * I1 References to code come first: what a module holds under a name is never copied.
 * I2 A family says how values of one prototype are written; it never vouches for the brand, which each value shows itself.
 */
import { types } from "node:util";
import { writeArray } from "./codecs/array.ts";
import { writeFunction } from "./codecs/function.ts";
import { bigintKind, textKind, writeSymbol } from "./codecs/primitive.ts";
import { writeReference } from "./codecs/reference.ts";
import { type Family, findFamily } from "./families.ts";
import type { GraphWriter } from "./graph-writer.ts";
import { writeObject } from "./objects.ts";
import type { Kind } from "./types.ts";

const arrayPrototype = Array.prototype;

/** How values are written that are no objects. Those that fit into a token never get here. */
const byType: Readonly<Record<string, (writer: GraphWriter, value: never) => void>> = {
  function: writeFunction,
  bigint: asKind(bigintKind),
  symbol: writeSymbol,
  string: asKind(textKind),
};

function asKind<T>(kind: Kind<T>): (writer: GraphWriter, value: T) => void {
  return (writer, value) => {
    writer.begin(kind.tag);
    kind.encode(value, writer);
    writer.end();
  };
}

/** Writes the node of a value. */
export function writeValue(writer: GraphWriter, value: unknown): void {
  if (typeof value === "object") {
    writeAnyObject(writer, value as object);
    return;
  }
  (byType[typeof value] as (writer: GraphWriter, value: unknown) => void)(writer, value);
}

/** Values with a mark have been through the questions whose answers never change. */
function writeAnyObject(writer: GraphWriter, value: object): void {
  if (writer.mark === undefined) {
    if (types.isProxy(value)) writer.refuse("a Proxy", "keep its target instead, and wrap it again after the await");
    if (writeReference(writer, value)) return;
  }
  const proto = Object.getPrototypeOf(value);
  if (proto === arrayPrototype && Array.isArray(value)) {
    writeArray(writer, value);
    return;
  }
  const family: Family = writer.families.get(proto) ?? findFamily(writer, value, proto);
  if (family.write === null) writeObject(writer, value, family);
  else family.write(writer, value, family);
}
