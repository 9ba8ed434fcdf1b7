/**
 * Owns: `arguments` of a strict function (a named kind): its elements.
 *
 * I1 Only what a call makes: elements in order, the length that the call gave, nothing redefined.
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

/** The elements, if there is nothing else that a call of a strict function would not give it again. */
function elementsOf(value: object): unknown[] | null {
  const properties = Object.getOwnPropertyDescriptors(value) as Record<string, PropertyDescriptor>;
  const length: unknown = properties.length?.value;
  // Only a strict function's `callee` is an accessor; a sloppy one's elements may also be its variables.
  if (properties.callee?.get === undefined || typeof length !== "number" || !Object.isExtensible(value)) return null;
  if (Reflect.ownKeys(value).length !== length + OWN_BESIDE) return null;
  const elements = Array.from({ length }, (_, at) => properties[at]);
  const plain = elements.every((it) => it?.writable === true && it.enumerable === true && it.configurable === true);
  return plain ? elements.map((element) => element?.value) : null;
}

export const argumentsKind: Kind<IArguments> = {
  name: "arguments",
  tag: tags.named,
  is: types.isArgumentsObject,
  encode(value, writer) {
    const elements = elementsOf(value);
    if (elements === null || Object.getPrototypeOf(value) !== Object.prototype) {
      return writer.refuse(
        "an arguments object of a sloppy function, or with own properties",
        "copy it: `[...arguments]`",
      );
    }
    for (const element of elements) writer.value(element);
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
