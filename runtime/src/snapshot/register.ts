/**
 * Owns: names that users give to classes and functions of modules that are not compiled, so that they can be stored.
 * Does not own: what compiled modules name by themselves (registry), codecs (codecs/custom).
 */
import { types } from "node:util";
import { errors } from "../errors.ts";
import { registry } from "../registry.ts";
import { customOf } from "./codecs/custom.ts";
import { SERIALIZE } from "./codecs/hooked.ts";
import { slotsOf } from "./host-slots.ts";

/**
 * Gives a class a name in snapshots, so that its instances can be stored: their own properties and their prototype. Classes of
 * compiled modules have one already. A second name for the same class is an old one, under which stored instances are found.
 *
 * @param name the same in every process, for instance `"shop/money#Money"`
 * @param cls the class
 * @throws CF2016 if instances hold more than properties, as those of classes of the language and the host do
 * @example registerClass("shop/money#Money", Money);
 */
export function registerClass(name: string, cls: abstract new (...args: never[]) => object): void {
  const slots = canSayItself(cls) ? undefined : slotsOf(cls.prototype);
  if (slots !== undefined) {
    const own = Object.getOwnPropertyDescriptor(cls, "name")?.value || "the class";
    const reason =
      slots === own
        ? "They hold more than properties."
        : `They are instances of ${slots}, which hold more than properties.`;
    throw errors.unstorableClass({ class: own, name, reason });
  }
  register(name, cls);
}

/** Has it a hook or a codec? Then the name is for the class alone, or for the hook. */
function canSayItself(cls: { prototype: object }): boolean {
  const { prototype } = cls;
  if (typeof prototype !== "object" || prototype === null || types.isProxy(prototype)) return true;
  return SERIALIZE in prototype || customOf(prototype) !== undefined;
}

/**
 * Gives a function a name in snapshots, so that references to it can be stored. Functions at the top of compiled modules have
 * one already.
 *
 * @param name the same in every process, for instance `"shop/tax#rate"`
 * @param fn the function
 * @example registerFunction("shop/tax#rate", rate);
 */
export function registerFunction(name: string, fn: (...args: never[]) => unknown): void {
  register(name, fn);
}

/** The first name stays the one that is written. */
function register(name: string, value: object): void {
  const first = registry().refOf(value);
  registry().register(name, value);
  if (first !== undefined) registry().register(first, value);
}
