/** Owns: reading objects that have no shape: many or symbol keys (kind 14), unusual attributes (kind 15). */
import { readProperties } from "../attributes.ts";
import { close } from "../integrity.ts";
import type { NodeReader } from "../node-reader.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";

function allocate(node: NodeReader): object {
  if (node.isReference(0)) return Object.create(node.graph.prototype(node.reference(0), null));
  const token = node.primitive(0);
  if (token !== 0 && token !== null) throw node.corrupt("an object without its prototype");
  return token === null ? Object.create(null) : {};
}

function needs(node: NodeReader): number[] {
  return node.isReference(0) ? [node.reference(0)] : [];
}

export const objectKind: Kind<object> = {
  name: "object",
  tag: tags.object,
  is: () => false,
  encode() {},
  needs,
  allocate,
  fill(shell, node) {
    for (let at = 2; at < node.size; at += 2) {
      const [key, value] = [node.key(at), node.value(at + 1)];
      if (Object.hasOwn(shell, key)) throw node.corrupt("a property is defined twice");
      Object.defineProperty(shell, key, { value, writable: true, enumerable: true, configurable: true });
    }
    close(shell, node.int(1, 0, 3));
  },
};

export const describedKind: Kind<object> = {
  name: "object",
  tag: tags.described,
  is: () => false,
  encode() {},
  needs,
  allocate,
  fill(shell, node) {
    readProperties(shell, node, 2, node.size);
    if (!node.bool(1)) Object.preventExtensions(shell);
  },
};
