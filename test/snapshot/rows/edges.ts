// biome-ignore-all lint/suspicious/noSparseArray: holes are what is tested
/** Owns: rows for single values at the edge of their kind: buffers, views, errors, dates, texts, keys, constants of modules. */
import { AssertionError } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as workerThreads from "node:worker_threads";
import { errors, LostError, linkOf } from "../../../runtime/src/errors.ts";
import { config, helper, Point } from "../kit/classes.ts";
import { makeAdd, makeFunction } from "../kit/code.ts";
import { registry, thrownBy } from "../kit/roundtrip.ts";
import { exact, type Rows, refused } from "./row.ts";

class Coded extends LostError {
  extra = 1;
}
class Numbers extends Iterator<number> {
  at = 0;
  next() {
    return { done: false as const, value: this.at++ };
  }
}
class Bare {
  own = 1;
}
Object.setPrototypeOf(Bare.prototype, null);
class Special extends Date {
  zone = "UTC";
}
class Pattern extends RegExp {
  override get flags(): string {
    throw new Error("the getter ran");
  }
}
class Assertion extends AssertionError {}
class Bytes8 extends ArrayBuffer {}
class Address extends URL {
  note = "n";
}
for (const cls of [Coded, Numbers, Bare, Special, Pattern, Assertion, Bytes8, Address])
  registry.register(`test/edges#${cls.name}`, cls);

const shrunk = (make: (buffer: ArrayBuffer) => unknown) => {
  const buffer = new ArrayBuffer(16, { maxByteLength: 32 });
  const view = make(buffer);
  buffer.resize(3);
  return [view, buffer];
};

const detachedOf = (buffer: ArrayBuffer, view: unknown = null) => {
  buffer.transfer();
  return [buffer, view];
};

const marked = (buffer: ArrayBuffer): ArrayBuffer => {
  workerThreads.markAsUntransferable(buffer);
  return buffer;
};

/** Views that follow the length of their buffer, and others that end where it does. */
function following(length: number, most: number): unknown {
  const buffer = new ArrayBuffer(length, { maxByteLength: most });
  const whole = length - (length % 2);
  return [
    buffer,
    new Uint8Array(buffer),
    new Uint8Array(buffer, 0, length),
    new Uint16Array(buffer),
    new Uint16Array(buffer, 0, whole / 2),
    new Uint8Array(buffer, length),
    new Uint8Array(buffer, length, 0),
    new DataView(buffer, length),
    Object.setPrototypeOf(new Uint8Array(buffer), Buffer.prototype),
  ];
}

const failedImport = await import(["not", "there"].join("-")).catch((error: unknown) => error);

const lookalike = (code: string, base: Error = new Error("x")) => Object.assign(base, { code, link: linkOf(code) });
const ours = () => errors.missingCodec({ name: "n" });

