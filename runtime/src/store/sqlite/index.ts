/**
 * Owns: the store on one SQLite file, through node:sqlite: which part answers which method, and closing.
 * Does not own: what the parts do: connection and schema (opening), writer (transactions), start, claim, commit, inbox, lease
 * (writes), view (reads), watch (hints), liveness (death of processes).
 *
 * L1. A commit of the only run that writes is written on the caller's stack: it pays for its fsync and nothing else. If others write
 *     too, commits share transactions, unless waiting for company costs more than it saves; those that create runs always do, since
 *     they come in crowds.
 */
import { randomBytes } from "node:crypto";
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import type { Clock } from "../../clock.ts";
import { errors, isColdframeError } from "../../errors.ts";
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
  SendOutcome,
  StartOutcome,
  StartRequest,
  Store,
  StoreCapabilities,
  Tick,
} from "../store.ts";
import { chooseReady, claim } from "./claim.ts";
import { commit } from "./commit.ts";
import type { Connection } from "./connection.ts";
import { connect, faultOf, toOpenError } from "./connection.ts";
import { isBusy, toReadError } from "./fault.ts";
import { deliver, readInbox, readResults } from "./inbox.ts";
import { Lately } from "./lately.ts";
import { hasLeases, heartbeat, letGo, planTick, release, tick } from "./lease.ts";
import { Liveness } from "./liveness.ts";
import { readPage } from "./pages.ts";
import { pauseForLock } from "./pause.ts";
import { FIRST_FINAL, STATUSES } from "./rows.ts";
import { findKey, start } from "./start.ts";
import { findRuns, readCounts, readRun } from "./view.ts";
import { Watch } from "./watch.ts";
import { NOT_NOW, Writer } from "./writer.ts";

const capabilities: StoreCapabilities = { durable: true, reach: "machine", noticesDeath: true };

class SqliteStore implements Store {
  readonly worker: string;
  readonly capabilities = capabilities;
  readonly #c: Connection;
  readonly #writer: Writer;
  readonly #watch: Watch;
  readonly #liveness: Liveness;
  readonly #lately = new Lately();
  #closed = false;

  constructor(connection: Connection, liveness: Liveness) {
    this.worker = connection.worker;
    this.#c = connection;
    this.#liveness = liveness;
    this.#watch = new Watch(connection);
    this.#writer = new Writer(connection, this.#watch.tellOwn, () => liveness.hasCompany());
  }

  async start(requests: readonly StartRequest[]): Promise<StartOutcome> {
    this.#check();
    if (requests.length === 0) return { kind: "ok", runs: [] };
    return this.#writer.soon(start, requests);
  }

  async claim(request: ClaimRequest): Promise<readonly Claim[]> {
    this.#check();
    const found = await this.#read(() => chooseReady(this.#c, request));
    if (found.length === 0) return [];
    const claims = await this.#writer.soon(claim, request);
    for (const { id } of claims) this.#hold(id);
    return claims;
  }

  async commit(item: CommitItem): Promise<CommitOutcome> {
    this.#check();
    const isAlone = this.#c.held.has(item.id) && this.#lately.isCheaperAlone(item.id, this.#writer.commitMs);
    this.#lately.note(item.id);
    let outcome = isAlone ? this.#writer.now(commit, item) : NOT_NOW;
    if (outcome === NOT_NOW) outcome = await this.#writer.soon(commit, item, item.snapshot?.byteLength);
    this.#noteHeld(item, outcome);
    return outcome;
  }

  async heartbeat(leases: readonly Lease[], leaseMs: number): Promise<readonly string[]> {
    this.#check();
    if (leases.length === 0) return [];
    const lost = await this.#writer.soon(heartbeat, { leases, leaseMs });
    for (const id of lost) this.#c.held.delete(id);
    return lost;
  }

  async send(message: Message): Promise<SendOutcome> {
    this.#check();
    return this.#writer.soon(deliver, message, message.value.byteLength);
  }

  async receive(id: string, after: number, limit: number): Promise<readonly InboxEntry[]> {
    return this.#readOf(id, (key) => readInbox(this.#c, key, after, limit));
  }

