/**
 * Owns: the store that lives and dies with its process, for tests and for what need not last.
 * Does not own: the parts: world (what handles share), start, commit, inbox, lease.
 *
 * Every method does its work on the caller's stack; there is nothing to wait for, so writes need no queue.
 */
import { randomBytes } from "node:crypto";
import type { Clock } from "../../clock.ts";
import { errors } from "../../errors.ts";
import type {
  Claim,
  ClaimRequest,
  CommitItem,
  CommitOutcome,
  Hint,
  InboxEntry,
  Lease,
  ListFilter,
  Message,
  RecordedResult,
  RunCount,
  RunDetail,
  RunPage,
  RunRecord,
  RunStatus,
  SendOutcome,
  StartOutcome,
  StartRequest,
  Store,
  StoreCapabilities,
  Tick,
} from "../store.ts";
import { commit } from "./commit.ts";
import { deliver, readInbox } from "./inbox.ts";
import { claim, heartbeat, letGo, release, tick } from "./lease.ts";
import { start } from "./start.ts";
import type { Run } from "./world.ts";
import { isFinal, World } from "./world.ts";

const capabilities: StoreCapabilities = { durable: false, reach: "process", noticesDeath: false };

class MemoryStore implements Store {
  readonly worker = `memory-${randomBytes(6).toString("hex")}`;
  readonly capabilities = capabilities;
  readonly #shared: World;
  readonly #unsubscribe = new Set<() => void>();
  #closed = false;

  constructor(world: World) {
    this.#shared = world;
  }

  get #world(): World {
    if (this.#closed) throw errors.storeClosed({ what: "memory:" });
    return this.#shared;
  }

  async start(requests: readonly StartRequest[]): Promise<StartOutcome> {
    const world = this.#world;
    return world.write(() => start(world, requests));
  }

  async claim(request: ClaimRequest): Promise<readonly Claim[]> {
    const world = this.#world;
    return world.write(() => claim(world, this.worker, request));
  }

  async commit(item: CommitItem): Promise<CommitOutcome> {
    const world = this.#world;
    return world.write(() => commit(world, this.worker, item));
  }

  async heartbeat(leases: readonly Lease[], leaseMs: number): Promise<readonly string[]> {
    const world = this.#world;
    return world.write(() => heartbeat(world, leases, leaseMs));
  }

  async send(message: Message): Promise<SendOutcome> {
    const world = this.#world;
    return world.write(() => deliver(world, message));
  }

  async receive(id: string, after: number, limit: number): Promise<readonly InboxEntry[]> {
    const run = this.#world.runs.get(id);
    return run === undefined ? [] : readInbox(run, after, limit);
  }

  async recall(id: string, keys?: readonly string[]): Promise<readonly RecordedResult[]> {
    const results = this.#world.runs.get(id)?.results ?? new Map<string, RecordedResult>();
    return (keys ?? [...results.keys()]).flatMap((key) => results.get(key) ?? []);
  }

  async tick(limit: number): Promise<Tick> {
    const world = this.#world;
    return world.write(() => tick(world, limit));
  }

  async release(what: { readonly id: string } | { readonly otherThanBuild: string }): Promise<number> {
    const world = this.#world;
    return world.write(() => release(world, what));
  }

  async get(id: string): Promise<RunDetail | undefined> {
    const run = this.#world.runs.get(id);
    if (run === undefined) return undefined;
    const { seq, request, outcome, snapshot } = run;
    return { ...toRecord(run), seq, input: request.input, outcome, snapshot, operations: [...run.operations.values()] };
  }

  async find(ids: readonly string[]): Promise<readonly RunRecord[]> {
    const { runs } = this.#world;
    return ids.flatMap((id) => runs.get(id) ?? []).map(toRecord);
  }

  async list(filter: ListFilter, page: { cursor?: string | undefined; limit: number }): Promise<RunPage> {
    const { order } = this.#world;
    const before = page.cursor === undefined ? order.length : placeOf(order, Number(page.cursor));
    const end = Math.max(0, before - MOST_READ);
    const found: Run[] = [];
    let at = before;
    while (at > end && found.length <= page.limit) {
      const run = order[--at] as Run;
      if (isWanted(run, filter)) found.push(run);
    }
    const runs = found.slice(0, page.limit);
    const last = found.length > page.limit ? runs.at(-1) : order[at - 1] && order[at];
    return { runs: runs.map(toRecord), cursor: last && String(last.key) };
  }

  async count(): Promise<readonly RunCount[]> {
    const open = [...this.#world.runs.values()].filter((run) => !isFinal(run.status));
    const groups = Map.groupBy(open, (run) => JSON.stringify([run.request.fn, run.request.queue, statusOf(run)]));
    return [...groups.values()].map((group) => {
      const run = group[0] as Run;
      return { fn: run.request.fn, queue: run.request.queue, status: statusOf(run), count: group.length };
    });
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    const { listeners } = this.#world;
    const own = (hint: Hint): void => listener(hint); // the same function may subscribe twice
    const unsubscribe = (): void => void listeners.delete(own);
    listeners.add(own);
    this.#unsubscribe.add(unsubscribe);
    return unsubscribe;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#shared.write(() => letGo(this.#shared, this.worker));
    this.#closed = true;
  }
}

function statusOf({ status, closing }: Run): RunStatus {
  return closing === undefined ? status : "closing";
}

function toRecord(run: Run): RunRecord {
  const { id, createdAt, endedAt, dueAt, epoch, generation, owner, leaseUntil, hold, parent, closing } = run;
  const { fn, version, queue, priority } = run.request;
  return {
    ...{ id, fn, version, queue, priority, status: statusOf(run), createdAt, endedAt, dueAt, epoch, generation },
    ...{ owner, leaseUntil, hold, closing, lateFailure: run.lateFailure, parent },
  };
}

function isWanted(run: Run, filter: ListFilter): boolean {
  const { request, parent } = run;
  if (filter.status !== undefined && !filter.status.includes(statusOf(run))) return false;
  if (filter.fn !== undefined && filter.fn !== request.fn) return false;
  if (filter.queue !== undefined && filter.queue !== request.queue) return false;
  return filter.parent === undefined || filter.parent === parent?.run;
}

/** Runs that one page looks at (store.ts S19). */
const MOST_READ = 10_000;

/** Where in the order of keys a key stands, or would. */
function placeOf(order: readonly Run[], key: number): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((order[middle] as Run).key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Makes a memory store that several handles share, as processes share a database. @returns what opens a handle. */
export function createMemory(clock: Clock): () => Store {
  const world = new World(clock);
  return () => new MemoryStore(world);
}

/** Opens a memory store of its own. @param place must be empty. @throws CF2203 */
export async function openMemory(place: string, clock: Clock): Promise<Store> {
  if (place !== "") throw errors.unknownStore({ url: `memory:${place}` });
  return createMemory(clock)();
}
