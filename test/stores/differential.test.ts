// Random histories on memory and SQLite side by side: every outcome and everything stored must agree. Two implementations that
// share no code seldom share a mistake. A failure prints seed and the shortest history found.
import fc from "fast-check";
import { expect, test } from "vitest";
import { createMemory } from "../../runtime/src/store/memory/index.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import type { Claim, CommitItem, Message, RunState, StartRequest, Store } from "../../runtime/src/store/store.ts";
import { ManualClock } from "../../runtime/src/testing/conformance/kit.ts";
import { makeFolder } from "./subjects.ts";

const histories = process.env.COLDFRAME_TEST === "long" ? 2_000 : 120;

/** What one process does, given what it knows of the runs it has claimed. */
type Command = (world: Side) => Promise<unknown>;

/** One store with what its only client remembers; both sides remember the same as long as outcomes agree. */
interface Side {
  store: Store;
  readonly clock: ManualClock;
  readonly reopen: () => Promise<Store>;
  readonly held: Map<string, { epoch: number; seq: number; pending: readonly string[] }>;
  readonly last: Map<string, CommitItem>;
  /** Inbox positions in the order of their first appearance. Stores may leave gaps, so ranks are compared. */
  readonly positions: number[];
  /** Positions in each inbox when it was last looked at. */
  open: Map<string, readonly number[]>;
  commits: number;
}

const one = <T>(...values: T[]) => fc.constantFrom(...values);
const id = one("r0", "r1", "r2", "r3");
const operation = one("a", "b", "c");
/** Mostly the first. */
const mostly = <T>(usual: T, ...rare: T[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: one(usual, ...rare) });
const value = fc.integer({ min: 0, max: 255 }).map((n) => new Uint8Array([n, 0, n]));
const key = fc.option(one("k1", "k2"), { nil: undefined });
const outcome = one("done" as const, "failed" as const);
const pick = fc.nat(3);
const parent = fc.option(fc.record({ run: id, generation: mostly(0, 1), operation }), { nil: undefined });
const start = fc.record({
  id,
  fn: mostly("f", "g"),
  version: mostly("v1", "v2"),
  queue: one("q"),
  priority: fc.nat(2),
  input: mostly(new Uint8Array([1]), new Uint8Array([2])),
  startAt: mostly<number | undefined>(undefined, 1, 5, 30),
  parent,
});
const message = fc.oneof(
  fc.record({ kind: one("signal" as const), run: id, name: one("s", "t"), dedupe: one("1", "2", "3"), value }),
  fc.record({ kind: one("cancel" as const), run: id, dedupe: one("1", "2"), value }),
  fc.record({
    ...{ kind: one("completion" as const), run: id, generation: mostly(0, 1), operation, outcome, key, value },
    epoch: mostly<number | undefined>(undefined, 1, 2, 3),
  }),
) satisfies fc.Arbitrary<Message>;
const begun = fc.record({
  operation,
  kind: one("step"),
  key,
  args: value,
  attempt: fc.nat(3),
  dueAt: one(undefined, 9),
});
const few = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof(fc.constant<T[]>([]), fc.constant<T[]>([]), fc.array(of, { maxLength: 2 }));

/** A commit before it is known which run it is for: operations and messages are picked from those it has. */
const parts = fc.record({
  snapshot: fc.option(value, { nil: undefined }),
  status: mostly<RunState | undefined>(undefined, "running", "ready", "waiting", "waiting", "held", "done", "failed"),
  wakeAt: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
  seen: fc.option(pick, { nil: undefined }),
  hold: one({ reason: "r", build: "b1" }, { reason: "r", build: "b2" }),
  outcome: value,
  closing: mostly<CommitItem["closing"]>(undefined, { status: "failed", outcome: new Uint8Array([7]) }),
  lateFailure: mostly<string | undefined>(undefined, "late"),
  rollback: mostly(false, true),
  begin: few(begun),
  retry: few(fc.record({ pick, attempt: fc.nat(3), dueAt: one(undefined, 9) })),
  settle: few(fc.record({ pick, outcome, key, value })),
  consume: few(pick),
  send: few(message),
  spawn: few(start),
  spoil: mostly<Partial<CommitItem>>(
    {},
    { settle: [{ operation: "never begun", outcome: "done" }] },
    { consume: [1_000_000] },
    { epoch: 99 },
    { seq: 99 },
  ),
});
type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

/** What came of the commits, on both sides: a history in which nothing succeeds proves little. */
const tally: Record<string, number> = {};

const absolute = (clock: ManualClock, at: number | undefined) => (at === undefined ? undefined : clock.now() + at);

