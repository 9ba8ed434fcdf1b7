/**
 * Owns: what the conformance cases are written with: the shape of a case, a clock set by hand, short makers of requests.
 * Does not own: the cases, and how a store under test is made (StoreSubject).
 */
import assert from "node:assert/strict";
import type { CancelTimer, Clock } from "../../clock.ts";
import type {
  Claim,
  ClaimRequest,
  CommitItem,
  CommitOutcome,
  StartRequest,
  Store,
  StoreCapabilities,
} from "../../store/store.ts";

/** A store under test: how to make an empty one, and what it says of itself. */
export interface StoreSubject {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  /** Makes an empty store that no other test sees. */
  create(): Promise<StoreUnderTest>;
  /** Cases that this store does not pass, by name, with the reason why that is right. */
  readonly skips?: Readonly<Record<string, string>>;
}

/** One store, with as many handles as a case needs. */
export interface StoreUnderTest {
  /** Opens one more handle, as another process would. */
  open(clock: Clock): Promise<Store>;
  /** Removes the store; every handle is closed before. */
  destroy(): Promise<void>;
}

/** What a case works with. */
export interface Bench {
  readonly clock: ManualClock;
  /** Opens a handle that is closed when the case ends. @param clock default: the clock of the bench. */
  open(clock?: Clock): Promise<Store>;
}

/** One behaviour that every store must show. */
export interface Case {
  readonly name: string;
  /** The invariants of store.ts that it checks. */
  readonly invariants: string;
  readonly run: (bench: Bench) => Promise<void>;
}

/** A clock that moves only when told. */
export class ManualClock implements Clock {
  #now: number;
  #timers: { readonly atMs: number; readonly fire: () => void }[] = [];

  constructor(now = 1_700_000_000_000) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setDelay(delayMs: number, fire: () => void): CancelTimer {
    return this.setTimer(this.#now + delayMs, fire);
  }

  setTimer(atMs: number, fire: () => void): CancelTimer {
    const timer = { atMs, fire };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Lets time pass; what falls due fires in its order. */
  advance(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.atMs);
      next.fire();
    }
    this.#now = until;
  }
}

export const LEASE_MS = 10_000;
const encoder = new TextEncoder();

/** Bytes that show what they are. */
export function bytes(text: string): Uint8Array {
  return encoder.encode(text);
}

export function request(id: string, values: Partial<StartRequest> = {}): StartRequest {
  return { id, fn: "f", version: "v1", queue: "q", priority: 0, input: bytes(`input of ${id}`), ...values };
}

/** Claims whatever is ready. */
export function claimAll(store: Store, values: Partial<ClaimRequest> = {}): Promise<readonly Claim[]> {
  const functions = [{ fn: "f" }];
  return store.claim({ functions, queues: ["q"], limit: 1_000, leaseMs: LEASE_MS, ...values });
}

/** Claims the one run that must be ready. */
export async function claimOne(store: Store, id: string, values: Partial<ClaimRequest> = {}): Promise<Claim> {
  const claims = await claimAll(store, values);
  assert.deepEqual(
    claims.map((claim) => claim.id),
    [id],
    "exactly this run is ready",
  );
  return claims[0] as Claim;
}

/** Starts a run and claims it. */
export async function hold(store: Store, id: string, values: Partial<StartRequest> = {}): Promise<Owner> {
  assert.equal((await store.start([request(id, values)])).kind, "ok");
  return new Owner(store, await claimOne(store, id));
}

/** The next commit after a claim; its commit id is made of run, epoch and sequence number. */
export function item(claim: Pick<Claim, "id" | "epoch" | "seq">, values: Partial<CommitItem> = {}): CommitItem {
  const { id, epoch, seq } = claim;
  return { id, epoch, seq, commitId: `${id}/${epoch}/${seq}`, ...values };
}

/** Holds a run and keeps count of its sequence number. */
export class Owner {
  readonly store: Store;
  readonly claim: Claim;
  readonly id: string;
  readonly epoch: number;
  seq: number;

  constructor(store: Store, claim: Claim) {
    this.store = store;
    this.claim = claim;
    this.id = claim.id;
    this.epoch = claim.epoch;
    this.seq = claim.seq;
  }

  item(values: Partial<CommitItem> = {}): CommitItem {
    return item(this, values);
  }

  /** Commits and expects it to be taken. */
  async commit(values: Partial<CommitItem> = {}): Promise<Extract<CommitOutcome, { kind: "ok" }>> {
    const outcome = await this.store.commit(this.item(values));
    assert.equal(outcome.kind, "ok", JSON.stringify(outcome));
    this.seq++;
    return outcome as Extract<CommitOutcome, { kind: "ok" }>;
  }

  /** Gives the run back and takes it again: what a next owner would see. */
  async reclaim(values: Partial<CommitItem> = {}): Promise<Owner> {
    await this.commit({ status: "ready", ...values });
    return new Owner(this.store, await claimOne(this.store, this.id));
  }
}

/** The names of pending operations, sorted. */
export function pending(claim: Claim): string[] {
  return claim.operations.map(({ operation }) => operation).sort();
}

/** A step that begins. */
export function begin(operation: string, key?: string) {
  return { operation, kind: "step", attempt: 1, key, args: bytes(`args of ${operation}`) };
}

/** A step that is done. */
export function settle(operation: string, key?: string) {
  return { operation, outcome: "done", key, value: bytes(`result of ${operation}`) } as const;
}

/** A signal to a run. */
export function signal(run: string, dedupe: string, text = dedupe) {
  return { kind: "signal", run, name: "go", dedupe, value: bytes(text) } as const;
}

/** The end of an operation of a run in its first generation. */
export function completion(
  run: string,
  operation: string,
  values: { epoch?: number; key?: string; generation?: number } = {},
) {
  return {
    kind: "completion",
    run,
    generation: 0,
    operation,
    outcome: "done",
    value: bytes(`sent ${operation}`),
    ...values,
  } as const;
}
