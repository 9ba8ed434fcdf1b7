/** Owns: rows for what users do to values: each kind frozen, sealed, with own properties of all sorts, with another prototype, shared. */
import { Bag, Bytes, Failure, helper, Point, Row as RowOfArray } from "../kit/classes.ts";
import { count, makeAdd, makeLater } from "../kit/code.ts";
import type { Rows } from "./row.ts";

function callArguments(..._args: unknown[]): object {
  // biome-ignore lint/complexity/noArguments: the very object is wanted
  return arguments;
}

/** Made of what an object of its prototype has. */
const ordinary: Record<string, () => object> = {
  object: () => ({ a: 1 }),
  "object without prototype": () => Object.assign(Object.create(null), { x: 1 }),
  instance: () => new Point(),
};

/** With slots. */
const branded: Record<string, () => object> = {
  array: () => [1, {}],
  Map: () => new Map([["k", {}]]),
  Set: () => new Set([{}]),
  Date: () => new Date(5),
  RegExp: () => /a/g,
  Error: () => new TypeError("x", { cause: 1 }),
  AggregateError: () => new AggregateError([1], "m"),
  DOMException: () => new DOMException("m", "n"),
  ArrayBuffer: () => new ArrayBuffer(4),
  "resizable ArrayBuffer": () => new ArrayBuffer(4, { maxByteLength: 8 }),
  Uint8Array: () => new Uint8Array([1, 2]),
  "empty Uint8Array": () => new Uint8Array(0),
  Float64Array: () => new Float64Array(30),
  DataView: () => new DataView(new ArrayBuffer(4)),
  Buffer: () => Buffer.from("abc"),
  Boolean: () => Object(false),
  Number: () => Object(1),
  String: () => Object("ab"),
  Symbol: () => Object(Symbol.iterator),
  BigInt: () => Object(1n),
  URL: () => new URL("http://a/?b=1"),
  URLSearchParams: () => new URLSearchParams("a=1"),
  "subclass of Map": () => new Bag([[1, 2]]),
  "subclass of TypeError": () => new Failure("f"),
  "subclass of Uint8Array": () => new Bytes(2),
  "subclass of Array": () => RowOfArray.from([1]),
};

/** Made again by code: nothing of the user's may be on them. */
const remade: Record<string, () => object> = {
  "plain closure": () => makeAdd({ v: 1 }, 2),
  "durable closure": () => makeLater(1),
  "generator object": () => count(2),
  "arguments object": () => callArguments(1, 2),
};

type Change = (value: object) => unknown;
const define = (key: PropertyKey, descriptor: PropertyDescriptor): Change => {
  return (value) => Object.defineProperty(value, key, descriptor);
};

/** Exact on all but what is made again. */
const changes: Record<string, Change> = {
  frozen: Object.freeze,
  sealed: Object.seal,
  "not extensible": Object.preventExtensions,
  "with a property": define("own", { value: { z: 1 }, writable: true, enumerable: true, configurable: true }),
  "with a symbol's property": define(Symbol.for("s"), { value: 1, writable: true, enumerable: true }),
  "with a hidden property": define("hidden", { value: [1] }),
  "with a getter": define("acc", { get: helper, configurable: true }),
  "with getter and setter": define("acc", { get: helper, set: helper, enumerable: true }),
  "with a tag": define(Symbol.toStringTag, { value: "Other" }),
  "with an own __proto__": define("__proto__", { value: 1, writable: true, enumerable: true, configurable: true }),
  "with an own name": define("name", { value: "renamed", configurable: true }),
  "with an own length": define("length", { value: 7 }),
  "with an own lastIndex": define("lastIndex", { value: 3, writable: false }),
  "with an own constructor": define("constructor", { value: Point, writable: true, configurable: true }),
  "with an own size": define("size", { value: 9, enumerable: true }),
  "with an own byteLength": define("byteLength", { value: 9, enumerable: true }),
  "with a far index": define(5, { value: "five", enumerable: true, configurable: true }),
  "that holds itself": (value) => Object.assign(value, { self: value }),
};

/** Exact on everything. */
const held: Record<string, Change> = {
  "held twice": (value) => [value, value, { value }],
  "as key and value": (value) => new Map([[value, value]]),
  "in a Set, by a symbol, and as a cause": (value) => [
    new Set([value]),
    { [Symbol.for("k")]: value },
    new Error("e", { cause: value }),
  ],
  "behind a getter's object": (value) => Object.defineProperty({ value }, "get", { get: helper, enumerable: true }),
};

/** Exact on what is made of properties alone. */
const prototypes: Record<string, object | null> = {
  nothing: null,
  "Object.prototype": Object.prototype,
  "a class's prototype": Point.prototype,
};

/** Refused on everything that isn't of this kind. */
const slots: Record<string, object> = {
  "Map.prototype": Map.prototype,
  "Promise.prototype": Promise.prototype,
  "WeakRef.prototype": WeakRef.prototype,
  "Intl.Collator.prototype": Intl.Collator.prototype,
};

/** URLs keep what they have in private names, which nothing can ask for once their prototype is that of other objects. */
const unseen = /^(?:URL|URLSearchParams) /;
const words = / cannot be stored/;

function collect(): Rows {
  const rows: Rows = {};
  const all = { ...ordinary, ...branded, ...remade };
  for (const [name, make] of Object.entries(all)) {
    const isRemade = name in remade;
    const add = (what: string, change: Change, isRefused: boolean) => {
      if (isPossible(() => change(make())))
        rows[`${name} ${what}`] = { make: () => change(make()), ...(isRefused ? { refused: words } : {}) };
    };
    const isNameable = / closure$/.test(name);
    for (const [what, change] of Object.entries(changes))
      add(what, change, isRemade && !(isNameable && what === "with an own name"));
    for (const [what, change] of Object.entries(held)) add(what, change, false);
    for (const [what, proto] of Object.entries(prototypes)) {
      const isOwn = proto === Object.getPrototypeOf(make());
      if (proto === null || !unseen.test(`${name} `))
        add(`under ${what}`, (value) => Object.setPrototypeOf(value, proto), !(name in ordinary) && !isOwn);
    }
    for (const [what, proto] of Object.entries(slots)) {
      const isOwn = Object.prototype.isPrototypeOf.call(proto, make());
      if (!isOwn) add(`under ${what}`, (value) => Object.setPrototypeOf(value, proto), true);
    }
  }
  return rows;
}

/** What the language itself refuses is no row. */
function isPossible(change: () => unknown): boolean {
  try {
    change();
    return true;
  } catch {
    return false;
  }
}

export const changed = collect();
