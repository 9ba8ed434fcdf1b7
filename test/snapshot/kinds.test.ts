// Each kind of value: exact, or refused with its path. A row that comes back otherwise than it went is a failure, never a note.
// biome-ignore-all lint/suspicious/noSparseArray: holes are what is tested
import { expect, test } from "vitest";
import { Abrupt } from "../../runtime/src/frame.ts";
import { delegate } from "../../runtime/src/language/delegate.ts";
import { iterate, iterateKeys, iterateMethod, type LoopIterator } from "../../runtime/src/language/iterate.ts";
import { READY, TDZ } from "../../runtime/src/realm.ts";
import { Bag, Bytes, config, Failure, helper, Point, Point3, Row, Secret, Shadow, Unknown } from "./kit/classes.ts";
import { count, makeAdd, makeFrame, makeLater, makeStuck } from "./kit/code.ts";
import { read, roundtrip, thrownBy, write } from "./kit/roundtrip.ts";
import { findDifference } from "./kit/same.ts";
import { changed } from "./rows/changed.ts";
import { edges } from "./rows/edges.ts";
import { hosts } from "./rows/hosts.ts";

function cycle(): unknown {
  const object: Record<string, unknown> = { name: "cycle" };
  object.self = object;
  object.list = [object, new Map<unknown, unknown>([[object, object]]), new Set([object])];
  return object;
}

function errorWith(): unknown {
  const cause: Record<string, unknown> = { why: "x" };
  const error = new RangeError("outer", { cause });
  cause.error = error;
  return Object.assign(error, { code: 17 });
}

function sharedViews(): unknown {
  const buffer = new ArrayBuffer(64);
  new Uint8Array(buffer).forEach((_, i, bytes) => {
    bytes[i] = i;
  });
  return [
    new Uint8Array(buffer, 3, 7),
    new Float64Array(buffer, 8, 2),
    new DataView(buffer, 5),
    buffer,
    new Int16Array(buffer),
  ];
}

function resizable(): unknown {
  const buffer = new ArrayBuffer(16, { maxByteLength: 64 });
  return [
    buffer,
    new Uint8Array(buffer),
    new Uint8Array(buffer, 8, 8),
    new Uint16Array(buffer, 2),
    new DataView(buffer),
  ];
}

function callArguments(..._args: unknown[]): object {
  // biome-ignore lint/complexity/noArguments: the very object is wanted
  return arguments;
}

function detached(): unknown {
  const buffer = new ArrayBuffer(8);
  const view = new Uint8Array(buffer);
  buffer.transfer();
  return [buffer, view];
}

function pooled(): unknown {
  const all = Buffer.from("hello, pool");
  return [all, all.subarray(7), Buffer.from("another")];
}

function closures(): unknown {
  const cell: { v: unknown } = { v: 1 };
  const add = makeAdd(cell, 10);
  cell.v = add;
  return [cell, add, makeAdd({ v: TDZ }, add), makeLater(cell), makeLater(makeLater(add))];
}

function frames(): unknown {
  const bottom = makeFrame("work", 1, { item: { id: 1 }, index: -0 });
  const wide = makeFrame(
    "wide",
    0,
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`v${i}`, i % 3 ? i : [i]])),
    bottom,
  );
  const leaf = makeFrame("work", 2, { rest: [bottom] }, wide, READY);
  return [leaf, wide, bottom, makeFrame("work", 0, { item: undefined })];
}

function generators(): unknown {
  const [fresh, started, done] = [count(3), count(3), count(1)];
  started.next();
  done.next();
  done.next();
  return [fresh, started, done, started];
}

function advance<T extends LoopIterator>(iterator: T, steps: number): T {
  for (let i = 0; i < steps; i++) iterator.next();
  return iterator;
}

function iterators(): unknown {
  const list = [1, 2, 3];
  const map = new Map([
    ["a", 1],
    ["b", 2],
    ["c", 3],
  ]);
  const set = new Set([1, 2]);
  return [
    list,
    map,
    advance(iterate(list), 2),
    advance(iterate("a😀b"), 2),
    advance(iterate(map), 1),
    advance(iterateMethod(map, "keys", []), 4),
    advance(iterate(set), 0),
    advance(iterateKeys({ x: 1, y: 2 }), 1),
    advance(iterate(new Uint8Array([1, 2])), 1),
    advance(iterate(count(3)), 1),
    delegate([1, 2]),
    delegate(count(2)),
  ];
}

function strange(): Record<string, unknown> {
  return Object.defineProperties(
    {},
    {
      hidden: { value: 1, enumerable: false, writable: true, configurable: true },
      fixed: { value: [2], enumerable: true, writable: false, configurable: false },
      computed: { get: helper, set: undefined, enumerable: true, configurable: true },
      plain: { value: 3, enumerable: true, writable: true, configurable: true },
    },
  );
}

