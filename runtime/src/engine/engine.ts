/**
 * Owns: the public face: `open`, starting runs, finding them, closing.
 * Does not own: driving runs (worker.ts and below), stores.
 */
import { randomUUID } from "node:crypto";
import { systemClock } from "../clock.ts";
import { errors } from "../errors.ts";
import { Context } from "../local/context.ts";
import { fromCaller } from "../machinery.ts";
import { check, type Names, readList, readOptions } from "../options.ts";
import { type Descriptor, descriptorOf } from "../realm.ts";
import { type FunctionMeta, registry } from "../registry.ts";
import { limitsOf } from "../snapshot/types.ts";
import { openStore } from "../store/open.ts";
import type { StartRequest, Store } from "../store/store.ts";
import { notDurable } from "../uncompiled.ts";
import { makeCodec, type SnapshotCodec } from "./codec.ts";
import { inTurn, surroundings } from "./foreign.ts";
import { Hosted } from "./hosted.ts";
import { type ListOptions, listRuns, type RunList, readListOptions } from "./listing.ts";
import { type Notice, warn } from "./notice.ts";
import { atLeast, type EngineOptions, readEngineOptions, resolveLimits } from "./options.ts";
import { Line, type Parts } from "./parts.ts";
import { Results } from "./results.ts";
import { Rounds } from "./rounds.ts";
import { Run } from "./run.ts";
import { Values } from "./values.ts";
import { watchForCode } from "./waiting.ts";
import { warmUp } from "./warm-up.ts";
import { Worker } from "./worker.ts";

/** How a run is started. */
export interface StartOptions {
  /** Its id, unique in the store. Starting the same id again gives the run that exists. Default: a random one. */
  readonly id?: string;
  /** Queue of the workers that may take it; default: that of this engine. */
  readonly queue?: string;
  /** Higher goes first; default 0. */
  readonly priority?: number;
  /** It does not begin before this time (epoch ms). */
  readonly startAt?: number;
}

/** About so many a function takes. */
const MOST_ARGUMENTS = 65_535;
const startOptions: Names<StartOptions> = { id: true, queue: true, priority: true, startAt: true };

// biome-ignore lint/suspicious/noExplicitAny: any function may be durable
type DurableFunction = (...args: any[]) => Promise<any>;

/** Starts, drives and finds runs in one store. Made by `open`. */
export class Engine implements AsyncDisposable {
  readonly #parts: Parts;
  readonly #worker: Worker | undefined;
  readonly #results: Results;
  readonly #stopWatching: () => void;
  /** Starts under way, by id: the next one of an id comes after it. */
  readonly #starting = new Map<string, Promise<void>>();
  #closed: Promise<void> | undefined;

  /** Used by `openEngine`; not meant for users. */
  constructor(store: Store, given: EngineOptions | undefined, own?: SnapshotCodec) {
    const options = readEngineOptions(given);
    const codec = own ?? makeCodec(limitsOf(options.limits));
    const limits = resolveLimits(options);
    const hosted = new Hosted(options.build);
    const { clock = systemClock, onNotice = warn, queue = "default", rollback = "covered" } = options;
    const attempts = new Line(atLeast("concurrency.steps", options.concurrency?.steps, 1, Number.POSITIVE_INFINITY));
    const notify = (notice: Notice): void => {
      if (notice.kind === "held" && notice.run !== undefined) this.#results.lookAt(notice.run);
      try {
        onNotice(notice);
      } catch (error) {
        reportError(error); // a listener that throws must not stop a run halfway through a commit
      }
    };
    const build = (): string => hosted.build;
    const values = new Values(codec);
    const context = surroundings.run(inTurn, () => new Context(null, null));
    const rounds = new Rounds(clock);
    this.#parts = { store, clock, codec, values, limits, queue, rollback, attempts, rounds, build, notify, context };
    this.#results = new Results(store, clock, limits.pollMs, (held) => this.#worker?.willTry(held) === true);
    if (options.work === false) {
      this.#stopWatching = () => {};
      return;
    }
    this.#worker = new Worker(this.#parts, hosted, this.#results);
    this.#worker.open();
    this.#stopWatching = watchForCode(this.#parts, hosted);
  }

