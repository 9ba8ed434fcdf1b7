/** Owns: the cases on commits: atomic, fenced, repeatable, exact. */
import assert from "node:assert/strict";
import type { CommitItem } from "../../store/store.ts";
import type { Bench, Case } from "./kit.ts";
import {
  begin,
  bytes,
  claimAll,
  claimOne,
  completion,
  hold,
  item,
  LEASE_MS,
  Owner,
  pending,
  request,
  settle,
  signal,
} from "./kit.ts";

/** Parts that make an item impossible; each stands after parts that could be written. */
const impossible: Readonly<Record<string, Partial<CommitItem>>> = {
  settle: { settle: [settle("a"), settle("never begun")] },
  consume: { consume: [123_456_789] },
  begin: { begin: [begin("b"), begin("b")] },
  retry: { begin: [begin("b")], retry: [{ operation: "never begun", attempt: 2, dueAt: undefined }] },
  spawn: { spawn: [request("new child", {}), request("taken", { input: bytes("other") })] },
  commitId: { commitId: "x".repeat(65) },
};

/** A run with one operation and one message, beside a run whose id is taken. */
async function prepare(bench: Bench) {
  const store = await bench.open();
  await store.start([request("taken", { queue: "elsewhere" }), request("target", { queue: "elsewhere" })]);
  const owner = await hold(store, "run");
  await owner.commit({ snapshot: bytes("first"), begin: [begin("a", "key a")] });
  return { store, owner };
}

/** Everything that an item of `impossible` could have left behind. */
async function assertUntouched(bench: Bench, owner: Owner) {
  const { store } = owner;
  const run = await store.get("run");
  assert.deepEqual([run?.seq, run?.status, run?.snapshot], [1, "running", bytes("first")]);
  assert.equal(await store.get("new child"), undefined);
  assert.deepEqual(await store.receive("target", 0, 10), []);
  assert.deepEqual(await store.recall("run"), []);
  const next = await owner.reclaim();
  assert.deepEqual(pending(next.claim), ["a"]);
  bench.clock.advance(1);
}

const atomic: Case[] = Object.entries(impossible).map(([part, values]) => ({
  name: `an item with an impossible ${part} leaves nothing of itself`,
  invariants: "S1",
  run: async (bench) => {
    const { store, owner } = await prepare(bench);
    const send = [signal("target", "1")];
    const outcome = await store.commit(owner.item({ snapshot: bytes("second"), send, status: "done", ...values }));
    assert.equal(outcome.kind, "rejected");
    await assertUntouched(bench, owner);
  },
}));

