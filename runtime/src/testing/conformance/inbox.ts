/** Owns: the cases on messages: signals, cancels, completions, and the ends of children. */
import assert from "node:assert/strict";
import type { Case } from "./kit.ts";
import {
  begin,
  bytes,
  claimAll,
  claimOne,
  completion,
  hold,
  LEASE_MS,
  Owner,
  pending,
  request,
  settle,
  signal,
} from "./kit.ts";

const messages: Case[] = [
  {
    name: "messages lie in order and come in pages",
    invariants: "S9 S11",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      const positions: number[] = [];
      for (const name of ["1", "2", "3"]) {
        const sent = await store.send(signal("run", name));
        assert.ok(sent.kind === "ok");
        positions.push(sent.position);
      }
      await store.send({ kind: "cancel", run: "run", dedupe: "1", value: bytes("why") });
      const [first, second] = await store.receive("run", 0, 2);
      const entry = { kind: "signal", name: "go", operation: "", outcome: "done" };
      assert.deepEqual(first, { position: positions[0], ...entry, value: bytes("1") });
      assert.deepEqual(second, { position: positions[1], ...entry, value: bytes("2") });
      const rest = await store.receive("run", positions[1] as number, 10);
      assert.deepEqual(
        rest.map(({ kind, value }) => [kind, value]),
        [
          ["signal", bytes("3")],
          ["cancel", bytes("why")],
        ],
      );
      await owner.commit({ status: "ready" });
      const claim = await claimOne(store, "run", { inboxLimit: 3 });
      assert.deepEqual(
        claim.inbox.map(({ position }) => position),
        positions,
      );
    },
  },
  {
    name: "a message is stored once, even after it was consumed",
    invariants: "S9 S10",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      const sends = await Promise.all([1, 2, 3].map(() => store.send(signal("run", "same"))));
      assert.deepEqual(sends.map(({ kind }) => kind).sort(), ["duplicate", "duplicate", "ok"]);
      assert.equal((await store.send({ kind: "cancel", run: "run", dedupe: "same", value: bytes("") })).kind, "ok");
      const inbox = await store.receive("run", 0, 10);
      await owner.commit({ consume: inbox.map(({ position }) => position) });
      assert.equal((await store.send(signal("run", "same"))).kind, "duplicate");
      assert.deepEqual(await store.receive("run", 0, 10), []);
    },
  },
  {
    name: "a message to a run that is unknown or has ended is refused",
    invariants: "S9",
    run: async (bench) => {
      const store = await bench.open();
      assert.deepEqual(await store.send(signal("none", "1")), { kind: "unknown" });
      const owner = await hold(store, "run");
      await owner.commit({ status: "done" });
      assert.deepEqual(await store.send(signal("run", "1")), { kind: "ended" });
      assert.deepEqual(await store.receive("none", 0, 10), []);
    },
  },
  {
    name: "a message that races a park is not lost",
    invariants: "S9 S10",
    run: async (bench) => {
      const [store, other] = [await bench.open(), await bench.open()];
      const before = await hold(store, "before");
      await other.send(signal("before", "1"));
      assert.equal((await before.commit({ status: "waiting" })).status, "ready");
      const claim = await claimOne(store, "before");
      assert.equal(claim.inbox.length, 1);
      for (let i = 0; i < 20; i++) {
        const owner = await hold(store, `race ${i}`);
        await Promise.all([owner.commit({ status: "waiting" }), other.send(signal(owner.id, "1"))]);
        assert.equal((await claimOne(other, owner.id)).inbox.length, 1);
      }
    },
  },
  {
    name: "a message that was seen and left does not keep a run awake",
    invariants: "S10",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      await store.send(signal("run", "early"));
      const [early] = await store.receive("run", 0, 10);
      assert.equal((await owner.commit({ status: "waiting", seen: early?.position })).status, "waiting");
      await store.send(signal("run", "awaited"));
      const next = new Owner(store, await claimOne(store, "run"));
      assert.equal(next.claim.inbox.length, 2, "it is still there");
      const used = next.claim.inbox[1]?.position as number;
      assert.equal((await next.commit({ status: "waiting", consume: [used] })).status, "waiting");
    },
  },
  {
    name: "a message is consumed only together with its commit",
    invariants: "S2 S10",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      await store.send(signal("run", "1"));
      const consume = (await store.receive("run", 0, 10)).map(({ position }) => position);
      await store.commit(owner.item({ consume, epoch: 9 }));
      await store.commit(owner.item({ consume, settle: [settle("never begun")] }));
      assert.equal((await store.receive("run", 0, 10)).length, 1);
      bench.clock.advance(LEASE_MS);
      await store.tick(10);
      const next = new Owner(store, await claimOne(store, "run"));
      assert.equal(next.claim.inbox.length, 1, "the next owner has it");
      await next.commit({ consume });
      assert.deepEqual(await store.receive("run", 0, 10), []);
      const again = await store.commit(next.item({ consume }));
      assert.equal(again.kind, "rejected", "what is gone cannot be consumed");
    },
  },
  {
    name: "messages sent with a commit arrive with it",
    invariants: "S1 S9",
    run: async (bench) => {
      const store = await bench.open();
      const target = await hold(store, "target");
      await target.commit({ status: "waiting" });
      const owner = await hold(store, "run");
      await owner.commit({ send: [signal("target", "1"), signal("none", "1"), signal("target", "1")] });
      assert.equal((await claimOne(store, "target")).inbox.length, 1);
    },
  },
];