  /**
   * Starts a durable function as a run. It exists when this resolves, and survives this process from then on.
   *
   * @param fn a durable async function of a module
   * @param args its arguments; the run gets copies
   * @param options id, queue, priority, time
   * @returns the handle of the run; of the one that exists, if the id was started before with the same function and arguments
   * @throws CF2301 if `fn` was never compiled, CF2306 if it is a step or a generator, CF2303 if other code is loaded under its id, CF2410 if it is a closure, CF2311 if it is a method that uses `this`, CF2001 if an argument cannot be stored, CF2405 for an option out of its bounds, CF2432 for one that is none, CF2403 if
   * the id belongs to another job
   * @example const run = await engine.start(fulfil, [order], { id: order.id });
   */
  async start<F extends DurableFunction>(
    fn: F,
    args: Parameters<F>,
    options?: StartOptions,
  ): Promise<Run<Awaited<ReturnType<F>>>> {
    this.#check("a run was being started");
    const descriptor = rootOf(fn, this.start);
    const known = fromCaller(this.start, () => readOptions("start", options, startOptions));
    const request = fromCaller(this.start, () => this.#request(descriptor.meta as FunctionMeta, args, known));
    if (known.id === undefined) await this.#create(request, descriptor);
    else await this.#oneByOne(request.id, () => this.#startNamed(request, descriptor));
    return this.#handle(request.id);
  }

  /** Of starts of one id the first creates the run; to those that come meanwhile it is one that exists. */
  async #oneByOne(id: string, start: () => Promise<void>): Promise<void> {
    const before = this.#starting.get(id);
    const own = before === undefined ? start() : before.then(start, start);
    this.#starting.set(id, own);
    try {
      await own;
    } finally {
      if (this.#starting.get(id) === own) this.#starting.delete(id);
    }
  }

  async #startNamed(request: StartRequest, descriptor: Descriptor): Promise<void> {
    const isKnown = await this.#isStarted(request);
    this.#check("a run was being started"); // it may have been closed meanwhile
    if (!isKnown) await this.#create(request, descriptor);
  }

  #request({ key, stamp }: FunctionMeta, given: unknown[], options: StartOptions): StartRequest {
    const { id = randomUUID(), queue = this.#parts.queue, priority = 0, startAt } = options;
    const args = readList("args", given, MOST_ARGUMENTS, "the list of its arguments");
    check(typeof id === "string" && id !== "", "id", id, "a text that is not empty");
    check(typeof queue === "string", "queue", queue, "a text");
    check(Number.isFinite(priority), "priority", priority, "a number");
    check(startAt === undefined || Number.isFinite(startAt), "startAt", startAt, "epoch milliseconds");
    return { id, fn: key, version: stamp, queue, priority, input: this.#parts.values.encodeList(args, key), startAt };
  }

  /** Does the run exist already? @throws CF2403 if it is another job */
  async #isStarted({ id, fn, input }: StartRequest): Promise<boolean> {
    const { store, values } = this.#parts;
    const found = await store.get(id);
    if (found === undefined) return false;
    // Not the bytes: they name the versions of Coldframe and Node that wrote them.
    const { functions } = registry();
    const isSame = found.fn === fn || functions.get(found.fn) === functions.get(fn); // it may have been renamed
    if (!isSame || values.fingerprintOf(found.input) !== values.fingerprintOf(input)) {
      const difference = isSame ? differenceOf(values, found.input, input) : `of another function than ${fn}`;
      const startedAt = new Date(found.createdAt).toISOString();
      throw errors.runConflict({ run: id, difference, function: found.fn, startedAt });
    }
    return true;
  }

