/**
 * Owns: what a value really is, whatever its prototype says, and which of these can't be stored at all.
 * Does not own: the kinds that can (codecs/).
 */
import { EventEmitter } from "node:events";
import { types } from "node:util";

const toText = Object.prototype.toString;
const environment = process.env;
/** Hosts without native handles need not have the question: Deno 2 hasn't. */
const isExternal: typeof types.isExternal = types.isExternal ?? ((_value): _value is never => false);

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

/** Kinds that are never stored: what they are called, and what to do instead. */
const unstorable: readonly (readonly [test: (value: object) => boolean, what: string, advice: string])[] = [
  [types.isProxy, "a Proxy", "keep its target instead, and wrap it again after the await"],
  [
    types.isPromise,
    "a native promise",
    "await it before the run parks here, or keep what it is made from and call again; calls of durable functions and steps give promises that can be stored",
  ],
  [types.isWeakMap, "a WeakMap", "use a Map, or keep it at module level"],
  [types.isWeakSet, "a WeakSet", "use a Set, or keep it at module level"],
  [types.isSharedArrayBuffer, "a SharedArrayBuffer", "use an ArrayBuffer"],
  [
    types.isGeneratorObject,
    "a native generator object",
    "mark its function as durable, or make an array of what it gives",
  ],
  [types.isMapIterator, "a native Map iterator", "iterate with for-of in durable code, or make an array first"],
  [types.isSetIterator, "a native Set iterator", "iterate with for-of in durable code, or make an array first"],
  [types.isModuleNamespaceObject, "a module namespace object", "import it again, or keep single exports"],
  [isExternal, "a native handle", "open it inside a step, or again after the await"],
];

const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
const unstorableClasses: readonly (readonly [proto: object, what: string, advice: string])[] = [
  [WeakRef.prototype, "a WeakRef", "keep the value itself, or fetch it again"],
  [FinalizationRegistry.prototype, "a FinalizationRegistry", "keep it at module level"],
  [iteratorPrototype, "a native iterator", "iterate with for-of in durable code, or make an array first"],
];

const ofThisProcess =
  "it stands for something of this process (a connection, a stream, a child): open it in the step that uses it, or again after the await";
/** Classes of Node and the web whose instances are such handles, and are no event emitters. */
const handles: ReadonlyMap<string, string> = new Map([
  ["Timeout", "await `sleep` instead of keeping a timer"],
  ["Immediate", "await `sleep(0)` instead of keeping a timer"],
  ["Response", "keep what you need of it, for instance `await response.json()`, or fetch in a step that returns it"],
  ["Request", "keep its URL and options, and make it where it is sent"],
  ["ReadableStream", ofThisProcess],
  ["WritableStream", ofThisProcess],
  ["AbortController", "make it in the step that it aborts; a step is aborted by `stepContext().signal`"],
  ["AbortSignal", "use `stepContext().signal` in the step that it aborts"],
]);

/** What a value that no kind takes is called, and what to do instead. */
export function describeForeign(value: object): readonly [what: string, advice: string] {
  for (const [test, what, advice] of unstorable) if (test(value)) return [what, advice];
  for (const [proto, what, advice] of unstorableClasses) {
    if (Object.prototype.isPrototypeOf.call(proto, value)) return [what, advice];
  }
  const name = className(value);
  if (Object.prototype.isPrototypeOf.call(EventEmitter.prototype, value) || (name !== undefined && handles.has(name))) {
    return [`an instance of the class ${name}`, handles.get(name as string) ?? ofThisProcess];
  }
  if (name === undefined) {
    return ["an object whose prototype is another object", "copy what it inherits into it, or make it a class"];
  }
  return [
    `an instance of the class ${name}`,
    `register the class (\`registerClass("…", ${name})\`) or export it from a compiled module; if it stands for something outside the process, open it again after the await`,
  ];
}

/** The name of an object's class, read without running anything of the user's. */
function className(value: object): string | undefined {
  const proto = Object.getPrototypeOf(value);
  if (proto === null) return undefined;
  const cls = Object.getOwnPropertyDescriptor(proto, "constructor")?.value;
  if (typeof cls !== "function") return undefined;
  const name = Object.getOwnPropertyDescriptor(cls, "name")?.value;
  return typeof name === "string" && name !== "" ? name : "without a name";
}
