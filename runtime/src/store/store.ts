/**
 * Owns: the contract between the engine and any store. Types, and one number.
 * Does not own: what the bytes mean (snapshot/), when to commit or claim (engine/), how a URL finds its store (open.ts).
 *
 * A run's states and every legal move:
 *
 *   start                 -> ready, or waiting when startAt lies ahead
 *   commit with `create`  -> running, or whatever that commit says
 *   ready    -- claim ---------------------------------> running     (epoch + 1)
 *   waiting  -- send, or tick once wakeAt has come ----> ready
 *   running  -- commit --------------------------------> running | ready | waiting | held | done | failed | cancelled
 *   running  -- tick: lease expired or owner dead -----> ready
 *   running  -- close of its owner --------------------> ready
 *   held     -- release -------------------------------> ready
 *   done, failed, cancelled                              final
 *
 * A run that is ready, running, waiting or held may be *closing*: its outcome is stored, and it goes on to its end. That is shown as
 * one status; the moves are those of the status beneath.
 *
 * Invariants. The conformance suite (testing/store-conformance.ts) cites them; every store keeps them all.
 *
 * S1.  A commit item is applied entirely or not at all, and its outcome never depends on items committed beside it.
 * S2.  A commit is applied only if the run is running, `epoch` is the run's epoch and `seq` is its sequence number;
 *      it then makes the sequence number `seq + 1`. Otherwise it is `stale` and writes nothing.
 * S3.  A commit whose `commitId` is that of the run's last commit is a `duplicate`: nothing is written again, whatever
 *      status and epoch the run has since. So an unacknowledged commit can always be tried again.
 * S4.  An outcome is given after the write is as durable as `capabilities.durable` says, never before.
 * S5.  Every claim adds one to the epoch. At no time do two owners hold the same run at the same epoch.
 * S6.  The lease is held while the run is running and ends with any other status. Only `tick` takes a lease away, when
 *      it has expired or its owner is dead; until then the owner may still commit and heartbeat.
 * S7.  Claims come highest priority first, then earliest due, then in order of creation; only functions, versions and
 *      queues that were asked for.
 * S8.  A waiting run becomes ready at its `wakeAt`, by the store's clock, never before, and once.
 * S9.  A message is stored and its waiting run made ready in one write. Its dedupe id is taken until the run ends.
 * S10. A message leaves the inbox only by a commit that consumes it. A run that parks as `waiting` while its inbox
 *      holds a message beyond `seen` becomes ready instead: a message that races a park is never lost.
 * S11. Inbox positions grow in the order of insertion and are never given twice.
 * S12. A completion is taken only while its operation is pending in the run's present generation, and once.
 *      A commit that settles an operation also removes a completion of it that waits in the inbox: the commit wins.
 * S13. The outcome of a child puts one completion into its parent's inbox, in the same write, and never touches the
 *      parent's snapshot.
 * S14. A commit with `rollback` adds one to the generation, forgets snapshot, pending operations and completions, and
 *      gives back consumed signals and cancels in their old places; recorded results and the input stay.
 * S15. `start` of an id that exists with the same function and input changes nothing; with others it is a `conflict`
 *      and none of the batch is started.
 * S16. Bytes come back exactly as they were given, whatever their length; a store never looks into them. The caller
 *      does not change bytes it has handed over, nor those it was handed.
 * S17. Hints (`subscribe`) may be lost, late or needless. `claim`, `tick`, `receive` and `get` are the truth.
 * S18. Expected outcomes are values. A method rejects with a coded error only when the store itself fails; then the
 *      write may or may not have happened, and S3 (S9, S15) make a second try safe.
 * S19. A page of `list` looks at a bounded number of runs: it may be short, even empty, though there are more. The cursor alone says
 *      so; following it gives each run once.
 * S20. A commit with `closing` stores the outcome and tells it (S13, hints) in the same write. From then on nothing changes it: the
 *      run ends with that status and outcome whatever its last commit says, is never rolled back, and takes no more signals
 *      (`ended`). Its messages, leases and times go on; `endedAt` is when it has ended.
 *
 * Time is the store's clock. SQLite and memory use the clock given at open: processes that share a database file share
 * a machine, hence a clock; a process whose clock differs by d ends foreign leases and wakes runs d too early or late,
 * which epochs make harmless. Store calls of one run are the caller's to order: one commit of a run at a time.
 */

