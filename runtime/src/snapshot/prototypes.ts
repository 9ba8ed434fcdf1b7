/**
 * Owns: which prototypes a snapshot may ask for.
 *
 * I1 Only intrinsics and prototypes of registered classes, and only if the brand that instances get is the one that the
 *    prototype's chain promises: no plain object with `Date.prototype`, no Map that says it is a Set.
 */
import type { GraphReader } from "./graph-reader.ts";
import { kinds } from "./kinds.ts";
import { tags } from "./tags.ts";
import type { AnyBuiltinKind } from "./types.ts";

/** Checks the value of a prototype node for instances of a kind; null: ordinary objects. */
export function prototypeOf(tag: number, value: unknown, kind: AnyBuiltinKind | null, graph: GraphReader): object {
  if ((tag !== tags.prototype && tag !== tags.intrinsic) || typeof value !== "object" || value === null) {
    throw graph.corrupt("a prototype that is none");
  }
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (!kinds().byPrototype.has(at)) continue;
    if (kind?.prototypes?.includes(at)) return value;
    throw graph.corrupt("a prototype that does not fit");
  }
  if (kind !== null) throw graph.corrupt("a prototype that does not fit");
  return value;
}
