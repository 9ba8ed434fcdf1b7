/**
 * Owns: what of a closure the user could have changed since it was made: name, length, `prototype`, what it inherits, own
 *   properties, whether it is extensible.
 * Does not own: what is said of it (codecs/function).
 *
 * I1 A closure is made again by its factory. What differs from what that gives would be lost: it is compared with one that the
 *    factory has made, once per function of compiled code.
 * I2 A name may be one that only run time knows (a field with a computed key): it is stored if it is a name as functions have them.
 */

import { setName } from "../../language/member.ts";
import type { ClosureTag } from "../../language/tag.ts";
import { shared } from "../../realm.ts";
import type { FunctionMeta } from "../../registry.ts";
import { sameKeys } from "../shapes.ts";

const { getOwnPropertyDescriptor, getPrototypeOf, isExtensible } = Object;

interface Looks {
  readonly proto: object | null;
  readonly keys: readonly (string | symbol)[];
  readonly name: PropertyDescriptor | undefined;
  readonly length: PropertyDescriptor | undefined;
  readonly prototype: PropertyDescriptor | undefined;
  /** Of the object that is its `prototype`. */
  readonly inner: { readonly proto: object | null; readonly keys: readonly (string | symbol)[] } | null;
}

/** The first capture of a function whose name only run time knows. */
const KEY = "(key)";

/** How the closure differs from what its factory makes: words to stand behind its name; undefined if it doesn't. */
export function oddityOf(fn: Function, { meta, captures }: ClosureTag): string | undefined {
  const looks = looksOf(meta, captures);
  const keys = Reflect.ownKeys(fn);
  if (!sameKeys(keys as string[], looks.keys as string[])) return otherKeys(keys, looks.keys);
  if (!isExtensible(fn)) return "which is not extensible";
  if (getPrototypeOf(fn) !== looks.proto) return "which has got another prototype";
  if (!isSame(getOwnPropertyDescriptor(fn, "length"), looks.length)) return "whose `length` was changed";
  const name = getOwnPropertyDescriptor(fn, "name");
  if (!isSame(name, nameIn(looks, meta, captures)) && !isName(name)) return "whose `name` was changed";
  return looks.prototype === undefined ? undefined : oddityOfPrototype(fn, looks);
}

/** The name of a closure, if its factory gives another one (I2). */
export function nameToKeep(fn: Function, { meta, captures }: ClosureTag): string | undefined {
  const name = getOwnPropertyDescriptor(fn, "name");
  return isSame(name, nameIn(looksOf(meta, captures), meta, captures)) ? undefined : (name?.value as string);
}

function nameIn(looks: Looks, meta: FunctionMeta, captures: readonly unknown[]): PropertyDescriptor | undefined {
  return meta.captures?.[0] === KEY ? nameBy(captures[0]) : looks.name;
}

function isName(name: PropertyDescriptor | undefined): boolean {
  return (
    name !== undefined &&
    typeof name.value === "string" &&
    !name.writable &&
    !name.enumerable &&
    name.configurable === true
  );
}

function otherKeys(keys: readonly (string | symbol)[], expected: readonly (string | symbol)[]): string {
  const added = keys.find((key) => !expected.includes(key));
  if (added !== undefined) return `which has got a property ${String(added)}`;
  const gone = expected.find((key) => !keys.includes(key));
  return gone === undefined ? "whose properties were made anew" : `which has lost its property ${String(gone)}`;
}

function oddityOfPrototype(fn: Function, { prototype, inner }: Looks): string | undefined {
  const own = getOwnPropertyDescriptor(fn, "prototype") as PropertyDescriptor;
  const other = "which has got another `prototype`";
  if (own.writable !== prototype?.writable) return other;
  if (inner === null) return own.value === prototype?.value ? undefined : other;
  const object: unknown = own.value;
  if (typeof object !== "object" || object === null || getPrototypeOf(object) !== inner.proto) return other;
  const keys = Reflect.ownKeys(object);
  const added = keys.find((key) => !inner.keys.includes(key));
  if (added !== undefined) return `which has got a property ${String(added)}`;
  const maker = getOwnPropertyDescriptor(object, "constructor");
  const isPlain =
    maker === undefined || (maker.value === fn && maker.writable && maker.configurable && !maker.enumerable);
  return isPlain && keys.length === inner.keys.length && isExtensible(object) ? undefined : other;
}

function isSame(left: PropertyDescriptor | undefined, right: PropertyDescriptor | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.value === right.value &&
    left.writable === right.writable &&
    left.enumerable === right.enumerable &&
    left.configurable === right.configurable &&
    left.get === right.get
  );
}

function nameBy(key: unknown): PropertyDescriptor | undefined {
  return getOwnPropertyDescriptor(
    setName(() => {}, key as PropertyKey),
    "name",
  );
}

function looksOf(meta: FunctionMeta, captures: readonly unknown[]): Looks {
  const all = shared("snapshot.looks", () => new WeakMap<FunctionMeta, Looks>());
  let looks = all.get(meta);
  if (looks === undefined) {
    looks = look((meta.make as NonNullable<FunctionMeta["make"]>)(...captures));
    all.set(meta, looks);
  }
  return looks;
}

function look(fn: Function): Looks {
  const prototype = getOwnPropertyDescriptor(fn, "prototype");
  const object: unknown = prototype?.value;
  const isObject = typeof object === "object" && object !== null;
  return {
    proto: getPrototypeOf(fn),
    keys: Reflect.ownKeys(fn),
    name: getOwnPropertyDescriptor(fn, "name"),
    length: getOwnPropertyDescriptor(fn, "length"),
    prototype,
    inner: isObject ? { proto: getPrototypeOf(object), keys: Reflect.ownKeys(object) } : null,
  };
}