/** Where a run stands; see the state machine at the head of this file. */
export type RunState = "ready" | "running" | "waiting" | "held" | FinalStatus;

/** As it is shown: a run whose outcome is stored and that goes on is `closing`, whatever its state. */
export type RunStatus = RunState | "closing";

/** The statuses a run never leaves. */
export type FinalStatus = "done" | "failed" | "cancelled";

/** How an operation ended; `cancelled` comes only from children. */
export type OperationOutcome = "done" | "failed" | "cancelled";

/** The operation of another run that waits for this run to end. */
export interface ParentRef {
  readonly run: string;
  /** Generation of the parent in which it was spawned; its completion is dropped in any other. */
  readonly generation: number;
  readonly operation: string;
}

/** A run to be created. */
export interface StartRequest {
  /** Unique in the store for ever; also the idempotency key (S15). */
  readonly id: string;
  /** Function id of the root. */
  readonly fn: string;
  /** Code hash of the root when it was started. */
  readonly version: string;
  readonly queue: string;
  /** Higher goes first. */
  readonly priority: number;
  /** Encoded arguments; kept until the run is purged, since a rollback begins with them again. */
  readonly input: Uint8Array;
  /** Epoch ms before which the run is not claimed. */
  readonly startAt?: number | undefined;
  readonly parent?: ParentRef | undefined;
}

/** @see Store.start */
export type StartOutcome =
  | { readonly kind: "ok"; readonly runs: readonly { readonly id: string; readonly created: boolean }[] }
  | { readonly kind: "conflict"; readonly id: string };

/** A function that the claiming process has loaded. */
export interface HostedFunction {
  readonly fn: string;
  /** Only runs of these versions; without it any, and the engine reaches its own verdict on the code. */
  readonly versions?: readonly string[] | undefined;
}

/** A run claimed so often without getting any further may be what ends its processes. */
export const SUSPECT_CLAIMS = 2;
/** And so often, even when few others were suspected with it: it is tried alone. */
export const LONE_CLAIMS = 3;

/** @see Store.claim */
export interface ClaimRequest {
  readonly functions: readonly HostedFunction[];
  readonly queues: readonly string[];
  readonly limit: number;
  readonly leaseMs: number;
  /** Runs still in the caller's memory, by the sequence number they are at: on a match no snapshot is read. */
  readonly warm?: ReadonlyMap<string, number> | undefined;
  /**
   * Of runs that were claimed `SUSPECT_CLAIMS` times before and got no further: at most so many, and at most half of those that are
   * ready, so that they part; of those that were claimed `LONE_CLAIMS` times none but by `lone`. Default: any number of all.
   */
  readonly suspects?: number | undefined;
  /** If a run is ready that was claimed `LONE_CLAIMS` times before and got no further: it, and no other. */
  readonly lone?: boolean | undefined;
  /** Messages given with each run at most; `receive` has the others. Default 1,000. */
  readonly inboxLimit?: number | undefined;
}

/** A run that the caller holds from now until its lease ends. */
export interface Claim {
  readonly id: string;
  readonly fn: string;
  readonly version: string;
  readonly queue: string;
  readonly priority: number;
  readonly createdAt: number;
  readonly parent: ParentRef | undefined;
  readonly epoch: number;
  readonly generation: number;
  /** Sequence number of the last commit; 0 when there was none. */
  readonly seq: number;
  /** Epoch ms at which the lease ends unless a heartbeat moves it. */
  readonly leaseUntil: number;
  /**
   * Claims since the run last got any further by a commit or a message, this one included: more than one means that an owner was
   * lost on the way. Those that a close gave back do not count.
   */
  readonly claims: number;
  readonly input: Uint8Array;
  /** Undefined before the first snapshot, after a rollback, and when `warm`. */
  readonly snapshot: Uint8Array | undefined;
  /** The caller's own copy (ClaimRequest.warm) is current. */
  readonly warm: boolean;
  /** How it will end, if its outcome is stored (S20). */
  readonly closing: FinalStatus | undefined;
  /** All that are pending, in no particular order. */
  readonly operations: readonly Operation[];
  /** Unconsumed messages in order, the first page. */
  readonly inbox: readonly InboxEntry[];
}

