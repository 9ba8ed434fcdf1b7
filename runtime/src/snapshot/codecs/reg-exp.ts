import { types } from "node:util";
import { COST_OF_PATTERN } from "../cost.ts";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

const getSource = Object.getOwnPropertyDescriptor(RegExp.prototype, "source")?.get as (this: RegExp) => string;
// Each flag by its own getter: the one of `flags` asks for properties that a subclass may have replaced.
const flags = Object.entries({
  d: "hasIndices",
  g: "global",
  i: "ignoreCase",
  m: "multiline",
  s: "dotAll",
  u: "unicode",
  v: "unicodeSets",
  y: "sticky",
}).map(([flag, name]) => {
  return [flag, Object.getOwnPropertyDescriptor(RegExp.prototype, name)?.get as (this: RegExp) => boolean] as const;
});

/** Owns: regular expressions (kind 6) with `lastIndex`, which is an own property of any value. */
export const regExpKind: BuiltinKind<RegExp> = {
  name: "RegExp",
  tag: tags.regExp,
  prototypes: [RegExp.prototype],
  is: types.isRegExp,
  ownPart: (value) => (key) => {
    return key === "lastIndex" && Object.getOwnPropertyDescriptor(value, key)?.writable === true;
  },
  encode(value, writer) {
    const source = getSource.call(value);
    writer.spend(source.length * COST_OF_PATTERN);
    writer.value(source);
    writer.value(flags.map(([flag, get]) => (get.call(value) ? flag : "")).join(""));
    writer.value(Object.getOwnPropertyDescriptor(value, "lastIndex")?.value);
  },
  needs: (node) => (node.isReference(0) ? [node.reference(0)] : []),
  allocate(node) {
    node.graph.cost.spend(node.text(0).length * COST_OF_PATTERN);
    return new RegExp(node.text(0), node.text(1));
  },
  fill(shell, node) {
    shell.lastIndex = node.value(2) as number;
  },
};
