/**
 * Owns: values that fail when they are looked at: each key that the language or the runtime reads throws, Proxies whose traps all
 * throw or that are revoked, values of another realm, and such as have no prototype or can't be changed.
 * Each entry makes a new value; `make(base)` gives the thing, as a promise, function, error, iterable or plain object.
 */
import { createContext, runInContext } from "node:vm";

export interface HostileValue {
  name: string;
  make(): unknown;
}

/** What fails says by which key or trap. */
export class Refusal extends Error {}

const refuse = (what: string) => (): never => {
  throw new Refusal(`hostile: ${what}`);
};

const keys: readonly PropertyKey[] = [
  "then",
  "constructor",
  "next",
  "return",
  "throw",
  "done",
  "value",
  "length",
  "name",
  "prototype",
  "message",
  "stack",
  "cause",
  "errors",
  "code",
  "retryable",
  "toString",
  "valueOf",
  "toJSON",
  Symbol.species,
  Symbol.iterator,
  Symbol.asyncIterator,
  Symbol.toPrimitive,
  Symbol.toStringTag,
  Symbol.hasInstance,
  Symbol.dispose,
  Symbol.asyncDispose,
  Symbol.for("coldframe.durable"),
  Symbol.for("coldframe.frame"),
  Symbol.for("coldframe.serialize"),
  Symbol.for("coldframe.deserialize"),
  Symbol.for("nodejs.util.inspect.custom"),
];

/** Things that hostile ones are made of; what each does beside is to work. */
const bases: Record<string, () => object> = {
  object: () => ({ x: 1 }),
  promise: () => Promise.resolve("settled"),
  rejection: () => handled(Promise.reject(new Error("settled badly"))),
  error: () => new TypeError("an error"),
  aggregate: () => new AggregateError([new Error("one")], "several"),
  array: () => [1, 2],
  function: () =>
    function named(this: unknown, ...args: unknown[]) {
      return args.length;
    },
  thenable: () => ({
    then: (resolve: (value: unknown) => void) => resolve("adopted"),
  }),
  iterable: () => makeIterable(),
};

function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function makeIterable(): object {
  let left = 2;
  const iterable = {
    next: () => ({ done: left === 0, value: left-- }),
    return: () => ({ done: true, value: "closed" }),
    throw: () => ({ done: true, value: "thrown into" }),
    [Symbol.iterator]: () => iterable,
    [Symbol.asyncIterator]: () => iterable,
    [Symbol.dispose]: () => {},
    [Symbol.asyncDispose]: async () => {},
  };
  return iterable;
}

function withGetter(base: object, key: PropertyKey): object {
  Reflect.defineProperty(base, key, { get: refuse(`get ${String(key)}`), configurable: true });
  return base;
}

const traps = Object.getOwnPropertyNames(Reflect) as (keyof ProxyHandler<object>)[];

/** @param apart traps that it has not */
function throwingProxy(base: object, apart: readonly string[] = []): object {
  const handler: ProxyHandler<object> = {};
  for (const trap of traps) if (!apart.includes(trap)) handler[trap] = refuse(trap);
  return new Proxy(base, handler);
}

function revoked(base: object): object {
  const { proxy, revoke } = Proxy.revocable(base, {});
  revoke();
  return proxy;
}

const forms: Record<string, (base: object) => unknown> = {
  plain: (base) => base,
  revoked,
  "throwing Proxy of": (base) => throwingProxy(base),
  "Proxy of": (base) => new Proxy(base, {}),
  "Proxy with throwing getPrototypeOf of": (base) => new Proxy(base, { getPrototypeOf: refuse("getPrototypeOf") }),
  "Proxy that answers only get, of": (base) => throwingProxy(base, ["get"]),
  frozen: (base) => Object.freeze(base),
  sealed: (base) => Object.seal(base),
  "null prototype,": (base) => Object.setPrototypeOf(base, null),
  "heir of": (base) => Object.create(base),
};

const otherRealm = createContext({});
const foreignTexts: Record<string, string> = {
  promise: 'Promise.resolve("theirs")',
  rejection: "(() => { const p = Promise.reject(new Error('theirs')); p.catch(() => {}); return p; })()",
  error: 'new TypeError("theirs")',
  array: "[1, 2]",
  function: "(function theirs() { return 1; })",
  "async function": '(async function theirs() { return "theirs"; })',
  generator: "(function* () { yield 1; yield 2; })()",
  "async generator": "(async function* () { yield 1; yield 2; })()",
};

