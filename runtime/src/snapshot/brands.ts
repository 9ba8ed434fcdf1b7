/**
 * Owns: what a value really is, whatever its prototype says.
 * Does not own: the kinds that can be stored (codecs/), what is said of those that can't (foreign.ts).
 */
import { inspect, types } from "node:util";
import { asyncGeneratorOf } from "../language/async-generator.ts";
import { generatorState } from "../language/generator.ts";

const toText = Object.prototype.toString;
const environment = process.env;
/** Hosts without native handles need not have the question: Deno 2 hasn't. */
export const isExternal: typeof types.isExternal = types.isExternal ?? ((_value): _value is never => false);

/**
 * Has it internal slots beside those of an ordinary object? Not a loop over a table: called directly, the engine answers each
 * question in 3 ns, through a table in 10.
 *
 * @param plain does it have `Object.prototype` (or none) and no symbol keys? Then its text tells most kinds, and runs no getter
 */
export function isBranded(value: object, plain: boolean): boolean {
  return (
    (plain ? toText.call(value) !== "[object Object]" : isOfOldKind(value)) ||
    types.isMap(value) ||
    types.isSet(value) ||
    ArrayBuffer.isView(value) ||
    types.isAnyArrayBuffer(value) ||
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isBoxedPrimitive(value) ||
    types.isGeneratorObject(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isModuleNamespaceObject(value) ||
    isExternal(value) ||
    generatorState(value) !== undefined ||
    asyncGeneratorOf(value) !== undefined ||
    value === environment
  );
}

/** The kinds that `Object.prototype.toString` knows without asking. */
function isOfOldKind(value: object): boolean {
  return (
    Array.isArray(value) ||
    types.isDate(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isArgumentsObject(value)
  );
}

const nameOnly = { depth: -1, customInspect: false };
const ordinary = inspect(Object.create(null), nameOnly);

/** Has an empty object without prototype got slots of a host's class? The engine alone knows, and `inspect` is its public door. */
export function isHollow(value: object): boolean {
  return inspect(value, nameOnly) !== ordinary;
}
