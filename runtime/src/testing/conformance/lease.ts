/** Owns: the cases on leases, wake-ups and holds: what time does to runs. */
import assert from "node:assert/strict";
import type { Case } from "./kit.ts";
import { bytes, claimAll, claimOne, hold, LEASE_MS, ManualClock, Owner, request, signal } from "./kit.ts";

const leases: Case[] = [
  {
    name: "an expired lease is given away with the next epoch, not before",
    invariants: "S5 S6",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      assert.equal(owner.claim.leaseUntil, bench.clock.now() + LEASE_MS);
      await owner.commit({ snapshot: bytes("s") });
      bench.clock.advance(LEASE_MS - 1);
      const tick = await store.tick(10);
      assert.deepEqual(tick, { ready: 0, nextAt: bench.clock.now() + 1 });
      bench.clock.advance(1);
      assert.equal((await store.tick(10)).ready, 1);
      const next = await claimOne(store, "run");
      assert.deepEqual([next.epoch, next.seq, next.snapshot], [owner.epoch + 1, 1, bytes("s")]);
    },
  },
  {
    name: "a heartbeat keeps a lease; a lost one hears of it",
    invariants: "S5 S6",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      bench.clock.advance(LEASE_MS - 1);
      assert.deepEqual(await store.heartbeat([owner, { id: "none", epoch: 1 }], LEASE_MS), ["none"]);
      bench.clock.advance(LEASE_MS - 1);
      assert.equal((await store.tick(10)).ready, 0);
      bench.clock.advance(1);
      assert.equal((await store.tick(10)).ready, 1);
      assert.deepEqual(await store.heartbeat([owner], LEASE_MS), ["run"], "ready again");
      const next = await claimOne(store, "run");
      assert.deepEqual(await store.heartbeat([owner], LEASE_MS), ["run"], "at the old epoch");
      assert.deepEqual(await store.heartbeat([next], LEASE_MS), []);
      assert.deepEqual(await store.heartbeat([], LEASE_MS), []);
    },
  },
  {
    name: "a handle that closes gives its leases back at once",
    invariants: "S6",
    run: async (bench) => {
      const [store, other] = [await bench.open(), await bench.open()];
      const owner = await hold(store, "run");
      await owner.commit({ snapshot: bytes("s") });
      await store.close();
      const next = await claimOne(other, "run");
      assert.deepEqual([next.epoch, next.snapshot], [owner.epoch + 1, bytes("s")]);
      await assert.rejects(
        store.claim({ functions: [], queues: [], limit: 1, leaseMs: 1 }),
        "a closed handle is of no use",
      );
      await store.close();
    },
  },
  {
    name: "a tick takes at most its limit and says that there is more",
    invariants: "S6",
    run: async (bench) => {
      const store = await bench.open();
      await store.start(["a", "b", "c"].map((id) => request(id)));
      await claimAll(store);
      bench.clock.advance(LEASE_MS);
      let ready = 0;
      for (let i = 0; i < 3; i++) {
        const tick = await store.tick(1);
        assert.deepEqual(tick, { ready: 1, nextAt: bench.clock.now() });
        ready += tick.ready;
      }
      assert.deepEqual([ready, (await store.tick(1)).ready], [3, 0]);
    },
  },
  {
    name: "clocks that differ end leases early, never double a write",
    invariants: "S2 S5",
    run: async (bench) => {
      const [store, ahead] = [await bench.open(), await bench.open(new ManualClock(bench.clock.now() + LEASE_MS * 2))];
      const owner = await hold(store, "run");
      await ahead.tick(10);
      const next = new Owner(ahead, await claimOne(ahead, "run"));
      const [late, taken] = await Promise.all([
        store.commit(owner.item({ snapshot: bytes("late") })),
        ahead.commit(next.item({ snapshot: bytes("taken") })),
      ]);
      assert.deepEqual([late.kind, taken.kind], ["stale", "ok"]);
      assert.deepEqual((await store.get("run"))?.snapshot, bytes("taken"));
    },
  },
];