const values = exact({
  "view that a shrunk buffer leaves whole": () => shrunk((buffer) => new Uint8Array(buffer, 0, 3)),
  "following view of a shrunk buffer": () => shrunk((buffer) => new Uint8Array(buffer, 2)),
  "following views, with room": () => following(8, 64),
  "following views, without room": () => following(8, 8),
  "following views of odd length": () => following(3, 3),
  "following views of nothing": () => following(0, 16),
  "views of one byte": () => following(1, 1),
  "detached resizable buffer": () => detachedOf(new ArrayBuffer(4, { maxByteLength: 8 })),
  "detached buffer with a property": () => detachedOf(Object.assign(new ArrayBuffer(4), { a: 1 })),
  "detached buffer under a view": () => {
    const buffer = new ArrayBuffer(8);
    return detachedOf(buffer, [new Float32Array(buffer, 4), new DataView(buffer, 2), Buffer.from(buffer, 1)]);
  },
  "detached resizable buffer under a view": () => {
    const buffer = new ArrayBuffer(8, { maxByteLength: 8 });
    return detachedOf(buffer, [new Uint8Array(buffer, 4), new Uint8Array(buffer, 1, 2)]);
  },
  "buffer that may not be transferred": () => marked(new ArrayBuffer(4)),
  "resizable buffer that may not be transferred": () => marked(new ArrayBuffer(4, { maxByteLength: 8 })),
  "Buffer over a user's buffer that may not be transferred": () => Buffer.from(marked(new ArrayBuffer(16)), 4, 4),
  "buffer of the size of a page of WebAssembly": () => new ArrayBuffer(65_536),
  "subclass of ArrayBuffer": () => new Bytes8(8),
  "memory of Node's pool": () => Buffer.from("pool").buffer.byteLength > 0 && new Uint8Array([1]),
  "empty buffers": () => [new ArrayBuffer(0), Buffer.alloc(0), new Uint8Array(0), new DataView(new ArrayBuffer(0))],
  "views of all types of one buffer": () => {
    const buffer = new ArrayBuffer(48);
    return [new BigInt64Array(buffer, 8, 2), new Float16Array(buffer, 2, 3), new Uint8ClampedArray(buffer, 47)];
  },
  "an error of ours": ours,
  "an error of ours, with cause, frozen": () => Object.freeze(Object.assign(ours(), { cause: ours() })),
  "an error of ours with a class": () => errors.waitLost({ text: "f()" }),
  "subclass of an error of ours": () => new Coded(...argumentsOf(errors.waitLost({ text: "f()" }))),
  "an error with code and link as ours": () => lookalike("CF2001"),
  "an error with code and link of a class of ours": () => lookalike("CF2304"),
  "a TypeError with code and link as ours": () => lookalike("CF2001", new TypeError("x")),
  "an error with our brand": () => Object.assign(new RangeError("x"), { [Symbol.for("coldframe.error")]: true }),
  "an error with brand, code and link": () =>
    Object.assign(lookalike("CF2001"), { [Symbol.for("coldframe.error")]: true }),
  "an object with our brand": () => ({ code: "CF2001", [Symbol.for("coldframe.error")]: true }),
  "error with a stack that was written": () => Object.assign(new Error("x"), { stack: { not: "text" } }),
  "error with a cause that is undefined": () => new Error("x", { cause: undefined }),
  "error without message": () => Object.assign(new Error(), { name: "" }),
  "error whose message is not enumerable any more": () =>
    Object.defineProperty(new Error("x"), "message", { writable: false }),
  SuppressedError: () => new SuppressedError(new Error("a"), new Error("b"), "both"),
  "AggregateError without errors": () => new AggregateError([]),
  "AggregateError that holds itself": () => {
    const error = new AggregateError([], "m");
    error.errors.push(error);
    return error;
  },
  "subclass of a class of Node's errors": () => new Assertion({ message: "m", actual: 1, expected: 2, operator: "==" }),
  "error of Node with a code": () => thrownBy(() => Buffer.alloc(-1)),
  "errors of Node of one code": () => [thrownBy(() => Buffer.alloc(-1)), thrownBy(() => Buffer.alloc(-2))],
  "TypeError of Node": () => thrownBy(() => Buffer.alloc("x" as never)),
  "error of Node that prints its code": () => thrownBy(() => new TextDecoder("none")),
  "error of Node, frozen, with a cause": () =>
    Object.freeze(
      Object.assign(
        thrownBy(() => Buffer.alloc(-1)),
        { cause: 1 },
      ),
    ),
  "error of the system": () => thrownBy(() => readFileSync("/does/not/exist")),
  "error of a bad URL": () => thrownBy(() => new URL("x")),
  "error of a failed import": () => failedImport,
  "error of a failed look-up of a module": () => thrownBy(() => createRequire("/").resolve("not-there")),
  "object with a captured stack": () => {
    const object = { a: 1 };
    Error.captureStackTrace(object);
    return object;
  },
  "subclass of Date": () => new Special(1e12),
  "subclass of Date that is invalid": () => new Special(Number.NaN),
  "subclass of RegExp with a getter": () => Object.assign(new Pattern("a", "gi"), { lastIndex: 2 }),
  "lastIndex that is no number": () => Object.assign(/a/y, { lastIndex: { valueOf: 1 } }),
  "RegExp of every flag": () => ["d", "g", "i", "m", "s", "u", "v", "y"].map((flag) => new RegExp("a", flag)),
  "RegExp with a line break": () => [/\n/, /\//, /\u2028/, /(?:)/],
  "subclass of URL": () => new Address("https://user:pw@a.example:8080/p?x=1&x=2#h"),
  "URL whose params are met first": () => {
    const url = new Address("http://a/?b=1");
    return [url.searchParams, url, url.searchParams];
  },
  "subclass of Iterator": () => Object.assign(new Numbers(), { at: 3 }),
  "class without Object.prototype": () => new Bare(),
  "instance without its fields": () => Object.create(Point.prototype),
  "prototype of a class that is no instance": () => [Point.prototype, Object.create(Point.prototype)],
  "keys like indices": () => ({ "-1": 1, "01": 2, 4294967295: 3, 4294967294: 4, "1.5": 5, "": 6, " ": 7 }),
  "keys like ours": () => ({ $d: 1, $up: 2, $wait: 3, v: 4, constructor: 5, prototype: 6 }),
  "own toString and valueOf": () => ({ toString: null, valueOf: 1, toJSON: helper, [Symbol.toPrimitive]: helper }),
  "own then": () => ({ then: helper }),
  "own prototype methods": () => Object.assign([], { push: 1, map: null }),
  "own iterator": () => Object.assign([1], { [Symbol.iterator]: helper }),
  "every well-known symbol": () =>
    Object.getOwnPropertyNames(Symbol).flatMap((name) => {
      const value: unknown = (Symbol as unknown as Record<string, unknown>)[name];
      return typeof value === "symbol" ? [value, { [value]: 1 }] : [];
    }),
  "registered symbols of odd names": () => ["", "\ud800", "\ufeff", "Symbol.iterator"].map((name) => Symbol.for(name)),
  "boxed symbol and boxed NaN": () => [Object(Symbol.for("a")), Object(Number.NaN), Object("\ud800"), Object("")],
  "Map with every sort of key": () =>
    new Map<unknown, unknown>([
      [undefined, 1],
      [null, 2],
      [0, 3],
      ["0", 4],
      [1n, 5],
      [Symbol.iterator, 6],
      [helper, 7],
      [Number.NaN, 8],
    ]),
  "Map and Set that hold themselves": () => {
    const map = new Map<unknown, unknown>();
    const set = new Set<unknown>([map]);
    return map.set(map, set).set(set, map);
  },
  "Set of a Set of itself": () => {
    const set = new Set<unknown>();
    return set.add(new Set([set]));
  },
  "array of holes, frozen": () => Object.freeze([, , 1, ,]),
  "array with a length that is not writable": () => Object.defineProperty([1, 2], "length", { writable: false }),
  "long array, not extensible": () => Object.preventExtensions(Array.from({ length: 70 }, (_, i) => i)),
  "sparse array, sealed": () => Object.seal(Object.assign([], { 100: 1, length: 200 })),
  "array with a getter for an element": () => Object.defineProperty([1, 2], 0, { get: helper, enumerable: true }),
  "getter and setter of code, shared": () => {
    const first = Object.defineProperty({}, "a", { get: helper, set: helper, enumerable: true });
    return [first, Object.defineProperty({}, "b", { get: helper, configurable: true })];
  },
  "getter that is a closure": () => {
    const get = makeAdd({ v: 1 }, 2);
    return [Object.defineProperty({}, "sum", { get: get as () => unknown, enumerable: true }), get];
  },
  "dictionary of a thousand keys": () => Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`k${i}`, [i]])),
  "dictionary whose keys were deleted": () => {
    const object: Record<string, number> = { a: 1, b: 2, c: 3 };
    delete object.a;
    object.a = 4;
    return object;
  },
  "frozen object of frozen objects": () => Object.freeze({ a: Object.freeze([Object.freeze(new Set([1]))]) }),
  "bigints at the edges of words": () => [2n ** 63n, -(2n ** 64n), 2n ** 1024n - 1n, BigInt(-0)],
  "dates at the edges": () => [new Date(8.64e15), new Date(-1), new Date(0.5)],
  "object under another one": () => Object.create({ a: 1, b: { c: 2 } }),
  "objects under one object, which is held too": () => {
    const defaults = { a: 1, list: [1] };
    return [Object.assign(Object.create(defaults), { a: 2 }), Object.create(defaults), defaults];
  },
  "object under a frozen object of the same keys": () =>
    Object.create(Object.freeze({ a: 1 }), { a: { value: 2, writable: true, enumerable: true, configurable: true } }),
  "object under one with a setter of the same key": () =>
    Object.create(Object.defineProperty({}, "a", { set: helper, configurable: true }), {
      a: { value: 2, writable: true, enumerable: true, configurable: true },
    }),
  "object under one that holds it": () => {
    const proto: Record<string, unknown> = {};
    proto.child = Object.create(proto);
    return proto.child;
  },
  "frozen object with symbols under an instance": () =>
    Object.freeze(Object.assign(Object.create(new Point()), { [Symbol.for("s")]: 1 })),
  "object under one without prototype": () => Object.create(Object.assign(Object.create(null), { a: 1 })),
  "object of a hundred keys under another one": () =>
    Object.assign(Object.create({ k1: 0 }), Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]))),
  "object under a constant": () => [Object.create(config), Object.assign(Object.create(config), { mode: "own" })],
  "long chain of objects": () => chain(98),
  "object under a prototype with hidden and accessor keys": () =>
    Object.create(Object.defineProperties({}, { a: { get: helper }, b: { value: 1 } })),
  "object under one with a method of the language": () => Object.create({ has: Map.prototype.has, max: Math.max }),
  "a constant, again and again": () => [config, { config }, new Map([[config, config]])],
  "part of a constant alone": () => config.deep,
});

