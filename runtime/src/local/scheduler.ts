/**
 * Owns: the tasks of one run, and turns: every ready task is taken up until all are parked.
 * Does not own: stores, clocks, operations (a host provides them), bytes (snapshot/).
 *
 * I1 Order is deterministic: a call without await runs at once until it parks (depth first); wake-ups are taken first in,
 *    first out, as promise jobs are.
 * I2 `R.ops` is this scheduler exactly while `turn` or `spawn` runs compiled code, and null while foreign code runs.
 * I3 A result for a task that no longer waits for it is dropped.
 * I4 Code goes on in the context of AsyncLocalStorage in which it has parked (context.ts), in this process.
 * I5 Between turns every pending task is parked, is in `ready`, or is finishing a thenable result.
 * I6 A task knows the leaf that has parked again, and its run function: a load from frames of any shape costs 3 to 5 ns.
 * I7 A turn ends early, between two frames, when its host says that the budget is spent: what is in `ready` goes on in the next.
 */
import { each, put, SafeSet } from "../builtins.ts";
import { abrupt, type Frame } from "../frame.ts";
import { apply } from "../language/apply.ts";
import type { AsyncGeneratorFrame } from "../language/async-generator.ts";
import { stitchStack } from "../language/stack.ts";
import {
  type CombinatorKind,
  type Descriptor,
  type Mode,
  type Ops,
  READY,
  type Run,
  R as realm,
  SUSPEND,
} from "../realm.ts";
import { callForeign, callLater, followCall, tickCall } from "./calls.ts";
import { combinators } from "./combinators/index.ts";
import { combine } from "./combine.ts";
import { Context } from "./context.ts";
import { fill, refill } from "./fuel.ts";
import { needRoom, nesting, SHALLOW } from "./headroom.ts";
import type { Met, SchedulerHost, SchedulerState } from "./host.ts";
import { hasOwnConstructor, isNativeThen, type TaskPromise } from "./promise.ts";
import { runReaction, workOutcome } from "./reaction.ts";
import { type Queued, type Ready, ReadyQueue } from "./ready.ts";
import { Rejections } from "./rejections.ts";
import { Requests } from "./requests.ts";
import { type Call, Combination, callOf, Reaction, Task, taskOf, type Waiter, type Way, type Work } from "./task.ts";
import { chainingCycle, isResult, readThen } from "./thenable.ts";
import { ExternalWait, isWaiting } from "./waits.ts";

// Constants of this module: see realm.ts.
const R = realm;
const suspend = SUSPEND;
const readyMark = READY;

export class Scheduler implements Ops {
  readonly host: SchedulerHost;
  readonly tasks = new SafeSet<Task>();
  readonly ready = new ReadyQueue();
  #outerOps: Ops | null = null;
  #outerDepth = 0;
  #outerGas = 0;
  /** Does a turn run now? */
  isInTurn = false;
  root: Task | null = null;
  /** The task whose code runs now, or whose foreign call is being made. */
  current: Task | null = null;
  nextId = 1;
  /** While the graph is encoded: what is met in it. */
  met: Met | null = null;
  /** Is its graph being encoded? Only then its tasks can be. */
  isStored = false;
  readonly rejections = new Rejections();
  readonly requests = new Requests(this);
  /** An outcome on its way to a frame of another context. */
  #climbing: [mode: Mode, value: unknown, known: unknown] = [0, undefined, undefined];
  /** Where tasks go on that were restored; null: wherever the turn runs. */
  base: Context | null = null;

  constructor(host: SchedulerHost) {
    this.host = host;
  }

  /** Starts the root task: it runs until it parks; what it made ready runs in the next turn. */
  start(descriptor: Descriptor, self: unknown, args: unknown[]): Task {
    this.#beginTurn();
    try {
      return this.spawn(descriptor, self, args);
    } finally {
      this.#endTurn();
    }
  }

  /** Does a task go on in the next turn? */
  get hasReady(): boolean {
    return !this.ready.isEmpty;
  }

  /** Takes up every ready task until all are parked, or the budget is spent (I7). */
  turn(most = Infinity): void {
    if (!this.ready.isEmpty && !this.isInTurn) this.#run(null, 0, undefined, most);
  }

  /** As `arrive`, and then as `turn`: the common case, one stack of frames, goes on without standing in line. */
  arriveAndTurn(wait: ExternalWait, mode: Mode, value: unknown): void {
    const { task, index } = wait;
    if (task.wait !== wait && !isWaiting(wait)) return;
    if (this.ready.isEmpty && task.leaf !== null && !this.isInTurn) this.#run(task, mode, value, Infinity);
    else {
      this.wake(task, index, mode, value);
      this.turn();
    }
  }

