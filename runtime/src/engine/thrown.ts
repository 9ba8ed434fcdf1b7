/**
 * Owns: what is kept of something thrown that can't be stored as it is: class, message, stack, code and each member that can be,
 *   and the names of the rest.
 * Does not own: encoding (values.ts), who is told (steps.ts, commit.ts).
 *
 * I1 Every look at the value is guarded: getters and traps may throw, and then that part counts as one that can't be stored.
 * I2 A copy is never hollow: it has a class only if nothing but properties makes an instance of it.
 * I3 Bounded, whatever was thrown: in values looked at, depth, and members of one value.
 */
import { types } from "node:util";
import { errors, isColdframeError } from "../errors.ts";
import { classOf } from "../snapshot/by-name.ts";
import { isNativeClass } from "../snapshot/class-text.ts";
import { customOf } from "../snapshot/codecs/custom.ts";
import { makeError } from "../snapshot/codecs/error.ts";
import { SERIALIZE } from "../snapshot/codecs/hooked.ts";

/** Under this key a copy names what it lacks. Enumerable, so that consoles show it. */
export const DROPPED: unique symbol = Symbol.for("coldframe.dropped") as never;

/** What could be kept, and what could not: paths, each with the reason. */
export interface Kept {
  readonly value: unknown;
  readonly dropped: readonly string[];
}

const MOST_VALUES = 1_000;
/** A refusal costs some milliseconds: it says what it is about. */
const MOST_REFUSED = 64;
const MOST_MEMBERS = 1_000;
const DEEPEST = 8;
const MOST_NAMED = 32;

/** What errors have by their class, or by accessors. */
const known = ["name", "message", "stack", "code", "cause"];

/** By name: what stands for the classes of errors of another realm. */
const errorClasses: Readonly<Record<string, Function | undefined>> = {
  ...{ Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError },
  SuppressedError: (globalThis as { SuppressedError?: Function }).SuppressedError,
};

/**
 * Makes a copy that can be stored.
 *
 * @param thrown anything
 * @param whyNot why a value can't be stored; undefined: it can
 */
export function keepOf(thrown: unknown, whyNot: (value: unknown) => string | undefined): Kept {
  const salvage = new Salvage(whyNot);
  const value = salvage.whole(thrown);
  const { dropped } = salvage;
  if (dropped.length > 0 && isObject(value)) {
    const former = (value as { [DROPPED]?: unknown })[DROPPED]; // it was stored before, and something was added to it
    define(value, DROPPED, Array.isArray(former) ? [...former, ...dropped] : dropped, true);
  }
  return { value, dropped };
}

/** Is it an error, of whatever realm? One that only looks so by its prototype counts too. */
function isErrorLike(value: object): boolean {
  return types.isNativeError(value) || quietly(() => value instanceof Error) === true;
}

const nothing = Symbol();

class Salvage {
  readonly #whyNot: (value: unknown) => string | undefined;
  readonly #copies = new Map<object, unknown>();
  readonly dropped: string[] = [];
  #left = MOST_VALUES;
  #refusals = MOST_REFUSED;

  constructor(whyNot: (value: unknown) => string | undefined) {
    this.#whyNot = whyNot;
  }

  /** The root, of which it is known that it can't be stored. */
  whole(thrown: unknown): unknown {
    if (isObject(thrown)) return this.#copyOf(thrown, "", 0) ?? this.#object(thrown, "", 0);
    this.#drop("", this.#whyNot(thrown) ?? "it");
    return quietly(() => String(thrown)) ?? `a ${typeof thrown}`;
  }

  /** What stands for a member; `nothing` if it can't be kept. */
  #member(value: unknown, path: string, depth: number): unknown {
    if (isObject(value) && this.#copies.has(value)) return this.#copies.get(value);
    if (this.#left-- <= 0 || this.#refusals <= 0) return this.#drop(path, "there is too much of it");
    const reason = this.#whyNot(value);
    if (reason === undefined) return value;
    this.#refusals--;
    if (isObject(value) && depth < DEEPEST) {
      const copy = this.#copyOf(value, path, depth);
      if (copy !== undefined) return copy;
    }
    return this.#drop(path, reason);
  }

  #drop(path: string, reason: string): typeof nothing {
    if (this.dropped.length < MOST_NAMED) this.dropped.push(`${path || "(itself)"}: ${reason}`);
    else this.dropped[MOST_NAMED] = "and more";
    return nothing;
  }

