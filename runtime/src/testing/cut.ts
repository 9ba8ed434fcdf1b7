/**
 * Owns: the harness that stops a durable function at its suspension points, stores it, restores it and goes on.
 * Does not own: what is compared; the test compares results and traces with an uninterrupted run.
 *
 * I1 A cut happens when an awaited thing has settled and before the function goes on: the outcome is part of the
 *    snapshot, nothing is called twice, so a trace must equal an uninterrupted one.
 * I2 Everything between the settling and the next park is synchronous: a cut run keeps the order of an uncut one.
 * I3 Promises that other tasks still wait for can't be stored; the harness carries them over, slot by slot. If one gives
 *    an awaited value or an argument of its call back, the restored code gets the copy that it has itself.
 * I4 A suspension costs what the run does in it; a cut costs a snapshot, a restore and a second look at what was stored,
 *    so as much as is alive. Of n tasks at once "every" takes n cuts of n tasks each: give numbers where n is large.
 */
import { restore, snapshot, snapshotCoroutine } from "../capture.ts";
import type { Clock } from "../clock.ts";
import { type Coroutine, coroutine, type Watcher } from "../coroutine.ts";
import { surroundings } from "../engine/foreign.ts";
import { errors } from "../errors.ts";
import { Call, Lost, type Task, taskOf } from "../local/task.ts";
import type { ExternalWait } from "../local/waits.ts";
import { check, type Names, readOptions } from "../options.ts";
import { descriptorOf, isInstance, type Mode } from "../realm.ts";
import { SnapshotMemory } from "../snapshot/identity.ts";
import { FormerWorlds, worldGone } from "./former-worlds.ts";

/** Where and how to cut. */
export interface CutOptions {
  /**
   * At every suspension, or at those with these numbers (the first is 1). A cut costs as much as is alive then, about three
   * snapshots of it; a suspension without one costs what it costs anyway. So 10,000 tasks that wait at once are cut at a few
   * numbers, not at "every" of their 20,000 suspensions.
   */
  at: "every" | number[];
  /** Turns bytes into a coroutine or generator; default `restore` of this process. Load fresh code here. */
  restore?: (bytes: Uint8Array) => unknown;
  /** Told of every snapshot. */
  onCut?: (bytes: Uint8Array, cut: number) => void;
  /** Suspensions after which the harness gives up; default 100,000. */
  limit?: number;
  /** Where `sleep` and the pauses between attempts at a step have their time from; default: the machine. */
  clock?: Clock;
}

const names: Names<CutOptions> = { at: true, restore: true, onCut: true, limit: true, clock: true };

/** @throws CF2405, CF2432 */
function readCutOptions(given: CutOptions): CutOptions {
  const options = readOptions("cut", given, names);
  const { at, limit } = options;
  check(at === "every" || Array.isArray(at), "at", at, '"every", or a list of numbers');
  check(limit === undefined || (typeof limit === "number" && limit >= 0), "limit", limit, "a number of at least 0");
  return options;
}

/** What a cut run came to. */
export interface CutResult<T> {
  value: T;
  /** Suspensions seen. */
  suspensions: number;
  /** Snapshots taken and restored. */
  cuts: number;
  /** Bytes of the largest snapshot. */
  largestBytes: number;
}

/** What a cut generator gave: all that it yielded, and its result. */
export interface CutGenerator<Y, R> {
  yielded: Y[];
  returned: R;
}

/** A wait whose promise the harness holds. */
interface Slot {
  /** The wait as the coroutine of today has it. */
  wait: ExternalWait;
  /** What was awaited when the slot was opened; a cut leaves the wait with a copy. */
  opened: unknown;
}

