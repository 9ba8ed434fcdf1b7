/**
 * Owns: which objects may be the prototype of ordinary objects though they are no class's: `Object.create(defaults)`.
 * Does not own: prototypes of classes (prototypes.ts).
 *
 * I1 It is an ordinary object, stored as such or a constant of a module, and so is all that it inherits from, up to the prototype of
 *    `Object`, of `Iterator` or of a class whose instances are ordinary, or to nothing. Who writes and who reads asks the same.
 * I2 The chain is short, since every question about an inherited property goes up the whole of it.
 */
import { types } from "node:util";
import { FRAME } from "../realm.ts";
import { isBranded } from "./brands.ts";
import { classOf } from "./by-name.ts";
import { isNativeClass } from "./class-text.ts";
import { customOf } from "./codecs/custom.ts";
import { intrinsicName } from "./intrinsics.ts";
import { kinds } from "./kinds.ts";
import { isPrototypeFor } from "./prototypes.ts";
import type { CodeRegistry } from "./types.ts";

const DEEPEST = 100;

/** May ordinary objects inherit from it? */
export function isOrdinaryPrototype(value: object, registry: CodeRegistry): boolean {
  let at: object | null = value;
  for (let depth = 0; depth < DEEPEST; depth++) {
    if (at === null || at === Object.prototype || at === Iterator.prototype) return true;
    if (types.isProxy(at)) return false;
    if (classOf(at) !== undefined) return isPrototypeFor(at, null, registry);
    if (intrinsicName(at) !== undefined || isBranded(at, false) || isOfHost(at)) return false;
    at = Object.getPrototypeOf(at) as object | null;
    if (at !== null && makesOthers(at)) return false;
  }
  return false;
}

/** Has it methods that nothing names? What is under it is made by the engine or the host, and has slots. */
function isOfHost(proto: object): boolean {
  return Reflect.ownKeys(proto).some((key) => {
    const { value, get } = Object.getOwnPropertyDescriptor(proto, key) as PropertyDescriptor;
    return [value, get].some(
      (fn) => typeof fn === "function" && !types.isProxy(fn) && isNativeClass(fn) && intrinsicName(fn) === undefined,
    );
  });
}

/** Are objects under it stored as something else? */
function makesOthers(proto: object): boolean {
  const { byPrototype, records } = kinds();
  return byPrototype.has(proto) || records.has(proto) || customOf(proto) !== undefined || Object.hasOwn(proto, FRAME);
}
