/**
 * Owns: which prototypes a snapshot may ask for.
 * Does not own: what instances of a class are (class-base.ts).
 *
 * I1 Only those that a writer gives: of registered classes, and of built-in errors. The brand that instances get is the one that
 *    the prototype's chain promises: no plain object with `Date.prototype`, no Map that says it is a Set, no Float64Array that says
 *    it is a Buffer. What a class stores by hooks or in private fields does not come without them.
 */
import { types } from "node:util";
import { classOf } from "./by-name.ts";
import { baseOf } from "./class-base.ts";
import { SERIALIZE } from "./codecs/hooked.ts";
import { hookOf } from "./codecs/private.ts";
import { hostClassOf } from "./host-classes.ts";
import type { CodeRegistry } from "./types.ts";

/**
 * May instances have it?
 *
 * @param value what a prototype node stands for
 * @param own prototypes of plain instances; null: instances are ordinary objects
 */
export function isPrototypeFor(value: unknown, own: readonly object[] | null, registry: CodeRegistry): value is object {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
  if (own?.includes(value)) return true;
  const cls = classOf(value);
  if (cls === undefined || registry.refOf(cls) === undefined) return false;
  const base = baseOf(value, registry);
  if (base === undefined || "closed" in base) return false;
  if (hookOf(value) !== undefined) return false;
  if (own !== null) return base.proto !== null && own.includes(base.proto);
  if (base.kind !== null || SERIALIZE in value) return false;
  return hostClassOf(Object.create(value)) === undefined;
}