class CutRun<T> implements Watcher {
  readonly options: CutOptions;
  co: Coroutine<T>;
  /** By the wait that was opened. */
  readonly slots = new Map<ExternalWait, Slot>();
  readonly former = new FormerWorlds();
  readonly points: ReadonlySet<number> | null;
  suspensions = 0;
  cuts = 0;
  largestBytes = 0;
  isOver = false;
  isReported = false;
  readonly resolve: (result: CutResult<T>) => void;
  readonly reject: (error: unknown) => void;

  constructor(
    co: Coroutine<T>,
    options: CutOptions,
    resolve: (result: CutResult<T>) => void,
    reject: (error: unknown) => void,
  ) {
    this.co = co;
    co.watcher = this;
    this.options = options;
    this.points = options.at === "every" ? null : new Set(options.at);
    this.resolve = resolve;
    this.reject = reject;
  }

  start(): void {
    this.guard(() => {
      try {
        this.co.next();
      } catch (error) {
        if (!this.co.done) throw error; // else it is what the function has thrown: `finish` says so
      }
    });
  }

  /** Runs a piece of the coroutine; then reports how it ended. */
  guard(piece: () => void): void {
    if (this.isOver) return;
    try {
      piece();
      if (this.co.done && !this.isReported) this.finish();
    } catch (error) {
      this.isOver = true;
      this.reject(error);
    }
  }

  /** Tasks that outlive the result go on, as they would natively. */
  finish(): void {
    this.isReported = true;
    this.former.check();
    const root = this.co.scheduler.root;
    if (root?.state === 2) this.reject(root.value);
    else {
      const { suspensions, cuts, largestBytes } = this;
      this.resolve({ value: root?.value as T, suspensions, cuts, largestBytes });
    }
  }

  // ---- Watcher

  external(wait: ExternalWait): void {
    const task = taskOf(wait.awaited);
    if (task !== null) this.heard(task);
    this.slots.set(wait, { wait, opened: wait.awaited });
    wait.open();
  }

  answered(opened: ExternalWait, mode: Mode, value: unknown): void {
    const slot = this.slots.get(opened);
    if (slot === undefined) return;
    this.slots.delete(opened);
    this.guard(() => this.arrived(slot, mode, value));
  }

  heard(task: Task): void {
    this.former.heard(task, this.co.scheduler);
  }

  settled(task: Task): void {
    this.former.settled(task);
  }

  spawned(co: Coroutine<unknown>): void {
    if (co === this.co) return;
    this.guard(() => {
      throw worldGone("Code outside of the run asks a generator of the run as it was before a cut", this.cuts);
    });
  }

  // ---- inside

  arrived(slot: Slot, mode: Mode, value: unknown): void {
    if (!this.co.arrive(slot.wait, mode, copyOf(value, slot))) return;
    const { limit = 100_000 } = this.options;
    if (++this.suspensions > limit) throw errors.tooManySuspensions({ limit });
    if (this.points === null || this.points.has(this.suspensions)) this.cut();
    this.co.turn();
  }

  /** Through bytes and back; the promises of the other waits move to the restored waits (I3). */
  cut(): void {
    const memory = new SnapshotMemory();
    const bytes = snapshotCoroutine(this.co as Coroutine, memory);
    this.largestBytes = Math.max(this.largestBytes, bytes.length);
    this.cuts++;
    this.options.onCut?.(bytes, this.cuts);
    this.former.add(this.co.scheduler, memory.values, this.cuts);
    this.co = (this.options.restore ?? restore)(bytes) as Coroutine<T>;
    this.co.watcher = this;
    const after = new Map(this.co.waits().map((wait) => [keyOf(wait), wait]));
    for (const [opened, slot] of this.slots) {
      const wait = after.get(keyOf(slot.wait));
      if (wait === undefined) this.slots.delete(opened);
      else slot.wait = wait;
    }
  }
}

/** What a wait has before and after a cut: a task waits for one thing at a time, and a combination in each slot. */
const keyOf = ({ task, index }: ExternalWait): string => `${task.id} ${index}`;

