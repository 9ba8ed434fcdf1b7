/**
 * Owns: `snapshot` and `restore` of a coroutine or a generator object: what the root of their bytes is.
 * Does not own: the bytes (snapshot/), runs of an engine (engine/image).
 */
import { Coroutine, type CoroutineState } from "./coroutine.ts";
import { errors } from "./errors.ts";
import { asyncGeneratorOf } from "./language/async-generator.ts";
import { generatorState } from "./language/generator.ts";
import { encodeParked } from "./local/lost.ts";
import { checkState, checkTasks } from "./local/stored-state.ts";
import "./local/stored.ts";
import { fromCaller } from "./machinery.ts";
import { readOptions } from "./options.ts";
import { descriptorOf, isInstance } from "./realm.ts";
import { registry } from "./registry.ts";
import type { SnapshotMemory } from "./snapshot/identity.ts";
import { elementsOf, fieldsOf } from "./snapshot/own-fields.ts";
import { type Decoded, type ReadSnapshot, readSnapshot } from "./snapshot/read.ts";
import { type CodeRegistry, type Limits, limitsOf } from "./snapshot/types.ts";
import { encodeGraph, writeSnapshot } from "./snapshot/write.ts";
import { neverCompiled } from "./uncompiled.ts";

/** How a snapshot is read. */
export interface RestoreOptions {
  /** Bounds on what the bytes may ask for, if they are yours and meant to be larger. */
  readonly limits?: Partial<Limits>;
}

/** How a snapshot is written. */
export interface SnapshotOptions {
  /** Bounds of who will read it, if they are not the usual ones: what is larger is refused. */
  readonly limits?: Partial<Limits>;
}

/** The root of a snapshot made here. */
type Captured = { kind: "coroutine"; state: CoroutineState } | { kind: "generator"; generator: object };

/**
 * Writes a suspended coroutine, or a generator object of a durable generator, as bytes. It goes on unharmed.
 *
 * @param suspended what `coroutine(…)`, `restore(…)` or a durable generator gave
 * @param options `limits`: those that will be given to `restore`, if they are not the usual ones
 * @returns bytes by docs/formats.md; any process that has loaded the same code can restore them
 * @throws CF2001 if something live can't be stored, naming function, variable and path; CF2008 if it could not be restored under
 * the limits; CF2305 while it runs, or requests to an async generator are open
 * @example
 * const g = counter();
 * g.next();
 * const h = restore(snapshot(g));
 * h.next();
 */
export function snapshot(suspended: Coroutine | Generator | AsyncGenerator, options?: SnapshotOptions): Uint8Array {
  return fromCaller(snapshot, () => {
    const { limits } = readOptions("snapshot", options, { limits: true });
    return write(suspended, limitsOf(limits));
  });
}

function write(suspended: Coroutine | Generator | AsyncGenerator, limits: Limits): Uint8Array {
  if (!isInstance(suspended, Coroutine)) {
    if (generatorState(suspended) === undefined && asyncGeneratorOf(suspended) === undefined)
      throw neverCompiled("The generator", "It comes from a function without a mark, or is no generator");
    if (asyncGeneratorOf(suspended)?.frame?.$queue.length)
      throw errors.coroutineBusy({ method: "snapshot", state: "has requests that have not settled" });
    const root: Captured = { kind: "generator", generator: suspended };
    return writeSnapshot(root, { registry: withoutName(suspended), limits });
  }
  return snapshotCoroutine(suspended, undefined, limits);
}

/** As `snapshot`. @param memory afterwards has what was stored */
export function snapshotCoroutine(co: Coroutine, memory?: SnapshotMemory, limits?: Limits): Uint8Array {
  const options = { registry: registry(), memory, limits };
  const root: Captured = { kind: "coroutine", state: co.state() };
  const encode = (value: unknown) => encodeGraph(value, options.registry);
  return encodeParked(co.scheduler, co.waits(), () => writeSnapshot(root, options), encode);
}