/** The same with positions replaced by their rank. */
function ranked<T extends { readonly position: number }>({ positions }: Side, entries: readonly T[]): T[] {
  return entries.map((entry) => {
    if (!positions.includes(entry.position)) positions.push(entry.position);
    return { ...entry, position: positions.indexOf(entry.position) };
  });
}

/** What of a list is picked, each once. */
function choose<T>(list: readonly T[], picks: readonly number[]): T[] {
  return [...new Set(picks)].flatMap((n) => list[n] ?? []);
}

/** Fills a commit in for a run: ids and positions as this side knows them. */
function fill(side: Side, run: string, values: Parts): CommitItem {
  const { epoch, seq, pending } = side.held.get(run) ?? { epoch: 1, seq: 0, pending: [] };
  const { settle, retry, begin, consume, seen, spawn, wakeAt, spoil, ...rest } = values;
  const open = side.open.get(run) ?? [];
  const settled = choose(
    pending,
    settle.map(({ pick }) => pick),
  );
  const left = pending.filter((name) => !settled.includes(name));
  const added = begin.filter(
    ({ operation }, i) => !left.includes(operation) && begin.findIndex((b) => b.operation === operation) === i,
  );
  const retried = choose(
    left,
    retry.map(({ pick }) => pick),
  );
  return {
    ...{ ...rest, id: run, epoch, seq, commitId: `commit ${side.commits++}` },
    settle: settled.map((operation, i) => ({ outcome: "done", ...settle[i], operation })),
    retry: retried.map((operation, i) => ({ operation, attempt: retry[i]?.attempt ?? 1, dueAt: retry[i]?.dueAt })),
    begin: added,
    consume: choose(open, consume),
    seen: seen === undefined ? undefined : open[seen],
    spawn: delay(side, spawn).map((child) => (child.parent ? { ...child, parent: { ...child.parent, run } } : child)),
    wakeAt: absolute(side.clock, wakeAt),
    ...spoil,
  };
}

/** Commits what the client holds, and remembers it for repetition. */
function commit(pick: number, values: Parts): Command {
  return async (side) => {
    const run = [...side.held.keys()][pick % (side.held.size || 1)];
    if (run === undefined) return "nothing held";
    const item = fill(side, run, values);
    const done = await side.store.commit(item);
    side.last.set(run, item);
    if (done.kind === "ok" && done.status === "running") note(side, run, item, done.seq);
    else if (done.kind === "ok" || (done.kind === "stale" && item.epoch !== 99 && item.seq !== 99))
      side.held.delete(run);
    tally[done.kind] = (tally[done.kind] ?? 0) + 1;
    // The texts of refusals are each store's own.
    return done.kind === "rejected" && done.reason.code === "invalid" ? { kind: "rejected" } : done;
  };
}

/** Keeps count of what is pending. What a consumed completion has settled stays in the list: it may be picked in vain. */
function note({ held }: Side, run: string, item: CommitItem, seq: number): void {
  const gone = item.settle?.map(({ operation }) => operation) ?? [];
  const before = item.rollback ? [] : (held.get(run)?.pending ?? []);
  const pending = before.filter((name) => !gone.includes(name));
  held.set(run, {
    epoch: item.epoch,
    seq,
    pending: [...pending, ...(item.begin ?? []).map(({ operation }) => operation)],
  });
}

function claim(limit: number, versions: string[] | undefined): Command {
  return async (side) => {
    const { store, held } = side;
    const functions = [{ fn: "f" }, { fn: "g", versions }];
    const claims = (await store.claim({ functions, queues: ["q"], limit, leaseMs: 60 })).map(sortOperations);
    for (const { id: run, epoch, seq, operations } of claims) {
      held.set(run, { epoch, seq, pending: operations.map(({ operation }) => operation) });
    }
    return claims.map((found) => ({ ...found, inbox: ranked(side, found.inbox) }));
  };
}

const byOperation = (x: { operation: string }, y: { operation: string }) => (x.operation < y.operation ? -1 : 1);
const sortOperations = (found: Claim) => ({ ...found, operations: [...found.operations].sort(byOperation) });

/** A command that a failure prints as its name and arguments. */
function named<Args extends unknown[]>(weight: number, make: (...args: Args) => Command, args: fc.Arbitrary<Args>) {
  const toText = (values: Args) => `${make.name}(${values.map((one) => JSON.stringify(one)).join(", ")})`;
  const arbitrary = args.map((values) =>
    Object.assign((side: Side) => make(...values)(side), { [fc.toStringMethod]: () => toText(values) }),
  );
  return { weight, arbitrary };
}

