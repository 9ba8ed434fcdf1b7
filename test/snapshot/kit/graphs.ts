/**
 * Owns: an arbitrary of graphs: values of many kinds that hold each other in any way, cycles and sharing included.
 *
 * A graph is drawn as a list of plain descriptions (fast-check can shrink them), then built in two steps: shells, then contents.
 */
import fc from "fast-check";
import { Abrupt } from "../../../runtime/src/frame.ts";
import { iterate } from "../../../runtime/src/language/iterate.ts";
import { TDZ } from "../../../runtime/src/realm.ts";
import { Bag, Bytes, config, Failure, helper, Point, Point3, Row } from "./classes.ts";
import { count, makeAdd, makeFrame, makeLater } from "./code.ts";

/** One value of a graph, as it is drawn. */
export interface Description {
  kind: number;
  /** Primitives it may use. */
  items: unknown[];
  /** Other values it may hold, by number. */
  links: number[];
  /** 0 to 3, as Object.freeze and its kin; else extensible. */
  closed: number;
}

const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 5 });
const awkwardText = units.map((codes) => String.fromCharCode(...codes));
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  awkwardText,
  fc.constantFrom("", "\ufeff", "\ud800", "__proto__", "constructor", "toString", "0", "10"),
);
const primitive = fc.oneof(
  { weight: 3, arbitrary: fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger()) },
  { weight: 3, arbitrary: text },
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(
    null,
    undefined,
    -0,
    Number.NaN,
    TDZ,
    Symbol.for("shared"),
    Symbol.asyncIterator,
    helper,
    Point,
    config,
    Math.max,
  ),
);

const description: fc.Arbitrary<Description> = fc.record({
  kind: fc.nat({ max: 30 }),
  items: fc.array(primitive, { maxLength: 5 }),
  links: fc.array(fc.nat({ max: 40 }), { maxLength: 5 }),
  closed: fc.nat({ max: 12 }),
});

/** Graphs of up to 25 values. */
export const descriptions: fc.Arbitrary<Description[]> = fc.array(description, { minLength: 1, maxLength: 25 });

interface Made {
  value: object;
  fill?: (held: unknown[]) => void;
}
type Make = (items: unknown[], held: () => unknown[]) => Made;

const key = (item: unknown, index: number): string | symbol =>
  typeof item === "string" || typeof item === "symbol" ? item : `k${index}`;

function setAll(target: object): Made {
  return {
    value: target,
    fill(held) {
      held.forEach((item, index) => {
        const name = key(held[held.length - 1 - index], index);
        // Defined, not assigned: a key may be `__proto__`.
        Reflect.defineProperty(target, name, { value: item, writable: true, enumerable: true, configurable: true });
      });
    },
  };
}

function fillList(list: unknown[]): Made {
  return {
    value: list,
    fill(held) {
      held.forEach((item, index) => {
        if (index % 5 !== 4) list[index + (held.length > 3 ? index : 0)] = item;
      });
    },
  };
}

function fillMap(map: Map<unknown, unknown>): Made {
  return {
    value: map,
    fill(held) {
      for (const [index, item] of held.entries()) map.set(held[held.length - 1 - index], item);
    },
  };
}

const bytes = (items: unknown[]) => Uint8Array.from({ length: 64 }, (_, i) => i * items.length);
const numberOf = (items: unknown[]) => items.find((item): item is number => typeof item === "number") ?? 0;
const indexOf = (items: unknown[], below: number) => Math.abs(Math.trunc(numberOf(items)) % below) || 0;

const unusual: Make = () => {
  const value = {};
  return {
    value,
    fill(held) {
      held.forEach((item, index) => {
        const descriptor = { value: item, writable: index % 2 === 0, enumerable: index % 3 === 0, configurable: true };
        Reflect.defineProperty(value, key(item, index), descriptor);
      });
    },
  };
};

function errorOf(error: Error): Made {
  return {
    value: error,
    fill(held) {
      if (held.length > 0)
        Object.defineProperty(error, "cause", { value: held[0], writable: true, configurable: true });
      if (held.length > 1) Object.assign(error, { extra: held[1] });
    },
  };
}

