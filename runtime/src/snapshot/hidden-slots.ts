/**
 * Owns: slots of frames that are the compiler's own and that compiled code takes for what they are: what may stand there.
 * Does not own: variables of users, which may hold anything.
 */
import { AsyncDelegate } from "../language/async-delegate.ts";
import { Delegate } from "../language/delegate.ts";
import { AsyncLoopIterator, isLoopIterator } from "../language/iterate.ts";
import type { CheckSlot, StoredSlots } from "./codecs/frame.ts";
import { fieldsOf } from "./own-fields.ts";

/** By the canonical key without its number; the field of each begins with `$`, which no variable of the same name has. */
const checks: Readonly<Record<string, CheckSlot>> = {
  iterator(value, graph) {
    const isSound =
      value === undefined ||
      isLoopIterator(value) ||
      value instanceof AsyncLoopIterator ||
      value instanceof Delegate ||
      value instanceof AsyncDelegate;
    if (!isSound) throw graph.corrupt("a loop without its iterator");
  },
  scope(value, graph) {
    if (value === undefined) return;
    graph.finally(() => {
      const resources = fieldsOf(value, ["resources"])?.resources;
      const isResource = (resource: unknown) => {
        const fn = fieldsOf(resource, ["value", "fn", "kind"]);
        return fn !== undefined && (fn.fn === undefined || typeof fn.fn === "function");
      };
      if (!Array.isArray(resources) || !resources.every(isResource))
        throw graph.corrupt("a block without its resources");
    });
  },
};

/** Which of these slots are checked. */
export function hiddenSlots(fields: readonly string[], keys: readonly string[]): StoredSlots["hidden"] {
  return fields.flatMap((field, at) => {
    const [, name = ""] = /^(iterator|scope)\d+$/.exec(keys[at] as string) ?? [];
    const check = checks[name];
    return check !== undefined && field.startsWith(`$${name}`) ? [{ at, check }] : [];
  });
}