  /** A copy of an error or of a value without a class of its own; undefined for any other. */
  #copyOf(value: object, path: string, depth: number): unknown {
    if (isErrorLike(value)) return this.#error(value, path, depth);
    if (quietly(() => Array.isArray(value))) return this.#array(value as unknown[], path, depth);
    if (types.isMap(value) || types.isSet(value)) return this.#collection(value, path, depth);
    const proto = quietly(() => Object.getPrototypeOf(value));
    if (proto === null || (proto !== undefined && isPlain(proto))) return this.#object(value, path, depth);
    // Of another realm, as a Date: the same of this one.
    const isForeign = proto !== undefined && isNative(proto);
    const clone = isForeign ? quietly(() => structuredClone(value)) : undefined;
    return clone !== undefined && this.#whyNot(clone) === undefined ? clone : undefined;
  }

  #error(error: object, path: string, depth: number): object {
    const copy = this.#shellOf(error, path);
    this.#copies.set(error, copy);
    this.#members(error, copy, path, depth);
    for (const key of known) {
      if (Object.hasOwn(copy, key)) continue;
      const value = quietly(() => (error as Record<string, unknown>)[key]);
      if (value === undefined || quietly(() => (copy as Record<string, unknown>)[key]) === value) continue;
      const kept = this.#member(value, join(path, key), depth + 1);
      if (kept !== nothing) define(copy, key, kept, false);
    }
    return copy;
  }

  /** An instance of the nearest class that can be stored, without properties. */
  #shellOf(error: object, path: string): object {
    if (quietly(() => error instanceof DOMException)) {
      const { message, name } = error as DOMException;
      const shell = quietly(() => new DOMException(message, name));
      if (shell !== undefined && this.#whyNot(shell) === undefined) return shell;
    }
    const shell = makeError();
    let at = quietly(() => Object.getPrototypeOf(error));
    const own = at;
    for (let depth = 0; isObject(at) && depth < MOST_MEMBERS; depth++) {
      const standIn = this.#prototypeFor(at, shell);
      if (standIn !== undefined) {
        Object.setPrototypeOf(shell, standIn);
        break;
      }
      const below: object = at;
      at = quietly(() => Object.getPrototypeOf(below));
    }
    if (isObject(own) && at !== own) this.#drop(path, `its class ${nameOf(own)}`);
    return shell;
  }

  /** The prototype itself, or its like in this realm, if instances can be stored by it (I2). */
  #prototypeFor(proto: object, shell: object): object | undefined {
    const name = nameOf(proto);
    const isIntrinsic = isNative(proto);
    if (isIntrinsic) return errorClasses[name]?.prototype;
    if (customOf(proto) !== undefined || quietly(() => SERIALIZE in proto) !== false) return undefined;
    Object.setPrototypeOf(shell, proto);
    if (this.#whyNot(shell) === undefined) return proto;
    Object.setPrototypeOf(shell, Error.prototype);
    return undefined;
  }

  #object(value: object, path: string, depth: number): object {
    const proto = quietly(() => Object.getPrototypeOf(value));
    const copy = proto === null ? Object.create(null) : {};
    this.#copies.set(value, copy);
    if (proto !== null && !(isObject(proto) && isPlain(proto)))
      this.#drop(path, types.isProxy(value) ? "a Proxy" : `its class ${isObject(proto) ? nameOf(proto) : ""}`);
    this.#members(value, copy, path, depth);
    return copy;
  }

  #array(value: unknown[], path: string, depth: number): unknown[] {
    const copy: unknown[] = [];
    this.#copies.set(value, copy);
    const length = quietly(() => value.length) ?? 0;
    if (length <= MOST_MEMBERS) copy.length = length;
    this.#members(value, copy, path, depth, "length");
    return copy;
  }

  #collection(value: Map<unknown, unknown> | Set<unknown>, path: string, depth: number): object {
    const copy: Map<unknown, unknown> | Set<unknown> = types.isMap(value) ? new Map() : new Set();
    this.#copies.set(value, copy);
    const read = types.isMap(value) ? Map.prototype.entries : Set.prototype.entries;
    let at = 0;
    for (const [key, item] of Reflect.apply(read, value, []) as Iterable<[unknown, unknown]>) {
      if (at === MOST_MEMBERS) {
        this.#drop(path, "there is too much of it");
        break;
      }
      const label = join(path, `(entry ${at++})`);
      const keptKey = this.#member(key, label, depth + 1);
      if (copy instanceof Set) {
        if (keptKey !== nothing) copy.add(keptKey);
        continue;
      }
      const kept = this.#member(item, label, depth + 1);
      if (keptKey !== nothing && kept !== nothing) copy.set(keptKey, kept);
    }
    this.#members(value, copy, path, depth);
    return copy;
  }

  /** Own properties, accessors by what they give. */
  #members(from: object, to: object, path: string, depth: number, apart?: string): void {
    const keys = quietly(() => Reflect.ownKeys(from));
    if (keys === undefined) this.#drop(path, "its members can't be read");
    if (keys !== undefined && keys.length > MOST_MEMBERS) this.#drop(path, "there is too much of it");
    for (const key of (keys ?? []).slice(0, MOST_MEMBERS)) {
      if (key === apart) continue;
      const label = join(path, key);
      const found = quietly(() => readMember(from, key));
      if (found === undefined) this.#drop(label, "it can't be read");
      else if (typeof key === "symbol" && this.#whyNot(key) !== undefined) this.#drop(label, "its key has no name");
      else {
        const kept = this.#member(found.value, label, depth + 1);
        if (kept !== nothing) define(to, key, kept, found.enumerable);
      }
    }
  }
}

