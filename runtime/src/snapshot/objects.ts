/**
 * Owns: ordinary objects as nodes: by shape, as a dictionary, or property by property with attributes.
 * Does not own: which prototypes are allowed (families), values with internal slots (codecs/).
 *
 * I1 Every object is checked: brand, symbol keys, extensibility, and the attributes of each property.
 * I2 With the memory of the snapshot before, prototype, extensibility, names and symbols are checked again, and attributes
 *    of names that had none unusual are trusted: nothing but a deliberate `defineProperty` on a stored object could have
 *    changed them. (bench/snapshot has the figures of both.)
 * I3 No accessor is called: a value is read only where the property is known to hold one.
 */
import { types } from "node:util";
import { writeProperties } from "./attributes.ts";
import { isBranded, isHollow } from "./brands.ts";
import { writeByName } from "./by-name.ts";
import { writeArguments } from "./codecs/arguments.ts";
import type { Family } from "./families.ts";
import { describeBrand } from "./foreign.ts";
import type { GraphWriter } from "./graph-writer.ts";
import { integrityOf } from "./integrity.ts";
import { MAX_KEYS, OBJECT_FORM, type ShapeRoot } from "./shapes.ts";

import { tags } from "./tags.ts";

const { getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor, isExtensible } = Object;

const misfit = {
  what: "an object whose prototype does not fit its kind",
  advice: ["give it back its own prototype"],
};

/** Writes an object without internal slots. */
export function writeObject(writer: GraphWriter, value: object, family: Family): void {
  const { mark } = writer;
  if (mark !== undefined && typeof mark !== "number" && writeKnown(writer, value, family, mark)) return;
  const names = getOwnPropertyNames(value);
  const integrity = integrityOf(value);
  const symbols = getOwnPropertySymbols(value).length;
  if (isBranded(value, symbols === 0 && (family.proto === null || family.proto === Object.prototype))) {
    if (types.isArgumentsObject(value)) {
      writeArguments(writer, value as unknown as IArguments);
      return;
    }
    if (writeByName(writer, value)) return;
    const { what, advice } = describeBrand(value) ?? misfit;
    writer.refuse(what, advice);
  }
  if (family.proto === null && names.length === 0 && symbols === 0 && isHollow(value)) {
    writer.refuse(misfit.what, misfit.advice);
  }
  if (names.length > MAX_KEYS || symbols !== 0) {
    writeUnshaped(writer, value, family, integrity);
    return;
  }
  const at = writer.pos;
  writer.pos = at + 1;
  const bits = putChecked(writer, value, names, integrity);
  const shape = bits < 0 ? null : writer.shapes.find(rootOf(writer, family, integrity), names, bits);
  if (shape === null) {
    writer.pos = at;
    writeUnshaped(writer, value, family, integrity);
    return;
  }
  writer.patchUint(at, shape.tag);
  writer.tokens += names.length + 1;
  if (integrity === 0) writer.mark = shape.keys;
}

function rootOf(writer: GraphWriter, family: Family, integrity: number): ShapeRoot {
  family.roots[integrity] ??= writer.shapes.root(OBJECT_FORM, family.prototype, integrity);
  return family.roots[integrity] as ShapeRoot;
}

/**
 * Writes an object whose keys had no unusual attributes; false, and nothing written, if it has changed in any other way.
 * for-in, because the engine reads the values of the keys it lists without looking them up again.
 */
function writeKnown(writer: GraphWriter, value: object, family: Family, keys: readonly string[]): boolean {
  if (!isExtensible(value) || getOwnPropertySymbols(value).length !== 0) return false;
  if (getOwnPropertyNames(value).length !== keys.length) return false; // for-in passes over those that are not enumerable
  const at = writer.pos;
  writer.pos = at + 1;
  let bits = 0;
  let count = 0;
  for (const key in value) {
    if (key !== keys[count]) {
      writer.pos = at;
      return false;
    }
    if (writer.put((value as Record<string, unknown>)[key])) bits |= 1 << count;
    count++;
  }
  const shape = count === keys.length ? writer.shapes.find(rootOf(writer, family, 0), keys, bits) : null;
  if (shape === null) {
    writer.pos = at;
    return false;
  }
  writer.patchUint(at, shape.tag);
  writer.tokens += count + 1;
  return true;
}

/** Writes the tokens of properties and says which are references; -1 if attributes are not what integrity says. */
function putChecked(writer: GraphWriter, value: object, names: readonly string[], integrity: number): number {
  const writable = integrity < 3;
  const configurable = integrity < 2;
  let mask = 0;
  for (let i = 0; i < names.length; i++) {
    const property = getOwnPropertyDescriptor(value, names[i] as string) as PropertyDescriptor;
    if (property.writable !== writable || property.configurable !== configurable || !property.enumerable) return -1;
    if (writer.put(property.value)) mask |= 1 << i;
  }
  return mask;
}

/** An object with many or odd keys (kind 14), or with unusual attributes (kind 15). */
function writeUnshaped(writer: GraphWriter, value: object, family: Family, integrity: number): void {
  if (writeByName(writer, value)) return;
  const keys = Reflect.ownKeys(value);
  if (isUniform(value, keys, integrity)) {
    writer.begin(tags.object);
    writePrototype(writer, family);
    writer.value(integrity);
    for (const key of keys) {
      writer.value(key);
      writer.value((value as Record<string | symbol, unknown>)[key]);
    }
  } else {
    writer.begin(tags.described);
    writePrototype(writer, family);
    writer.value(isExtensible(value));
    writeProperties(writer, value, keys);
  }
  writer.end();
}

/** Is every property what `integrity` says, with nothing else unusual? */
function isUniform(value: object, keys: readonly (string | symbol)[], integrity: number): boolean {
  const writable = integrity < 3;
  const configurable = integrity < 2;
  return keys.every((key) => {
    const property = getOwnPropertyDescriptor(value, key) as PropertyDescriptor;
    return property.writable === writable && property.configurable === configurable && property.enumerable;
  });
}

/** The prototype token of kinds 14 and 15. */
function writePrototype(writer: GraphWriter, family: Family): void {
  if (family.proto === null || family.proto === Object.prototype) writer.value(family.prototype);
  else writer.value(family.proto);
}
