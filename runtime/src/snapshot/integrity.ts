/** Owns: how far an object is closed: 0 extensible, 1 not extensible, 2 sealed, 3 frozen. */

/** How far an object is closed. */
export function integrityOf(value: object): number {
  if (Object.isExtensible(value)) return 0;
  if (Object.isFrozen(value) && !hasWritableLength(value)) return 3;
  return Object.isSealed(value) ? 2 : 1;
}

/** V8 takes an empty array for frozen that only is not extensible. */
function hasWritableLength(value: object): boolean {
  return Array.isArray(value) && Object.getOwnPropertyDescriptor(value, "length")?.writable === true;
}

const closers = [(value: object) => value, Object.preventExtensions, Object.seal, Object.freeze];

/** Closes an object as far as it was. */
export function close(value: object, integrity: number): void {
  closers[integrity]?.(value);
}
