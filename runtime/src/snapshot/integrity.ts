/** Owns: how far an object is closed: 0 extensible, 1 not extensible, 2 sealed, 3 frozen. */

/** How far an object is closed. */
export function integrityOf(value: object): number {
  if (Object.isExtensible(value)) return 0;
  return Object.isFrozen(value) ? 3 : Object.isSealed(value) ? 2 : 1;
}

const closers = [(value: object) => value, Object.preventExtensions, Object.seal, Object.freeze];

/** Closes an object as far as it was. */
export function close(value: object, integrity: number): void {
  closers[integrity]?.(value);
}
