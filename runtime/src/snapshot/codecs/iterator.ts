/**
 * Owns: iterators of compiled loops in flight (language/iterate) and of `yield*`; requests to async generators.
 *
 * I1 Arrays, strings and keys: an index. Map and Set: how many entries are left, which is the whole state of a live iterator, and
 *    whether it has ended (without that, entries added after the end would come back to life).
 * I2 The `next` that a loop read at its start is stored by where it was found: the method of its iterator.
 */
import { types } from "node:util";
import { AsyncDelegate, isPhase } from "../../language/async-delegate.ts";
import { Request } from "../../language/async-generator.ts";
import { Delegate } from "../../language/delegate.ts";
import {
  ArrayIterator,
  AsyncLoopIterator,
  CollectionIterator,
  type CollectionPart,
  ForeignIterator,
  isLoopIterator,
  KeyIterator,
  StringIterator,
} from "../../language/iterate.ts";
import { COST_OF_STEP } from "../cost.ts";
import type { GraphReader } from "../graph-reader.ts";
import { elementsOf } from "../own-fields.ts";
import { tags } from "../tags.ts";
import type { AnyRecordKind, BuiltinKind, RecordKind } from "../types.ts";

type Fields<T> = readonly (keyof T & string)[];
type Sound<T> = (record: T, graph: GraphReader) => boolean;

function record<T extends object>(name: string, make: () => T, fields: Fields<T>, isSound: Sound<T>): RecordKind<T> {
  return { name, prototype: Object.getPrototypeOf(make()), fields, make, isSound };
}

const isBool = (value: unknown): boolean => typeof value === "boolean";
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isMode = (value: unknown): boolean => value === 0 || value === 1 || value === 2;
/** One of them, and the other is null. */
const isEither = (foreign: unknown, inner: unknown): boolean =>
  inner === null ? foreign instanceof ForeignIterator : foreign === null && isLoopIterator(inner);

const isKeysSound: Sound<KeyIterator> = ({ source, keys, index, done }, graph) => {
  graph.finally(() => {
    if (!elementsOf(keys)?.every((key) => typeof key === "string")) throw graph.corrupt("keys of a loop");
  });
  const isObject = (typeof source === "object" && source !== null) || typeof source === "function";
  return isObject && Array.isArray(keys) && isCount(index) && isBool(done);
};

export const iteratorRecords: readonly AnyRecordKind[] = [
  record(
    "array-iterator",
    () => new ArrayIterator([]),
    ["source", "part", "index", "done", "value"],
    ({ source, part, index, done }) =>
      (Array.isArray(source) || types.isTypedArray(source)) &&
      partNames.includes(part) &&
      isCount(index) &&
      isBool(done),
  ),
  record(
    "string-iterator",
    () => new StringIterator(""),
    ["source", "index", "done", "value"],
    ({ source, index, done }) => typeof source === "string" && isCount(index) && isBool(done),
  ),
  record("key-iterator", () => new KeyIterator({}, []), ["source", "keys", "index", "done", "value"], isKeysSound),
  record(
    "delegate",
    () => new Delegate(new ArrayIterator([])),
    ["inner", "started", "value"],
    ({ inner, started }) => isLoopIterator(inner) && isBool(started),
  ),
  record(
    "async-iterator",
    () => new AsyncLoopIterator(null, null),
    ["foreign", "inner", "done", "stepping", "value"],
    ({ foreign, inner, done, stepping }) => isEither(foreign, inner) && isBool(done) && isBool(stepping),
  ),
  record(
    "async-delegate",
    () => new AsyncDelegate(null, null),
    ["foreign", "inner", "phase", "started", "sent", "done", "value"],
    ({ foreign, inner, phase, started, sent, done }) =>
      isEither(foreign, inner) && isPhase(phase) && isBool(started) && isMode(sent) && isBool(done),
  ),
  record(
    "request",
    () => new Request(0, undefined, null),
    ["mode", "value", "capability"],
    ({ mode, capability }) => isMode(mode) && typeof capability === "object" && capability !== null,
  ),
];

const partNames: readonly CollectionPart[] = ["entries", "keys", "values"];

export const collectionIteratorKind: BuiltinKind<CollectionIterator> = {
  name: "collection-iterator",
  tag: tags.named,
  prototypes: [CollectionIterator.prototype],
  isSelfContained: true,
  is: (value) => value instanceof CollectionIterator,
  encode(value, writer) {
    writer.value(value.source);
    writer.value(value.part);
    const remaining = value.remaining();
    writer.spend((value.source.size - remaining) * COST_OF_STEP);
    writer.value(remaining);
    writer.value(value.done);
    writer.value(value.value);
  },
  allocate(node) {
    const part = partNames.find((name) => name === node.text(1));
    if (part === undefined) throw node.corrupt("an iterator over nothing known");
    return new CollectionIterator(new Map(), part);
  },
  fill(shell, node) {
    const source = node.value(0);
    if (!types.isMap(source) && !types.isSet(source)) throw node.corrupt("an iterator without a collection");
    shell.source = source;
    shell.done = node.bool(3);
    shell.value = node.value(4);
    const remaining = node.int(2, 0, 2 ** 32);
    // The collection may not have its entries yet.
    node.graph.finally(() => {
      const given = source.size - remaining;
      if (given < 0) throw node.corrupt("an iterator with more before it than there is");
      node.graph.cost.spend(given * COST_OF_STEP);
      shell.rewind(remaining);
    });
  },
};

type Method = (...args: unknown[]) => unknown;

/** The `next` of an iterator, found as a data property: nobody's getter runs. */
function findNext(iterator: object): unknown {
  for (let at: object | null = iterator; at !== null; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, "next");
    if (property !== undefined) return property.value;
  }
  return undefined;
}

/** An iterator whose `next` was read once (I2): the tokens are the iterator, `next` if it is another one, and the rest. */
function readOnce<T extends { done?: boolean; value: unknown }>(
  name: string,
  make: () => T,
  method: keyof T,
  rest: readonly (keyof T)[],
): BuiltinKind<T & { iterator: object }> {
  type Iterating = T & { iterator: object };
  return {
    name,
    tag: tags.named,
    prototypes: [Object.getPrototypeOf(make())],
    isSelfContained: true,
    is: (value) => Object.getPrototypeOf(value) === Object.getPrototypeOf(make()),
    encode(value, writer) {
      const next = value[method];
      writer.value(value.iterator);
      writer.value(findNext(value.iterator) === next ? null : next);
      for (const field of rest) writer.value(value[field]);
    },
    allocate: () => make() as Iterating,
    fill(shell, node) {
      const iterator = node.value(0);
      if (typeof iterator !== "object" || iterator === null) throw node.corrupt("an iterator is missing");
      shell.iterator = iterator as Iterating["iterator"];
      rest.forEach((field, index) => {
        shell[field] = node.value(index + 2) as Iterating[typeof field];
      });
      const own = node.value(1);
      node.graph.finally(() => {
        shell[method] = (own ?? findNext(iterator)) as Iterating[typeof method];
      });
    },
  };
}

const nothing: Iterator<unknown> = { next: () => ({ done: true, value: undefined }) };

export const foreignIteratorKind = readOnce(
  "foreign-iterator",
  () => new ForeignIterator(nothing as { next: Method }),
  "method",
  ["done", "value"],
);