const fenced: Case[] = [
  {
    name: "a commit at another epoch or sequence number is stale",
    invariants: "S2",
    run: async (bench) => {
      const { store, owner } = await prepare(bench);
      const parts = { snapshot: bytes("second"), settle: [settle("a", "key a")], send: [signal("target", "1")] };
      for (const wrong of [{ epoch: 0 }, { epoch: 2 }, { seq: 0 }, { seq: 2 }]) {
        const outcome = await store.commit(
          owner.item({ ...parts, ...wrong, commitId: `wrong ${JSON.stringify(wrong)}` }),
        );
        assert.deepEqual(outcome, { kind: "stale" }, JSON.stringify(wrong));
      }
      await assertUntouched(bench, owner);
    },
  },
  {
    name: "a commit to a run that does not exist or is not running is stale",
    invariants: "S2",
    run: async (bench) => {
      const store = await bench.open();
      assert.deepEqual(await store.commit(item({ id: "none", epoch: 1, seq: 0 })), { kind: "stale" });
      await store.start([request("ready")]);
      assert.deepEqual(await store.commit(item({ id: "ready", epoch: 0, seq: 0 })), { kind: "stale" });
      assert.equal((await store.get("ready"))?.seq, 0);
    },
  },
  {
    name: "a repeated commit is a duplicate without a second effect",
    invariants: "S3",
    run: async (bench) => {
      const { store, owner } = await prepare(bench);
      const first = owner.item({
        snapshot: bytes("second"),
        settle: [settle("a", "key a")],
        begin: [begin("b")],
        spawn: [request("child", { queue: "elsewhere" })],
        send: [signal("target", "1")],
      });
      assert.equal((await store.commit(first)).kind, "ok");
      assert.deepEqual(await store.commit(first), { kind: "duplicate", seq: 2 });
      assert.equal((await store.receive("target", 0, 10)).length, 1);
      assert.equal((await store.list({ queue: "elsewhere" }, { limit: 10 })).runs.length, 3);
      owner.seq = 2;
      assert.deepEqual(pending((await owner.reclaim()).claim), ["b"]);
    },
  },
  {
    name: "a repeated commit is a duplicate after the run was released, ended or reclaimed",
    invariants: "S3",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      const release = owner.item({ status: "ready", snapshot: bytes("1") });
      assert.equal((await store.commit(release)).kind, "ok");
      assert.equal((await store.commit(release)).kind, "duplicate");
      const next = new Owner(store, await claimOne(store, "run"));
      assert.equal((await store.commit(release)).kind, "duplicate");
      const end = next.item({ status: "done", outcome: bytes("result") });
      assert.equal((await store.commit(end)).kind, "ok");
      assert.deepEqual(await store.commit(end), { kind: "duplicate", seq: 2 });
      assert.deepEqual(await store.commit(release), { kind: "stale" });
    },
  },
  {
    name: "bad items leave those committed beside them intact",
    invariants: "S1",
    run: async (bench) => {
      const store = await bench.open();
      await store.start(["a", "b", "c", "d", "e"].map((id) => request(id)));
      const [a, b, c, d, e] = (await claimAll(store)).map((claim) => new Owner(store, claim));
      assert.ok(a && b && c && d && e);
      const outcomes = await Promise.all([
        store.commit(a.item({ snapshot: bytes("a") })),
        store.commit(b.item({ snapshot: bytes("b"), epoch: 7 })),
        store.commit(c.item({ snapshot: bytes("c"), settle: [settle("never begun")] })),
        store.commit(d.item({ snapshot: bytes("d"), begin: [undefined as never] })).catch(() => ({ kind: "thrown" })),
        store.commit(e.item({ snapshot: bytes("e"), begin: [begin("x")] })),
      ]);
      const kinds = outcomes.map(({ kind }) => kind);
      assert.deepEqual([kinds[0], kinds[1], kinds[2], kinds[4]], ["ok", "stale", "rejected", "ok"]);
      assert.notEqual(kinds[3], "ok");
      const seqs = await Promise.all(["a", "b", "c", "d", "e"].map(async (id) => (await store.get(id))?.seq));
      assert.deepEqual(seqs, [1, 0, 0, 0, 1]);
    },
  },
  {
    name: "the owner of a lease that was taken away writes nothing",
    invariants: "S2 S5 S6",
    run: async (bench) => {
      const { store, owner } = await prepare(bench);
      const other = await bench.open();
      bench.clock.advance(LEASE_MS);
      await other.tick(10);
      const late = owner.item({ snapshot: bytes("late"), settle: [settle("a")], send: [signal("target", "1")] });
      assert.deepEqual(await store.commit(late), { kind: "stale" }, "ready again");
      const next = new Owner(other, await claimOne(other, "run"));
      assert.equal(next.epoch, owner.epoch + 1);
      assert.deepEqual(await store.commit(late), { kind: "stale" }, "claimed by another");
      await assertUntouched(bench, next);
    },
  },
  {
    name: "an expired lease that nobody took still commits",
    invariants: "S6",
    run: async (bench) => {
      const { owner } = await prepare(bench);
      bench.clock.advance(LEASE_MS * 2);
      await owner.commit({ snapshot: bytes("second") });
    },
  },
];