const odd: Record<string, () => unknown> = {
  "promise whose constructor is another": () => Object.assign(Promise.resolve(1), { constructor: Object }),
  "promise whose constructor is undefined": () => Object.assign(Promise.resolve(1), { constructor: undefined }),
  "promise whose species throws": () => {
    const species = {
      get [Symbol.species]() {
        return refuse("species")();
      },
    };
    return Object.assign(Promise.resolve(1), { constructor: species });
  },
  "promise whose then throws when called": () => Object.assign(Promise.resolve(1), { then: refuse("call then") }),
  "promise with another then": () =>
    Object.assign(Promise.resolve(1), { then: (yes: (v: unknown) => void) => yes("own then") }),
  "promise of a subclass": () => class Mine extends Promise<unknown> {}.resolve(1),
  "promise of a subclass whose constructor throws": () => {
    let isArmed = false;
    class Mine extends Promise<unknown> {
      constructor(executor: never) {
        super(executor);
        if (isArmed) refuse("constructor")();
      }
    }
    const made = Mine.resolve(1);
    isArmed = true;
    return made;
  },
  // biome-ignore-start lint/suspicious/noThenProperty: thenables
  "thenable whose then throws when called": () => ({ then: refuse("call then") }),
  "thenable that settles twice": () => ({
    then(yes: (v: unknown) => void, no: (v: unknown) => void) {
      yes(1);
      no(2);
      refuse("after")();
    },
  }),
  "thenable that gives itself": () => {
    const one = { then: (yes: (v: unknown) => void) => yes({ then: (again: (v: unknown) => void) => again("inner") }) };
    return one;
  },
  "thenable that rejects with a revoked Proxy": () => ({
    then: (_: unknown, no: (v: unknown) => void) => no(revoked({})),
  }),
  "callable thenable": () => Object.assign(() => 1, { then: (yes: (v: unknown) => void) => yes("callable") }),
  "then that is no function": () => ({ then: 1 }),
  // biome-ignore-end lint/suspicious/noThenProperty: thenables
  "promise of a revoked Proxy, rejected": () => handled(Promise.reject(revoked({}))),
  "promise of a throwing Proxy, rejected": () => handled(Promise.reject(throwingProxy({}))),
  "iterator whose results are revoked": () => ({
    [Symbol.iterator]: () => ({ next: () => revoked({}) }),
    [Symbol.asyncIterator]: () => ({ next: () => revoked({}) }),
  }),
  "iterator without next": () => ({ [Symbol.iterator]: () => ({}), [Symbol.asyncIterator]: () => ({}) }),
  "iterator with methods that can't be called": () => {
    const hostileText = { toString: refuse("toString"), [Symbol.toPrimitive]: refuse("toPrimitive") };
    let left = 2;
    const iterator = { next: () => ({ done: left-- === 0, value: 1 }), return: hostileText, throw: hostileText };
    return { [Symbol.iterator]: () => iterator, [Symbol.asyncIterator]: () => iterator };
  },
  "iterable whose method is no function": () => ({
    [Symbol.iterator]: { toString: refuse("toString") },
    [Symbol.asyncIterator]: { toString: refuse("toString") },
  }),
  "iterator of promises that fail": () => [
    handled(Promise.reject(new Error("first"))),
    withGetter(Promise.resolve(1), "constructor"),
  ],
  "array with a throwing index": () => withGetter([1, 2, 3], 1),
  "array whose length is hostile, by a Proxy": () =>
    new Proxy([1, 2], { get: (target, key) => (key === "length" ? Number.NaN : Reflect.get(target, key)) }),
  "typed array with its own length": () => Object.defineProperty(new Uint8Array([1, 2]), "length", { value: 1 }),
  "Map with its own entries": () => Object.assign(new Map([[1, 2]]), { entries: refuse("entries") }),
  "Set with its own values": () => Object.assign(new Set([1]), { values: refuse("values") }),
  "error whose stack is no text": () => Object.defineProperty(new Error("x"), "stack", { value: 7 }),
  "error with a throwing text": () => Object.assign(new Error("x"), { toString: refuse("toString") }),
  "error that can't be extended": () => Object.preventExtensions(new Error("x")),
  undefined: () => undefined,
  null: () => null,
  symbol: () => Symbol("s"),
  bigint: () => 1n,
  text: () => "ab",
};

const made = (name: string, make: () => unknown): HostileValue => ({ name, make });

/** Every form of every base, every throwing key of every base, and the odd ones. */
export const hostileValues: readonly HostileValue[] = [
  ...Object.entries(bases).flatMap(([base, makeBase]) =>
    Object.entries(forms).map(([form, change]) => made(`${form} ${base}`, () => change(makeBase()))),
  ),
  ...Object.entries(bases).flatMap(([base, makeBase]) =>
    keys.map((key) => made(`${base} with throwing ${String(key)}`, () => withGetter(makeBase(), key))),
  ),
  ...Object.entries(foreignTexts).map(([name, text]) =>
    made(`${name} of another realm`, () => runInContext(text, otherRealm)),
  ),
  ...Object.entries(odd).map(([name, make]) => made(name, make)),
];

/** Chains, tables and lists of a size that nobody should look at as a whole. */
const huge: Record<string, () => unknown> = {
  "sparse array": () => new Array(2 ** 32 - 1),
  "array of many": () => new Array(70_000).fill(1),
  "object of many": () => Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`key${n}`, n])),
  "deep object": () => {
    let at: object = {};
    for (let depth = 0; depth < 20_000; depth++) at = { at };
    return at;
  },
  "chain of causes": () => {
    let error = new Error("0");
    for (let depth = 1; depth < 1_000; depth++) error = new Error(`${depth}`, { cause: error });
    return error;
  },
  "error of many": () =>
    new AggregateError(
      Array.from({ length: 1_000 }, (_, n) => new Error(`${n}`)),
      "many",
    ),
  "error of a sparse array, with a function": () =>
    Object.assign(new Error("x"), { errors: new Array(2 ** 32 - 1), unstorable: () => 1 }),
  "error of many functions": () =>
    Object.assign(new Error("x"), { unstorable: Array.from({ length: 2_000 }, () => () => 1) }),
  "error with a long message": () => new Error("x".repeat(2 ** 22)),
  text: () => "\ud800".repeat(2 ** 16),
  "typed array": () => new Uint8Array(2 ** 22),
};

export const hugeValues: readonly HostileValue[] = Object.entries(huge).map(([name, make]) =>
  made(`huge ${name}`, make),
);
