/** Owns: the cases on runs whose outcome is stored before they have ended. */
import assert from "node:assert/strict";
import type { Hint } from "../../store/store.ts";
import type { Bench, Case } from "./kit.ts";
import { begin, bytes, claimOne, completion, hold, Owner, pending, request, settle, signal } from "./kit.ts";

const closing = { status: "done", outcome: bytes("result") } as const;

/** A run whose outcome is given while a step goes on. */
async function close(bench: Bench) {
  const store = await bench.open();
  const owner = await hold(store, "run");
  await owner.commit({ snapshot: bytes("s"), begin: [begin("a")], closing });
  return { store, owner };
}

export const closingCases: readonly Case[] = [
  {
    name: "the outcome is there with its commit, and the run goes on to its end",
    invariants: "S20",
    run: async (bench) => {
      const { store, owner } = await close(bench);
      const run = await store.get("run");
      assert.deepEqual(
        [run?.status, run?.closing, run?.outcome, run?.endedAt],
        ["closing", "done", bytes("result"), undefined],
      );
      assert.equal(run?.owner, store.worker, "the lease is kept");
      bench.clock.advance(7);
      await owner.commit({ settle: [settle("a")], snapshot: bytes("t") });
      const done = await owner.commit({ status: "done", outcome: bytes("another") });
      assert.equal(done.status, "done");
      const ended = await store.get("run");
      assert.deepEqual([ended?.status, ended?.closing, ended?.outcome], ["done", undefined, bytes("result")]);
      assert.deepEqual([ended?.endedAt, ended?.snapshot, ended?.operations], [bench.clock.now(), undefined, []]);
    },
  },
  {
    name: "nothing rewrites an outcome: neither another end, nor a second one, nor a rollback",
    invariants: "S20",
    run: async (bench) => {
      const { store, owner } = await close(bench);
      const again = { status: "failed", outcome: bytes("error") } as const;
      assert.equal((await store.commit(owner.item({ closing: again }))).kind, "rejected");
      assert.equal((await store.commit(owner.item({ rollback: true }))).kind, "rejected");
      assert.deepEqual((await store.get("run"))?.outcome, bytes("result"));
      assert.deepEqual(pending((await owner.reclaim()).claim), ["a"]);
      const last = new Owner(store, { ...owner.claim, epoch: 2, seq: 2 });
      const outcome = await last.commit({ ...again, lateFailure: "too late" });
      assert.equal(outcome.status, "done");
      const ended = await store.get("run");
      assert.deepEqual([ended?.status, ended?.outcome, ended?.lateFailure], ["done", bytes("result"), "too late"]);
    },
  },
  {
    name: "each state of a closing run is shown as closing, and is moved on from as ever",
    invariants: "S20",
    run: async (bench) => {
      const { store, owner } = await close(bench);
      const shown = async () => (await store.list({ status: ["closing"] }, { limit: 10 })).runs.map(({ id }) => id);
      const counted = async () => (await store.count()).map(({ status, count }) => [status, count]);
      await store.start([request("other", { queue: "elsewhere" })]);
      assert.deepEqual(await shown(), ["run"]);
      await owner.commit({ status: "waiting", wakeAt: bench.clock.now() + 5 });
      assert.deepEqual(
        [await shown(), (await counted()).sort()],
        [
          ["run"],
          [
            ["closing", 1],
            ["ready", 1],
          ],
        ],
      );
      assert.deepEqual(
        (await store.list({ status: ["waiting", "ready"] }, { limit: 10 })).runs.map(({ id }) => id),
        ["other"],
      );
      bench.clock.advance(5);
      assert.equal((await store.tick(10)).ready, 1);
      assert.deepEqual(await shown(), ["run"]);
      const claim = await claimOne(store, "run");
      assert.equal(claim.closing, "done");
      const next = new Owner(store, claim);
      await next.commit({ status: "held", hold: { reason: "r", build: "b" } });
      const held = await store.get("run");
      assert.deepEqual([held?.status, held?.hold?.reason, await shown()], ["closing", "r", ["run"]]);
      assert.equal(await store.release({ id: "run" }), 1);
      assert.equal((await claimOne(store, "run")).closing, "done");
    },
  },
  {
    name: "signals to a closing run are ended; completions of its own operations are not",
    invariants: "S20",
    run: async (bench) => {
      const { store, owner } = await close(bench);
      assert.deepEqual(await store.send(signal("run", "1")), { kind: "ended" });
      const sent = await store.send(completion("run", "a", { epoch: owner.epoch }));
      assert.equal(sent.kind, "ok");
      await owner.commit({ consume: [sent.kind === "ok" ? sent.position : 0], snapshot: bytes("t") });
      assert.deepEqual(pending((await owner.reclaim()).claim), []);
    },
  },
  {
    name: "starting a closing run again changes nothing",
    invariants: "S15 S20",
    run: async (bench) => {
      const { store } = await close(bench);
      assert.deepEqual(await store.start([request("run")]), { kind: "ok", runs: [{ id: "run", created: false }] });
      assert.deepEqual(await store.start([request("run", { input: bytes("other") })]), { kind: "conflict", id: "run" });
      assert.equal((await store.get("run"))?.status, "closing");
    },
  },
  {
    name: "a parent gets the outcome at once, and only once; so does one that adopts the child later",
    invariants: "S13 S20",
    run: async (bench) => {
      const store = await bench.open();
      const parent = await hold(store, "parent");
      const child = { ...request("child", { queue: "q" }), parent: { run: "parent", generation: 0, operation: "c" } };
      await parent.commit({ snapshot: bytes("s"), begin: [begin("c")], spawn: [child] });
      const owner = new Owner(store, await claimOne(store, "child"));
      await owner.commit({ snapshot: bytes("s"), closing });
      const inbox = await store.receive("parent", 0, 10);
      assert.deepEqual(
        inbox.map(({ operation, outcome, value }) => [operation, outcome, value]),
        [["c", "done", bytes("result")]],
      );
      await parent.commit({ consume: inbox.map(({ position }) => position) });
      const adopted = { ...child, parent: { ...child.parent, operation: "d" } };
      await parent.commit({ begin: [begin("d")], spawn: [adopted] });
      assert.deepEqual(
        (await store.receive("parent", 0, 10)).map(({ operation }) => operation),
        ["d"],
      );
      await owner.commit({ status: "done" });
      assert.equal((await store.receive("parent", 0, 10)).length, 1);
    },
  },
  {
    name: "listeners hear of the outcome, and of the end",
    invariants: "S17 S20",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      const heard: string[] = [];
      const stop = store.subscribe(({ runs }: Hint) => heard.push(...runs));
      await owner.commit({ snapshot: bytes("s"), closing });
      await Promise.resolve();
      assert.deepEqual(heard, ["run"]);
      await owner.commit({ status: "done" });
      await Promise.resolve();
      stop();
      assert.deepEqual(heard, ["run", "run"]);
    },
  },
  {
    name: "a run may be born closing, and of late failures the first stays",
    invariants: "S20",
    run: async (bench) => {
      const store = await bench.open();
      const create = { ...request("run"), queue: "q" };
      const born = {
        id: "run",
        epoch: 1,
        seq: 0,
        commitId: "b",
        create,
        leaseMs: 1_000,
        snapshot: bytes("s"),
        closing,
      };
      assert.equal((await store.commit({ ...born, lateFailure: "first" })).kind, "ok");
      assert.deepEqual(
        [(await store.get("run"))?.status, (await store.find(["run"]))[0]?.lateFailure],
        ["closing", "first"],
      );
      const next = { id: "run", epoch: 1, seq: 1, commitId: "c", lateFailure: "second", status: "done" } as const;
      assert.equal((await store.commit(next)).kind, "ok");
      assert.equal((await store.get("run"))?.lateFailure, "first");
    },
  },
];