  async recall(id: string, keys?: readonly string[]): Promise<readonly RecordedResult[]> {
    return this.#readOf(id, (key) => readResults(this.#c, key, keys));
  }

  async tick(limit: number): Promise<Tick> {
    this.#check();
    const plan = await this.#read(() => planTick(this.#c, this.#liveness, limit));
    if (!plan.wake && plan.lost.length === 0)
      return { ready: 0, nextAt: plan.nextAt, ...(plan.lone && { lone: plan.lone }) };
    return this.#writer.soon(tick, plan);
  }

  async release(what: { readonly id: string } | { readonly otherThanBuild: string }): Promise<number> {
    this.#check();
    return this.#writer.soon(release, what);
  }

  async get(id: string): Promise<RunDetail | undefined> {
    return this.#read(() => readRun(this.#c, id));
  }

  async find(ids: readonly string[]): Promise<readonly RunRecord[]> {
    return this.#read(() => findRuns(this.#c, ids));
  }

  async list(filter: ListFilter, page: { cursor?: string | undefined; limit: number }): Promise<RunPage> {
    return this.#read(() => readPage(this.#c, filter, page.cursor, page.limit));
  }

  async count(): Promise<readonly RunCount[]> {
    return this.#read(() => readCounts(this.#c));
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    this.#check();
    return this.#watch.subscribe(listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch.close();
    try {
      await this.#writer.idle();
      if (hasLeases(this.#c)) await this.#writer.soon(letGo, undefined);
    } catch (error) {
      const fault = faultOf(this.#c, error);
      if (!isColdframeError(fault, errors.storeGone.code)) throw fault; // its leases are gone with it
    } finally {
      this.#liveness.close();
      this.#c.db.close();
    }
  }

  #noteHeld(item: CommitItem, outcome: CommitOutcome): void {
    const { held } = this.#c;
    if (outcome.kind === "ok" && outcome.status === "running") {
      if (item.create !== undefined) this.#hold(item.id);
    } else if (outcome.kind === "ok" || outcome.kind === "stale") held.delete(item.id);
    const isOver = outcome.kind === "stale" || STATUSES.indexOf(item.status ?? "running") >= FIRST_FINAL;
    if (isOver) this.#lately.forget(item.id);
  }

  /** Its write is done: what fails here may not look like a failure of that. */
  #hold(id: string): void {
    try {
      this.#c.held.set(id, findKey(this.#c, id) as number);
    } catch {
      // Slower, no more. Who reads next hears of the damage.
    }
  }

  #check(): void {
    if (this.#closed) throw errors.storeClosed({ what: this.#c.file });
  }

  /** Reads, and tries again while another process recovers or locks the file. */
  async #read<T>(read: () => T): Promise<T> {
    for (;;) {
      this.#check();
      try {
        this.#c.files.refuseGone();
        return read();
      } catch (error) {
        if (!isBusy(error)) throw faultOf(this.#c, error, toReadError);
      }
      await pauseForLock();
    }
  }

  #readOf<T>(id: string, read: (key: number) => readonly T[]): Promise<readonly T[]> {
    return this.#read(() => {
      const key = findKey(this.#c, id);
      return key === undefined ? [] : read(key);
    });
  }
}

/**
 * Opens the store in an SQLite file, making it if there is none.
 * @param file path of the database.
 * @param clock what the store takes for the time.
 * @throws CF2201 newer schema, CF2202 old SQLite, CF2204 not a sound database, CF2207 cannot be opened, CF2208 unsafe there.
 */
export async function openSqlite(file: string, clock: Clock): Promise<Store> {
  const worker = `${process.pid}-${randomBytes(6).toString("hex")}`;
  const connection = await connect(resolve(file), clock, worker);
  try {
    // By its real path: another process may come to the same file by a link.
    const liveness = new Liveness(realpathSync(file), worker);
    liveness.sweep();
    liveness.announce();
    return new SqliteStore(connection, liveness);
  } catch (error) {
    connection.db.close();
    throw toOpenError(error, file);
  }
}