const completions: Case[] = [
  {
    name: "a completion is taken once, while its operation is pending",
    invariants: "S12",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      const { epoch } = owner;
      await owner.commit({ begin: [begin("a"), begin("b")] });
      assert.equal((await store.send(completion("run", "never begun"))).kind, "stale");
      assert.equal((await store.send(completion("run", "a", { generation: 1 }))).kind, "stale");
      assert.equal((await store.send(completion("run", "a", { epoch: epoch + 1 }))).kind, "stale");
      assert.equal((await store.send(completion("run", "a", { epoch }))).kind, "ok");
      assert.equal((await store.send(completion("run", "a", { epoch }))).kind, "duplicate");
      const next = await owner.reclaim();
      assert.deepEqual(pending(next.claim), ["a", "b"], "pending until it is consumed");
      assert.equal((await store.send(completion("run", "b", { epoch }))).kind, "stale", "from a lost lease");
      const [entry] = next.claim.inbox;
      assert.deepEqual([entry?.kind, entry?.operation, entry?.value], ["completion", "a", bytes("sent a")]);
      await next.commit({ consume: [entry?.position as number] });
      assert.equal((await store.send(completion("run", "a"))).kind, "stale", "settled");
      assert.deepEqual(pending((await next.reclaim()).claim), ["b"]);
    },
  },
  {
    name: "a completion with a key is recorded under it",
    invariants: "S12 S14",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      await owner.commit({ begin: [begin("a", "key a")] });
      await store.send({ ...completion("run", "a", { key: "key a" }), outcome: "failed" });
      const [entry] = await store.receive("run", 0, 10);
      assert.deepEqual([entry?.outcome, entry?.value], ["failed", bytes("sent a")]);
      await owner.commit({ consume: [entry?.position as number] });
      assert.deepEqual(await store.recall("run", ["key a"]), [
        { key: "key a", outcome: "failed", value: bytes("sent a") },
      ]);
    },
  },
  {
    name: "operations that share a key keep values of their own; the latest is recorded",
    invariants: "S12 S16",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      await owner.commit({ begin: [begin("a", "key"), begin("b", "key"), begin("c", "key")] });
      await store.send(completion("run", "a", { key: "key" }));
      await store.send(completion("run", "b", { key: "key" }));
      await owner.commit({ settle: [settle("c", "key")] });
      const values = (await store.receive("run", 0, 10)).map(({ value }) => value);
      assert.deepEqual(values, [bytes("sent a"), bytes("sent b")]);
      assert.deepEqual((await store.recall("run", ["key"]))[0]?.value, bytes("result of c"));
    },
  },
  {
    name: "positions and operation ids that became free do not mix the old with the new",
    invariants: "S11 S12",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      let last = 0;
      for (const end of ["consume", "consume", "settle"]) {
        await owner.commit({ begin: [begin("a")] });
        const sent = await store.send(completion("run", "a"));
        assert.ok(sent.kind === "ok" && sent.position > last, JSON.stringify(sent));
        assert.equal((await store.receive("run", last, 10)).length, 1);
        await owner.commit(end === "settle" ? { settle: [settle("a")] } : { consume: [sent.position] });
        last = sent.position;
      }
    },
  },
  {
    name: "a commit that settles an operation wins over its completion",
    invariants: "S12",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      await owner.commit({ begin: [begin("a"), begin("b")] });
      await store.send(completion("run", "a"));
      await owner.commit({ settle: [settle("a")] });
      assert.equal((await store.send(completion("run", "a"))).kind, "stale");
      const { claim } = await owner.reclaim();
      assert.deepEqual([claim.inbox, pending(claim)], [[], ["b"]]);
    },
  },
  {
    name: "completions that fill slots come back in order after a crash",
    invariants: "S10 S11 S12",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      const names = Array.from({ length: 50 }, (_, i) => `op ${i}`);
      await owner.commit({ snapshot: bytes("s"), begin: names.map((name) => begin(name)) });
      const order = names.filter((_, i) => i % 3 === 0).reverse();
      await Promise.all(order.map((name) => store.send(completion("run", name, { epoch: owner.epoch }))));
      bench.clock.advance(LEASE_MS);
      await store.tick(10);
      const claim = await claimOne(store, "run");
      assert.deepEqual(
        claim.inbox.map(({ operation }) => operation),
        order,
      );
      assert.equal(claim.operations.length, names.length);
    },
  },
];

