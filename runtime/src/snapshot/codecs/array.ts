/**
 * Owns: arrays (kinds 1 and 2), holes and all.
 *
 * I1 A plain array is checked: no other keys, no hole, no element with unusual attributes. With the memory of the snapshot
 *    before, keys are checked again, and attributes of the elements that are new (as objects, I2).
 * I2 An element with unusual attributes is written as a hole, and again as an extra property (kind 16).
 * I3 Time and bytes depend on how many elements there are, never on `length` alone.
 */
import { writeExtended } from "../extended.ts";
import type { Family } from "../families.ts";
import { HOLE, hole } from "../fixed.ts";
import type { GraphWriter } from "../graph-writer.ts";
import { integrityOf } from "../integrity.ts";
import { tags } from "../tags.ts";
import type { BuiltinKind } from "../types.ts";
import { writeTemplate } from "./template.ts";

const { getOwnPropertyDescriptor, getOwnPropertySymbols, isExtensible } = Object;

/** Below this length an array is never sparse. */
const SHORT_ARRAY = 64;
const GREATEST_LENGTH = 2 ** 32 - 1;
/** Up to here, a known array is asked for all its keys again; above, only for those that are enumerable (a fifth of the time). */
const FEW_ELEMENTS = 32;

/** Writes an array whose prototype is `Array.prototype`. */
export function writeArray(writer: GraphWriter, value: unknown[]): void {
  if (!isPlain(writer, value)) {
    if (writeTemplate(writer, value)) return;
    writeExtended(writer, value, plainFamily);
    return;
  }
  writer.begin(tags.array);
  const length = value.length;
  for (let i = 0; i < length; i++) writer.value(value[i]);
  writer.end();
}

function isPlain(writer: GraphWriter, value: unknown[]): boolean {
  const length = value.length;
  const { mark } = writer;
  const known = typeof mark === "number" ? mark : -1;
  if (!isExtensible(value)) return false;
  const few = known < 0 || length <= FEW_ELEMENTS;
  if (few ? !hasOnlyElements(value, length) : !showsOnlyElements(value, length)) return false;
  for (let i = Math.max(0, known); i < length; i++) {
    const element = getOwnPropertyDescriptor(value, i) as PropertyDescriptor;
    if (!element.writable || !element.enumerable || !element.configurable) return false;
  }
  writer.mark = length;
  return true;
}

/** Elements come first among the keys: if the last of as many is the last element, there is no hole and nothing else. */
function showsOnlyElements(value: unknown[], length: number): boolean {
  const keys = Object.keys(value);
  if (keys.length !== length || getOwnPropertySymbols(value).length !== 0) return false;
  return length === 0 || keys[length - 1] === String(length - 1);
}

function hasOnlyElements(value: unknown[], length: number): boolean {
  const keys = Reflect.ownKeys(value); // the elements and `length`
  if (keys.length !== length + 1 || !getOwnPropertyDescriptor(value, "length")?.writable) return false;
  return length === 0 || keys[length - 1] === String(length - 1);
}

function isElementKey(key: string | symbol): key is string {
  if (typeof key !== "string") return false;
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < GREATEST_LENGTH && String(index) === key;
}

function isSparse(value: unknown[]): boolean {
  return value.length > SHORT_ARRAY && Object.keys(value).length * 4 < value.length;
}

/** Tells whether a property is what the array's integrity makes of an ordinary element. */
function ownPart(value: unknown[]): (key: string | symbol) => boolean {
  const integrity = integrityOf(value);
  return (key) => {
    const property = getOwnPropertyDescriptor(value, key);
    if (property === undefined) return false;
    if (key === "length") return property.writable === integrity < 3;
    if (!isElementKey(key) || !property.enumerable) return false;
    return property.writable === integrity < 3 && property.configurable === integrity < 2;
  };
}

export const arrayKind: BuiltinKind<unknown[]> = {
  name: "array",
  tag: tags.array,
  prototypes: [Array.prototype],
  is: Array.isArray,
  variant: (value) => (isSparse(value) ? sparseArrayKind : arrayKind),
  ownPart,
  encode(value, writer) {
    const length = value.length;
    const isOwnPart = ownPart(value);
    for (let i = 0; i < length; i++) writer.value(isOwnPart(String(i)) ? value[i] : hole);
  },
  allocate: () => [],
  fill(shell, node) {
    const { size } = node;
    for (let i = 0; i < size; i++) {
      if (node.token(i) !== HOLE || !node.isReference(i)) shell[i] = node.value(i);
    }
    if (shell.length < size) shell.length = size;
  },
};

const sparseArrayKind: BuiltinKind<unknown[]> = {
  ...arrayKind,
  tag: tags.sparseArray,
  variant: undefined,
  encode(value, writer) {
    writer.value(value.length);
    const isOwnPart = ownPart(value);
    for (const key of Object.keys(value)) {
      if (!isOwnPart(key)) continue;
      writer.value(Number(key));
      writer.value(value[Number(key)]);
    }
  },
  fill(shell, node) {
    const length = node.int(0, 0, GREATEST_LENGTH);
    // A far element first: it makes the engine keep a table instead of allocating what lies between.
    if (length > 0) shell[length - 1] = undefined;
    if (length > 0) delete shell[length - 1];
    for (let at = 1; at < node.size; at += 2) {
      const index = node.int(at, 0, length - 1);
      if (Object.hasOwn(shell, index)) throw node.corrupt("an element twice");
      shell[index] = node.value(at + 1);
    }
    shell.length = length;
  },
};

/** The family of arrays that need more than elements. */
const plainFamily: Family = {
  write: null,
  proto: Array.prototype,
  prototype: 0,
  roots: [],
  kind: arrayKind,
  meta: null,
  layouts: [],
};

export const arrayKinds = [arrayKind, sparseArrayKind];
