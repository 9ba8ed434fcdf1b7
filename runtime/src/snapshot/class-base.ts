/**
 * Owns: what instances of a registered class are by inheritance, asked of its prototype alone: by those who write and those who read.
 * Does not own: which classes are registered (registry), classes with hooks or private fields that can be stored (codecs/).
 */
import { types } from "node:util";
import { classOf } from "./by-name.ts";
import { hasPrivateNames, isNativeClass } from "./class-text.ts";
import { intrinsicName } from "./intrinsics.ts";
import { kinds } from "./kinds.ts";
import type { AnyBuiltinKind, CodeRegistry } from "./types.ts";

/** The kind that instances have, null for ordinary objects, and the built-in prototype that says so; or the class that nothing here can look into. */
export type Base =
  | { readonly kind: AnyBuiltinKind | null; readonly proto: object | null }
  | { readonly closed: Function };

/** Undefined if instances can't be stored. */
export function baseOf(proto: object, registry: CodeRegistry): Base | undefined {
  for (let at: object | null = proto; at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at)) return undefined;
    const kind = kinds().byPrototype.get(at);
    if (kind !== undefined) return { kind, proto: at };
    if (at === Object.prototype || at === Iterator.prototype) return { kind: null, proto: at };
    if (intrinsicName(at) !== undefined) return undefined;
    const cls = classOf(at);
    if (cls !== undefined && isNativeClass(cls)) return undefined;
    if (cls !== undefined && isClosed(cls, registry)) return { closed: cls };
  }
  return { kind: null, proto: null };
}

/** Whether a class has private names that nothing here can reach. */
function isClosed(cls: Function, registry: CodeRegistry): boolean {
  if (registry.privateHook(cls) !== undefined) return false;
  const compiled = registry.compiledClass(cls);
  return compiled ? compiled.members.some((word) => word.startsWith("#")) : hasPrivateNames(cls);
}