const parts: Case[] = [
  {
    name: "pending operations come with the next claim, settled ones do not",
    invariants: "S2",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      await owner.commit({ begin: [begin("a", "key a"), begin("b"), { ...begin("c"), dueAt: 5, args: undefined }] });
      await owner.commit({ retry: [{ operation: "b", attempt: 3, dueAt: 77 }], settle: [settle("a", "key a")] });
      const [b, c, ...rest] = [...(await owner.reclaim()).claim.operations].sort((x, y) =>
        x.operation < y.operation ? -1 : 1,
      );
      assert.deepEqual(b, { ...begin("b"), attempt: 3, dueAt: 77 });
      assert.deepEqual(c, { ...begin("c"), dueAt: 5, args: undefined });
      assert.deepEqual(rest, []);
    },
  },
  {
    name: "an operation id can be settled and begun anew in one item",
    invariants: "S1",
    run: async (bench) => {
      const { owner } = await prepare(bench);
      await owner.commit({ settle: [settle("a")], begin: [{ ...begin("a"), attempt: 9 }] });
      assert.deepEqual(
        (await owner.reclaim()).claim.operations.map(({ attempt }) => attempt),
        [9],
      );
    },
  },
  {
    name: "a commit without a snapshot keeps the one before",
    invariants: "S2",
    run: async (bench) => {
      const { owner } = await prepare(bench);
      await owner.commit({ settle: [settle("a")] });
      const { claim } = await owner.reclaim();
      assert.deepEqual([claim.snapshot, claim.seq], [bytes("first"), 3]);
    },
  },
  {
    name: "the end of a run keeps its outcome and nothing to resume",
    invariants: "S2 S6",
    run: async (bench) => {
      for (const status of ["done", "failed", "cancelled"] as const) {
        const store = await bench.open();
        const owner = await hold(store, status);
        await owner.commit({ snapshot: bytes("s"), begin: [begin("a", "k")] });
        bench.clock.advance(5);
        const outcome = await owner.commit({ settle: [settle("a", "k")], status, outcome: bytes("end") });
        assert.equal(outcome.status, status);
        const run = await store.get(status);
        assert.deepEqual(
          [run?.status, run?.outcome, run?.snapshot, run?.owner],
          [status, bytes("end"), undefined, undefined],
        );
        assert.equal(run?.endedAt, bench.clock.now());
        assert.deepEqual(await store.recall(status), []);
        assert.deepEqual(await store.heartbeat([owner], LEASE_MS), [status]);
        await store.close();
      }
    },
  },
  {
    name: "results are recorded under their keys",
    invariants: "S14",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      await owner.commit({ begin: ["a", "b", "c"].map((name) => begin(name)) });
      const failed = { operation: "b", outcome: "failed", key: "key b", value: bytes("error") } as const;
      await owner.commit({ settle: [settle("a", "key a"), failed, settle("c")] });
      const b = { key: "key b", outcome: "failed", value: bytes("error") };
      const a = { key: "key a", outcome: "done", value: bytes("result of a") };
      assert.deepEqual(await store.recall("run", ["key b", "no such key", "key a"]), [b, a]);
      const all = await store.recall("run");
      assert.deepEqual(
        [...all].sort((x, y) => (x.key < y.key ? -1 : 1)),
        [a, b],
      );
      assert.deepEqual(await store.recall("no such run"), []);
    },
  },
  {
    name: "a rollback starts a new generation from the input",
    invariants: "S14",
    run: async (bench) => {
      const { store, owner } = await prepare(bench);
      await owner.commit({ settle: [settle("a", "key a")], begin: [begin("b", "key b")] });
      for (const name of ["1", "2", "3"]) await store.send(signal("run", name));
      await store.send(completion("run", "b", { key: "key b" }));
      const inbox = await store.receive("run", 0, 10);
      const positions = inbox.map(({ position }) => position);
      await owner.commit({ consume: positions.slice(0, 2) });
      await owner.commit({ rollback: true, begin: [begin("a")] });
      const { claim } = await owner.reclaim();
      assert.deepEqual([claim.generation, claim.snapshot, claim.input], [1, undefined, bytes("input of run")]);
      assert.deepEqual(pending(claim), ["a"]);
      assert.deepEqual(claim.inbox, inbox.slice(0, 3), "signals are back in their places, the completion is gone");
      const kept = (await store.recall("run")).map(({ key }) => key);
      assert.deepEqual(kept.sort(), ["key a", "key b"]);
    },
  },
];

