/**
 * Owns: instances with private fields of classes of compiled modules (a named kind): class, values of the fields, properties.
 * Does not own: access to the fields, which the compiler makes in the text of the class (registry: PrivateHook).
 *
 * I1 A shell gets its private names from the class itself, whose constructor and initializers do nothing meanwhile.
 * I2 Only one class of a chain may have private names, and it extends nothing: others would run their constructors.
 */
import { types } from "node:util";
import { errors } from "../../errors.ts";
import { type PrivateHook, registry } from "../../registry.ts";
import { readProperties, writeProperties } from "../attributes.ts";
import { isBranded } from "../brands.ts";
import { classOf } from "../by-name.ts";
import type { GraphWriter } from "../graph-writer.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";

/** Behind class, extensibility and number. */
const FIRST = 3;

/** The class in a prototype chain that has private names which can be stored. */
export function hookOf(proto: object): { cls: Function; hook: PrivateHook } | undefined {
  for (let at: object | null = proto; at !== null; at = Object.getPrototypeOf(at)) {
    const cls = classOf(at);
    const hook = cls && registry().privateHook(cls);
    if (cls !== undefined && hook !== undefined) return { cls, hook };
  }
  return undefined;
}

/** Writes the node of an instance. */
export function writePrivate(writer: GraphWriter, value: object): void {
  const proto = Object.getPrototypeOf(value);
  const found = hookOf(proto);
  if (found === undefined || !found.hook.has(value) || isBranded(value, false))
    writer.refuse("an object with the prototype of a class that did not make it", "make it by `new`");
  const fields = found.hook.get(value);
  writer.begin(privateKind.tag);
  writer.value(privateKind.name);
  writer.value(classOf(proto));
  writer.value(Object.isExtensible(value));
  writer.value(fields.length);
  for (const [index, field] of fields.entries()) {
    writer.value(found.hook.names[index]);
    writer.value(field);
  }
  writeProperties(writer, value, Reflect.ownKeys(value));
  writer.end();
}

export const privateKind: Kind<object> = {
  name: "private",
  tag: tags.named,
  is: () => false,
  encode() {},
  needs: (node) => [node.reference(0)],
  allocate(node) {
    const cls = node.value(0);
    const isNamed = typeof cls === "function" && !types.isProxy(cls) && node.registry.refOf(cls) !== undefined;
    const proto: unknown = isNamed ? Object.getOwnPropertyDescriptor(cls, "prototype")?.value : undefined;
    const found = typeof proto === "object" && proto !== null ? hookOf(proto) : undefined;
    if (found === undefined) throw node.corrupt("an instance of a class without private fields that can be stored");
    const shell = registry().makeShell(() => Reflect.construct(found.cls, [], cls as Function));
    for (const key of Reflect.ownKeys(shell)) Reflect.deleteProperty(shell, key);
    return shell;
  },
  fill(shell, node) {
    const { hook, cls } = hookOf(Object.getPrototypeOf(shell)) as { hook: PrivateHook; cls: Function };
    const count = node.int(2, 0, node.size);
    const end = FIRST + 2 * count;
    if (end > node.size) throw node.corrupt("private fields are cut off");
    const stored = new Map<string, unknown>();
    for (let at = FIRST; at < end; at += 2) stored.set(node.text(at), node.value(at + 1));
    const { names } = hook;
    if (stored.size !== names.length || !names.every((name) => stored.has(name))) {
      // A private name that was a field may be a method now: the shape of the class does not tell.
      throw errors.incompatibleCode({ function: cls.name, reason: "It has other private fields now" });
    }
    hook.set(
      shell,
      names.map((name) => stored.get(name)),
    );
    readProperties(shell, node, end, node.size);
    if (!node.bool(1)) Object.preventExtensions(shell);
  },
};
