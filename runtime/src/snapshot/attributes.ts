/**
 * Owns: own properties with their attributes, as tokens and back (docs/formats.md, "properties").
 * Does not own: which values are written so (objects, codecs/).
 *
 * I1 Writing reads no accessor; reading defines properties and never assigns, so no setter runs.
 * I2 The order of properties is kept.
 */

import { types } from "node:util";
import { isStackGetter } from "../errors.ts";
import type { NodeWriter } from "./graph-writer.ts";
import type { NodeReader } from "./node-reader.ts";

const WRITABLE = 1;
const ENUMERABLE = 2;
const CONFIGURABLE = 4;
const ACCESSOR = 8;
const STACK = 16;

type GetStack = (this: object) => unknown;
const stackOfError = Object.getOwnPropertyDescriptor(new Error("any"), "stack");
const getStack = stackOfError?.get as GetStack | undefined;
const setStack = stackOfError?.set as ((this: object, stack: unknown) => void) | undefined;

function attributesOf(descriptor: PropertyDescriptor): number {
  return (
    (descriptor.writable ? WRITABLE : 0) |
    (descriptor.enumerable ? ENUMERABLE : 0) |
    (descriptor.configurable ? CONFIGURABLE : 0)
  );
}

/** V8's own, or that of a coded error. */
function isGetterOfStack(get: unknown): boolean {
  if (get === undefined) return false;
  return get === getStack || (typeof get === "function" && !types.isProxy(get) && isStackGetter(get));
}

/** How many tokens `writeProperties` takes. */
export function tokensOf(value: object, keys: readonly (string | symbol)[]): number {
  let count = 0;
  for (const key of keys) {
    const { get, set } = Object.getOwnPropertyDescriptor(value, key) ?? {};
    count += (get ?? set) === undefined || isGetterOfStack(get) ? 3 : 4;
  }
  return count;
}

/** Writes the given own properties of a value. */
export function writeProperties(writer: NodeWriter, value: object, keys: readonly (string | symbol)[]): void {
  for (const key of keys) {
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined) continue;
    writer.value(key);
    const attributes = attributesOf(descriptor);
    if (isGetterOfStack(descriptor.get)) {
      writer.value(attributes | STACK);
      writer.value(stackText(value, descriptor.get as GetStack));
    } else if (descriptor.get !== undefined || descriptor.set !== undefined) {
      writer.value(attributes | ACCESSOR);
      writer.value(descriptor.get);
      writer.value(descriptor.set);
    } else {
      writer.value(attributes);
      writer.value(descriptor.value);
    }
  }
}

/** V8 makes the text when it is first asked for, of the error's `name` and `message`, and by `Error.prepareStackTrace`. */
function stackText(error: object, get: GetStack): unknown {
  try {
    return get.call(error);
  } catch {
    return ""; // one of these has failed: there is no text
  }
}

/** Defines the properties that stand from `from` up to `to` in the node. */
export function readProperties(target: object, node: NodeReader, from: number, to: number): void {
  for (let at = from; at < to; ) {
    const key = node.key(at);
    const attributes = node.int(at + 1, 0, 31);
    const common = { enumerable: (attributes & ENUMERABLE) !== 0, configurable: (attributes & CONFIGURABLE) !== 0 };
    if ((attributes & ACCESSOR) !== 0) {
      if (at + 4 > to) throw node.corrupt("a property is cut off");
      define(target, key, { get: node.accessor(at + 2), set: node.accessor(at + 3), ...common }, node);
      at += 4;
      continue;
    }
    if (at + 3 > to) throw node.corrupt("a property is cut off");
    const value = node.value(at + 2);
    if ((attributes & STACK) !== 0) {
      if (key !== "stack" || Object.hasOwn(target, key)) throw node.corrupt("a stack in another place");
      defineStack(target, value, common);
    } else define(target, key, { value, writable: (attributes & WRITABLE) !== 0, ...common }, node);
    at += 3;
  }
}

/** What is there already is part of the kind (`length`, `lastIndex`) and can only be what it is, with other attributes. */
function define(target: object, key: string | symbol, descriptor: PropertyDescriptor, node: NodeReader): void {
  const own = Object.getOwnPropertyDescriptor(target, key);
  const isNew =
    own === undefined || (!own.configurable && descriptor.writable === false && Object.is(own.value, descriptor.value));
  if (!isNew || !Reflect.defineProperty(target, key, descriptor)) throw node.corrupt("a property is defined twice");
}

/** V8's own accessor keeps the text in a place that only it can reach; without one the text becomes a plain property. */
function defineStack(target: object, value: unknown, common: PropertyDescriptor): void {
  if (setStack === undefined) {
    Object.defineProperty(target, "stack", { value, writable: true, ...common });
    return;
  }
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    Error.captureStackTrace(target);
  } finally {
    Error.stackTraceLimit = limit;
  }
  setStack.call(target, value);
  Object.defineProperty(target, "stack", common);
}
