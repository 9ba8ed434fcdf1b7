/**
 * Owns: whether a snapshot holds a constant of a module and, beside it, a part of that: an object which it leads to.
 * Does not own: what is said of it (refuse.ts).
 *
 * I1 A constant is stored by its name, what is met alone by its content: of both together the part would be a copy afterwards.
 * I2 No accessor is called, and work is bounded: the objects that are nearest to a constant are looked at, MOST of them.
 */
import { types } from "node:util";

const MOST = 1000;

/** The first part of a constant that `isStored` says of that it has a node of its own; undefined if there is none. */
export function findPart(
  constants: readonly object[],
  isStored: (value: object) => boolean,
  isNamed: (value: object) => boolean,
): object | undefined {
  for (const constant of constants) {
    const seen = new Set<object>([constant]);
    for (const holder of seen) {
      for (const part of partsOf(holder)) {
        if (seen.has(part) || isNamed(part)) continue;
        if (isStored(part)) return part;
        if (seen.size < MOST) seen.add(part);
      }
    }
  }
  return undefined;
}

/** Objects that an object holds. Functions are stored by name or as closures, and ask for themselves. */
function* partsOf(holder: object): Iterable<object> {
  if (types.isProxy(holder) || ArrayBuffer.isView(holder)) return;
  const entries = types.isMap(holder) ? mapEntries.call(holder) : types.isSet(holder) ? setValues.call(holder) : [];
  let count = 0;
  for (const entry of entries as Iterable<unknown>) {
    if (count++ === MOST) break;
    for (const item of types.isMap(holder) ? (entry as unknown[]) : [entry]) if (isObject(item)) yield item;
  }
  for (const item of ownValues(holder)) if (isObject(item)) yield item;
}

const { entries: mapEntries } = Map.prototype;
const { values: setValues } = Set.prototype;

function* ownValues(holder: object): Iterable<unknown> {
  const keys = Array.isArray(holder) && holder.length > MOST ? firstIndices : Reflect.ownKeys(holder);
  for (let at = 0; at < keys.length && at < MOST; at++)
    yield Object.getOwnPropertyDescriptor(holder, keys[at] as PropertyKey)?.value;
}

const firstIndices = Array.from({ length: MOST }, (_, index) => String(index));

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
