import { types } from "node:util";
import { COST_OF_CLASS, COST_OF_PATTERN, COST_OF_PROPERTY, COST_OF_SEQUENCES } from "../cost.ts";
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

const expensive: readonly (readonly [RegExp, number])[] = [
  [/\\w/gi, COST_OF_CLASS],
  [/\\p/gi, COST_OF_PROPERTY],
  [/\\p\{(?:RGI_|Basic_Emoji|Emoji_Keycap)/g, COST_OF_SEQUENCES],
];

/** What it costs to parse a pattern: the engine makes the sets that are named in it (5 ms for some). */
function costOf(source: string): number {
  const cost = source.length * COST_OF_PATTERN;
  if (!source.includes("\\")) return cost;
  return expensive.reduce((sum, [what, each]) => sum + each * (source.match(what)?.length ?? 0), cost);
}

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
    writer.spend(costOf(source));
    writer.value(source);
    writer.value(flags.map(([flag, get]) => (get.call(value) ? flag : "")).join(""));
    writer.value(Object.getOwnPropertyDescriptor(value, "lastIndex")?.value);
  },
  needs: (node) => (node.isReference(0) ? [node.reference(0)] : []),
  allocate(node) {
    node.graph.cost.spend(costOf(node.text(0)));
    return new RegExp(node.text(0), node.text(1));
  },
  fill(shell, node) {
    shell.lastIndex = node.value(2) as number;
  },
};
