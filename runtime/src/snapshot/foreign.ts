/**
 * Owns: what a value that no kind takes is called, and what helps: each piece of advice alone, followed to the letter.
 * Does not own: classes of the host (host-classes.ts), why private fields are out of reach (private-reason.ts), where the value lies
 *   (refuse.ts).
 *
 * I1 Advice depends on the cause. A name for a class is advised only if instances can be stored by it (write.ts tries that).
 * I2 Nothing of the user's runs.
 */
import { types } from "node:util";
import { closureOf } from "../registry.ts";
import { isExternal } from "./brands.ts";
import { classOf } from "./by-name.ts";
import { isNativeClass } from "./class-text.ts";
import { hostClassOf, ofHandles } from "./host-classes.ts";
import { slotsOf } from "./host-slots.ts";
import { intrinsicName } from "./intrinsics.ts";

/** A value that can't be stored. */
export interface Foreign {
  readonly what: string;
  readonly advice: readonly string[];
  /** It stands for something of this process. */
  readonly isHandle?: boolean;
  /** All that is known to lack is a name for this class. */
  readonly unnamed?: Function | undefined;
}

const toArray = "make an array of it first: `[...it]`";
const forOf = "iterate with for-of in durable code";

/** Kinds that are never stored: what they are called, and what to do instead. */
const unstorable: readonly (readonly [test: (value: object) => boolean, what: string, ...advice: string[]])[] = [
  [types.isProxy, "a Proxy", "keep its target instead, and wrap it again after the await"],
  [
    types.isPromise,
    "a native promise",
    "await it where it is made, and keep its result",
    "call a step or a durable function instead: the promise of such a call can be stored",
  ],
  [types.isWeakMap, "a WeakMap", "use a Map", "keep it in a constant at the top of a compiled module"],
  [types.isWeakSet, "a WeakSet", "use a Set", "keep it in a constant at the top of a compiled module"],
  [types.isSharedArrayBuffer, "a SharedArrayBuffer", "use an ArrayBuffer"],
  [types.isGeneratorObject, "a native generator object", "mark its function as durable", toArray],
  [types.isMapIterator, "a native Map iterator", forOf, toArray],
  [types.isSetIterator, "a native Set iterator", forOf, toArray],
  [
    types.isModuleNamespaceObject,
    "a module namespace object",
    "import the module at its top: `import * as name from …`",
    "import it again after the await",
  ],
  [isExternal, "a native handle", ...ofHandles],
];

const iteratorPrototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
const unstorableClasses: readonly (readonly [proto: object, what: string, ...advice: string[]])[] = [
  [WeakRef.prototype, "a WeakRef", "keep the value itself", "make it again after the await"],
  [FinalizationRegistry.prototype, "a FinalizationRegistry", "keep it in a constant at the top of a compiled module"],
  [iteratorPrototype, "a native iterator", toArray],
];

/** What a value is called that is refused for what it is, whatever its prototype says. */
export function describeBrand(value: object): Foreign | undefined {
  for (const [test, what, ...advice] of unstorable) if (test(value)) return { what, advice };
  return undefined;
}

/** What a value that no kind takes is called, and what to do instead. */
export function describeForeign(value: object): Foreign {
  const branded = describeBrand(value);
  if (branded !== undefined) return branded;
  const cls = constructorOf(value);
  for (const [proto, what, ...advice] of unstorableClasses) {
    if (Object.prototype.isPrototypeOf.call(proto, value) && (proto !== iteratorPrototype || cls === undefined))
      return { what, advice };
  }
  const host = hostClassOf(value);
  if (host !== undefined) {
    const { name, isHandle, advice } = host;
    const own = nameOf(cls);
    const what = own === undefined || own === name.split(".").at(-1) ? name : `${own}, which extends ${name},`;
    return isHandle ? handle(what, advice) : { what: `an instance of ${what}`, advice };
  }
  if (cls === undefined) return withoutClass(value);
  const slots = slotsOf(Object.getPrototypeOf(value));
  if (slots !== undefined) {
    const own = nameOf(cls);
    return handle(own === undefined || own === slots ? slots : `${own}, which extends ${slots},`, ofHandles);
  }
  return ofClass(cls);
}

function handle(what: string, advice: readonly string[]): Foreign {
  return { what: `an instance of ${what.replace(/,$/, "")}, a handle of this process,`, advice, isHandle: true };
}

/** What can be said of an instance of a user's class that is worth no name: it holds something that can't be stored. */
export function describeHolder(holder: object, cls: Function, inner: Foreign): Foreign {
  const name = nameOf(cls) ?? "a class without a name";
  if (inner.isHandle || holdsHandle(holder)) return handle(name, ofHandles);
  return {
    what: `an instance of ${name}, which holds ${inner.what.replace(/,$/, "")},`,
    advice: [
      "keep what it is made from, and make it where it is used",
      `say what is stored of it: \`registerCodec("…", { class: ${name}, encode, decode })\``,
    ],
  };
}

/** Names of properties are met before what they hold: with a symbol that nothing names, this tells what it is for. */
function holdsHandle(holder: object, depth = 0): boolean {
  return Reflect.ownKeys(holder).some((key) => {
    const value: unknown = Object.getOwnPropertyDescriptor(holder, key)?.value;
    if (typeof value !== "object" || value === null || types.isProxy(value)) return false;
    if (isExternal(value) || hostClassOf(value)?.isHandle) return true;
    const cls = constructorOf(value);
    if (cls === undefined || intrinsicName(cls) !== undefined) return false;
    return isNativeClass(cls) || (depth < DEEPEST_HOLDER && holdsHandle(value, depth + 1));
  });
}

const DEEPEST_HOLDER = 3;

/** Errors of Node have a prototype that nothing names. */
function withoutClass(value: object): Foreign {
  if (types.isNativeError(value))
    return {
      what: "an error whose prototype is another object",
      advice: ["keep its `message` and `code`, or an error of your own with these"],
    };
  return {
    what: "an object whose prototype is another object",
    advice: ["copy what it inherits into it", "make it an instance of a class of a compiled module"],
  };
}

function ofClass(cls: Function): Foreign {
  const own = nameOf(cls);
  const name = own ?? "a class without a name";
  if (closureOf(cls) !== undefined) {
    const advice = ["declare the class at the top of its module"];
    return { what: `an instance of ${name}, a class that a function has made,`, advice };
  }
  // Who declares it inside of a function has a new class for each call, and the name would be that of the last.
  const advice = [
    `if the class stands at the top of its module: name it there by \`registerClass("…", ${own ?? "cls"})\``,
    "if it is declared inside of a function: declare it at the top of a compiled module",
  ];
  return { what: `an instance of ${name}, whose class has no name in snapshots,`, advice, unnamed: cls };
}

/** An object's class, read without running anything of the user's. */
function constructorOf(value: object): Function | undefined {
  const proto = Object.getPrototypeOf(value);
  if (proto === null) return undefined;
  return classOf(proto);
}

function nameOf(cls: Function | undefined): string | undefined {
  const name = cls && Object.getOwnPropertyDescriptor(cls, "name")?.value;
  return typeof name === "string" && name !== "" ? name : undefined;
}
