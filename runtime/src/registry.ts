/**
 * Owns: what code is loaded: module records, function metas, and references `id#name` to module-level values.
 * Does not own: what the names mean in a snapshot (snapshot/).
 *
 * I1 One registry per realm. It is the only module-level mutable state of the runtime.
 * I2 A function key belongs to one module; a second module that claims it is refused.
 * I3 A module that is evaluated again (tests, hot reload) replaces its own record.
 * I4 A former id finds the function that has it no longer; another function that has it is a conflict, whichever loads first.
 * I5 References are read lazily: a binding in its TDZ is asked again later.
 */
import { types } from "node:util";
import {
  defineProperty,
  each,
  entries,
  getOwnPropertyDescriptor,
  indexOf,
  ownKeys,
  put,
  SafeMap,
  SafeWeakMap,
  startsWith,
  substring,
} from "./builtins.ts";
import { errors } from "./errors.ts";
import type { Frame } from "./frame.ts";
import { type ClosureTag, tagOf } from "./language/tag.ts";
import { describe, dressFunction } from "./language/wrapper.ts";
import { type Descriptor, type DescriptorKind, DURABLE, FRAME, R, type Run } from "./realm.ts";

const { isProxy } = types;

/** One suspension point, index = program counter. Point 0 is the entry. */
export interface PointMeta {
  /** Fingerprint of what can still run from here. */
  fp: string;
  /** Source line:column. */
  at: string;
  /** Source text of what is awaited. */
  of: string;
  /** What is awaited there is what the function returns. */
  ret?: boolean;
  /** From here it can only sleep, compute on its own variables and settle: 1: it only hands values on, 2: it also computes with them. */
  quiet?: 1 | 2;
}

/** Field of the frame, canonical key, and first and last point of each stretch of points at which the slot is live. */
export type SlotMeta = readonly [field: string, key: string, ...live: number[]];

/** What compiled code says of one function (docs/abi.md 13). */
export interface FunctionMeta {
  id: string;
  name: string;
  length: number;
  /** 0 async, 3 generator, 4 async generator, -1 plain closure. */
  kind: DescriptorKind | -1;
  stamp: string;
  points: PointMeta[];
  /** Variables that frames keep. */
  slots: readonly SlotMeta[];
  F?: new (descriptor: Descriptor | null) => Frame;
  run?: Run;
  self?: Function;
  /** It is a method that uses `this`. */
  receiver?: boolean;
  /** Makes a closure of this function over its captures. */
  make?: (...captures: unknown[]) => Function;
  captures?: string[];
  /** Why a closure of this function can't be restored. */
  reason?: string;
  /** Of a plain closure: what `quiet` is of a point. */
  quiet?: 1 | 2;
  /** Former ids: of this module, or whole ones. */
  renamedFrom?: string[];
  /** Set by the registry. */
  key: string;
  module: ModuleRecord;
  d?: Descriptor;
}

/** What compiled code says of one module. */
export interface ModuleRecord {
  id: string;
  abi: number;
  compiler: string;
  f: FunctionMeta[];
  refs?: Record<string, () => unknown>;
  /** What instances of its classes are made of (docs/formats.md), by the names in `refs`. */
  classes?: Record<string, readonly string[]>;
  /** What its durable functions use of other modules: named so if nothing else names it. */
  imports?: Record<string, () => unknown>;
}

/** A reference whose value was not asked for yet. */
interface Unread {
  ref: string;
  read: () => unknown;
  /** The module declares it; otherwise it imports it. */
  isOwn: boolean;
  /** Of a class. */
  members?: readonly string[];
}

/** A class of a compiled module: its name there, and what instances are made of. */
export interface CompiledClass {
  readonly id: string;
  readonly members: readonly string[];
}

/** An id may name its module itself: `shop/orders#fulfil`. The "#" of a private name stands behind a dot: `Account.#balance`. */
function keyOf(module: ModuleRecord, id: string): string {
  for (let at = indexOf(id, "#"); at >= 0; at = indexOf(id, "#", at + 1)) if (at > 0 && id[at - 1] !== ".") return id;
  return `${module.id}#${id}`;
}

/** What only the text of a class can do with the private names of its instances; the compiler makes it. */
export interface PrivateHook {
  /** Of the fields; methods and accessors have no values. */
  names: readonly string[];
  has(object: object): boolean;
  /** Values of the fields, in the order of their names. */
  get(object: object): unknown[];
  set(object: object, values: unknown[]): void;
}

/** Makes the wrapper of a function of a module's scope. */
type Wrap = (meta: FunctionMeta) => Descriptor;

