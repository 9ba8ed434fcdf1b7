/**
 * Owns: instances with private fields of classes of compiled modules (a named kind): class, values of the fields, properties.
 * Does not own: access to the fields, which the compiler makes in the text of the class (registry: PrivateHook).
 *
 * I1 A shell gets its private names from the class itself, whose constructor and initializers do nothing meanwhile.
 * I2 From the first class with private names on, all that it extends is compiled so, up to `Error`, `Object` or nothing: what is not
 *    would run its constructor. It is asked of those who write and of those who read.
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
import { errorKind } from "./error.ts";

/** Behind class, extensibility and number. */
const FIRST = 3;

/** A class whose private names can be stored. */
interface Level {
  readonly cls: Function;
  readonly hook: PrivateHook;
}

/** The first class in a prototype chain that has private names which can be stored. */
export function hookOf(proto: object): Level | undefined {
  for (let at: object | null = proto; at !== null; at = Object.getPrototypeOf(at)) {
    const cls = classOf(at);
    const hook = cls && registry().privateHook(cls);
    if (cls !== undefined && hook !== undefined) return { cls, hook };
  }
  return undefined;
}

/** That class and all that it extends; undefined if one of them can't be made without running code of the user's (I2). */
export function levelsOf(proto: object): { levels: readonly Level[]; isError: boolean } | undefined {
  const levels: Level[] = [];
  for (let at: object | null = proto; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    if (errorKind.prototypes.includes(at)) return { levels, isError: true };
    const cls = classOf(at);
    const hook = cls && registry().privateHook(cls);
    if (cls !== undefined && hook !== undefined) levels.push({ cls, hook });
    else if (levels.length > 0) return undefined;
  }
  return { levels, isError: false };
}

/** Names and values of the fields; those of a class that is extended have a `^` for each level. */
function fieldsOf(value: object, levels: readonly Level[]): [name: string, value: unknown][] {
  return levels.flatMap(({ hook }, level) => {
    const values = hook.get(value);
    return hook.names.map((name, index): [string, unknown] => ["^".repeat(level) + name, values[index]]);
  });
}

/** Writes the node of an instance. */
export function writePrivate(writer: GraphWriter, value: object): void {
  const proto = Object.getPrototypeOf(value);
  const { levels = [], isError = false } = levelsOf(proto) ?? {};
  const hasSlots = isError ? errorKind.is(value as Error) : !isBranded(value, false);
  if (levels.length === 0 || !levels.every(({ hook }) => hook.has(value)) || !hasSlots)
    writer.refuse("an object with the prototype of a class that did not make it", "make it by `new`");
  const fields = fieldsOf(value, levels);
  writer.begin(privateKind.tag);
  writer.value(privateKind.name);
  writer.value(classOf(proto));
  writer.value(Object.isExtensible(value));
  writer.value(fields.length);
  for (const [name, field] of fields) {
    writer.value(name);
    writer.value(field);
  }
  writeProperties(writer, value, Reflect.ownKeys(value));
  writer.end();
}

/** Has all that a pattern may ask for, so that no default is evaluated. */
const anything: object = new Proxy(
  {},
  { get: (_target, key) => (key === Symbol.iterator ? iterate : key === Symbol.toPrimitive ? () => "" : anything) },
);
const MOST_ELEMENTS = 64;
const shellArguments: readonly object[] = new Array(MOST_ELEMENTS).fill(anything);

function* iterate(): Generator<object> {
  for (let count = 0; count < MOST_ELEMENTS; count++) yield anything;
}

/** An instance with its private names and nothing else. */
function makeShell(maker: Function, cls: Function): object {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const shell: object = registry().makeShell(() => Reflect.construct(maker, shellArguments, cls));
    for (const key of Reflect.ownKeys(shell)) Reflect.deleteProperty(shell, key);
    return shell;
  } finally {
    Error.stackTraceLimit = limit;
  }
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
    const levels = typeof proto === "object" && proto !== null ? levelsOf(proto)?.levels : undefined;
    const maker = levels?.[0]?.cls;
    if (maker === undefined) throw node.corrupt("an instance of a class without private fields that can be stored");
    const shell = makeShell(maker, cls as Function);
    if (!levels?.every(({ hook }) => hook.has(shell))) throw node.corrupt("a class that makes no instances");
    return shell;
  },
  fill(shell, node) {
    const levels = levelsOf(Object.getPrototypeOf(shell))?.levels ?? [];
    const count = node.int(2, 0, node.size);
    const end = FIRST + 2 * count;
    if (end > node.size) throw node.corrupt("private fields are cut off");
    const stored = new Map<string, unknown>();
    for (let at = FIRST; at < end; at += 2) stored.set(node.text(at), node.value(at + 1));
    const names = levels.map(({ hook }, level) => hook.names.map((name) => "^".repeat(level) + name));
    if (stored.size !== names.flat().length || !names.flat().every((name) => stored.has(name))) {
      // A private name that was a field may be a method now: the shape of the class does not tell.
      const reason = "It has other private fields now";
      throw errors.incompatibleCode({ function: levels[0]?.cls.name ?? "", reason });
    }
    for (const [level, { hook }] of levels.entries())
      hook.set(shell, names[level]?.map((name) => stored.get(name)) ?? []);
    readProperties(shell, node, end, node.size);
    if (!node.bool(1)) Object.preventExtensions(shell);
  },
};
