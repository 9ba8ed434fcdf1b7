/**
 * Owns: choosing ready runs and taking them (store.ts S5, S7).
 * Does not own: leases once taken (lease.ts).
 *
 * Q1. Whether there is anything to take is read outside a transaction: polling an empty store costs no lock and no fsync.
 * Q2. What is taken was chosen in the same transaction; the choice of Q1 may be out of date.
 */
import { type Claim, type ClaimRequest, LONE_CLAIMS, SUSPECT_CLAIMS } from "../store.ts";
import type { Connection } from "./connection.ts";
import { damaged } from "./fault.ts";
import { readInbox } from "./inbox.ts";
import type { ContentRow, OperationRow, RunRow } from "./rows.ts";
import { toClosing, toOperation, toParent } from "./rows.ts";

const INBOX_PAGE = 1_000;
const ANY_CLAIMS = Number.MAX_SAFE_INTEGER;

interface Candidate {
  readonly key: number;
  readonly priority: number;
  readonly dueAt: number;
}

interface Suspect extends Candidate {
  readonly queue: string;
  readonly fn: string;
  readonly version: string;
  readonly claims: number;
}

/** The best `limit` ready runs by S7, each query in the order of its index. */
export function chooseReady(c: Connection, request: ClaimRequest): Candidate[] {
  const { readyOf, readyOfVersion, suspectsOf } = c.run;
  const { limit, suspects, lone, queues, functions } = request;
  const below = suspects === undefined ? ANY_CLAIMS : SUSPECT_CLAIMS;
  const found: Candidate[] = [];
  const add = (rows: unknown): void => void found.push(...(rows as Candidate[]));
  for (const queue of queues) {
    for (const { fn, versions } of functions) {
      if (versions === undefined) add(readyOf.all(queue, fn, below, limit));
      else for (const version of new Set(versions)) add(readyOfVersion.all(queue, fn, version, below, limit));
    }
  }
  if (suspects !== undefined) {
    const waiting = hostedSuspects(suspectsOf.all() as unknown as Suspect[], request);
    const alone = waiting.find(({ claims }) => claims >= LONE_CLAIMS);
    if (lone === true && alone !== undefined) return [alone].slice(0, limit);
    const group = waiting.filter(({ claims }) => claims < LONE_CLAIMS);
    add(group.slice(0, Math.min(suspects, Math.ceil(group.length / 2))));
  }
  found.sort((a, b) => b.priority - a.priority || a.dueAt - b.dueAt || a.key - b.key);
  // Equal ones are neighbours now: whoever asks for a function or queue twice finds its runs twice.
  return found.filter(({ key }, i) => key !== found[i - 1]?.key).slice(0, request.limit);
}

/** Those of the runs that may end their process which the caller can take. */
function hostedSuspects(ready: readonly Suspect[], { queues, functions }: ClaimRequest): Suspect[] {
  const isHosted = ({ fn, version }: Suspect): boolean =>
    functions.some((one) => one.fn === fn && (one.versions === undefined || one.versions.includes(version)));
  return ready.filter((run) => queues.includes(run.queue) && isHosted(run));
}

/** Handler of `Store.claim`. */
export function claim(c: Connection, request: ClaimRequest): Claim[] {
  const leaseUntil = c.clock.now() + request.leaseMs;
  return chooseReady(c, request).map(({ key }) => {
    c.run.takeRun.run(key, c.worker, leaseUntil);
    return readClaim(c, key, request);
  });
}

function readClaim(c: Connection, key: number, request: ClaimRequest): Claim {
  const { run } = c;
  const row = run.runAt.get(key) as unknown as RunRow;
  const head = run.headOf.get(key) as { seq: number } | undefined;
  const warm = head !== undefined && request.warm?.get(row.id) === head.seq;
  const content = (warm ? run.contentSansSnapshot : run.contentOf).get(key) as unknown as ContentRow | undefined;
  if (head === undefined || content === undefined) throw damaged(c.file, `of run ${row.id} a part is missing`);
  return {
    id: row.id,
    fn: row.fn,
    version: row.version,
    queue: row.queue,
    priority: row.priority,
    createdAt: row.createdAt,
    parent: toParent(row),
    epoch: row.epoch,
    generation: row.generation,
    seq: head.seq,
    leaseUntil: row.leaseUntil ?? 0,
    claims: row.claims,
    input: content.input,
    snapshot: content.bytes ?? undefined,
    warm,
    closing: toClosing(row),
    operations: (run.operationsOf.all(key) as unknown as OperationRow[]).map(toOperation),
    inbox: readInbox(c, key, 0, request.inboxLimit ?? INBOX_PAGE),
  };
}
