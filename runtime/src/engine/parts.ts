/**
 * Owns: what the rooms of an engine share, as types and one small line of waiters.
 * Does not own: making it (engine.ts).
 */
import type { Clock } from "../clock.ts";
import type { Context } from "../local/context.ts";
import type { RejectReason, RunState, Store } from "../store/store.ts";
import type { SnapshotCodec } from "./codec.ts";
import type { Outcome } from "./ending.ts";
import type { Notice } from "./notice.ts";
import type { Rounds } from "./rounds.ts";
import type { ActiveRun } from "./turn.ts";
import type { Values } from "./values.ts";

/** Bounds of an engine, all resolved. */
export interface Limits {
  readonly leaseMs: number;
  /** After so long in a volatile wait what has happened before is committed. */
  readonly volatileLimitMs: number;
  /** Runs driven at the same time. */
  readonly runs: number;
  /** Parked runs kept in memory. */
  readonly warmRuns: number;
  readonly warmBytes: number;
  /** Longest wait for what others do to the store. */
  readonly pollMs: number;
  /** Time that attempts under way get when the engine closes. */
  readonly drainMs: number;
}

/** What is done with a run whose code has changed incompatibly. */
export type RollbackPolicy = "covered" | "always" | "hold" | "fail";

/** What every room of an engine works with. */
export interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  readonly codec: SnapshotCodec;
  readonly values: Values;
  readonly limits: Limits;
  readonly queue: string;
  readonly rollback: RollbackPolicy;
  readonly attempts: Line;
  readonly rounds: Rounds;
  readonly build: () => string;
  readonly notify: (notice: Notice) => void;
  /** The context of AsyncLocalStorage for what has none in this process: runs that were taken up, and their steps. */
  readonly context: Context;
}

/** Who keeps the runs in memory, and hears how each of them goes. */
export interface Keeper {
  /** Its first commit: it exists now, with a lease that was asked for then (monotonic); or it could not be created. */
  born(run: ActiveRun, born: { readonly refused: RejectReason } | { readonly askedAtMs: number }): void;
  /** It has recorded something, and so is not what ends its processes. */
  cleared(run: ActiveRun): void;
  /** It may take no place any more: it waits for what it has begun. */
  waits(): void;
  /** Its outcome is stored. */
  gave(run: ActiveRun, outcome: Outcome): void;
  /** It gave up its lease. */
  left(run: ActiveRun, status: RunState): void;
  /** It lost its lease, or, for a reason, what it has in memory can't be stored. */
  lost(run: ActiveRun, reason?: unknown): void;
  /** The store is gone for good: nothing of this process counts any more. */
  storeGone(error: unknown): void;
  /** Has it not been told that the lease is lost? What does not exist yet nobody can take. */
  isHeld(run: ActiveRun): boolean;
  /** May work for this run begin now? Otherwise it is told by `resume` when it may again. */
  isSafe(run: ActiveRun): boolean;
}

/** Lets so many go on at a time, the others in their order. */
export class Line {
  #free: number;
  #isAdmitting = false;
  /** How often somebody has left. */
  moves = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#free = places;
  }

  /** Calls `go`, now or when it is its turn; it must end in `leave`. */
  enter(go: () => void): void {
    this.#waiting.push(go);
    this.#admit();
  }

  /** Does somebody wait? */
  isFull(): boolean {
    return this.#free === 0 && this.#waiting.length > 0;
  }

  leave(): void {
    this.#free++;
    this.moves++;
    this.#admit();
  }

  /** Without recursion: of thousands that wait each may leave at once, as when their run was lost. */
  #admit(): void {
    if (this.#isAdmitting) return;
    this.#isAdmitting = true;
    try {
      while (this.#free > 0 && this.#waiting.length > 0) {
        this.#free--;
        this.#waiting.shift()?.();
      }
    } finally {
      this.#isAdmitting = false;
    }
  }
}
