import { types } from "node:util";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";

const { forEach, set } = Map.prototype;
const size = Object.getOwnPropertyDescriptor(Map.prototype, "size")?.get as (this: object) => number;

/** Owns: Maps (kind 3), read and filled by the engine's own methods: a subclass may have changed them. */
export const mapKind: BuiltinKind<Map<unknown, unknown>> = {
  name: "Map",
  tag: tags.map,
  prototypes: [Map.prototype],
  is: types.isMap,
  encode(value, writer) {
    forEach.call(value, (item, key) => {
      writer.value(key);
      writer.value(item);
    });
  },
  allocate: () => new Map(),
  fill(shell, node) {
    for (let at = 0; at < node.size; at += 2) set.call(shell, node.value(at), node.value(at + 1));
    if (size.call(shell) * 2 !== node.size) throw node.corrupt("a key twice");
  },
  *edges(value) {
    const entries: [unknown, unknown][] = [];
    forEach.call(value, (item, key) => entries.push([key, item]));
    for (const [at, [key, item]] of entries.entries()) {
      yield [typeof key === "string" ? `.get(${JSON.stringify(key)})` : `.values()[${at}]`, item];
      yield [`.keys()[${at}]`, key];
    }
  },
};
