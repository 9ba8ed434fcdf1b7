/**
 * Owns: what ECMAScript does for methods and members that a run function outside of the class has to do by itself: `super`,
 * keys that are known at run time only, methods that were read from their object (docs/abi.md 8).
 * Does not own: private names, which only the text of the class can reach (compiler: emit/home).
 */

/** The object that a method is a member of. */
type Home = object;

/** `super.key` in a method of `home` (ECMA-262 13.3.7.3: the prototype is the one that home has now). */
export function superGet(home: Home, self: unknown, key: PropertyKey): unknown {
  const base = Object.getPrototypeOf(home) as object | null;
  if (base === null) throw new TypeError(`Cannot read properties of null (reading '${String(key)}')`); // native error: GetValue
  return Reflect.get(base, key, self);
}

/** `super.key` as a place that is read and written. */
export function superPlace(home: Home, self: unknown, key: PropertyKey): { v: unknown } {
  return {
    get v() {
      return superGet(home, self, key);
    },
    set v(value: unknown) {
      const base = Object.getPrototypeOf(home) as object | null;
      if (base === null) throw new TypeError(`Cannot set properties of null (setting '${String(key)}')`); // native error: PutValue
      if (!Reflect.set(base, key, value, self))
        throw new TypeError(`Cannot assign to read only property '${String(key)}' of object`); // native error: PutValue, strict
    },
  };
}

/** A method that was read from its object, to be called as one; anything else as it is, so that the call fails as it should. */
export function bind(fn: unknown, self: unknown): unknown {
  return typeof fn === "function" ? (...args: unknown[]) => Reflect.apply(fn, self, args) : fn;
}

/** The property key that a value stands for. */
export function toKey(value: unknown): PropertyKey {
  return Reflect.ownKeys({ [value as string]: 0 })[0] as PropertyKey;
}

/** Names a function by a key (ECMA-262 10.2.9). */
export function setName(fn: Function, key: PropertyKey): Function {
  const text = typeof key === "symbol" ? key.description : String(key);
  const value = typeof key === "symbol" && text !== undefined ? `[${text}]` : (text ?? "");
  return Object.defineProperty(fn, "name", { value, configurable: true });
}

/** An object with one property, whose function is made and named once the key is known. */
export function property(value: unknown, make: (key: PropertyKey) => Function): object {
  const key = toKey(value);
  const holder = {};
  Object.defineProperty(holder, key, { value: make(key), writable: true, enumerable: true, configurable: true });
  return holder;
}
