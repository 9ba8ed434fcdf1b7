/** Owns: the graph behind the golden bytes. It must never change; a new kind gets a new file. */
import { Abrupt } from "../../../runtime/src/frame.ts";
import { iterate } from "../../../runtime/src/language/iterate.ts";
import { READY, TDZ } from "../../../runtime/src/realm.ts";
import { Bag, config, Failure, helper, Point, Row } from "./classes.ts";
import { count, makeAdd, makeFrame, makeLater } from "./code.ts";

function error<T extends Error>(made: T): T {
  made.stack = `${made.name}: ${made.message}\n    at golden`;
  return made;
}

export function goldenGraph(): unknown {
  const cell: { v: unknown } = { v: 1 };
  cell.v = makeAdd(cell, 10);
  const bottom = makeFrame("work", 1, { item: { cell }, index: 3 });
  const wide = makeFrame(
    "wide",
    0,
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`v${i}`, i % 3 ? i : [i]])),
    bottom,
  );
  const generator = count(3);
  generator.next();
  const map = new Map<unknown, unknown>([
    ["a", 1],
    [cell, new Set([1, "b"])],
  ]);
  const iterator = iterate(map);
  iterator.next();
  const buffer = new ArrayBuffer(32, { maxByteLength: 64 });
  new Uint8Array(buffer).set([1, 2, 3], 8);
  const url = new URL("https://a.example/?x=1");
  return {
    primitives: [
      undefined,
      null,
      true,
      -0,
      1.5,
      -70_000,
      2 ** 40,
      Number.NaN,
      12345678901234567890n,
      Symbol.for("s"),
      Symbol.iterator,
    ],
    texts: ["", "é😀", "\ud800\\", "\ufeffx", "long ".repeat(500)],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is kept
    arrays: [[1, , 3], Object.assign([1], { extra: 2 }), Object.assign([], { 1000000: "far" }), Object.freeze([1])],
    objects: [
      Object.create(null),
      JSON.parse('{"__proto__": 1}'),
      Object.seal({ a: 1 }),
      Object.defineProperty({}, "x", { get: helper }),
      { [Symbol.for("k")]: 1 },
      Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, i])),
    ],
    collections: [map, iterator, new Bag([["k", 1]]), Row.from([1, 2])],
    builtins: [
      new Date(1),
      new Date(Number.NaN),
      Object.assign(/x/g, { lastIndex: 2 }),
      Object("boxed"),
      url.searchParams,
      url,
    ],
    errors: [
      error(new RangeError("r", { cause: cell })),
      error(new Failure("f")),
      new DOMException("m", "AbortError").name,
    ],
    buffers: [
      new Uint8Array(buffer, 8, 3),
      new Uint16Array(buffer),
      buffer,
      Buffer.from("pooled"),
      Float64Array.of(1.5),
    ],
    classes: [Object.assign(new Point(), { cell }), Point, Point.prototype, config, Math.max],
    code: [makeFrame("work", 2, { rest: bottom }, wide, READY), makeLater({ v: TDZ }), generator, new Abrupt(2, cell)],
  };
}
