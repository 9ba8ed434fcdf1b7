/**
 * Owns: which own properties a value of a built-in kind has beside those that its kind stores.
 *
 * I1 Elements of large typed arrays are never listed one by one: a megabyte would take 5 ms (bench/snapshot).
 */
import { inspect, types } from "node:util";
import { viewKind } from "./codecs/view.ts";
import { typedArray } from "./slot-getters.ts";
import type { Kind } from "./types.ts";

/** Above this many elements the question is asked by a way that doesn't list them. */
const FEW_ELEMENTS = 24;
const none: readonly (string | symbol)[] = [];

/** What `inspect` tells of any typed array, and of any Buffer; a text that says more may have more. */
const parts = ["BYTES_PER_ELEMENT", "length", "byteLength", "byteOffset", "buffer", "parent", "offset"];
const nothingElse = new RegExp(
  String.raw`^[\w() ]*(?: \[Uint8Array\])? \[ \.\.\. \d+ more items?, \[BYTES_PER_ELEMENT\]: \d, \[length\]: \d+, ` +
    String.raw`\[byteLength\]: \d+, \[byteOffset\]: \d+, \[buffer\]: ArrayBuffer \{[^{}]*\}` +
    String.raw`(?:, parent: \[Getter\], offset: \[Getter\])? \]$`,
);
const inspectOptions = { maxArrayLength: 0, depth: 0, customInspect: false, breakLength: Infinity, showHidden: true };

/** The own keys of a value that are not part of its kind. */
export function extraKeys(value: object, kind: Kind<object>): readonly (string | symbol)[] {
  if (types.isTypedArray(value) && !hasExtraKeys(value)) return none;
  const keys = Reflect.ownKeys(value);
  if (keys.length === 0) return none;
  if (types.isTypedArray(value)) return keys.slice(typedArray.length.call(value));
  const isOwnPart = kind.ownPart?.(value);
  return isOwnPart === undefined ? keys : keys.filter((key) => !isOwnPart(key));
}

function hasExtraKeys(value: NodeJS.TypedArray): boolean {
  if (typedArray.length.call(value) <= FEW_ELEMENTS || Object.getOwnPropertySymbols(value).length > 0) return true;
  if (!viewKind.prototypes.includes(Object.getPrototypeOf(value)) || parts.some((key) => Object.hasOwn(value, key)))
    return true;
  // Only the engine can list non-index keys alone, and `inspect` is its public door. It calls nothing of the user's so.
  return !nothingElse.test(inspect(value, inspectOptions));
}
