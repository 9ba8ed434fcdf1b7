/**
 * Owns: the tasks of one run, and turns: every ready task is taken up until all are parked.
 * Does not own: stores, clocks, operations (a host provides them), bytes (snapshot/).
 *
 * I1 Order is deterministic: a call without await runs at once until it parks (depth first); wake-ups are taken first in,
 *    first out, as promise jobs are.
 * I2 `R.ops` is this scheduler exactly while `turn` or `spawn` runs compiled code, and null while foreign code runs.
 * I3 A result for a task that no longer waits for it is dropped.
 * I4 Between turns every pending task is parked, is in `ready`, or is finishing a thenable result.
 */
import { Abrupt, type Frame } from "../frame.ts";
import { stitchStack } from "../language/stack.ts";
import {
  type CombinatorKind,
  type Descriptor,
  gasBudget,
  type Mode,
  type Ops,
  R,
  READY,
  type Run,
  SUSPEND,
} from "../realm.ts";
import { callForeign, callLater, tickCall } from "./calls.ts";
import { combinators } from "./combinators/index.ts";
import { combine } from "./combine.ts";
import { outcomeOf, runReaction } from "./reaction.ts";
import { type Call, Combination, Reaction, Task, type Waiter, type Work } from "./task.ts";
import { adoptThenable, readThen } from "./thenable.ts";
import { type ExternalWait, isWaiting } from "./waits.ts";

/** What surrounds a scheduler: the engine, a coroutine's owner, a test. */
export interface SchedulerHost {
  /** Begins a step or an awaitable of the runtime; null: it is called like any function. */
  operation(scheduler: Scheduler, descriptor: Descriptor, self: unknown, args: unknown[], text: string): Task | null;
  /** Runs foreign code for an awaited call. `R.ops` is null meanwhile. */
  foreign(call: Call): unknown;
  /** A task waits for something outside the run. The host calls `scheduler.arrive(wait, …)` in its own time. */
  external(wait: ExternalWait): void;
  /** A stack of frames begins as a task of its own; null: it is the root, or code outside any task began it. */
  spawned?(task: Task, parent: Task | null): void;
}

/** A task that goes on in the next turn, and with what. */
export interface Ready {
  task: Task;
  mode: Mode;
  value: unknown;
}

/** What of a scheduler is stored. */
export interface SchedulerState {
  root: Task;
  tasks: Task[];
  ready: Ready[];
  nextId: number;
}

export class Scheduler implements Ops {
  readonly host: SchedulerHost;
  readonly tasks = new Set<Task>();
  ready: Ready[] = [];
  root: Task | null = null;
  /** The task whose code runs now, or whose foreign call is being made. */
  current: Task | null = null;
  nextId = 1;
  /** Collects, while the graph is encoded, the tasks that are met in it. */
  reached: Set<Task> | null = null;
  /** Tasks that have settled as rejected, in order; the owner asks which of them nobody observed. */
  readonly rejected = new Set<Task>();

  constructor(host: SchedulerHost) {
    this.host = host;
  }

  /** Starts the root task; it runs in the next turn. */
  start(descriptor: Descriptor, self: unknown, args: unknown[]): Task {
    const task = this.adopt(new Task(null));
    this.root = task;
    this.host.spawned?.(task, null);
    this.inTurn(() => this.#enter(task, descriptor, self, args));
    return task;
  }

  /** Takes up every ready task until all are parked. */
  turn(): void {
    this.inTurn(() => {
      for (let next = this.ready.shift(); next !== undefined; next = this.ready.shift()) this.#takeUp(next);
    });
  }

  /** Runs `body` with this scheduler as the one that compiled code talks to. */
  inTurn(body: () => void): void {
    const { ops, depth } = R;
    R.ops = this;
    R.depth = 0;
    R.gas = gasBudget;
    try {
      body();
    } finally {
      R.ops = ops;
      R.depth = depth;
      R.child = null;
      R.leaf = null;
    }
  }

  // ---- what compiled code asks (docs/abi.md 12)

  call(fn: unknown, self: unknown, args: unknown[], text: string): unknown {
    return callForeign(this, fn, self, args, text);
  }

  later(fn: unknown, self: unknown, args: unknown[], text: string): unknown {
    return callLater(this, fn, self, args, text);
  }

  promise(kind: CombinatorKind, items: unknown): Task {
    return combine(this, kind, items);
  }

  spawn(descriptor: Descriptor, self: unknown, args: ArrayLike<unknown>): Task {
    const task = this.adopt(new Task(null));
    this.host.spawned?.(task, this.current);
    const { child, leaf } = R;
    this.#enter(task, descriptor, self, args);
    R.child = child;
    R.leaf = leaf;
    return task;
  }

  /** `then`, `catch` or `finally` of a task. */
  react(source: Task, yes: unknown, no: unknown, isFinal: boolean): Task {
    const task = this.adopt(new Task(new Reaction(yes, no, isFinal)));
    this.host.spawned?.(task, this.current);
    this.await(source, { task, index: -1 });
    return task;
  }

  // ---- outcomes

  /** Makes a task one of this run. */
  adopt(task: Task): Task {
    task.id = this.nextId++;
    task.scheduler = this;
    this.tasks.add(task);
    return task;
  }

  /** Makes an operation's task; the host settles it by `settle`. */
  operate(work: Work): Task {
    return this.adopt(new Task(work));
  }

  /** Takes the outcome of a task and makes those who wait for it ready. Outcomes after the first are dropped. */
  settle(task: Task, mode: Mode, value: unknown): void {
    if (!task.settle(mode, value)) return;
    this.tasks.delete(task);
    if (mode !== 0) this.rejected.add(task);
    const waiters = task.waiters;
    task.waiters = [];
    for (const waiter of waiters) this.wake(waiter, mode, value);
  }

  /** Takes what came from outside for a wait; false if nothing waits for it any more (I3). */
  arrive(wait: ExternalWait, mode: Mode, value: unknown): boolean {
    if (!isWaiting(wait)) return false;
    this.wake(wait, mode, value);
    return true;
  }

  /** What is stored of this scheduler between turns. */
  state(): SchedulerState {
    return { root: this.root as Task, tasks: [...this.tasks], ready: this.ready, nextId: this.nextId };
  }

  /** Takes over a stored state. External waits are handed to the host again; calls are made again. */
  adoptState(state: SchedulerState): void {
    this.root = state.root;
    this.nextId = state.nextId;
    this.ready = state.ready;
    for (const task of state.tasks) {
      task.scheduler = this;
      this.tasks.add(task);
    }
  }

  // ---- frames

  #enter(task: Task, descriptor: Descriptor, self: unknown, args: ArrayLike<unknown>): void {
    let outcome: unknown;
    const { current } = this;
    this.current = task;
    R.child = null;
    try {
      outcome = (descriptor.run as Run)(null, self, ...Array.from(args));
    } catch (error) {
      this.current = current;
      this.#fail(task, error);
      return;
    }
    this.current = current;
    if (outcome === SUSPEND) this.#park(task);
    else this.#finish(task, outcome);
  }

