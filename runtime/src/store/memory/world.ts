/**
 * Owns: what the handles of one memory store share: runs, the journal that undoes, the listeners.
 * Does not own: the writes (start, commit, inbox, lease in this folder).
 */
import type { Clock } from "../../clock.ts";
import type {
  FinalStatus,
  Hint,
  InboxEntry,
  Operation,
  ParentRef,
  RecordedResult,
  RunDetail,
  RunState,
  StartRequest,
} from "../store.ts";
import { Journal } from "./journal.ts";

/** A message as it lies in an inbox. */
export interface Stored extends InboxEntry {
  readonly dedupe: string;
  consumed: boolean;
}

/** A run with all that belongs to it. */
export interface Run {
  readonly id: string;
  /** Place in the order of creation. */
  readonly key: number;
  readonly request: StartRequest;
  readonly createdAt: number;
  parent: ParentRef | undefined;
  status: RunState;
  /** How it will end; its outcome is stored. */
  closing: FinalStatus | undefined;
  lateFailure: string | undefined;
  epoch: number;
  generation: number;
  seq: number;
  commitId: string;
  snapshot: Uint8Array | undefined;
  outcome: Uint8Array | undefined;
  dueAt: number | undefined;
  endedAt: number | undefined;
  owner: string | undefined;
  leaseUntil: number | undefined;
  claims: number;
  claimedMark: number;
  hold: RunDetail["hold"];
  readonly operations: Map<string, Operation>;
  readonly results: Map<string, RecordedResult>;
  /** By position, of which the greatest is the latest. */
  readonly inbox: Map<number, Stored>;
  /** Positions by dedupe id. */
  readonly taken: Map<string, number>;
}

const FINAL: ReadonlySet<RunState> = new Set<FinalStatus>(["done", "failed", "cancelled"]);

export function isFinal(status: RunState): status is FinalStatus {
  return FINAL.has(status);
}

/** Thrown in a write to undo it and give `outcome`. */
export class Refusal extends Error {
  readonly outcome: unknown;
  constructor(outcome: unknown) {
    super("refused");
    this.outcome = outcome;
  }
}

export class World {
  readonly clock: Clock;
  readonly runs = new Map<string, Run>();
  /** The same in the order of their keys. */
  readonly order: Run[] = [];
  readonly journal = new Journal();
  readonly listeners = new Set<(hint: Hint) => void>();
  /** Collected during a write for the listeners. */
  ready = false;
  touched = new Set<string>();
  #keys = 0;
  #positions = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  nextKey(): number {
    return ++this.#keys;
  }

  nextPosition(): number {
    return ++this.#positions;
  }

  /** Performs a write as a whole: refused or failing, it leaves no trace. */
  write<T>(perform: () => T): T {
    const [keys, positions] = [this.#keys, this.#positions];
    this.journal.begin();
    this.ready = false;
    this.touched = new Set();
    try {
      const outcome = perform();
      if (this.ready || this.touched.size > 0)
        this.#tell({ ready: this.ready, runs: [...this.touched], elsewhere: false });
      return outcome;
    } catch (error) {
      this.journal.undo();
      [this.#keys, this.#positions] = [keys, positions];
      if (error instanceof Refusal) return error.outcome as T;
      throw error;
    }
  }

  makeReady(run: Run): void {
    this.journal.assign(run, { status: "ready", dueAt: this.clock.now(), owner: undefined, leaseUntil: undefined });
    this.ready = true;
  }

  // A hint must not run its listener inside the write that it tells of.
  #tell(hint: Hint): void {
    for (const listener of this.listeners) queueMicrotask(() => this.listeners.has(listener) && listener(hint));
  }
}