  /** `first` goes on before all that are ready, of which `most` go on. */
  #run(first: Task | null, mode: Mode, value: unknown, most: number): void {
    this.#beginTurn();
    try {
      if (first !== null) this.#takeUp(first, mode, value);
      for (let left = most; left > 0 && !this.ready.isEmpty; left--) {
        const { task, mode, value, context } = this.ready.shift() as Queued;
        if (context === null) this.#takeUp(task, mode, value);
        else context.runInAsyncScope(this.#takeUp, this, task, mode, value); // I4
        if (this.hasReady && this.host.isSpent?.()) return;
      }
    } finally {
      this.#endTurn();
    }
  }

  /** From now on this scheduler is the one that compiled code talks to (I2). */
  #beginTurn(): void {
    this.isInTurn = true;
    this.#outerOps = R.ops;
    this.#outerDepth = R.depth;
    this.#outerGas = R.gas;
    R.ops = this;
    R.depth = 0;
    fill(this.host);
  }

  #endTurn(): void {
    R.ops = this.#outerOps;
    R.depth = this.#outerDepth;
    R.gas = this.#outerGas;
    R.child = null;
    R.leaf = null;
    this.#outerOps = null;
    this.isInTurn = false;
  }

  // ---- what compiled code asks (docs/abi.md 12)

  call(fn: unknown, self: unknown, args: unknown[], text: string): unknown {
    return callForeign(this, fn, self, args, text);
  }

  later(fn: unknown, self: unknown, args: unknown[], text: string): unknown {
    return callLater(this, fn, self, args, text);
  }

  promise(kind: CombinatorKind, items: unknown): TaskPromise {
    return combine(this, kind, items).promise;
  }

  /** It calls the run function itself: recursion through calls without await is as deep as the frames of the stack are small. */
  spawn(descriptor: Descriptor, self: unknown, args: ArrayLike<unknown>): Task {
    if (nesting.count >= SHALLOW) needRoom();
    const { current } = this;
    const task = this.adopt(new Task(null));
    this.root ??= task;
    this.host.spawned?.(task, current);
    const { child, leaf, gas } = R;
    if (gas < 1) R.gas = 1; // it runs at once (I1); who awaits next pays
    nesting.count++;
    this.current = task;
    R.child = null;
    let mode: Mode = 0;
    let outcome: unknown;
    try {
      const run = descriptor.run as Run;
      outcome = args.length === 1 ? run(null, self, args[0]) : apply(run, self, args);
    } catch (error) {
      mode = 1;
      outcome = error;
    }
    nesting.count--;
    if (gas < 1) R.gas = gas;
    this.current = current;
    this.#spawned(task, mode, outcome, child, leaf);
    return task;
  }

  #spawned(task: Task, mode: Mode, outcome: unknown, child: Frame | null, leaf: Frame | null): void {
    try {
      if (mode === 1) {
        R.parked = 0;
        stitchStack(outcome, null);
        this.#fail(task, outcome);
      } else if (outcome === suspend) this.park(task);
      else this.#finish(task, outcome);
    } catch (error) {
      if (task.state === 0 && task.leaf === null) this.tasks.delete(task); // the stack is full: its caller hears of it at once
      throw error;
    } finally {
      R.child = child;
      R.leaf = leaf;
    }
  }

  request(frame: Frame, mode: Mode, value: unknown): TaskPromise {
    return this.requests.add(frame as AsyncGeneratorFrame, mode, value).promise;
  }

  /** `then`, `catch` or `finally` of a task. */
  react(source: Task, yes: unknown, no: unknown, isFinal: boolean): TaskPromise {
    const task = this.adopt(new Task(new Reaction(yes, no, isFinal)));
    this.host.spawned?.(task, this.current);
    task.context = new Context(null, null);
    this.await(source, task, -1);
    return task.promise;
  }

  // ---- outcomes

  /** Makes a task one of this run. */
  adopt(task: Task): Task {
    task.id = this.nextId++;
    task.scheduler = this;
    this.tasks.add(task);
    return task;
  }

  /**
   * The task of this run that a value stands for, or null. One of another run is a promise like any other; of a settled one only
   * the outcome is left.
   */
  own(value: unknown): Task | null {
    const task = taskOf(value);
    if (task === null) return null;
    if (task !== value && hasOwnConstructor(value as object)) return null;
    return task.scheduler === this || (task.scheduler === null && task.state !== 0) ? task : null;
  }

  /** Makes an operation's task; the host settles it by `settle`. */
  operate(work: Work): Task {
    return this.adopt(new Task(work));
  }

  /** Takes the outcome of a task, if it is the first, and makes those who wait for it ready; long chains of tasks take no stack. */
  settle(task: Task, firstMode: Mode, firstValue: unknown): void {
    let mode = firstMode;
    let value = firstValue;
    let waiter = this.#end(task, mode, value);
    let below: Way | null = null;
    while (waiter !== null || below !== null) {
      if (waiter === null) {
        ({ waiter, mode, value, below } = below as Way);
        continue;
      }
      const next = this.#hear(waiter.task, waiter.index, mode, value);
      waiter = waiter.next;
      if (next === null) continue;
      if (waiter !== null) below = { waiter, mode, value, below };
      ({ mode, value } = next);
      waiter = this.#end(next.task, mode, value);
    }
  }

  /** A task has its outcome. @returns who waits for it */
  #end(task: Task, mode: Mode, value: unknown): Waiter | null {
    if (!task.settle(mode, value)) return null;
    this.tasks.delete(task);
    this.host.settled?.(task);
    if (mode !== 0 && !task.observed && task !== this.root) this.rejections.add(task);
    const { firstWaiter } = task;
    task.firstWaiter = null;
    task.lastWaiter = null;
    return firstWaiter;
  }

  /** Takes what came from outside for a wait; false if nothing waits for it any more (I3). */
  arrive(wait: ExternalWait, mode: Mode, value: unknown): boolean {
    if (!isWaiting(wait)) return false;
    this.wake(wait.task, wait.index, mode, value);
    return true;
  }

  /** What is stored of this scheduler between turns; of `rejections` the owner keeps the rest. */
  state(): SchedulerState {
    const tasks: Task[] = [];
    this.tasks.forEach((task) => void put(tasks, task));
    return { root: this.root as Task, tasks, ready: this.ready.list(), nextId: this.nextId };
  }

  /** Takes over a stored state. External waits are handed to the host again; calls are made again. */
  adoptState(state: SchedulerState): void {
    this.root = state.root;
    this.nextId = state.nextId;
    each(state.ready, ({ task, mode, value }) => this.ready.push(task, mode, value, this.base));
    each(state.tasks, (task) => {
      task.scheduler = this;
      this.tasks.add(task);
    });
  }

  // ---- frames

  /** Lets a stack of frames, or a callback, go on. */
  #takeUp(task: Task, mode: Mode, value: unknown): void {
    if (task.state !== 0) return;
    const frame = task.leaf;
    if (frame === null) {
      this.#react(task, mode, value);
      return;
    }
    task.leaf = null;
    task.context = null;
    R.leaf = null;
    R.depth = 0;
    this.current = task;
    if (frame !== task.known) {
      // The frame of an async generator is the last of its task.
      if (frame.$d.kind === 4 && this.requests.arrive(frame as AsyncGeneratorFrame, mode, value)) return;
      if (frame.$up !== null) task.callers ??= new Context(frame.$up, null); // it was restored
    }
    let next = this.#climb(task, frame, mode, value, undefined);
    while (next !== null) {
      const context = task.callers as Context; // I4
      task.callers = context.next();
      const { 0: mode, 1: value, 2: known } = this.#climbing; // by index: a pattern of an array calls its iterator
      next = context.runInAsyncScope(this.#climb, this, task, next, mode, value, known);
    }
  }

  /**
   * Lets a frame go on, and those above it as they hear of its outcome.
   * @param known an error in whose stack the callers stand
   * @returns the next frame if that goes on in another context, and `#climbing` says with what; null: the task has parked, or ended
   */
  #climb(task: Task, frame: Frame, mode: Mode, value: unknown, known: unknown): Frame | null {
    let run = frame === task.known ? (task.run as Run) : (frame.$d.run as Run);
    for (;;) {
      R.mode = mode;
      R.value = value;
      R.child = null;
      R.depth = 0;
      try {
        value = run(frame);
        mode = 0;
      } catch (error) {
        R.parked = 0;
        // What came from outside knows nothing of this frame; what was thrown in it does, and then of all above it.
        if (error !== known) stitchStack(error, mode === 1 && error === value ? frame : frame.$up);
        known = error;
        mode = 1;
        value = error;
      }
      if (R.parked === 1) {
        R.parked = 0;
        if (frame !== task.known && frame.$d.kind !== 4) {
          task.known = frame;
          task.run = run;
        }
        this.#wait(task, frame, value);
        return null;
      }
      task.known = null;
      task.run = null;
      if (value === suspend) {
        this.park(task);
        return null;
      }
      const up: Frame | null = frame.$up;
      if (up === null) break;
      if (task.callers !== null) {
        this.#climbing = [mode, value, known];
        return up;
      }
      frame = up;
      run = frame.$d.run as Run;
    }
    if (frame.$d.kind === 4) this.requests.finish(frame as AsyncGeneratorFrame, mode, value);
    else if (mode === 0) this.#finish(task, value);
    else this.#fail(task, value);
    return null;
  }

  /** Takes over frames that have just parked for the first time. */
  park(task: Task): void {
    const leaf = R.leaf as Frame;
    R.leaf = null;
    R.child = null;
    if (leaf.$up !== null) task.callers = new Context(leaf.$up, task.callers);
    this.#wait(task, leaf, leaf.$wait);
  }

  /** From now on the task's lowest frame waits. */
  parkAt(task: Task, leaf: Frame, awaited: unknown): void {
    leaf.$wait = awaited;
    this.#wait(task, leaf, awaited);
  }

  /** As `parkAt`; the frame says already what it waits for. */
  #wait(task: Task, leaf: Frame, awaited: unknown): void {
    task.leaf = leaf;
    const call = callOf(awaited); // most often it is one
    const own = call === null ? this.own(awaited) : null;
    if (own !== null && own !== awaited) leaf.$wait = own;
    if (call !== null) this.#awaitOutside(task, call, call);
    else if (own !== null) {
      if (own === task && isResult(leaf)) {
        this.settle(task, 1, chainingCycle());
        return;
      }
      task.context = new Context(null, null);
      this.await(own, task, -1);
    } else if (awaited !== readyMark) this.#awaitOutside(task, awaited, null);
    else if (R.gas >= 0 || refill(this.host)) this.ready.push(task, 0, undefined, new Context(null, null));
    else {
      // A fresh stack comes with the next pick; if no host looks at the clock, a real tick comes first.
      leaf.$wait = tickCall();
      this.#awaitOutside(task, leaf.$wait, leaf.$wait as Call);
    }
  }

  #awaitOutside(task: Task, awaited: unknown, call: Call | null): void {
    let { wait } = task;
    if (wait === null || wait.isOpen) task.wait = wait = new ExternalWait(task, -1, awaited);
    else wait.awaited = awaited;
    wait.call = call;
    this.host.external(wait);
  }

  /** Lets a task, or a slot of a combination, wait for a task. */
  await(awaited: Task, task: Task, index: number): void {
    awaited.observed = true;
    if (awaited.state === 0) awaited.addWaiter(task, index);
    else this.wake(task, index, awaited.state === 1 ? 0 : 1, awaited.value);
  }

  /** Hands an outcome to who waited for it. */
  wake(task: Task, index: number, mode: Mode, value: unknown): void {
    const next = this.#hear(task, index, mode, value);
    if (next !== null) this.settle(next.task, next.mode, next.value);
  }

  /** As `wake`. @returns what has its outcome by that, and is still to be settled; or null */
  #hear(task: Task, index: number, mode: Mode, value: unknown): Ready | null {
    if (task.state !== 0) return null;
    const { work, leaf } = task;
    if (leaf !== null) {
      if (task.wait?.isOpen) task.wait = null;
      // What lies outside has answered in its context.
      const isOutside = task.context === null && this.own(leaf.$wait) === null;
      leaf.$wait = readyMark; // what was awaited is over, and need not be storable
      this.ready.push(task, mode, value, isOutside ? new Context(null, null) : (task.context ?? this.base));
      return null;
    }
    if (work instanceof Reaction && !work.hasRun) {
      this.ready.push(task, mode, value, task.context ?? this.base);
      return null;
    }
    if (mode === 2) return { task, mode: 0, value }; // there is no code to end
    if (!(work instanceof Combination) || index === -1) return workOutcome(task, mode, value);
    work.items[index] = undefined;
    work.left--;
    const decided = combinators[work.kind].slot(work, index, mode, value);
    return decided === null ? null : { task, mode: decided[0], value: decided[1] };
  }

  #settleWork(task: Task, mode: Mode, value: unknown): void {
    const outcome = workOutcome(task, mode, value);
    this.settle(task, outcome.mode, outcome.value);
  }

  #react(task: Task, mode: Mode, value: unknown): void {
    const { work } = task;
    if (!(work instanceof Reaction)) return;
    this.current = task;
    R.depth = 0;
    const reacted = runReaction(work, mode, value);
    if ("mode" in reacted) this.settle(task, reacted.mode, reacted.value);
    else this.#finish(task, reacted.result);
  }

  /** The bottom frame returned: a thenable result is waited for, as an async function's is. */
  #finish(task: Task, value: unknown): void {
    const own = this.own(value);
    const then = own === value || own === task ? null : readThen(value);
    if (own === task) this.#settleWork(task, 1, chainingCycle());
    else if (own !== null && (then === null || ("then" in then && isNativeThen(then.then)))) this.await(own, task, -1);
    else if (then === null) this.#settleWork(task, 0, value);
    else if ("error" in then) this.#settleWork(task, 1, then.error);
    else {
      const call = followCall(value, then.then);
      task.value = call;
      this.#awaitOutside(task, call, call);
    }
  }

  #fail(task: Task, error: unknown): void {
    if (abrupt(error) && error.mode === 2) this.#finish(task, error.value);
    else this.settle(task, 1, error);
  }
}