  #takeUp({ task, mode, value }: Ready): void {
    if (task.state !== 0) return;
    let frame = task.leaf;
    if (frame === null) {
      this.#react(task, mode, value);
      return;
    }
    task.leaf = null;
    frame.$wait = undefined;
    R.leaf = null;
    this.current = task;
    for (;;) {
      R.mode = mode;
      R.value = value;
      R.child = null;
      R.depth = 0;
      const up: Frame | null = frame.$up;
      try {
        value = (frame.$d.run as Run)(frame);
        if (value === SUSPEND) {
          this.#park(task);
          return;
        }
        mode = 0;
      } catch (error) {
        stitchStack(error, up);
        mode = 1;
        value = error;
      }
      if (up === null) break;
      frame = up;
    }
    if (mode === 0) this.#finish(task, value);
    else this.#fail(task, value);
  }

  #park(task: Task): void {
    const leaf = R.leaf as Frame;
    task.leaf = leaf;
    R.leaf = null;
    R.child = null;
    const awaited = leaf.$wait;
    if (awaited instanceof Task) this.await(awaited, { task, index: -1 });
    else if (awaited === READY && R.gas >= 0) this.ready.push({ task, mode: 0, value: undefined });
    else {
      // A fresh stack comes with the next pick; if the budget is spent, a real tick comes first.
      if (awaited === READY) leaf.$wait = tickCall();
      this.host.external({ task, index: -1, awaited: leaf.$wait });
    }
  }

  /** Lets a task, or a slot of a combination, wait for a task. */
  await(task: Task, waiter: Waiter): void {
    task.observed = true;
    if (task.state === 0) task.waiters.push(waiter);
    else this.wake(waiter, task.state === 1 ? 0 : 1, task.value);
  }

  /** Hands an outcome to who waited for it. */
  wake({ task, index }: Waiter, mode: Mode, value: unknown): void {
    if (task.state !== 0) return;
    const { work, leaf } = task;
    if (leaf !== null) {
      leaf.$wait = READY; // what was awaited is over, and need not be storable
      this.ready.push({ task, mode, value });
      return;
    }
    if (work instanceof Reaction && !work.hasRun) {
      this.ready.push({ task, mode, value });
      return;
    }
    if (!(work instanceof Combination) || index === -1) {
      this.#settleWork(task, mode, value);
      return;
    }
    work.items[index] = undefined;
    work.left--;
    const decided = combinators[work.kind].slot(work, index, mode, value);
    if (decided !== null) this.settle(task, ...decided);
  }

  /** What a task without frames has been waiting for has settled: a call, or the result of a function or callback. */
  #settleWork(task: Task, mode: Mode, value: unknown): void {
    if (task.work instanceof Reaction) this.settle(task, ...outcomeOf(task.work, mode, value));
    else this.settle(task, mode, value);
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
    if (value instanceof Task) {
      this.await(value, { task, index: -1 });
      return;
    }
    const then = readThen(value);
    if (then === null) {
      this.#settleWork(task, 0, value);
      return;
    }
    if ("error" in then) {
      this.#settleWork(task, 1, then.error);
      return;
    }
    task.value = adoptThenable(value, then.then);
    this.host.external({ task, index: -1, awaited: task.value });
  }

  #fail(task: Task, error: unknown): void {
    if (error instanceof Abrupt && error.mode === 2) this.#finish(task, error.value);
    else this.settle(task, 1, error);
  }
}
