/**
 * Owns: classes that say themselves what is stored of them (kind 21):
 * `[Symbol.for("coldframe.serialize")]()` gives a state, static `[Symbol.for("coldframe.deserialize")](shell, state)` takes it.
 *
 * I1 The shell has the class's prototype, and the slots of a built-in class it extends; no constructor of the user's is called.
 * I2 `deserialize` runs when the whole graph stands, states within states first. It may not replace the shell: others hold it.
 */
import { types } from "node:util";
import { errors } from "../../errors.ts";
import { classOf, writeByName } from "../by-name.ts";
import type { GraphWriter } from "../graph-writer.ts";
import { intrinsicName } from "../intrinsics.ts";
import { tags } from "../tags.ts";
import type { Kind } from "../types.ts";

export const SERIALIZE: unique symbol = Symbol.for("coldframe.serialize") as never;
export const DESERIALIZE: unique symbol = Symbol.for("coldframe.deserialize") as never;

interface Hooked {
  [SERIALIZE]?(): unknown;
}

interface HookedClass {
  prototype: object;
  [DESERIALIZE]?(shell: object, state: unknown): unknown;
}

/** Writes the node of an instance that has the hook. */
export function writeHooked(writer: GraphWriter, value: object): void {
  if (writeByName(writer, value)) return;
  const cls = classOf(Object.getPrototypeOf(value)) as Function;
  const state = runHook(`${nameOf(cls)}[Symbol.for("coldframe.serialize")]`, () => (value as Hooked)[SERIALIZE]?.());
  if (!isClassWithHook(cls))
    writer.refuse(
      `an instance of ${nameOf(cls)}, which says what is stored of it and does not take it back,`,
      'give the class a static method `[Symbol.for("coldframe.deserialize")](shell, state)`',
    );
  if (!canMakeShell(cls))
    writer.refuse(
      `an instance of ${nameOf(cls)}, whose built-in base can't be made empty,`,
      "keep what it is made from",
    );
  writer.begin(tags.hooked);
  writer.value(cls);
  writer.value(state);
  writer.end();
}

/** Runs a hook of the user's; what it throws becomes the cause of a coded error. */
export function runHook<T>(hook: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw errors.hookFailed({ hook, message: messageOf(cause) }, { cause });
  }
}

/** What was thrown may be anything, and fail when it is asked. */
function messageOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return "it threw what has no text";
  }
}

/** The name of a class; a static getter is not asked. */
function nameOf(cls: Function): string {
  const name = Object.getOwnPropertyDescriptor(cls, "name")?.value;
  return typeof name === "string" ? name : "a class";
}

export const hookedKind: Kind<object> = {
  name: "hooked instance",
  tag: tags.hooked,
  is: () => false,
  encode() {},
  needs: (node) => [node.reference(0)],
  allocate(node) {
    const cls = node.value(0);
    if (node.size !== 2 || !isClassWithHook(cls) || node.registry.refOf(cls) === undefined)
      throw node.corrupt(`a class without static [Symbol.for("coldframe.deserialize")]`);
    return makeShell(cls);
  },
  fill(shell, node) {
    const cls = node.value(0) as HookedClass & Function;
    node.graph.runHookLast(() => {
      const hook = `${nameOf(cls)}[Symbol.for("coldframe.deserialize")]`;
      const result = runHook(hook, () => cls[DESERIALIZE]?.(shell, node.value(1)));
      if (result !== undefined && result !== shell) {
        throw errors.hookFailed({ hook, message: "it returned another object than the one it was given" });
      }
    });
  },
};

/** I1: only a built-in constructor runs. */
function makeShell(cls: HookedClass): object {
  return Reflect.construct(builtinBase(cls.prototype), [], cls as unknown as Function);
}

const shells = new WeakMap<HookedClass, boolean>();

/** Some want an argument: what is written can be read. */
function canMakeShell(cls: HookedClass): boolean {
  let can = shells.get(cls);
  if (can === undefined) {
    try {
      makeShell(cls);
      can = true;
    } catch {
      can = false;
    }
    shells.set(cls, can);
  }
  return can;
}

function isClassWithHook(cls: unknown): cls is HookedClass {
  if (typeof cls !== "function" || types.isProxy(cls)) return false;
  const prototype: unknown = Object.getOwnPropertyDescriptor(cls, "prototype")?.value;
  if (typeof prototype !== "object" || prototype === null || types.isProxy(prototype)) return false;
  return typeof (cls as unknown as HookedClass)[DESERIALIZE] === "function";
}

/** The built-in constructor that gives instances their slots. */
function builtinBase(prototype: object): Function {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    if (intrinsicName(at) !== undefined) return classOf(at) ?? Object;
  }
  return Object;
}
