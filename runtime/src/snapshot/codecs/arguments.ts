/**
 * Owns: `arguments` of a strict function (a named kind): its elements.
 *
 * I1 Only what a call makes: elements in order, the length that the call gave, no own properties beside.
 */
import { types } from "node:util";
import type { GraphWriter } from "../graph-writer.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";

function ofCall(..._args: unknown[]): IArguments {
  // biome-ignore lint/complexity/noArguments: the very object is wanted
  return arguments;
}

/** `length`, `callee` and the iterator method. */
const OWN_BESIDE = 3;

export const argumentsKind: Kind<IArguments> = {
  name: "arguments",
  tag: tags.named,
  is: types.isArgumentsObject,
  encode(value, writer) {
    if (Reflect.ownKeys(value).length !== value.length + OWN_BESIDE || !Object.isExtensible(value)) {
      writer.refuse("an arguments object with own properties", "copy it: `[...arguments]`");
    }
    for (let at = 0; at < value.length; at++) writer.value(value[at]);
  },
  allocate: (node) => ofCall(...new Array(node.size)),
  fill(shell, node) {
    for (let at = 0; at < node.size; at++) shell[at] = node.value(at);
  },
};

/** Writes the node of an arguments object, whose prototype is that of ordinary objects. */
export function writeArguments(writer: GraphWriter, value: IArguments): void {
  writer.begin(argumentsKind.tag);
  writer.value(argumentsKind.name);
  argumentsKind.encode(value, writer);
  writer.end();
}
