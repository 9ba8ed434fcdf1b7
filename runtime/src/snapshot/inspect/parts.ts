/**
 * Owns: properties of what stands for a value, and how many of them are made.
 * Does not own: which (kinds.ts).
 */
import { bareKey, word } from "./print.ts";

/** Items and properties of one node that are made; printed are fewer. */
export const MOST_PARTS = 100;

export function define(target: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

/** Says how many parts were not made. */
export function leaveOut(target: object, count: number): void {
  if (count > MOST_PARTS) define(target, bareKey("…"), word(`${count - MOST_PARTS} more`));
}