/** An operation that was recorded and is not settled: begun or about to begin. */
export interface Operation {
  /** Unique within the run's generation. */
  readonly operation: string;
  /** The engine's word for it (step, sleep, signal, child...); the store does not read it. */
  readonly kind: string;
  /** Idempotency key, the same over attempts and generations. */
  readonly key?: string | undefined;
  /** What a next owner needs to perform it again. */
  readonly args?: Uint8Array | undefined;
  /** Number of the attempt that may have begun, from 1; 0 when nothing begins yet. */
  readonly attempt: number;
  /** Epoch ms at which it is due: the end of a sleep or the next attempt. Information; `wakeAt` is what wakes. */
  readonly dueAt?: number | undefined;
}

/** A next attempt at a pending operation. */
export interface Retry {
  readonly operation: string;
  readonly attempt: number;
  readonly dueAt: number | undefined;
}

/** The end of a pending operation, seen by the owner itself. */
export interface Settlement {
  readonly operation: string;
  readonly outcome: OperationOutcome;
  /** With a key the value is recorded under it (`recall`), in place of an earlier one; without one the operation just goes (sleeps, losers of a race). */
  readonly key?: string | undefined;
  readonly value?: Uint8Array | undefined;
}

/** A result kept for reuse after a rollback, until the run ends. */
export interface RecordedResult {
  readonly key: string;
  readonly outcome: OperationOutcome;
  readonly value: Uint8Array;
}

/** Wakes a run with a value under a name. */
export interface SignalMessage {
  readonly kind: "signal";
  readonly run: string;
  readonly name: string;
  readonly dedupe: string;
  readonly value: Uint8Array;
}

/** Asks a run to cancel. */
export interface CancelMessage {
  readonly kind: "cancel";
  readonly run: string;
  readonly dedupe: string;
  /** The encoded reason; may be empty. */
  readonly value: Uint8Array;
}

/** The end of a pending operation that fills a slot, or that comes from elsewhere. */
export interface CompletionMessage {
  readonly kind: "completion";
  readonly run: string;
  readonly generation: number;
  readonly operation: string;
  readonly outcome: OperationOutcome;
  /** With a key the value is also recorded under it (`recall`), though stored once. */
  readonly key?: string | undefined;
  readonly value: Uint8Array;
  /** When the owner itself sends: the epoch at which it holds the run; the message is `stale` at any other. */
  readonly epoch?: number | undefined;
}

export type Message = SignalMessage | CancelMessage | CompletionMessage;

/** @see Store.send. `stale` is a completion that came too late (S12) or from a lost lease; `ended` and `unknown` speak of the run. */
export type SendOutcome =
  | { readonly kind: "ok"; readonly position: number }
  | { readonly kind: "duplicate" }
  | { readonly kind: "stale" }
  | { readonly kind: "ended" }
  | { readonly kind: "unknown" };

/** A message in a run's inbox. */
export interface InboxEntry {
  readonly position: number;
  readonly kind: Message["kind"];
  /** Of a signal; else "". */
  readonly name: string;
  /** Of a completion; else "". */
  readonly operation: string;
  /** Of a completion; else "done". */
  readonly outcome: OperationOutcome;
  readonly value: Uint8Array;
}

/** Why a run is held, and by which build: a new build may try it again. */
export interface Hold {
  readonly reason: string;
  readonly build: string;
}

