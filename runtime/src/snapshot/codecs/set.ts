import { types } from "node:util";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

const { forEach, add } = Set.prototype;
const size = Object.getOwnPropertyDescriptor(Set.prototype, "size")?.get as (this: object) => number;

/** Owns: Sets (kind 4), as Maps. */
export const setKind: BuiltinKind<Set<unknown>> = {
  name: "Set",
  tag: tags.set,
  prototypes: [Set.prototype],
  is: types.isSet,
  encode(value, writer) {
    forEach.call(value, (item) => writer.value(item));
  },
  allocate: () => new Set(),
  fill(shell, node) {
    for (let at = 0; at < node.size; at++) add.call(shell, node.value(at));
    if (size.call(shell) !== node.size) throw node.corrupt("an element twice");
  },
  *edges(value) {
    const items: unknown[] = [];
    forEach.call(value, (item) => items.push(item));
    for (const [at, item] of items.entries()) yield [`.values()[${at}]`, item];
  },
};