/** What the code after a cut has for a value of the code before it (I3). */
function copyOf(value: unknown, { opened, wait }: Slot): unknown {
  const { awaited } = wait;
  if (isInstance(awaited, Lost)) return value; // a promise that gave itself: there is no copy
  if (!isInstance(opened, Call) || !isInstance(awaited, Call)) return value === opened ? awaited : value;
  const index = opened.args.findIndex((arg) => Object.is(arg, value)); // 0 is not the -0 among the arguments
  return index < 0 ? value : awaited.args[index];
}

/**
 * Runs a durable function and, at its suspension points, puts it through a snapshot: what goes on is the restored copy.
 *
 * @param fn a durable async function, or a durable generator, async or not (cut between its values)
 * @param args its arguments
 * @param options where to cut
 * @returns result and counts; for a generator `value` is `{ yielded, returned }`
 * @throws what the function throws; snapshot errors as they are; CF2304 if code outside of the run changes an object of the run
 * as it was before a cut, which the restored code can't see (a listener, a timer or a helper that was given it)
 * @example
 * const { value, cuts } = await cut(fulfil, [order], { at: "every" });
 * @example
 * const clock = new FakeClock(); // days pass in no time
 * const done = cut(remind, ["ann"], { at: "every", clock });
 * await clock.jump(3 * 24 * 3_600_000);
 * const { value } = await done;
 */
export function cut<A extends unknown[], Y, R>(
  // biome-ignore lint/suspicious/noExplicitAny: whatever `next` takes
  fn: (...args: A) => Generator<Y, R, any>,
  args: A,
  options: CutOptions,
): Promise<CutResult<CutGenerator<Y, R>>>;
export function cut<A extends unknown[], Y, R>(
  // biome-ignore lint/suspicious/noExplicitAny: whatever `next` takes
  fn: (...args: A) => AsyncGenerator<Y, R, any>,
  args: A,
  options: CutOptions,
): Promise<CutResult<CutGenerator<Y, R>>>;
export function cut<A extends unknown[], T>(
  fn: (...args: A) => Promise<T>,
  args: A,
  options: CutOptions,
): Promise<CutResult<T>>;
export async function cut<A extends unknown[], T>(
  fn: (...args: A) => Promise<T> | Generator<T> | AsyncGenerator<T>,
  args: A,
  given: CutOptions,
): Promise<CutResult<unknown>> {
  const options = readCutOptions(given);
  const { kind } = descriptorOf(fn) ?? {};
  if (kind === 3 || kind === 4) return cutGenerator(fn as (...args: A) => Generator<T>, args, options);
  const co = coroutine(fn as (...args: A) => Promise<T>, ...args);
  const begin = (): Promise<CutResult<T>> =>
    new Promise((resolve, reject) => new CutRun<T>(co, options, resolve, reject).start());
  const { clock } = options;
  return clock === undefined ? begin() : surroundings.run({ kind: "timed", clock }, begin);
}

/** Of an async generator every result is waited for; so it is cut between its values, as the other. */
async function cutGenerator<A extends unknown[], T>(
  fn: (...args: A) => Generator<T> | AsyncGenerator<T>,
  args: A,
  options: CutOptions,
): Promise<CutResult<T>> {
  let generator = fn(...args);
  const yielded: unknown[] = [];
  const counts = { suspensions: 0, cuts: 0, largestBytes: 0 };
  for (let step = await generator.next(); ; step = await generator.next()) {
    if (step.done) return { value: { yielded, returned: step.value } as T, ...counts };
    yielded.push(step.value);
    counts.suspensions++;
    if (options.at !== "every" && !options.at.includes(counts.suspensions)) continue;
    const bytes = snapshot(generator);
    counts.cuts++;
    counts.largestBytes = Math.max(counts.largestBytes, bytes.length);
    options.onCut?.(bytes, counts.cuts);
    generator = (options.restore ?? restore)(bytes) as Generator<T> | AsyncGenerator<T>;
  }
}
