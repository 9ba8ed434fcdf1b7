/**
 * Owns: names of what every realm has: `Math.max`, `Map.prototype`, `console`. They are stored by name (docs/formats.md, kind 20).
 * Does not own: what is registered by modules or users (registry).
 *
 * I1 The list is closed: a name from a snapshot is looked up here and nowhere else.
 * I2 It is read once, when first needed, from data properties only: globals behind getters would have effects.
 */
import { asyncGeneratorPrototype } from "../language/async-generator.ts";
import { generatorPrototype } from "../language/generator.ts";
import { shared } from "../realm.ts";

const namesOfGlobals = `
  Object Function Array Number Boolean String Symbol BigInt Math JSON Reflect Atomics Intl WebAssembly Proxy Promise Date RegExp
  Map Set WeakMap WeakSet WeakRef FinalizationRegistry ArrayBuffer SharedArrayBuffer DataView
  Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array
  Float16Array Float32Array Float64Array BigInt64Array BigUint64Array
  Error EvalError RangeError ReferenceError SyntaxError TypeError URIError AggregateError SuppressedError
  Iterator DisposableStack AsyncDisposableStack
  parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent decodeURI decodeURIComponent escape unescape
  console process Buffer URL URLSearchParams TextEncoder TextDecoder AbortController AbortSignal Event EventTarget DOMException
  queueMicrotask setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate structuredClone fetch
`;

const unnamed: Readonly<Record<string, () => unknown>> = {
  "%AsyncFunction%": () => (async () => {}).constructor,
  "%AsyncFunction.prototype%": () => Object.getPrototypeOf(async () => {}),
  "%GeneratorFunction%": () => function* () {}.constructor,
  "%GeneratorFunction.prototype%": () => Object.getPrototypeOf(function* () {}),
  "%GeneratorPrototype%": () => Object.getPrototypeOf(function* () {}).prototype,
  "%AsyncGeneratorFunction%": () => async function* () {}.constructor,
  "%AsyncGeneratorFunction.prototype%": () => Object.getPrototypeOf(async function* () {}),
  "%AsyncGeneratorPrototype%": () => Object.getPrototypeOf(async function* () {}).prototype,
  "%TypedArray%": () => Object.getPrototypeOf(Uint8Array),
  "%TypedArray.prototype%": () => Object.getPrototypeOf(Uint8Array.prototype),
  "%DurableGeneratorPrototype%": () => generatorPrototype,
  "%DurableGeneratorPrototype%.next": () => (generatorPrototype as Generator).next,
  "%DurableGeneratorPrototype%.return": () => (generatorPrototype as Generator).return,
  "%DurableGeneratorPrototype%.throw": () => (generatorPrototype as Generator).throw,
  "%DurableAsyncGeneratorPrototype%": () => asyncGeneratorPrototype,
  "%DurableAsyncGeneratorPrototype%.next": () => (asyncGeneratorPrototype as AsyncGenerator).next,
  "%DurableAsyncGeneratorPrototype%.return": () => (asyncGeneratorPrototype as AsyncGenerator).return,
  "%DurableAsyncGeneratorPrototype%.throw": () => (asyncGeneratorPrototype as AsyncGenerator).throw,
  "%ThrowTypeError%": () => Object.getOwnPropertyDescriptor(strictArguments(), "callee")?.get,
  globalThis: () => globalThis,
  "process.env": () => process.env,
};

function strictArguments(): object {
  // biome-ignore lint/complexity/noArguments: its accessor is wanted
  return arguments;
}

interface Intrinsics {
  names: Map<unknown, string>;
  values: Map<string, unknown>;
}

function isKept(value: unknown): boolean {
  return typeof value === "function" || (typeof value === "object" && value !== null);
}

/** A data property's value; behind a getter there is nothing for us (I2). */
function read(holder: object, key: string): unknown {
  return Object.getOwnPropertyDescriptor(holder, key)?.value;
}

function collect(): Intrinsics {
  const found: Intrinsics = { names: new Map(), values: new Map() };
  const add = (name: string, value: unknown): void => {
    if (!isKept(value) || found.names.has(value)) return;
    found.names.set(value, name);
    found.values.set(name, value);
  };
  const globals = namesOfGlobals.split(/\s+/).flatMap((name) => {
    // Some of Node's own are getters that only hand out what they hold.
    const value = name === "" ? undefined : (globalThis as Record<string, unknown>)[name];
    return isKept(value) ? [[name, value as object] as const] : [];
  });
  for (const [name, value] of globals) add(name, value);
  for (const [name, make] of Object.entries(unnamed)) add(name, make());
  for (const [name, value] of globals) add(`${name}.prototype`, read(value, "prototype"));
  for (const [name, value] of globals) {
    if (name === "process") continue;
    const prototype = read(value, "prototype");
    for (const key of Object.getOwnPropertyNames(value)) add(`${name}.${key}`, readFunction(value, key));
    if (!isKept(prototype)) continue;
    for (const key of Object.getOwnPropertyNames(prototype)) {
      add(`${name}.prototype.${key}`, readFunction(prototype as object, key));
    }
  }
  return found;
}

function readFunction(holder: object, key: string): unknown {
  const value = read(holder, key);
  return typeof value === "function" ? value : undefined;
}

/** The name of something every realm has; undefined for anything else. */
export function intrinsicName(value: unknown): string | undefined {
  return shared("snapshot.intrinsics", collect).names.get(value);
}

/** What every realm has under this name; undefined if the list does not hold it. */
export function intrinsicValue(name: string): unknown {
  return shared("snapshot.intrinsics", collect).values.get(name);
}
