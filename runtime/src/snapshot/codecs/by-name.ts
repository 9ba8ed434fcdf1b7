/** Owns: reading what is stored by name: prototypes of classes and functions, and intrinsics (kinds 19 and 20). */
import { types } from "node:util";
import { intrinsicValue } from "../intrinsics.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";

export const prototypeKind: Kind<unknown> = {
  name: "prototype",
  tag: tags.prototype,
  is: () => false,
  encode() {},
  needs: (node) => [node.reference(0)],
  allocate(node) {
    const value = node.value(0);
    const prototype =
      typeof value === "function" && !types.isProxy(value)
        ? Object.getOwnPropertyDescriptor(value, "prototype")?.value
        : undefined;
    if (typeof prototype !== "object" || prototype === null) throw node.corrupt("a function without prototype");
    return prototype;
  },
};

export const intrinsicKind: Kind<unknown> = {
  name: "intrinsic",
  tag: tags.intrinsic,
  is: () => false,
  encode() {},
  allocate(node) {
    const name = node.primitive(0);
    const value = typeof name === "string" ? intrinsicValue(name) : undefined;
    if (value === undefined) throw node.corrupt(`this Node has no ${name}`);
    return value;
  },
};