/** One atomic write of one run (S1 to S4). What is absent stays as it is. */
export interface CommitItem {
  readonly id: string;
  readonly epoch: number;
  /** The sequence number of the commit before, 0 for the first (S2). */
  readonly seq: number;
  /** Unique for each commit, the same when it is tried again (S3). At most 64 characters. */
  readonly commitId: string;
  /** Creates the run with this commit; `epoch` is then 1 and `seq` 0. Its id must be `id`. */
  readonly create?: StartRequest | undefined;
  /** Length of the first lease; only with `create`. */
  readonly leaseMs?: number | undefined;
  /** The whole snapshot; absent when frames and heap did not change. */
  readonly snapshot?: Uint8Array | undefined;
  /** Default "running": the lease is kept. Any other gives it up. */
  readonly status?: RunState | undefined;
  /** With "waiting": when to wake without a message; absent: never. */
  readonly wakeAt?: number | undefined;
  /** With "waiting": the last inbox position the caller has looked at (S10). Default: the last one consumed here, or 0. */
  readonly seen?: number | undefined;
  /** With "held". */
  readonly hold?: Hold | undefined;
  /** With a final status: the encoded result or error. */
  readonly outcome?: Uint8Array | undefined;
  /** With any other: the root has returned, though what it began goes on (S20). Once; a second makes the item `rejected`. */
  readonly closing?: { readonly status: FinalStatus; readonly outcome: Uint8Array } | undefined;
  /** What has failed that the outcome does not say, for people. The first that is told stays. */
  readonly lateFailure?: string | undefined;
  /** Back to the input (S14). The other fields apply to the new generation. */
  readonly rollback?: boolean | undefined;
  /** Operations that begin once this commit is acknowledged. An id that is pending already makes the item `rejected`. */
  readonly begin?: readonly Operation[] | undefined;
  /** Next attempts at operations that must be pending. */
  readonly retry?: readonly Retry[] | undefined;
  /** Operations that must be pending; otherwise the item is `rejected`. */
  readonly settle?: readonly Settlement[] | undefined;
  /** Positions of messages that must be in the inbox, now used up; a completion among them settles its operation. */
  readonly consume?: readonly number[] | undefined;
  /** Messages to other runs; those to unknown or ended runs are dropped. */
  readonly send?: readonly Message[] | undefined;
  /**
   * Child runs; their parent is this run, or none for a detached child. A child that exists with the same function, input and parent run is adopted: it reports to the new
   * operation, at once if it has ended. Any other run of that id makes the item `rejected`.
   */
  readonly spawn?: readonly StartRequest[] | undefined;
}

/** Why an item can never be applied as it is. `exists`: `create` of the same run again; `conflict`: an id taken otherwise. */
export type RejectReason =
  | { readonly code: "exists" | "conflict"; readonly id: string }
  | { readonly code: "invalid"; readonly message: string };

/** @see Store.commit. `status` is that of the run now; it differs from the item's only by S10 and S20. */
export type CommitOutcome =
  | { readonly kind: "ok"; readonly seq: number; readonly status: RunState }
  | { readonly kind: "duplicate"; readonly seq: number }
  | { readonly kind: "stale" }
  | { readonly kind: "rejected"; readonly reason: RejectReason };

/** A lease as its owner knows it. */
export interface Lease {
  readonly id: string;
  readonly epoch: number;
}

/** @see Store.tick */
export interface Tick {
  /** Runs that became ready. */
  readonly ready: number;
  /** When to tick again at the latest, in epoch ms; undefined: nothing is scheduled, though others may schedule something. */
  readonly nextAt: number | undefined;
  /** Functions and queues of ready runs that are claimed only by `lone`; undefined: there are none. */
  readonly lone?: readonly { readonly fn: string; readonly queue: string }[] | undefined;
}

/** A run as `get` and `list` show it. */
export interface RunRecord {
  readonly id: string;
  readonly fn: string;
  readonly version: string;
  readonly queue: string;
  readonly priority: number;
  readonly status: RunStatus;
  readonly createdAt: number;
  /** When it ended; undefined before. */
  readonly endedAt: number | undefined;
  /** Waiting: when it wakes, if ever. Ready: since when. */
  readonly dueAt: number | undefined;
  readonly epoch: number;
  readonly generation: number;
  readonly owner: string | undefined;
  readonly leaseUntil: number | undefined;
  readonly hold: Hold | undefined;
  /** Of a closing run: how it will end. */
  readonly closing: FinalStatus | undefined;
  readonly lateFailure: string | undefined;
  readonly parent: ParentRef | undefined;
}

/** A run with its blobs. */
export interface RunDetail extends RunRecord {
  readonly seq: number;
  readonly input: Uint8Array;
  /** Result or error by `status`, or by `closing`; undefined before. */
  readonly outcome: Uint8Array | undefined;
  readonly snapshot: Uint8Array | undefined;
  /** All that are pending, in no particular order. */
  readonly operations: readonly Operation[];
}

