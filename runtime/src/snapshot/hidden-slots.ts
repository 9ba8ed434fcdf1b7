/**
 * Owns: slots of frames that are the compiler's own and that compiled code takes for what they are: what may stand there.
 * Does not own: variables of users, which may hold anything.
 */
import { AsyncDelegate } from "../language/async-delegate.ts";
import { Delegate } from "../language/delegate.ts";
import { AsyncLoopIterator, isLoopIterator } from "../language/iterate.ts";
import type { CheckSlot, StoredSlots } from "./codecs/frame.ts";
import { elementsOf, fieldsOf } from "./own-fields.ts";

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
  scope(value, graph, frame, field) {
    if (value === undefined) return;
    graph.finally(() => {
      const scope = fieldsOf(value, ["resources", "failed"]);
      const resources = elementsOf(scope?.resources)?.map((one) => fieldsOf(one, ["value", "fn", "kind"]));
      const isSound = resources?.every(
        (one) => one !== undefined && (one.fn === undefined || typeof one.fn === "function"),
      );
      if (!isSound) throw graph.corrupt("a block without its resources");
      frame[field] = { ...scope, resources }; // of its own: it is written into, and this one may be a module's
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
