/**
 * Owns: the one ABI record of this realm (docs/abi.md 1): registers, sentinels, symbols.
 * Does not own: the helpers compiled code calls; abi/v1.ts installs them on the record.
 *
 * I1 One record per realm: the first copy of the runtime that loads makes it, every other copy adopts it.
 * I2 Registers are plain data fields, made in one place and never deleted: the record keeps one hidden class.
 * I3 `ops` is non-null only while a scheduler's synchronous turn runs.
 * I4 `leaf`, `child` and `parked` are set only from a park to its driver: no user code runs meanwhile.
 *
 * Modules that run per await copy `R` and the sentinels into constants of their own: V8 folds such a constant, and loads an
 * import from its cell and checks its map each time (1 to 2 ns per call of a helper).
 */
import { types } from "node:util";
import type { Frame } from "./frame.ts";
import type { Registry } from "./registry.ts";

/** How a resumed frame continues: 0 next, 1 throw, 2 return, 3 cancel. */
export type Mode = 0 | 1 | 2 | 3;

/**
 * What the outcome of a resumed frame is: 0 final, 1 what it waits for or a generator yields, 2 an iterator result that is
 * handed out as it is, of an async generator what it yields, 3 what an async generator yields once it has been awaited, 4 a
 * `yield*` that wants a generator of ours to be resumed in its place.
 */
export type Parked = 0 | 1 | 2 | 3 | 4;

/** What compiled code asks of the scheduler whose turn runs (docs/abi.md 12). */
export interface Ops {
  call(fn: unknown, self: unknown, args: unknown[], text: string): unknown;
  spawn(descriptor: Descriptor, self: unknown, args: ArrayLike<unknown>): { readonly promise: Promise<unknown> };
  later(fn: unknown, self: unknown, args: unknown[], text: string): unknown;
  promise(kind: CombinatorKind, items: unknown): Promise<unknown>;
  request(generator: Frame, mode: Mode, value: unknown): Promise<unknown>;
}

export type CombinatorKind = "all" | "any" | "race" | "allSettled";

/** 0 async, 1 step, 2 awaitable of the runtime, 3 generator, 4 async generator. */
export type DescriptorKind = 0 | 1 | 2 | 3 | 4;

// biome-ignore lint/suspicious/noExplicitAny: run functions have every parameter list there is
export type Run = (frame: Frame | null, self?: unknown, ...args: any[]) => unknown;

/** What a durable function, a step or an awaitable of the runtime carries under `DURABLE` (docs/abi.md 2). */
export interface Descriptor {
  self: Function;
  kind: DescriptorKind;
  run: Run | null;
  // biome-ignore lint/suspicious/noExplicitAny: kinds 1 and 2 keep their own options here
  meta: any;
  captures: unknown[] | null;
}

/** Durable calls and resumptions between two macrotasks that the drivers force (about 1 ms of empty calls). */
export const gasBudget = 100_000;
/** Durable calls between two looks at the clock, where somebody looks at it: each of them may take a while. */
export const stretchBudget = 16;

/**
 * The registers. The helpers that compiled code calls stand on the prototype (abi/v1.ts): V8 keeps an object of that many
 * properties as a dictionary, and every register would cost a hash lookup.
 */
export class Realm {
  ops: Ops | null = null;
  gas = gasBudget;
  depth = 0;
  awaited: unknown = undefined;
  child: Frame | null = null;
  leaf: Frame | null = null;
  mode: Mode = 0;
  value: unknown = undefined;
  parked: Parked = 0;
  registry: Registry | null = null;
  /** Classes that every copy of the runtime must agree on, by name. */
  classes: Record<string, unknown> = {};
}

interface RealmExports {
  R: Realm;
  SUSPEND: object;
  DURABLE: symbol;
}

const key = Symbol.for("coldframe.abi.1");

function createRealm(): RealmExports {
  return {
    R: new Realm(),
    SUSPEND: Object.freeze({ coldframe: "SUSPEND" }),
    DURABLE: Symbol.for("coldframe.durable"),
  };
}

const host = globalThis as { [key]?: RealmExports };
host[key] ??= createRealm();

/** The record itself, as `abi: "global"` reads it. */
export const realm: RealmExports = host[key];
/** Registers and helpers. */
export const R: Realm = realm.R;
/** What a run function returns when it has parked. */
export const SUSPEND: object = realm.SUSPEND;
/** Key of a function's descriptor. */
export const DURABLE: unique symbol = realm.DURABLE as never;
/** Key, on a frame constructor's prototype, of the function's meta. */
export const FRAME: unique symbol = Symbol.for("coldframe.frame") as never;

/** What a frame waits for that only wants a fresh stack or a real tick. */
export const READY: object = shared("READY", () => Object.freeze({ coldframe: "READY" }));
/** Stands in a cell before its declaration has run. */
export const TDZ: object = shared("TDZ", () => Object.freeze({ coldframe: "TDZ" }));

/** One instance per realm, whichever copy of the runtime asks first. */
export function shared<T>(name: string, make: () => T): T {
  R.classes[name] ??= make();
  return R.classes[name] as T;
}

const { isProxy } = types;

/**
 * Is this an object of a class of ours? Any value may be asked about: a Proxy is none and hears nothing of it, and one among
 * the prototypes can't make the question fail.
 */
export function isInstance<T>(value: unknown, cls: abstract new (...args: never[]) => T): value is T {
  if (typeof value !== "object" || value === null || isProxy(value)) return false;
  try {
    return value instanceof cls;
  } catch {
    return false;
  }
}

/** The descriptor a function carries, if it is really its own (a Proxy or wrapper that copied it is not). */
export function descriptorOf(fn: unknown): Descriptor | undefined {
  if (typeof fn !== "function") return undefined;
  try {
    const descriptor = (fn as { [DURABLE]?: Descriptor })[DURABLE];
    return descriptor !== undefined && descriptor.self === fn ? descriptor : undefined;
  } catch {
    return undefined; // a Proxy, or a getter of the user's
  }
}