const delay = ({ clock }: Side, requests: readonly StartRequest[]) =>
  requests.map((request) => ({ ...request, startAt: absolute(clock, request.startAt) }));
const makeRuns = (requests: StartRequest[]) => (side: Side) => side.store.start(delay(side, requests));
const repeat = (run: string) => async (side: Side) => {
  const item = side.last.get(run);
  const again = item && (await side.store.commit(item));
  if (again !== undefined) tally[again.kind] = (tally[again.kind] ?? 0) + 1;
  return again?.kind === "rejected" ? "rejected" : again;
};
const send = (sent: Message) => async (side: Side) => (await side.store.send(sent)).kind;
const tick = (ms: number) => (side: Side) => {
  side.clock.advance(ms);
  return side.store.tick(2);
};
const beat = (run: string) => (side: Side) =>
  side.store.heartbeat([{ id: run, epoch: side.held.get(run)?.epoch ?? 1 }], 20);
const release = (what: Parameters<Store["release"]>[0]) => (side: Side) => side.store.release(what);
const reopen = () => async (side: Side) => {
  await side.store.close();
  side.store = await side.reopen();
};

const command: fc.Arbitrary<Command> = fc.oneof(
  named(3, makeRuns, fc.tuple(fc.array(start, { minLength: 1, maxLength: 2 }))),
  named(5, claim, fc.tuple(fc.integer({ min: 1, max: 3 }), one(undefined, ["v1"]))),
  named(12, commit, fc.tuple(pick, parts)),
  named(2, repeat, fc.tuple(id)),
  named(5, send, fc.tuple(message)),
  named(3, tick, fc.tuple(fc.integer({ min: 1, max: 25 }))),
  named(1, beat, fc.tuple(id)),
  named(1, release, fc.tuple(fc.oneof(fc.record({ id }), one({ otherThanBuild: "b1" })))),
  named(1, reopen, one<[]>([])),
);

/** Everything that can be read, with names of handles left out. */
async function dump(side: Side): Promise<unknown> {
  const { store } = side;
  const ids = ["r0", "r1", "r2", "r3"];
  const details = await Promise.all(ids.map((run) => store.get(run)));
  const runs = details.map((run) => ({ ...run, operations: run?.operations.toSorted(byOperation), owner: undefined }));
  const found = await Promise.all(ids.map((run) => store.receive(run, 0, 100)));
  ranked(
    side,
    found.flat().sort((a, b) => a.position - b.position),
  );
  side.open = new Map(ids.map((run, i) => [run, found[i]?.map(({ position }) => position) ?? []]));
  const inboxes = found.map((entries) => ranked(side, entries));
  const results = await Promise.all(ids.map(async (run) => new Map((await store.recall(run)).map((r) => [r.key, r]))));
  const listed = (await store.list({}, { limit: 3 })).runs.map((run) => run.id);
  const counts = new Map((await store.count()).map(({ count, ...group }) => [JSON.stringify(group), count]));
  return { runs, inboxes, results, listed, counts };
}

async function run(history: readonly Command[]): Promise<void> {
  const { file, remove } = await makeFolder();
  const clocks = [new ManualClock(1_000), new ManualClock(1_000)] as const;
  const openMemory = createMemory(clocks[0]);
  const side = (store: Store, clock: ManualClock, reopen: () => Promise<Store>): Side => ({
    ...{ store, clock, reopen, held: new Map(), last: new Map(), positions: [], open: new Map(), commits: 0 },
  });
  const memory = side(openMemory(), clocks[0], async () => openMemory());
  const sqlite = side(await openSqlite(file, clocks[1]), clocks[1], () => openSqlite(file, clocks[1]));
  try {
    for (const [i, perform] of history.entries()) {
      const [expected, found] = [await perform(memory), await perform(sqlite)];
      expect(found, `outcome of command ${i}`).toEqual(expected);
      expect(await dump(sqlite), `state after command ${i}`).toEqual(await dump(memory));
    }
  } finally {
    await memory.store.close();
    await sqlite.store.close();
    await remove();
  }
}

test(`${histories} random histories go the same way in memory and in SQLite`, { timeout: 600_000 }, async () => {
  const property = fc.asyncProperty(fc.array(command, { minLength: 20, maxLength: 60, size: "max" }), run);
  await fc.assert(property, { numRuns: histories, seed: 20_251_121 });
  console.log(`commits: ${JSON.stringify(tally)}`);
  expect(tally.ok).toBeGreaterThan(histories * 4);
  for (const kind of ["duplicate", "stale", "rejected"]) expect(tally[kind], kind).toBeGreaterThan(histories / 4);
});