const ref = (operation: string, generation = 0) => ({ run: "parent", generation, operation });

const children: Case[] = [
  {
    name: "the end of a child reaches its parent once, without touching its snapshot",
    invariants: "S3 S13",
    run: async (bench) => {
      const store = await bench.open();
      const parent = await hold(store, "parent");
      const spawn = [request("child", { parent: ref("call") })];
      await parent.commit({ snapshot: bytes("p"), begin: [begin("call")], spawn });
      await parent.commit({ status: "waiting" });
      const child = new Owner(store, await claimOne(store, "child"));
      assert.deepEqual(child.claim.parent, ref("call"));
      const end = child.item({ status: "failed", outcome: bytes("error") });
      assert.equal((await store.commit(end)).kind, "ok");
      assert.equal((await store.commit(end)).kind, "duplicate");
      const { inbox, seq, snapshot } = await claimOne(store, "parent");
      assert.deepEqual([seq, snapshot], [2, bytes("p")]);
      assert.deepEqual(
        inbox.map(({ operation, outcome, value }) => [operation, outcome, value]),
        [["call", "failed", bytes("error")]],
      );
    },
  },
  {
    name: "a child of an abandoned generation reports to nobody",
    invariants: "S12 S13 S14",
    run: async (bench) => {
      const store = await bench.open();
      const parent = await hold(store, "parent");
      await parent.commit({ begin: [begin("call")], spawn: [request("child", { parent: ref("call") })] });
      await parent.commit({ rollback: true });
      await parent.commit({ begin: [begin("call")] });
      const child = new Owner(store, await claimOne(store, "child"));
      await child.commit({ status: "done", outcome: bytes("r") });
      assert.deepEqual(await store.receive("parent", 0, 10), []);
    },
  },
  {
    name: "a child that exists is adopted, whether it runs or has ended",
    invariants: "S13 S15",
    run: async (bench) => {
      const store = await bench.open();
      const parent = await hold(store, "parent");
      const spawn = ["ended", "running"].map((id) => request(id, { parent: ref(id) }));
      await parent.commit({ begin: [begin("ended"), begin("running")], spawn });
      const claims = new Map((await claimAll(store)).map((claim) => [claim.id, new Owner(store, claim)]));
      await claims.get("ended")?.commit({ status: "done", outcome: bytes("e") });
      const again = ["ended", "running"].map((id) => request(id, { parent: ref(`${id} again`, 1) }));
      await parent.commit({ rollback: true, begin: [begin("ended again"), begin("running again")], spawn: again });
      await claims.get("running")?.commit({ status: "done", outcome: bytes("r") });
      const inbox = await store.receive("parent", 0, 10);
      assert.deepEqual(
        inbox.map(({ operation, value }) => [operation, value]),
        [
          ["ended again", bytes("e")],
          ["running again", bytes("r")],
        ],
      );
    },
  },
  {
    name: "the run of another cannot be adopted",
    invariants: "S1 S15",
    run: async (bench) => {
      const store = await bench.open();
      await store.start([request("stranger", { queue: "elsewhere" })]);
      const parent = await hold(store, "parent");
      const outcome = await store.commit(parent.item({ spawn: [request("stranger", { parent: ref("call") })] }));
      assert.deepEqual(outcome, { kind: "rejected", reason: { code: "conflict", id: "stranger" } });
    },
  },
];

export const inboxCases: readonly Case[] = [...messages, ...completions, ...children];