/** The registry, but for one value: a constant of a module that holds it gives it a name, and what is asked for is its state. */
function withoutName(value: object): CodeRegistry {
  const all = registry();
  const { modules, functions } = all;
  const refOf = (found: unknown) => (found === value ? undefined : all.refOf(found));
  const compiledClass = (cls: Function) => all.compiledClass(cls);
  const privateHook = (cls: Function) => all.privateHook(cls);
  return { modules, functions, refOf, resolve: (ref) => all.resolve(ref), compiledClass, privateHook };
}

/**
 * Takes up what `snapshot` wrote: a coroutine, or a generator object.
 *
 * @param bytes a snapshot; the modules whose functions it names must be loaded
 * @param options `limits`: bounds on what the bytes may ask for, if they are yours and meant to be larger
 * @returns the coroutine or generator object, where it stood; which of them it is, the type parameter says
 * @throws CF2002, CF2003, CF2004, CF2007, CF2008 or CF2009 if the bytes are not sound; CF2005, CF2006 or CF2011 if code is not
 * loaded; CF2101 if code has changed so that it can't go on
 * @example
 * const co = restore<Coroutine<Receipt>>(readFileSync("order-17.bin"));
 * const receipt = await co.drive();
 */
export function restore<T extends Suspended = Coroutine | Generator | AsyncGenerator>(
  bytes: Uint8Array,
  options?: RestoreOptions,
): T {
  const root = fromCaller(restore, () => read(bytes, options));
  return (root.kind === "generator" ? root.generator : new Coroutine(root.state)) as T;
}

/** What a snapshot may be of. */
// biome-ignore lint/suspicious/noExplicitAny: of every result
type Suspended = Coroutine<any> | Generator<any, any, any> | AsyncGenerator<any, any, any>;

function read(bytes: Uint8Array, options: RestoreOptions | undefined): Captured {
  const { limits } = readOptions("restore", options, { limits: true });
  const found = readSnapshot(bytes, { registry: registry(), limits });
  if (!found.ok) throw explain(found);
  const root = checkRoot(found);
  if (found.pending.length > 0 && (root.kind === "generator" || root.state.scheduler === null))
    throw errors.snapshotCorrupt({ detail: "a task of no run" });
  return root;
}

/** A root is what `write` has made, whatever else the bytes are. */
function checkRoot({ root, pending }: Decoded): Captured {
  const kind = fieldsOf(root, ["kind"])?.kind;
  if (kind === "generator") {
    const generator = fieldsOf(root, ["generator"])?.generator as object;
    if (generatorState(generator) !== undefined || asyncGeneratorOf(generator) !== undefined)
      return { kind, generator };
  }
  const state = kind === "coroutine" ? fieldsOf(fieldsOf(root, ["state"])?.state, ["start", "scheduler"]) : undefined;
  if (state === undefined)
    throw errors.snapshotCorrupt({ detail: "its root is neither a coroutine nor a generator object" });
  if (state.start !== null) return { kind: "coroutine", state: { start: checkStart(state.start), scheduler: null } };
  const unobserved = fieldsOf(fieldsOf(root, ["state"])?.state, ["unobserved"])?.unobserved ?? [];
  return {
    kind: "coroutine",
    state: { start: null, scheduler: checkState(state.scheduler, pending), unobserved: checkTasks(unobserved) },
  };
}

function checkStart(value: unknown): NonNullable<CoroutineState["start"]> {
  const { fn, self, args } = fieldsOf(value, ["fn", "self", "args"]) ?? {};
  const list = elementsOf(args);
  if (descriptorOf(fn)?.kind !== 0 || list === undefined)
    throw errors.snapshotCorrupt({ detail: "what it begins with" });
  return { fn: fn as Function, self, args: list };
}

/** The first code reference with the worst verdict, as an error. */
function explain({ match, header }: Extract<ReadSnapshot, { ok: false }>): Error {
  const found = match.codes.find(({ verdict }) => verdict === match.verdict);
  if (found === undefined) {
    const reason = `It was written under ABI ${header.abi}`;
    return errors.incompatibleCode({ function: header.codes[0]?.id ?? "The code", reason });
  }
  const { ref, verdict, reason } = found;
  if (verdict === "incompatible") return errors.incompatibleCode({ function: ref.id, reason });
  return ref.kind === "class" ? errors.missingClass({ id: ref.id }) : errors.missingFunction({ id: ref.id });
}