/** Names of the code that is loaded, both ways. */
export class Registry {
  readonly modules = new SafeMap<string, ModuleRecord>();
  readonly functions = new SafeMap<string, FunctionMeta>();
  /** Number of modules taken in so far. */
  loads = 0;
  readonly #values = new SafeMap<string, unknown>();
  readonly #names = new SafeMap<unknown, string>();
  readonly #classes = new SafeWeakMap<Function, CompiledClass>();
  /** What hoisted declarations mean. */
  readonly #hoisted = new SafeWeakMap<object, Descriptor>();
  #unread: Unread[] = [];
  readonly #privates = new SafeWeakMap<Function, PrivateHook>();
  /** An instance is being made that gets everything from a snapshot: constructors and initializers do nothing. */
  isShell = false;

  /**
   * Takes in a module record; called by compiled code.
   * @param wrap makes the functions that stand for hoisted declarations
   */
  addModule(record: ModuleRecord, wrap?: Wrap): ModuleRecord {
    this.#forget(record.id);
    this.modules.set(record.id, record);
    this.loads++;
    each(record.f, (meta) => this.#addFunction(record, meta, wrap));
    each(record.f, (meta) => each(meta.renamedFrom ?? [], (former) => this.#addFormer(record, meta, former)));
    each(entries(record.refs ?? {}), ({ 0: name, 1: read }) =>
      put(this.#unread, { ref: `${record.id}#${name}`, read, isOwn: true, members: record.classes?.[name] }),
    );
    each(entries(record.imports ?? {}), ({ 0: ref, 1: read }) => put(this.#unread, { ref, read, isOwn: false }));
    return record;
  }

  /** What the module had when it was evaluated before (I3). */
  #forget(id: string): void {
    const former = this.modules.get(id);
    if (former === undefined) return;
    const kept: Unread[] = [];
    each(this.#unread, (entry) => {
      if (!entry.isOwn || !startsWith(entry.ref, `${id}#`)) put(kept, entry);
    });
    this.#unread = kept;
    this.functions.forEach((meta, key) => {
      if (meta.module !== former) return;
      this.functions.delete(key);
      if (this.#values.get(key) === meta.d?.self) this.#values.delete(key);
    });
  }

  #addFunction(module: ModuleRecord, meta: FunctionMeta, wrap?: Wrap): void {
    meta.module = module;
    meta.key = keyOf(module, meta.id);
    const former = this.functions.get(meta.key);
    if (former !== undefined && former.module.id !== module.id) {
      throw errors.duplicateRegistration({ id: meta.key });
    }
    this.functions.set(meta.key, meta);
    if (meta.F) defineProperty(meta.F.prototype, FRAME, { value: meta });
    if (meta.self !== undefined && wrap !== undefined) this.#addDeclared(meta, meta.self, wrap);
    else if (meta.run) {
      // A method stands in by a function that nobody sees until its class is made.
      const self = meta.self ?? (() => {});
      meta.d = { self, kind: meta.kind as DescriptorKind, run: meta.run, meta, captures: null };
      this.#describe(self, meta);
    }
  }

  /**
   * A declaration: the hoisted function that compiled code has can be called before the module runs, in a circle of imports,
   * but has an own `prototype` and could be extended. One that could not takes its place, and means the same.
   */
  #addDeclared(meta: FunctionMeta, hoisted: Function, wrap: Wrap): void {
    const d = wrap(meta);
    dressFunction(hoisted, meta);
    describe(hoisted, { self: hoisted, kind: d.kind, run: d.run, meta, captures: null });
    this.#names.set(hoisted, meta.key);
    this.#hoisted.set(hoisted, d);
  }

  #describe(self: Function, meta: FunctionMeta): void {
    dressFunction(self, meta);
    describe(self, meta.d as Descriptor);
    this.register(meta.key, self);
  }

  /** Says which function a method is, once the class has made it. */
  setMethod(meta: FunctionMeta, method: Function): void {
    const { d } = meta as { d: Descriptor };
    if (d.self === method) return;
    const { name } = method;
    const standIn = d.self as { prototype?: unknown };
    d.self = method;
    this.#describe(method, { ...meta, name, d });
    if (meta.kind >= 3) defineProperty(method, "prototype", { value: standIn.prototype, writable: true });
  }

  /** The function, and those nested in it, are found under a former id too (I4). */
  #addFormer(module: ModuleRecord, { id }: FunctionMeta, former: string): void {
    const key = keyOf(module, former);
    each(module.f, (meta) => {
      if (meta.id !== id && !startsWith(meta.id, `${id}.`)) return;
      const old = key + substring(meta.id, id.length);
      const owner = this.functions.get(old);
      if (owner?.key === old) throw errors.duplicateRegistration({ id: old });
      this.functions.set(old, meta);
      if (meta.d !== undefined) this.#values.set(old, meta.d.self);
    });
  }

  setPrivateHook(cls: Function, hook: PrivateHook): void {
    this.#privates.set(cls, hook);
  }

  privateHook(cls: Function): PrivateHook | undefined {
    return this.#privates.get(cls);
  }

  makeShell<T>(make: () => T): T {
    this.isShell = true;
    try {
      return make();
    } finally {
      this.isShell = false;
    }
  }

  /** Names a value by hand: `registerClass`, `registerFunction`, globals. The last value of a name wins. */
  register(name: string, value: unknown): void {
    this.#values.set(name, value);
    this.#names.set(value, name);
  }

  /** The reference of a module-level function, class or constant; undefined if it has none. */
  refOf(value: unknown): string | undefined {
    this.#read();
    const name = this.#names.get(value);
    if (name === undefined) return undefined;
    const named = this.#values.get(name);
    return named === value || named === this.#hoisted.get(value as object)?.self ? name : undefined;
  }

  /** The value behind a reference; undefined if the module is not loaded or has no such name. */
  resolve(ref: string): unknown {
    this.#read();
    return this.#values.get(ref);
  }

  /** What a compiled module says of a class; undefined for classes of other modules. */
  compiledClass(cls: Function): CompiledClass | undefined {
    this.#read();
    return this.#classes.get(cls);
  }

  #read(): void {
    if (this.#unread.length === 0) return;
    const unread = this.#unread;
    this.#unread = [];
    each(unread, (entry) => this.#readOne(entry));
  }

  #readOne(entry: Unread): void {
    let value: unknown;
    try {
      value = entry.read();
    } catch {
      put(this.#unread, entry); // in its TDZ: the module has not finished (I5)
      return;
    }
    if (!isReference(value)) return;
    if (entry.isOwn || !this.#names.has(value)) this.register(entry.ref, value);
    else this.#values.set(entry.ref, value); // a snapshot may know it by this name
    if (typeof value !== "function") return;
    if (entry.members !== undefined) this.#classes.set(value, { id: entry.ref, members: entry.members });
    if (!isProxy(value)) this.#addMembers(entry.ref, value);
  }

  /** Methods of a class: durable code may keep one that it has read across an await. */
  #addMembers(ref: string, cls: Function): void {
    const prototype = getOwnPropertyDescriptor(cls, "prototype")?.value;
    if (typeof prototype !== "object" || prototype === null || isProxy(prototype)) return;
    const add = (home: object, path: string) =>
      each(ownKeys(home), (key) => {
        const value = getOwnPropertyDescriptor(home, key)?.value;
        const name = nameOfKey(key);
        if (name !== undefined && typeof value === "function" && value !== cls && !this.#names.has(value))
          this.register(`${path}.${name}`, value);
      });
    add(cls, ref);
    add(prototype, `${ref}.prototype`);
  }
}

/** What a member is called; undefined for a symbol that means something in this process only. */
function nameOfKey(key: string | symbol): string | undefined {
  if (typeof key === "string") return key;
  const shared = Symbol.keyFor(key);
  if (shared !== undefined) return `[Symbol.for(${JSON.stringify(shared)})]`;
  const name = key.description ?? "";
  const isWellKnown = (Symbol as unknown as Record<string, unknown>)[name.replace(/^Symbol\./, "")] === key;
  return isWellKnown ? `[${name}]` : undefined;
}

/** Only things with an identity are kept by reference. */
function isReference(value: unknown): boolean {
  return (typeof value === "object" && value !== null) || typeof value === "function" || typeof value === "symbol";
}

/** The slots that are live at a point, in order. A field may stand for different things at different points. */
export function slotsAt({ slots }: Pick<FunctionMeta, "slots">, pc: number): { field: string; key: string }[] {
  const isLive = (runs: readonly number[]) => {
    for (let i = 0; i < runs.length; i += 2) {
      if ((runs[i] as number) <= pc && pc <= (runs[i + 1] as number)) return true;
    }
    return false;
  };
  return slots.flatMap(([field, key, ...runs]) => (isLive(runs) ? [{ field, key }] : []));
}

/** The registry of this realm. */
export function registry(): Registry {
  R.registry ??= new Registry();
  return R.registry;
}

/** The tag of a closure: of a plain one, or of a durable one that has captures. */
export function closureOf(fn: Function): ClosureTag | undefined {
  const tag = tagOf(fn);
  if (tag !== undefined) return tag;
  const descriptor: Descriptor | undefined = Object.getOwnPropertyDescriptor(fn, DURABLE)?.value;
  if (descriptor?.self !== fn || descriptor.captures === null) return undefined;
  return { meta: descriptor.meta, captures: descriptor.captures };
}
