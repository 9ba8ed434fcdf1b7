/**
 * Owns: ordinary objects as nodes: by shape, as a dictionary, or property by property with attributes.
 * Does not own: which prototypes are allowed (families), values with internal slots (codecs/).
 *
 * I1 Every object is checked when first seen: brand, symbol keys, extensibility, and the attributes of each property.
 * I2 Later snapshots check prototype, extensibility, names and symbols again, and trust attributes of names that had
 *    none unusual: nothing but a deliberate `defineProperty` on a stored object could have changed them. The figures are
 *    in bench/snapshot: reading them each time costs 40 % of all.
 * I3 No accessor is called: a value is read only where the property is known to hold one.
 */
import { writeProperties } from "./attributes.ts";
import { isBranded } from "./brands.ts";
import { writeByName } from "./by-name.ts";
import type { Family } from "./families.ts";
import type { GraphWriter } from "./graph-writer.ts";
import { integrityOf } from "./integrity.ts";
import { MAX_KEYS, OBJECT_FORM, type ShapeRoot, sameKeys } from "./shapes.ts";

import { tags } from "./tags.ts";

const { getOwnPropertyNames, getOwnPropertySymbols, getOwnPropertyDescriptor, isExtensible } = Object;

/** Writes an object without internal slots. */
export function writeObject(writer: GraphWriter, value: object, family: Family): void {
  const names = getOwnPropertyNames(value);
  const integrity = isExtensible(value) ? 0 : integrityOf(value);
  const known = integrity === 0 ? writer.checked.get(value) : undefined;
  const checked = known !== undefined && typeof known !== "number" && sameKeys(known, names);
  if (!checked && isBranded(value)) {
    if (writeByName(writer, value)) return;
    writer.refuse("an object whose prototype does not fit its kind", "give it back its own prototype");
  }
  const symbols = getOwnPropertySymbols(value).length;
  if (names.length > MAX_KEYS || symbols !== 0) {
    writeUnshaped(writer, value, family, integrity);
    return;
  }
  const at = writer.pos;
  writer.pos = at + 1;
  const mask = checked ? putKnown(writer, value, names) : putChecked(writer, value, names, integrity);
  const shape = mask < 0 ? null : writer.shapes.find(rootOf(writer, family, integrity), names, mask);
  if (shape === null) {
    writer.pos = at;
    writeUnshaped(writer, value, family, integrity);
    return;
  }
  writer.patchUint(at, shape.tag);
  writer.tokens += names.length + 1;
  if (!checked && integrity === 0) writer.checked.set(value, shape.keys);
}

function rootOf(writer: GraphWriter, family: Family, integrity: number): ShapeRoot {
  family.roots[integrity] ??= writer.shapes.root(OBJECT_FORM, family.prototype, integrity);
  return family.roots[integrity] as ShapeRoot;
}

function putKnown(writer: GraphWriter, value: object, names: readonly string[]): number {
  let mask = 0;
  for (let i = 0; i < names.length; i++) {
    if (writer.put((value as Record<string, unknown>)[names[i] as string])) mask |= 1 << i;
  }
  return mask;
}

/** As `putKnown`, but looks at the attributes; -1 if they are not what integrity says. */
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
