/**
 * Owns: what ECMAScript does for methods and members that a run function outside of the class has to do by itself: `super`,
 * keys that are known at run time only, methods that were read from their object (docs/abi.md 8).
 * Does not own: private names, which only the text of the class can reach (compiler: emit/home).
 */
import {
  apply,
  create,
  defineProperty,
  each,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  objectOf,
  ownKeys,
  reflectGet,
  reflectSet,
  startsWith,
  stringOf,
  substring,
  uncurry,
} from "../builtins.ts";
import { TDZ } from "../realm.ts";

/** The object that a method is a member of. */
type Home = object;

/** `super.key` in a method of `home` (ECMA-262 13.3.7.3: the prototype is the one that home has now). */
export function superGet(home: Home, self: unknown, key: PropertyKey): unknown {
  const base = getPrototypeOf(home);
  if (base === null) throw new TypeError(`Cannot read properties of null (reading '${stringOf(key)}')`); // native error: GetValue
  return reflectGet(base, key, self);
}

/** `super.key` as a place that is read and written. @param isSloppy a write that fails is passed over */
export function superPlace(home: Home, self: unknown, key: PropertyKey, isSloppy = false): { v: unknown } {
  return {
    get v() {
      return superGet(home, self, key);
    },
    set v(value: unknown) {
      const base = getPrototypeOf(home);
      if (base === null) throw new TypeError(`Cannot set properties of null (setting '${stringOf(key)}')`); // native error: PutValue
      if (!reflectSet(base, key, value, self) && !isSloppy)
        throw new TypeError(`Cannot assign to read only property '${stringOf(key)}' of object`); // native error: PutValue, strict
    },
  };
}

/** `delete super.key`, once `this` and the key have been evaluated. */
export function superDelete(): never {
  throw new ReferenceError("Unsupported reference to 'super'"); // native error: delete of a super reference
}

/** A method that was read from its object, to be called as one; anything else as it is, so that the call fails as it should. */
export function bind(fn: unknown, self: unknown): unknown {
  return typeof fn === "function" ? (...args: unknown[]) => apply(fn, self, args) : fn;
}

/** The property key that a value stands for. */
export function toKey(value: unknown): PropertyKey {
  return ownKeys({ [value as string]: 0 })[0] as PropertyKey;
}

/**
 * Puts durable methods in the places that their class has kept for them, as members with the attributes of methods.
 * @param members functions (null: a member that is no durable method) and keys, in order: of one key the last counts
 */
export function putMembers(home: Home, ...members: unknown[]): void {
  for (let at = 0; at < members.length; at += 2) {
    const value = members[at];
    if (value !== null && isLast(members, at + 1)) defineProperty(home, members[at + 1] as PropertyKey, { value });
  }
}

/**
 * Puts accessors of an object literal in the places that it has kept for them by a sentinel, unless something came after that.
 * @param parts them as methods, `get x` and `set x`
 */
export function putAccessors(object: object, parts: object): object {
  const pairs = create(null) as Record<string, PropertyDescriptor>;
  each(ownKeys(parts), (name) => {
    const key = substring(name as string, ACCESSOR.length);
    pairs[key] ??= { enumerable: true, configurable: true };
    const value = getOwnPropertyDescriptor(parts, name)?.value;
    if (startsWith(name as string, ACCESSOR)) pairs[key].get = value;
    else pairs[key].set = value;
  });
  each(ownKeys(pairs), (key) => {
    const isKept = getOwnPropertyDescriptor(object, key)?.value === TDZ;
    if (isKept) defineProperty(object, key, pairs[key as string] as PropertyDescriptor);
  });
  return object;
}

/** What stands before the key of a getter, as long as what stands before that of a setter. */
const ACCESSOR = "get ";

/** Does the key at this place not come again? */
function isLast(members: readonly unknown[], place: number): boolean {
  for (let at = place + 2; at < members.length; at += 2) if (members[at] === members[place]) return false;
  return true;
}

const description = uncurry(
  Object.getOwnPropertyDescriptor(Symbol.prototype, "description")?.get as (this: never) => string | undefined,
);

/** Names a function by a key (ECMA-262 10.2.9). */
export function setName(fn: Function, key: PropertyKey): Function {
  const text = typeof key === "symbol" ? description(key) : stringOf(key);
  const value = typeof key === "symbol" && text !== undefined ? `[${text}]` : (text ?? "");
  defineProperty(fn, "name", { value, configurable: true });
  return fn;
}

/** What is left of an object's properties (ECMA-262 7.3.26: keys once, then of each that was not taken descriptor and value). */
export function rest(source: unknown, taken: readonly PropertyKey[]): object {
  const object = objectOf(source);
  const copy = {};
  each(ownKeys(object), (key) => {
    for (let at = 0; at < taken.length; at++) if (taken[at] === key) return;
    if (!getOwnPropertyDescriptor(object, key)?.enumerable) return;
    const value = (object as Record<PropertyKey, unknown>)[key];
    defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true });
  });
  return copy;
}

/** An object with one property, whose function is made and named once the key is known. */
export function property(value: unknown, make: (key: PropertyKey) => Function): object {
  const key = toKey(value);
  const holder = {};
  defineProperty(holder, key, { value: make(key), writable: true, enumerable: true, configurable: true });
  return holder;
}
