/** Owns: how far an object is closed: 0 extensible, 1 not extensible, 2 sealed, 3 frozen. */
import { types } from "node:util";

/** How far an object is closed. */
export function integrityOf(value: object): number {
  if (Object.isExtensible(value)) return 0;
  if (Object.isFrozen(value) && !hasWritableLength(value)) return 3;
  return Object.isSealed(value) && !hasElements(value) ? 2 : 1;
}

/** V8 takes an empty array for frozen that only is not extensible. */
function hasWritableLength(value: object): boolean {
  return Array.isArray(value) && Object.getOwnPropertyDescriptor(value, "length")?.writable === true;
}

/** V8 takes a typed array for sealed that only is not extensible; with elements none can be. */
function hasElements(value: object): boolean {
  return types.isTypedArray(value) && Object.hasOwn(value, 0);
}

const closers = [(value: object) => value, Object.preventExtensions, Object.seal, Object.freeze];

/** Closes an object as far as it was. */
export function close(value: object, integrity: number): void {
  closers[integrity === 2 && hasElements(value) ? 1 : integrity]?.(value);
}