function cellAndClosure(items: unknown[]): Made {
  const cell: { v: unknown } = { v: TDZ };
  const closure = makeAdd(cell, items[0]);
  return {
    value: closure,
    fill(held) {
      cell.v = held[0] ?? closure;
    },
  };
}

function frameOf(items: unknown[]): Made {
  const frame = makeFrame("work", items.length % 3, { item: undefined, index: 0, rest: undefined });
  const live = [["item"], ["item", "index"], ["rest"]][items.length % 3] as string[];
  return {
    value: frame,
    fill(held) {
      live.forEach((slot, index) => {
        frame[slot] = held[index];
      });
      frame.$wait = held[3];
    },
  };
}

function collectionIterator(items: unknown[]): Made {
  const iterator = iterate(items.length % 2 === 0 ? new Map(items.map((item) => [item, 1])) : new Set(items));
  for (let i = indexOf(items, 7); i > 0; i--) iterator.next();
  return { value: iterator };
}

const makers: Make[] = [
  () => setAll({}),
  () => setAll({}),
  () => setAll({}),
  () => setAll(Object.create(null)),
  () => fillList([]),
  () => fillList([]),
  () => fillMap(new Map()),
  () => {
    const set = new Set();
    return {
      value: set,
      fill(held) {
        for (const item of held) set.add(item);
      },
    };
  },
  (items) => ({ value: new Date(numberOf(items)) }),
  (items) => ({ value: Object.assign(/a(b)?/giu, { lastIndex: indexOf(items, 9) }) }),
  (items) => errorOf(new RangeError(items.map(String).join())),
  (items) => errorOf(new Failure(items.map(String).join())),
  () => setAll(new Point()),
  () => setAll(new Point3()),
  () => fillMap(new Bag()),
  () => fillList(new Row()),
  (items) => ({ value: bytes(items) }),
  (items) => ({ value: new Float64Array(bytes(items).buffer, 8 * indexOf(items, 8)) }),
  (items) => ({ value: new DataView(bytes(items).buffer, indexOf(items, 60)) }),
  (items) => ({ value: Buffer.from(items.map(String).join()) }),
  (items) => ({ value: new Bytes(bytes(items).buffer as ArrayBuffer, indexOf(items, 60)) as object }),
  (items) => ({
    value: Object(
      items.find(
        (item) => item !== null && item !== undefined && typeof item !== "object" && typeof item !== "function",
      ) ?? 1,
    ),
  }),
  unusual,
  (items) => cellAndClosure(items),
  (items) => ({ value: makeLater(items[0]) }),
  (items) => frameOf(items),
  (items) => ({ value: new Abrupt(2, items[0]) }),
  (items) => collectionIterator(items),
  (items) => ({ value: Object.assign(iterate(items), { index: indexOf(items, 6) }) }),
  (items) => {
    const generator = count(3);
    for (let i = indexOf(items, 5); i > 0; i--) generator.next();
    return { value: generator };
  },
  (items) => ({
    value: new URL(`https://x.example/?q=${encodeURIComponent(items.map(String).join().toWellFormed())}`),
  }),
];

const closers = [Object.preventExtensions, Object.seal, Object.freeze];
/** Kinds that are never closed: frames and the like are the runtime's own, typed arrays can't be frozen. */
const open = new Set([16, 17, 18, 19, 20, 23, 24, 25, 26, 27, 28, 29]);

/** Builds a graph: an array of its values. */
export function build(list: readonly Description[]): unknown[] {
  const made = list.map(({ kind, items }) => (makers[kind] as Make)(items, () => []));
  made.forEach(({ fill }, index) => {
    const { items, links } = list[index] as Description;
    fill?.([...links.map((link) => made[link % made.length]?.value), ...items]);
  });
  made.forEach(({ value }, index) => {
    const { closed, kind } = list[index] as Description;
    if (!open.has(kind)) closers[closed]?.(value);
  });
  return made.map(({ value }) => value);
}