  async #create(request: StartRequest, descriptor: Descriptor): Promise<void> {
    const worker = this.#worker;
    const { store, values, clock, queue } = this.#parts;
    const isHere = request.queue === queue && (request.startAt ?? 0) <= clock.now();
    if (worker?.hasRoom && isHere) {
      const args = values.decode(request.input) as unknown[];
      const refused = await worker.start(request, (run) => run.begin(descriptor, args));
      if (refused === undefined) return;
    } else {
      const outcome = await store.start([request]);
      if (outcome.kind === "ok") return;
    }
    await this.#isStarted(request);
  }

  /**
   * Finds a run.
   *
   * @param id its id
   * @returns its handle, or undefined if there is none
   * @example const run = await engine.get<Receipt>("order-17");
   */
  async get<T = unknown>(id: string): Promise<Run<T> | undefined> {
    this.#check("a run was read");
    return (await this.#parts.store.find([id])).length === 0 ? undefined : this.#handle(id);
  }

  /**
   * Lists runs, newest first, a page at a time.
   *
   * @param options which runs; without any: all
   * @throws CF2405 for a limit, cursor or status that is none, CF2432 for an unknown option
   * @example const { runs } = await engine.list({ status: "held" });
   */
  async list(options?: ListOptions): Promise<RunList> {
    this.#check("runs were listed");
    const { filter, cursor, limit } = readListOptions(options, (fn) => idOf(fn, this.list));
    return listRuns(this.#parts.store, filter, { cursor, limit }, () => this.#check("runs were listed"));
  }

  /**
   * Closes the engine: it takes no more runs, lets turns and, for `drainMs`, attempts at steps end, and runs that are closing,
   * and lets go of its runs, so that other workers can take them at once. A notice names runs that are closing still. Also called at the end of an `await using` block.
   *
   * @example await engine.close();
   */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#stopWatching();
    await this.#worker?.close();
    this.#results.close();
    await this.#parts.store.close();
  }

  #handle<T>(id: string): Run<T> {
    const { store, values } = this.#parts;
    const active = (run: string) => this.#worker?.find(run);
    return new Run<T>(id, { store, values, results: this.#results, active });
  }

  #check(what: string): void {
    if (this.#closed !== undefined) throw errors.engineClosed({ what });
  }
}

/** The descriptor of a function that can be the root of a run. @throws CF2301, CF2303, CF2306, CF2311, CF2410 */
function rootOf(fn: Function, called: Function): Descriptor {
  const descriptor = descriptorOf(fn);
  if (descriptor?.kind !== 0) throw notDurable(fn, called);
  const meta = descriptor.meta as FunctionMeta;
  if (meta.d !== descriptor) throw errors.rootUnnamed({ function: fn.name || "The function" });
  if (meta.receiver) throw errors.receiverMissing({ function: meta.key });
  // A module that is loaded again replaces itself; if that is another module, its runs would go on in the wrong code.
  if (registry().functions.get(meta.key)?.stamp !== meta.stamp) throw errors.duplicateRegistration({ id: meta.key });
  return descriptor;
}

/** Which arguments are others. They are not shown: this goes into logs. */
function differenceOf(values: Values, before: Uint8Array, now: Uint8Array): string {
  const lists = [before, now].map((bytes) => {
    try {
      return values.decode(bytes) as unknown[];
    } catch {
      return undefined; // of code that is not loaded, or has changed
    }
  });
  const [former, present] = lists;
  if (former === undefined || present === undefined) return "with other arguments";
  if (former.length !== present.length) return `with ${former.length} arguments, not ${present.length}`;
  const print = (value: unknown) => values.fingerprintOf(values.encodeList([value], ""));
  const others = present.flatMap((value, at) => (print(value) === print(former[at]) ? [] : [`${at + 1}`]));
  return others.length === 1 ? `with another argument ${others[0]}` : "with other arguments";
}

/** Lets an error of the user's surface as an uncaught one, outside of what goes on here. */
function reportError(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function idOf(fn: Function, called: Function): string {
  return (rootOf(fn, called).meta as FunctionMeta).key;
}

/** As `open`, over a store that is open already; the engine closes it. */
export function openEngine(store: Store, options?: EngineOptions, codec?: SnapshotCodec): Engine {
  return new Engine(store, options, codec);
}

/**
 * Opens an engine: from now on it works on the runs of its queue. It keeps the process alive until it is closed.
 *
 * @param url `sqlite:<file>`, or `memory:` for what need not last
 * @param options how it works; `{ work: false }` makes a client
 * @throws CF2203 for an unknown address, CF2201, CF2202, CF2204, CF2207 or CF2208 if the file cannot be used, CF2405 for an option
 *   out of its bounds, CF2432 for one that is none
 * @example
 * await using engine = await open("sqlite:orders.db");
 * const run = await engine.start(fulfil, [order]);
 * console.log(await run.result());
 */
export async function open(url: string, options?: EngineOptions): Promise<Engine> {
  const { clock } = readEngineOptions(options);
  const opening = openStore(url, clock === undefined ? {} : { clock });
  warmUp();
  const store = await opening;
  try {
    return openEngine(store, options);
  } catch (error) {
    await store.close();
    throw error;
  }
}
