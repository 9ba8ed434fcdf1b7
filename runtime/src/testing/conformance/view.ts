/** Owns: the cases on reading runs and on hints. */
import assert from "node:assert/strict";
import type { Hint, ListFilter, RunDetail, Store } from "../../store/store.ts";
import type { Bench, Case } from "./kit.ts";
import { bytes, claimAll, claimOne, hold, LEASE_MS, request, signal } from "./kit.ts";

const reading: Case[] = [
  {
    name: "a run shows what is known of it",
    invariants: "S16",
    run: async (bench) => {
      const store = await bench.open();
      assert.equal(await store.get("none"), undefined);
      const createdAt = bench.clock.now();
      const owner = await hold(store, "run", { priority: 2 });
      bench.clock.advance(3);
      const step = { operation: "o", kind: "step f", key: "k", args: bytes("x"), attempt: 2, dueAt: createdAt + 7 };
      await owner.commit({ snapshot: bytes("s"), begin: [step] });
      const nothing = { endedAt: undefined, dueAt: undefined, hold: undefined, parent: undefined, outcome: undefined };
      const open = { closing: undefined, lateFailure: undefined };
      assert.deepEqual(await store.get("run"), {
        ...nothing,
        ...open,
        ...{ id: "run", fn: "f", version: "v1", queue: "q", priority: 2, status: "running", createdAt },
        ...{ epoch: 1, generation: 0, owner: store.worker, leaseUntil: createdAt + LEASE_MS, seq: 1 },
        ...{ input: bytes("input of run"), snapshot: bytes("s"), operations: [step] },
      });
      const wakeAt = bench.clock.now() + 9;
      await owner.commit({ status: "waiting", wakeAt });
      const waiting = await store.get("run");
      assert.deepEqual(
        [waiting?.status, waiting?.dueAt, waiting?.owner, waiting?.leaseUntil],
        ["waiting", wakeAt, undefined, undefined],
      );
    },
  },
  {
    name: "runs are found by their ids, without blobs",
    invariants: "S16",
    run: async (bench) => {
      const store = await bench.open();
      assert.deepEqual(await store.find(["a"]), []);
      const owner = await hold(store, "a");
      await owner.commit({ snapshot: bytes("s") });
      await store.start([request("b")]);
      const { seq, input, outcome, snapshot, operations, ...record } = (await store.get("a")) as RunDetail;
      assert.deepEqual([seq, input, outcome, snapshot], [1, bytes("input of a"), undefined, bytes("s")]);
      assert.deepEqual(operations, []);
      const found = await store.find(["b", "none", "a"]);
      assert.deepEqual([found[0]?.id, found[1], found.length], ["b", record, 2]);
    },
  },
  {
    name: "pages neither repeat nor lose a run while others write",
    invariants: "S16",
    run: async (bench) => {
      const store = await bench.open();
      const all = Array.from({ length: 25 }, (_, i) => `run ${i}`);
      for (const id of all) await store.start([request(id)]);
      const seen: string[] = [];
      let cursor: string | undefined;
      let extra = 0;
      do {
        const page = await store.list({}, { cursor, limit: 10 });
        assert.ok(page.runs.length <= 10);
        seen.push(...page.runs.map(({ id }) => id));
        cursor = page.cursor;
        await store.start([request(`extra ${extra++}`)]);
        const [claim] = await claimAll(store, { limit: 1 });
        if (claim) await store.commit({ id: claim.id, epoch: claim.epoch, seq: 0, commitId: claim.id, status: "done" });
      } while (cursor !== undefined);
      assert.deepEqual(seen, [...all].reverse());
    },
  },
  {
    name: "runs are listed by status, function, queue and parent, and counted",
    invariants: "S16",
    run: async (bench) => {
      const store = await bench.open();
      const parent = { run: "p", generation: 0, operation: "o" };
      await store.start([
        request("a"),
        request("b", { fn: "g" }),
        request("c", { queue: "r" }),
        request("d", { parent }),
      ]);
      const [claim] = await claimAll(store, { limit: 1 });
      await store.commit({ id: "a", epoch: claim?.epoch ?? 0, seq: 0, commitId: "c", status: "done" });
      const list = async (filter: Parameters<typeof store.list>[0]) =>
        (await store.list(filter, { limit: 10 })).runs.map(({ id }) => id);
      assert.deepEqual(await list({ status: ["done", "held"] }), ["a"]);
      assert.deepEqual(await list({ status: ["ready"], fn: "g" }), ["b"]);
      assert.deepEqual(await list({ queue: "r" }), ["c"]);
      assert.deepEqual(await list({ parent: "p" }), ["d"]);
      assert.deepEqual(await list({ status: [] }), []);
      const counts = [...(await store.count())].sort((x, y) => (x.fn + x.queue < y.fn + y.queue ? -1 : 1));
      const status = "ready";
      assert.deepEqual(counts, [
        { fn: "f", queue: "q", status, count: 1 },
        { fn: "f", queue: "r", status, count: 1 },
        { fn: "g", queue: "q", status, count: 1 },
      ]);
    },
  },
];