function readMember(from: object, key: PropertyKey): { value: unknown; enumerable: boolean } {
  const { enumerable = false } = Reflect.getOwnPropertyDescriptor(from, key) ?? {};
  return { value: (from as Record<PropertyKey, unknown>)[key], enumerable };
}

function define(to: object, key: PropertyKey, value: unknown, enumerable: boolean): void {
  Object.defineProperty(to, key, { value, enumerable, writable: true, configurable: true });
}

/** Is it the `Object.prototype` of some realm? */
function isPlain(proto: object): boolean {
  return quietly(() => Object.getPrototypeOf(proto) === null && isNative(proto)) === true;
}

/** Does it belong to a class that no user has written, of whatever realm? */
function isNative(proto: object): boolean {
  const cls = quietly(() => classOf(proto));
  return cls !== undefined && isNativeClass(cls);
}

function nameOf(proto: object): string {
  const name: unknown = quietly(() => {
    const cls = classOf(proto);
    return cls && Object.getOwnPropertyDescriptor(cls, "name")?.value;
  });
  return typeof name === "string" && name !== "" ? name : "without a name";
}

function join(path: string, key: PropertyKey): string {
  if (typeof key === "symbol") return `${path}[${String(key)}]`;
  const name = String(key).slice(0, 100);
  if (/^\d+$/.test(name)) return `${path}[${name}]`;
  return path === "" ? name : `${path}.${name}`;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Asks what may throw; undefined if it did (I1). */
export function quietly<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

/** Something thrown in one line, for people. */
export function describeThrown(thrown: unknown): string {
  const text = quietly(() => (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)));
  return text ?? `a ${typeof thrown} that cannot be read`;
}

/** Why an encoder refused a value, in a few words. */
export function reasonOf(error: unknown): string {
  if (!isColdframeError(error)) return "it can't be encoded";
  const { kind } = error.params;
  return isColdframeError(error, errors.unserializableValue.code) && typeof kind === "string"
    ? lower(kind)
    : error.what;
}

function lower(kind: string): string {
  return kind.replace(/^An? /, (article) => article.toLowerCase()).replace(/,$/, "");
}