const waking: Case[] = [
  {
    name: "a waiting run wakes at its time, not before, and once",
    invariants: "S8",
    run: async (bench) => {
      const [store, other] = [await bench.open(), await bench.open()];
      const owner = await hold(store, "run");
      const wakeAt = bench.clock.now() + 500;
      assert.equal((await owner.commit({ status: "waiting", wakeAt })).status, "waiting");
      bench.clock.advance(499);
      assert.deepEqual(await store.tick(10), { ready: 0, nextAt: wakeAt });
      assert.deepEqual(await claimAll(store), []);
      bench.clock.advance(1);
      const later = await hold(store, "later");
      await later.commit({ status: "waiting", wakeAt: wakeAt + 1 });
      const ticks = await Promise.all([store.tick(10), other.tick(10), store.tick(10)]);
      assert.equal(
        ticks.reduce((sum, { ready }) => sum + ready, 0),
        1,
      );
      await claimOne(store, "run");
      assert.equal((await store.tick(10)).ready, 0);
      assert.equal((await store.get("later"))?.status, "waiting");
    },
  },
  {
    name: "without a time a run waits until a message comes",
    invariants: "S8 S9",
    run: async (bench) => {
      const store = await bench.open();
      for (const [id, wakeAt] of [
        ["never", undefined],
        ["at no time", Number.POSITIVE_INFINITY],
      ] as const) {
        const owner = await hold(store, id);
        await owner.commit({ status: "waiting", wakeAt });
        bench.clock.advance(1e9);
        assert.deepEqual(await store.tick(10), { ready: 0, nextAt: undefined });
        await store.send(signal(id, "1"));
        await new Owner(store, await claimOne(store, id)).commit({ status: "done" });
      }
    },
  },
  {
    name: "a message before its time wakes a run, and the time is gone",
    invariants: "S8",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      await owner.commit({ status: "waiting", wakeAt: bench.clock.now() + 500 });
      await store.send(signal("run", "1"));
      const claim = await claimOne(store, "run");
      bench.clock.advance(500);
      assert.equal((await store.tick(10)).ready, 0);
      const next = new Owner(store, claim);
      const seen = claim.inbox[0]?.position ?? 0;
      assert.equal((await next.commit({ status: "waiting", seen })).status, "waiting");
      bench.clock.advance(1e6);
      assert.equal((await store.tick(10)).ready, 0, "the earlier time was not kept");
    },
  },
  {
    name: "a run that is given back is ready at once",
    invariants: "S6",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      assert.equal((await owner.commit({ status: "ready" })).status, "ready");
      await claimOne(store, "run");
    },
  },
];

const holding: Case[] = [
  {
    name: "a held run stays put until it is released",
    invariants: "S6",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      const why = { reason: "cannot be stored: socket in main", build: "b1" };
      await owner.commit({ snapshot: bytes("s") });
      await owner.commit({ status: "held", hold: why });
      assert.equal((await store.send(signal("run", "1"))).kind, "ok", "its inbox goes on");
      bench.clock.advance(1e9);
      await store.tick(10);
      assert.deepEqual(await claimAll(store), []);
      const run = await store.get("run");
      assert.deepEqual([run?.status, run?.hold, run?.snapshot], ["held", why, bytes("s")]);
      assert.equal(await store.release({ id: "none" }), 0);
      assert.equal(await store.release({ id: "run" }), 1);
      assert.equal(await store.release({ id: "run" }), 0);
      const claim = await claimOne(store, "run");
      assert.deepEqual([claim.snapshot, claim.inbox.length], [bytes("s"), 1]);
      assert.equal((await store.get("run"))?.hold, undefined);
    },
  },
  {
    name: "a new build releases what other builds hold",
    invariants: "S6",
    run: async (bench) => {
      const store = await bench.open();
      await store.start(["a", "b", "c"].map((id) => request(id)));
      for (const claim of await claimAll(store)) {
        const build = claim.id === "b" ? "b2" : "b1";
        await new Owner(store, claim).commit({ status: "held", hold: { reason: "r", build } });
      }
      assert.equal(await store.release({ otherThanBuild: "b2" }), 2);
      assert.deepEqual((await claimAll(store)).map(({ id }) => id).sort(), ["a", "c"]);
    },
  },
];

export const leaseCases: readonly Case[] = [...leases, ...waking, ...holding];
