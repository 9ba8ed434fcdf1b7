/**
 * Owns: which own properties a value of a built-in kind has beside those that its kind stores.
 *
 * I1 Elements of large typed arrays are never listed one by one: a megabyte would take 5 ms (bench/snapshot).
 */
import { inspect, types } from "node:util";
import type { Kind } from "./types.ts";

/** Above this many elements the question is asked by a way that doesn't list them. */
const FEW_ELEMENTS = 24;
const noExtra = / more items? \]$/;
const none: readonly (string | symbol)[] = [];

/** The own keys of a value that are not part of its kind. */
export function extraKeys(value: object, kind: Kind<object>): readonly (string | symbol)[] {
  if (types.isTypedArray(value) && !hasExtraKeys(value)) return none;
  const keys = Reflect.ownKeys(value);
  if (keys.length === 0) return none;
  if (types.isTypedArray(value)) return keys.slice(value.length);
  const isOwnPart = kind.ownPart?.(value);
  return isOwnPart === undefined ? keys : keys.filter((key) => !isOwnPart(key));
}

function hasExtraKeys(value: NodeJS.TypedArray): boolean {
  if (value.length <= FEW_ELEMENTS || Object.getOwnPropertySymbols(value).length > 0) return true;
  // Only the engine can list non-index keys alone, and `inspect` is its public door. It calls nothing of the user's so.
  const text = inspect(value, { maxArrayLength: 0, depth: 0, customInspect: false, breakLength: Infinity });
  return !noExtra.test(text);
}