const text = String.fromCharCode;
const kinds: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  booleans: () => [true, false],
  integers: () => [
    0,
    1,
    -1,
    127,
    128,
    255,
    256,
    65535,
    65536,
    -32,
    -33,
    -128,
    2 ** 31 - 1,
    -(2 ** 31),
    2 ** 32 - 1,
    2 ** 32,
    -(2 ** 31) - 1,
  ],
  "-0": () => [-0, [-0], { a: -0 }],
  doubles: () => [0.1, 1e308, 5e-324, Number.MAX_SAFE_INTEGER, -1.5, 2 ** 53, Infinity, -Infinity, NaN],
  bigints: () => [0n, -1n, 2n ** 64n, -(2n ** 63n), 123456789n ** 99n, [7n, 7n]],
  strings: () => [
    "",
    "a",
    "é",
    "日本",
    "😀",
    "x".repeat(31),
    "x".repeat(32),
    "é".repeat(40),
    "x".repeat(300),
    "x".repeat(70_000),
    "\0",
  ],
  "lone surrogates": () => ["\ud800", "a\udfff", `${text(0xdc00)}${text(0xd800)}`, "\\ud800", { "\ud800": 1 }],
  "leading U+FEFF": () => [
    "\ufeff",
    `\ufeff${"x".repeat(100)}`,
    "a\ufeff",
    { "\ufeffkey": 1 },
    new Map([["\ufeff", 1]]),
  ],
  symbols: () => [Symbol.for("a"), Symbol.iterator, Symbol.for("\ud800")],
  "symbol keys": () => ({ [Symbol.for("k")]: 1, [Symbol.toStringTag]: "Tag", a: 2 }),
  "property order": () => ({ b: 1, a: 2, 10: 3, 9: 4, "": 5 }),
  "undefined properties": () => ({ a: undefined, b: [undefined, , undefined] }),
  "many properties": () => Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, i % 2 ? i : { i }])),
  "null prototype": () => [Object.create(null), Object.assign(Object.create(null), { a: 1, toString: 2 })],
  "own __proto__": () => [JSON.parse('{"__proto__": {"a": 1}, "b": 2}'), JSON.parse('{"__proto__": 1, "b": 2}')],
  "names of Object.prototype": () => ({ constructor: 1, toString: 2, hasOwnProperty: 3 }),
  "unusual attributes": strange,
  frozen: () => [
    Object.freeze({ a: 1, b: {} }),
    Object.freeze({}),
    Object.freeze([1, , 3]),
    Object.freeze(new Map([[1, 2]])),
  ],
  "sealed and not extensible": () => [
    Object.seal({ a: 1 }),
    Object.preventExtensions({ a: 1 }),
    Object.seal([1]),
    Object.preventExtensions([]),
  ],
  arrays: () => [[], [1], [[]], [1, "a", null, {}], Array.from({ length: 100 }, (_, i) => (i % 7 ? i : [i]))],
  holes: () => [[,], [1, , 3], [, , {}], new Array(5), Object.assign([], { length: 100, 50: "x" })],
  "sparse arrays": () => [Object.assign([], { 4000000000: 1, 7: {} }), Object.assign([], { length: 4_294_967_295 })],
  "arrays with properties": () => [
    Object.assign([1, 2], { extra: {}, [Symbol.for("s")]: 1 }),
    "aXb".match(/X/),
    /(?<n>X)/.exec("aXb"),
  ],
  "arrays with unusual elements": () => [
    Object.defineProperty([1, 2, 3], 1, { value: 5, writable: false, enumerable: true, configurable: true }),
    Object.defineProperty([1], "length", { writable: false }),
  ],
  Map: () => [
    new Map(),
    new Map<unknown, unknown>([
      [1, 2],
      [{}, []],
      [NaN, -0],
      ["a", new Map()],
    ]),
  ],
  Set: () => [new Set(), new Set([1, {}, undefined, -0, NaN])],
  Date: () => [new Date(0), new Date(1.7e12), new Date(NaN), new Date(-8.64e15)],
  RegExp: () => [
    /a/,
    /a\/b/dgimsuy,
    /[\p{L}--[a-z]]/v,
    Object.assign(/x/g, { lastIndex: 3 }),
    Object.freeze(/q/),
    /(?:)/,
  ],
  Error: () => [
    new Error("a"),
    new TypeError("b", { cause: 1 }),
    new Error(),
    Object.assign(new Error("c"), { stack: "own" }),
  ],
  "error with cause that leads back": errorWith,
  AggregateError: () => new AggregateError([new Error("x"), 1], "many", { cause: "c" }),
  "error without stack": () => {
    const error = new Error("x");
    Reflect.deleteProperty(error, "stack");
    return error;
  },
  "error whose stack is data": () =>
    Object.defineProperty(new Error("x"), "stack", {
      value: "Error: x\n    at here",
      writable: true,
      configurable: true,
    }),
  DOMException: () => [
    new DOMException("m", "AbortError"),
    new DOMException("m", { name: "X", cause: { a: 1 } } as never),
  ],
  "views that share a buffer": sharedViews,
  "all typed arrays": () =>
    [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
      Float16Array,
    ].map((cls) => new cls([1, 2, 3])),
  "typed arrays of bigints": () => [new BigInt64Array([-1n]), new BigUint64Array([1n])],
  "resizable buffers": resizable,
  "detached buffers": detached,
  "large typed array": () => Float64Array.from({ length: 3000 }, (_, i) => i / 7),
  "typed array with properties": () => [
    Object.assign(new Uint8Array(3), { extra: 1 }),
    Object.assign(new Uint8Array(3000), { extra: {} }),
  ],
  "typed array that is not extensible": () => Object.preventExtensions(new Uint8Array(3)),
  Buffer: () => [Buffer.alloc(3, "abc"), Buffer.alloc(5000, 1)],
  "Buffers of the pool": pooled,
  "boxed primitives": () => [
    Object(1),
    Object("abc"),
    Object(true),
    Object(1n),
    Object(Symbol.iterator),
    Object(-0),
    Object.assign(Object("ab"), { x: 1 }),
  ],
  URL: () => {
    const url = new URL("https://a.example/p?x=1#h");
    const other = new URL("https://b.example/?y=2");
    return [url, url.searchParams, other.searchParams, other, new URLSearchParams("z=3&z=4")];
  },
  "registered classes": () => [new Point(), Object.assign(new Point3(), { extra: 1 }), Object.freeze(new Point())],
  "subclasses of built-ins": () => [
    new Bag([["k", {}]]),
    Row.from([1, , {}]),
    new Bytes([1, 2]),
    new Failure("f", { cause: 1 }),
  ],
  "own property that shadows an accessor": () =>
    Object.defineProperty(new Shadow(), "x", { value: 7, writable: true, enumerable: true, configurable: true }),
  "functions, classes and constants by name": () => [helper, Point, config, Point.prototype, Point3.prototype],
  intrinsics: () => [
    Math,
    Math.max,
    Map,
    Map.prototype,
    JSON,
    console,
    process.env,
    globalThis,
    Object.prototype,
    Array.prototype.slice,
  ],
  "closures and cells": closures,
  frames,
  "completions that are no errors": () => [new Abrupt(2, { v: 1 }), new Abrupt(3, undefined)],
  generators,
  "iterators in flight": iterators,
  "TDZ and READY": () => [{ v: TDZ }, READY],
  "arguments of a strict function": () => [callArguments(), callArguments(1, {}, undefined)],
  cycles: cycle,
  "shared references": () => {
    const shared = { s: 1 };
    return [shared, { shared }, new Map([["a", shared]]), [shared]];
  },
};