function argumentsOf(error: Error): ConstructorParameters<typeof LostError> {
  return [{ code: "CF2304", what: error.message, why: "w", fix: "f" }];
}

const part = /A part of a module's constant/;
const outOfBounds = /out of bounds/;
const foreign = refused({
  "view behind the end of a shrunk buffer": [() => shrunk((buffer) => new Uint8Array(buffer, 8)), outOfBounds],
  "view across the end of a shrunk buffer": [() => shrunk((buffer) => new Uint8Array(buffer, 0, 8)), outOfBounds],
  "DataView of a shrunk buffer": [() => shrunk((buffer) => new DataView(buffer, 8, 4)), outOfBounds],
  "following DataView of a shrunk buffer": [() => shrunk((buffer) => new DataView(buffer, 8)), outOfBounds],
  "Buffer of a shrunk buffer": [() => shrunk((buffer) => Buffer.from(buffer, 8, 4)), outOfBounds],
  "a constant and a part of it": [() => [config, config.deep], part],
  "a part of a constant and it": [() => [config.deep.list, { config }], part],
  "a part of a constant in a closure beside it": [() => [config, makeAdd({ v: config.deep }, 1)], part],
  "symbol with the name of a well-known one": [() => Symbol("Symbol.iterator"), /symbol/],
  "boxed symbol of this process": [() => Object(Symbol("own")), /symbol/],
  "key that is a symbol of this process": [() => ({ [Symbol("own")]: 1 }), /symbol/],
  "Map with a WeakRef for a key": [() => new Map([[new WeakRef({}), 1]]), /WeakRef/],
  "getter of the language": [() => Object.getOwnPropertyDescriptor(Map.prototype, "size")?.get, /native function/],
  "error with a prototype like Node's": [
    () => Object.setPrototypeOf(new Error("x"), likeNodes()),
    /error whose prototype/,
  ],
  "object under a Map": [() => Object.create(new Map()), /prototype is another object/],
  "object under an array": [() => Object.create([]), /prototype is another object/],
  "object under an error": [() => Object.create(new Error("x")), /prototype is another object/],
  "object under a URL": [() => Object.create(new URL("http://a/")), /prototype is another object/],
  "object under a Collator": [() => Object.create(new Intl.Collator()), /cannot be stored/],
  "object under a closure": [() => Object.create(makeAdd({ v: 1 }, 2)), /prototype is another object/],
  "object under a native iterator": [() => Object.create([].values()), /cannot be stored/],
  "object under what can't be stored": [() => Object.create({ a: new WeakMap() }), /WeakMap/],
  "object at the end of a long chain": [() => chain(101), /prototype is another object/],
  "object under a Proxy": [() => Object.create(new Proxy({}, {})), /inherits from a Proxy/],
  "revoked Proxy": [revoked, /A Proxy/],
  "array under a Proxy": [() => Object.setPrototypeOf([], new Proxy([], {})), /inherits from a Proxy/],
  "class made by an expression": [() => class {}, /cannot be stored/],
  "instance of a class of a function": [() => new (class Local {})(), /Local/],
  "closure with a frozen prototype": [() => withPrototype((object) => Object.freeze(object)), /closure F/],
  "closure with another prototype": [() => withPrototype(() => ({})), /closure F/],
  "closure whose prototype inherits": [
    () => withPrototype((object) => Object.setPrototypeOf(object, Point.prototype)),
    /closure F/,
  ],
  "closure whose prototype has lost its constructor": [
    () =>
      withPrototype((object) => {
        Reflect.deleteProperty(object, "constructor");
        return object;
      }),
    /closure F/,
  ],
  "closure whose prototype has a method": [
    () => withPrototype((object) => Object.assign(object, { method: helper })),
    /closure F/,
  ],
});

function likeNodes(): object {
  const proto = Object.create(Error.prototype) as object;
  return Object.defineProperty(proto, "constructor", { get: () => Error, configurable: true });
}

function chain(length: number): object {
  let object: object = { end: true };
  for (let i = 0; i < length; i++) object = Object.assign(Object.create(object), { i });
  return object;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** A plain function of durable code with a `prototype` that was changed. */
function withPrototype(change: (object: object) => unknown): unknown {
  const fn = makeFunction() as { prototype: unknown };
  fn.prototype = change(fn.prototype as object);
  return fn;
}

export const edges: Rows = { ...values, ...foreign };
