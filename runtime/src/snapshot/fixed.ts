/** Owns: numbers of the fixed values of docs/formats.md. */

/** Numbers below this are the fixed values of docs/formats.md. */
export const FIRST_NODE = 8;
export const UNDEFINED = 0;
export const HOLE = 1;
export const NEGATIVE_ZERO = 2;
export const TDZ_NODE = 3;
export const READY_NODE = 4;

/** Stands for an array's hole where values are handed on. */
export const hole: unique symbol = Symbol("hole");