const creating: Case[] = [
  {
    name: "a first commit creates its run",
    invariants: "S2 S5",
    run: async (bench) => {
      const store = await bench.open();
      const create = { id: "run", epoch: 1, seq: 0, commitId: "c", leaseMs: LEASE_MS, create: request("run") };
      const outcome = await store.commit({ ...create, snapshot: bytes("s"), begin: [begin("a")] });
      assert.deepEqual(outcome, { kind: "ok", seq: 1, status: "running" });
      assert.deepEqual(await claimAll(store), [], "it is held");
      assert.deepEqual(await store.heartbeat([{ id: "run", epoch: 1 }], LEASE_MS), []);
      bench.clock.advance(LEASE_MS);
      await store.tick(10);
      const claim = await claimOne(store, "run");
      assert.deepEqual(
        [claim.epoch, claim.seq, claim.snapshot, claim.input],
        [2, 1, bytes("s"), bytes("input of run")],
      );
      assert.deepEqual(pending(claim), ["a"]);
    },
  },
  {
    name: "a first commit can end its run",
    invariants: "S1",
    run: async (bench) => {
      const store = await bench.open();
      const create = { id: "run", epoch: 1, seq: 0, commitId: "c", leaseMs: LEASE_MS, create: request("run") };
      assert.equal((await store.commit({ ...create, status: "done", outcome: bytes("r") })).kind, "ok");
      assert.deepEqual((await store.get("run"))?.outcome, bytes("r"));
    },
  },
  {
    name: "a first commit for a taken id is refused, its repetition is a duplicate",
    invariants: "S3 S15",
    run: async (bench) => {
      const store = await bench.open();
      const create = { id: "run", epoch: 1, seq: 0, commitId: "c", leaseMs: LEASE_MS, create: request("run") };
      assert.equal((await store.commit(create)).kind, "ok");
      assert.deepEqual(await store.commit(create), { kind: "duplicate", seq: 1 });
      const code = async (values: Partial<CommitItem>) => {
        const outcome = await store.commit({ ...create, commitId: "other", ...values });
        return outcome.kind === "rejected" ? outcome.reason.code : outcome.kind;
      };
      assert.equal(await code({}), "exists");
      assert.equal(await code({ create: request("run", { input: bytes("other") }) }), "conflict");
      assert.equal(await code({ create: request("run", { fn: "g" }) }), "conflict");
      assert.equal(await code({ create: request("another id") }), "invalid");
      assert.equal((await store.get("run"))?.seq, 1);
    },
  },
];

function pattern(length: number): Uint8Array {
  const all = new Uint8Array(length);
  for (let i = 0; i < length; i++) all[i] = (i * 31 + (i >> 8)) & 255;
  return all;
}

const exact: Case[] = [0, 1, 5 << 10, 1 << 20, 16 << 20].map((length) => ({
  name: `bytes come back exactly: ${length}`,
  invariants: "S16",
  run: async (bench) => {
    const store = await bench.open();
    const value = pattern(length + 3).subarray(3); // a view: what lies around it must not come along
    const owner = await hold(store, "run", { input: value });
    const same = (found: Uint8Array | undefined, what: string) =>
      assert.ok(found !== undefined && Buffer.compare(found, value) === 0, what);
    await owner.commit({ snapshot: value, begin: [{ ...begin("a"), args: value }, begin("b")] });
    await store.send({ ...signal("run", "1"), value });
    await owner.commit({ settle: [{ ...settle("b", "key"), value }] });
    const { claim } = await owner.reclaim();
    same(claim.input, "input");
    same(claim.snapshot, "snapshot");
    same(claim.operations[0]?.args, "arguments");
    same(claim.inbox[0]?.value, "message");
    same((await store.recall("run"))[0]?.value, "result");
    await new Owner(store, claim).commit({ status: "done", outcome: value });
    same((await store.get("run"))?.outcome, "outcome");
  },
}));

export const commitCases: readonly Case[] = [...atomic, ...fenced, ...parts, ...creating, ...exact];
