import { types } from "node:util";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

const wrappers = [Boolean, Number, String, Symbol, BigInt];
const unwrap: readonly (readonly [test: (value: object) => boolean, valueOf: Function])[] = [
  [types.isBooleanObject, Boolean.prototype.valueOf],
  [types.isNumberObject, Number.prototype.valueOf],
  [types.isStringObject, String.prototype.valueOf],
  [types.isSymbolObject, Symbol.prototype.valueOf],
  [types.isBigIntObject, BigInt.prototype.valueOf],
];

/** Owns: primitives in their wrapper objects (kind 10). */
export const boxedKind: BuiltinKind<object> = {
  name: "boxed primitive",
  tag: tags.boxed,
  prototypes: wrappers.map((wrapper) => wrapper.prototype),
  is: types.isBoxedPrimitive,
  ownPart: (value) => (key) => {
    if (!types.isStringObject(value)) return false;
    return key === "length" || (typeof key === "string" && String(Number(key)) === key && Number(key) < value.length);
  },
  encode(value, writer) {
    const unbox = unwrap.find(([test]) => test(value))?.[1] as Function;
    writer.value(unbox.call(value));
  },
  allocate(node) {
    const value = node.value(0);
    if (value === null || value === undefined || typeof value === "object" || typeof value === "function") {
      throw node.corrupt("a primitive is missing");
    }
    return Object(value);
  },
  needs: (node) => node.references(),
};