const rows = Object.entries({ ...changed, ...hosts, ...edges });
const exactRows = rows.flatMap(([name, row]) => (row.refused === undefined ? [[name, row.make] as const] : []));
const refusedRows = rows.flatMap(([name, { make, refused: what }]): [string, [() => unknown, RegExp]][] =>
  what === undefined ? [] : [[name, [make, what]]],
);

test.each([...Object.entries(kinds), ...exactRows])("exact: %s", (_, make) => {
  const value = make();
  expect(findDifference(value, roundtrip(value))).toBeNull();
  expect(findDifference([value, value], roundtrip([value, value]))).toBeNull();
  expect(findDifference({ value }, read(write({ value }, { compress: false })))).toBeNull();
});

test("restored iterators go on as the originals do", () => {
  const drain = (iterator: LoopIterator) => {
    const values = [];
    while (iterator.next()) values.push(iterator.value);
    return values;
  };
  const originals = (iterators() as unknown[]).slice(2, -2) as LoopIterator[];
  const restored = roundtrip(originals);
  expect(restored.map(drain)).toEqual(originals.map(drain));
});

test("iterators of Map and Set stay live, and an ended one stays ended", () => {
  const map = new Map([
    ["a", 1],
    ["b", 2],
  ]);
  const [source, running, ended] = roundtrip([map, advance(iterate(map), 1), advance(iterate(map), 3)] as const);
  source.delete("b");
  source.set("c", 3);
  expect(running.next()).toBe(true);
  expect(running.value).toEqual(["c", 3]);
  expect(ended.next()).toBe(false);
});

test("restored closures share their cells, and generators go on", () => {
  const cell = { v: 1 };
  const [back, add, more] = roundtrip([cell, makeAdd(cell, 10), makeAdd(cell, 20)] as const);
  back.v = 5;
  expect([add(100), more(100)]).toEqual([115, 125]);
  const generator = count(3);
  generator.next();
  const copy = roundtrip(generator);
  expect([...copy]).toEqual([1, 2]);
  expect(Object.getPrototypeOf(copy)).toBe(Object.getPrototypeOf(generator));
});

