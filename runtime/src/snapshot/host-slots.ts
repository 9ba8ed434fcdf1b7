/**
 * Owns: which prototypes promise instances with slots that no kind stores: classes of the language, the host and addons.
 * Does not own: what is advised instead (foreign.ts, host-classes.ts).
 */
import { types } from "node:util";
import { classOf } from "./by-name.ts";
import { isNativeClass } from "./class-text.ts";
import { hostClassOf } from "./host-classes.ts";
import { intrinsicName } from "./intrinsics.ts";
import { kinds } from "./kinds.ts";

/** Prototypes of the language whose instances are ordinary objects. */
const ordinary = new Set<object>([Object.prototype, Iterator.prototype]);

/** The name of the class in a prototype chain whose instances have slots that no kind stores; undefined if there is none. */
export function slotsOf(proto: object): string | undefined {
  const host = hostClassOf(Object.create(proto) as object);
  if (host !== undefined) return host.name;
  for (let at: object | null = proto; at !== null && !types.isProxy(at); at = Object.getPrototypeOf(at)) {
    if (ordinary.has(at) || kinds().byPrototype.has(at)) return undefined;
    const name = intrinsicName(at);
    if (name !== undefined) return name.replace(/\.prototype$/, "");
    const cls = classOf(at);
    if (cls !== undefined && isNativeClass(cls)) return cls.name;
  }
  return undefined;
}