/** All pages that a filter gives, and how many they were. */
async function walk(store: Store, filter: ListFilter, limit: number): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = await store.list(filter, { cursor, limit });
    assert.ok(page.runs.length <= limit);
    assert.ok(cursor === undefined || page.cursor !== cursor, "the cursor moves");
    ids.push(...page.runs.map(({ id }) => id));
    cursor = page.cursor;
    pages++;
  } while (cursor !== undefined);
  return { ids, pages };
}

const paging: Case[] = [
  {
    name: "pages of a filter give each of its runs once, however many others there are, and end",
    invariants: "S19",
    run: async (bench) => {
      const store = await bench.open();
      const few = ["a", "b", "c", "d"].map((id) => request(id, { fn: "g", queue: "r" }));
      const startAt = bench.clock.now() + 1_000;
      const many = Array.from({ length: 11_000 }, (_, n) =>
        request(`${n}`, { startAt, queue: n % 2 === 0 ? "q" : "r" }),
      );
      await store.start([...few, request("e"), ...many, request("y"), request("z", { fn: "g" })]);
      for (const [id, status] of [
        ["a", "done"],
        ["b", "held"],
        ["c", "failed"],
      ] as const) {
        const [claim] = await claimAll(store, { functions: [{ fn: "g" }], queues: ["r"], limit: 1 });
        const hold = status === "held" ? { reason: "x", build: "b" } : undefined;
        await store.commit({ id, epoch: claim?.epoch ?? 0, seq: 0, commitId: id, status, hold });
      }
      const ids = (isWanted: (n: number) => boolean) =>
        many.flatMap(({ id }) => (isWanted(Number(id)) ? [id] : [])).reverse();
      const rows: [ListFilter, string[]][] = [
        [{ status: ["done"] }, ["a"]],
        [{ status: ["held", "failed", "cancelled"] }, ["c", "b"]],
        [{ status: ["done", "ready"] }, ["z", "y", "e", "d", "a"]],
        [{ fn: "g" }, ["z", "d", "c", "b", "a"]],
        [{ fn: "g", queue: "r", status: ["ready"] }, ["d"]],
        [{ fn: "g", status: ["waiting"] }, []],
        [{ fn: "f", status: ["ready", "done"] }, ["y", "e"]],
        [{ fn: "none" }, []],
        [{ status: ["done"], queue: "q" }, []],
        [{ fn: "f", queue: "r" }, ids((n) => n % 2 === 1)],
        [{ status: ["waiting"] }, ids(() => true)],
        [{ status: ["waiting", "ready"], queue: "r" }, [...ids((n) => n % 2 === 1), "d"]],
        [{ queue: "r", status: ["waiting"], fn: "f" }, ids((n) => n % 2 === 1)],
      ];
      for (const [filter, wanted] of rows) {
        for (const limit of [1_000, wanted.length < 10 ? 1 : 700]) {
          const { ids: found, pages } = await walk(store, filter, limit);
          assert.deepEqual(found, wanted, JSON.stringify(filter));
          assert.ok(pages <= 30, `${pages} pages of ${JSON.stringify(filter)}`);
        }
      }
    },
  },
];

/** Lets time pass until the hints say what is looked for. */
async function awaitHint({ clock }: Bench, hints: Hint[], isIt: (hint: Hint) => boolean): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (hints.some(isIt)) return;
    clock.advance(10);
    await new Promise((done) => setImmediate(done));
  }
  assert.fail(`no such hint among ${JSON.stringify(hints)}`);
}

const hinting: Case[] = [
  {
    name: "listeners of a handle hear of ready runs, messages and ends",
    invariants: "S17",
    run: async (bench) => {
      const store = await bench.open();
      const hints: Hint[] = [];
      const unsubscribe = store.subscribe((hint) => void hints.push(hint));
      const owner = await hold(store, "run");
      await awaitHint(bench, hints, ({ ready }) => ready);
      await store.send(signal("run", "1"));
      await awaitHint(bench, hints, ({ runs }) => runs.includes("run"));
      hints.length = 0;
      await owner.commit({ status: "done" });
      await awaitHint(bench, hints, ({ runs }) => runs.includes("run"));
      unsubscribe();
      hints.length = 0;
      await store.start([request("unheard")]);
      bench.clock.advance(1_000);
      await new Promise((done) => setImmediate(done));
      assert.deepEqual(hints, []);
    },
  },
  {
    name: "listeners hear of what other handles write",
    invariants: "S17",
    run: async (bench) => {
      const [store, other] = [await bench.open(), await bench.open()];
      await hold(store, "run");
      const hints: Hint[] = [];
      store.subscribe((hint) => void hints.push(hint));
      await other.send(signal("run", "1"));
      await awaitHint(bench, hints, ({ runs }) => runs.includes("run"));
      hints.length = 0;
      await other.start([request("new")]);
      await awaitHint(bench, hints, ({ ready }) => ready);
    },
  },
  {
    name: "without any hint, claim and tick make progress",
    invariants: "S17",
    run: async (bench) => {
      const [store, other] = [await bench.open(), await bench.open()];
      const owner = await hold(store, "run");
      await owner.commit({ status: "waiting" });
      await other.send(signal("run", "1"));
      assert.equal((await claimOne(store, "run")).inbox.length, 1);
    },
  },
];

export const viewCases: readonly Case[] = [...reading, ...paging, ...hinting];