test("restoring calls no constructor, getter or setter", () => {
  const value = [new Point(), new Point3()];
  const before = Point.made;
  roundtrip(value);
  expect(Point.made).toBe(before);
});

test("a linked list of 100,000; arrays, Maps and closures 10,000 deep", () => {
  let list: { next: unknown; i: number } | null = null;
  for (let i = 0; i < 100_000; i++) list = { next: list, i };
  let length = 0;
  for (let at = roundtrip(list); at !== null; at = at.next as typeof list) {
    expect(at.i).toBe(99_999 - length);
    length++;
  }
  expect(length).toBe(100_000);
  let [array, map, closure]: unknown[] = [[], new Map(), makeLater(0)];
  for (let i = 0; i < 10_000; i++) [array, map, closure] = [[array], new Map([[map, i]]), makeLater(closure)];
  const deep = [array, map, closure];
  expect(findDifference(deep, roundtrip(deep))).toBeNull();
});

function* native() {
  yield 1;
}
const refused: Record<string, [make: () => unknown, what: RegExp]> = {
  WeakMap: [() => new WeakMap(), /A WeakMap/],
  WeakSet: [() => new WeakSet(), /A WeakSet/],
  WeakRef: [() => new WeakRef({}), /A WeakRef/],
  Proxy: [() => new Proxy({}, {}), /A Proxy/],
  "Proxy of a function": [() => new Proxy(() => 1, {}), /A Proxy/],
  "native promise": [() => Promise.resolve(1), /A native promise/],
  "native generator": [() => native(), /A native generator/],
  "native array iterator": [() => [][Symbol.iterator](), /A native iterator/],
  "native Map iterator": [() => new Map().keys(), /A native Map iterator/],
  "arguments of a sloppy function": [() => new Function("return arguments")(1, 2), /An arguments object of a sloppy/],
  "arguments with a property": [() => Object.assign(callArguments(1), { extra: 1 }), /An arguments object/],
  SharedArrayBuffer: [() => new SharedArrayBuffer(8), /A SharedArrayBuffer/],
  "view of a SharedArrayBuffer": [() => new Uint8Array(new SharedArrayBuffer(8)), /SharedArrayBuffer/],
  "unregistered class": [() => new Unknown(), /An instance of Unknown/],
  socket: [() => new AbortController(), /An instance of AbortController/],
  "unregistered function": [() => () => 1, /The function without a name/],
  "unregistered async function": [() => async function job() {}, /The function job/],
  "native function that is no intrinsic": [() => process.kill, /The (native )?function kill/],
  "bound function": [() => helper.bind(null), /The bound function bound helper/],
  "closure in a class body": [makeStuck, /The function stuck/],
  "closure with a property": [() => Object.assign(makeAdd({ v: 1 }, 2), { extra: 1 }), /property extra/],
  "unregistered symbol": [() => Symbol("own"), /The symbol Symbol\(own\)/],
  "private fields": [() => new Secret(), /private fields/],
  "Map that says it is an object": [() => Object.setPrototypeOf(new Map(), Object.prototype), /does not fit/],
  "object that says it is a Date": [() => Object.setPrototypeOf({}, Date.prototype), /only looks like a Date/],
  "getter that can't be stored": [
    () => ({
      get x() {
        return 1;
      },
    }),
    /The function get x/,
  ],
};

test.each([...Object.entries(refused), ...refusedRows])("refused: %s", (_, [make, what]) => {
  const frame = makeFrame("work", 1, { item: { list: [{ deep: new Map([["k", make()]]) }] }, index: 1 });
  const error = thrownBy(() => write({ task: frame }));
  expect(error.code).toBe("CF2001");
  expect(error.what).toMatch(what);
  expect(error.what).toContain('`item.list[0].deep.get("k")');
  expect(error.what).toContain("in test/code#work");
  expect(error.where).toBe("test/code:3:14, await tick(i)");
  expect(error.fix).toMatch(/^(?:- )?[A-Z]/);
});

test("a path names captured variables, keys, getters and the root", () => {
  const bad = new WeakMap();
  const what = (value: unknown) => thrownBy(() => write(value)).what;
  expect(what(bad)).toContain("`root`");
  expect(what({ "odd key": [bad] })).toContain('`root["odd key"][0]`');
  expect(what(makeAdd({ v: bad }, 1))).toContain("captured x");
  expect(what(new Map([[bad, 1]]))).toContain("`root.keys()[0]`");
  expect(what(new Set([bad]))).toContain("`root.values()[0]`");
  expect(what(Object.assign(new Error("e"), { cause: bad }))).toContain("`root.cause`");
});