/** @see Store.list */
export interface ListFilter {
  readonly status?: readonly RunStatus[] | undefined;
  readonly fn?: string | undefined;
  readonly queue?: string | undefined;
  readonly parent?: string | undefined;
}

/** A page of runs; newest first. */
export interface RunPage {
  readonly runs: readonly RunRecord[];
  /** Pass it on for the next page; undefined: that was the last. */
  readonly cursor: string | undefined;
}

/** How many runs of a function are in a status. */
export interface RunCount {
  readonly fn: string;
  readonly queue: string;
  readonly status: RunStatus;
  readonly count: number;
}

/** That something may have changed (S17). */
export interface Hint {
  /** There may be runs to claim. */
  readonly ready: boolean;
  /** Runs that got a message, have their outcome, or ended. */
  readonly runs: readonly string[];
  /** Another process wrote: whatever the listener waits for may have happened. */
  readonly elsewhere: boolean;
}

/** What a store promises beyond the invariants. */
export interface StoreCapabilities {
  /** What an acknowledged write survives: nothing, or a crash of process and machine. */
  readonly durable: boolean;
  /** Who can open the same store: this process only, the processes of a machine, or any machine. */
  readonly reach: "process" | "machine" | "network";
  /** The death of an owner ends its leases at the next tick, without waiting for them to expire. */
  readonly noticesDeath: boolean;
}

/** Where runs live. Every method may be called at any time until `close`; see the invariants above. */
export interface Store {
  /** Names this handle as an owner of leases; new for every open. */
  readonly worker: string;
  readonly capabilities: StoreCapabilities;

  /** Creates runs, all or none (S15). Outcomes are in the order of the requests. */
  start(requests: readonly StartRequest[]): Promise<StartOutcome>;

  /** Takes ready runs (S5, S7). May give fewer than there are. */
  claim(request: ClaimRequest): Promise<readonly Claim[]>;

  /**
   * Writes one turn of one run (S1 to S4).
   * Commits called while others are under way share their write; one that comes alone is not delayed.
   */
  commit(item: CommitItem): Promise<CommitOutcome>;

  /** Moves leases to `leaseMs` from now. @returns the ids of those no longer held, which nothing written can bring back. */
  heartbeat(leases: readonly Lease[], leaseMs: number): Promise<readonly string[]>;

  /** Puts a message into a run's inbox and wakes the run (S9, S12). */
  send(message: Message): Promise<SendOutcome>;

  /** Reads a page of unconsumed messages beyond a position, in order. For owners, after a hint and from time to time. */
  receive(id: string, after: number, limit: number): Promise<readonly InboxEntry[]>;

  /** Results recorded under keys, in any generation; those not recorded are missing. Without keys: all. */
  recall(id: string, keys?: readonly string[]): Promise<readonly RecordedResult[]>;

  /** Makes due waiting runs and runs of lost owners ready, at most `limit` of each, earliest first (S6, S8). */
  tick(limit: number): Promise<Tick>;

  /** Makes held runs ready: the one named, or all those that another build holds. @returns how many. */
  release(what: { readonly id: string } | { readonly otherThanBuild: string }): Promise<number>;

  /** One run with its blobs, or undefined. */
  get(id: string): Promise<RunDetail | undefined>;

  /** Runs without their blobs; those that do not exist are missing. */
  find(ids: readonly string[]): Promise<readonly RunRecord[]>;

  /** A page of runs without blobs, newest first; stable while others write; found in bounded time (S19). */
  list(filter: ListFilter, page: { readonly cursor?: string | undefined; readonly limit: number }): Promise<RunPage>;

  /** Counts by function, queue and status, of runs that have not ended. */
  count(): Promise<readonly RunCount[]>;

  /** Calls back on changes (S17). While anyone listens, other processes are watched too. @returns what ends it. */
  subscribe(listener: (hint: Hint) => void): () => void;

  /** Finishes what is under way and lets go of the store; leases of this handle end at once. */
  close(): Promise<void>;
}
