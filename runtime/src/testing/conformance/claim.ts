/** Owns: the cases on starting and claiming runs. */
import assert from "node:assert/strict";
import { SUSPECT_CLAIMS, type Tick } from "../../store/store.ts";
import type { Case } from "./kit.ts";
import { bytes, claimAll, claimOne, hold, LEASE_MS, request } from "./kit.ts";

const ids = (runs: readonly { readonly id: string }[]): string[] => runs.map(({ id }) => id);

const starting: Case[] = [
  {
    name: "a started run is ready with its input",
    invariants: "S15 S16",
    run: async (bench) => {
      const store = await bench.open();
      const parent = { run: "p", generation: 3, operation: "o" };
      const outcome = await store.start([request("run", { priority: 4, parent })]);
      assert.deepEqual(outcome, { kind: "ok", runs: [{ id: "run", created: true }] });
      const claim = await claimOne(store, "run");
      const { fn, version, queue, priority, input, seq, snapshot, generation, createdAt } = claim;
      assert.deepEqual([fn, version, queue, priority, input], ["f", "v1", "q", 4, bytes("input of run")]);
      assert.deepEqual([seq, snapshot, generation, createdAt], [0, undefined, 0, bench.clock.now()]);
      assert.deepEqual([claim.operations, claim.inbox, claim.parent], [[], [], parent]);
    },
  },
  {
    name: "starting the same run again changes nothing",
    invariants: "S15",
    run: async (bench) => {
      const store = await bench.open();
      await store.start([request("run")]);
      const again = await store.start([request("run", { priority: 9, version: "v2" })]);
      assert.deepEqual(again, { kind: "ok", runs: [{ id: "run", created: false }] });
      assert.equal((await claimOne(store, "run")).priority, 0);
    },
  },
  {
    name: "a taken id refuses the whole batch",
    invariants: "S15",
    run: async (bench) => {
      const store = await bench.open();
      await store.start([request("taken")]);
      const batch = [request("a"), request("taken", { input: bytes("other") }), request("b")];
      assert.deepEqual(await store.start(batch), { kind: "conflict", id: "taken" });
      assert.deepEqual(await store.start([request("a"), request("taken", { fn: "g" })]), {
        kind: "conflict",
        id: "taken",
      });
      assert.deepEqual(ids((await store.list({}, { limit: 10 })).runs), ["taken"]);
      assert.deepEqual(await store.start([]), { kind: "ok", runs: [] });
    },
  },
  {
    name: "of starts that race for one id, one creates",
    invariants: "S15",
    run: async (bench) => {
      const stores = await Promise.all([bench.open(), bench.open(), bench.open()]);
      const starts = stores.flatMap((store) => Array.from({ length: 5 }, () => store.start([request("run")])));
      const created = (await Promise.all(starts)).filter(
        (outcome) => outcome.kind === "ok" && outcome.runs[0]?.created,
      );
      assert.equal(created.length, 1);
      assert.equal((await claimAll(stores[0])).length, 1);
    },
  },
  {
    name: "a delayed start is not claimed before its time",
    invariants: "S8",
    run: async (bench) => {
      const store = await bench.open();
      await store.start([request("later", { startAt: bench.clock.now() + 100 })]);
      bench.clock.advance(99);
      const tick = await store.tick(10);
      assert.deepEqual([tick.ready, tick.nextAt], [0, bench.clock.now() + 1]);
      assert.deepEqual(await claimAll(store), []);
      bench.clock.advance(1);
      assert.equal((await store.tick(10)).ready, 1);
      await claimOne(store, "later");
    },
  },
];

const claiming: Case[] = [
  {
    name: "no run is held twice, however many claim at once",
    invariants: "S5",
    run: async (bench) => {
      const stores = await Promise.all([bench.open(), bench.open(), bench.open(), bench.open()]);
      const all = Array.from({ length: 60 }, (_, i) => `run ${i}`);
      await stores[0].start(all.map((id) => request(id)));
      const got: string[] = [];
      while (got.length < all.length) {
        const rounds = await Promise.all(stores.map((store) => claimAll(store, { limit: 7 })));
        assert.ok(
          rounds.some((claims) => claims.length > 0),
          "progress",
        );
        for (const claim of rounds.flat()) {
          assert.equal(claim.epoch, 1);
          got.push(claim.id);
        }
      }
      assert.deepEqual(got.sort(), all.sort());
    },
  },
  {
    name: "only functions, versions and queues asked for are claimed",
    invariants: "S7",
    run: async (bench) => {
      const store = await bench.open();
      await store.start([
        request("other function", { fn: "g" }),
        request("other queue", { queue: "r" }),
        request("other version", { version: "v2" }),
        request("asked for"),
      ]);
      assert.deepEqual(ids(await claimAll(store, { functions: [{ fn: "f", versions: ["v0", "v1"] }] })), ["asked for"]);
      assert.deepEqual(await claimAll(store, { functions: [] }), []);
      assert.deepEqual(await claimAll(store, { queues: [] }), []);
      const rest = await claimAll(store, { functions: [{ fn: "g" }, { fn: "f" }], queues: ["r", "q"] });
      assert.deepEqual(ids(rest).sort(), ["other function", "other queue", "other version"]);
    },
  },
  {
    name: "highest priority first, then earliest due, then oldest",
    invariants: "S7",
    run: async (bench) => {
      const store = await bench.open();
      await store.start([request("delayed", { startAt: bench.clock.now() + 2 })]);
      await store.start([request("low", { priority: -1 }), request("first"), request("second", { fn: "g" })]);
      bench.clock.advance(1);
      await store.start([request("late"), request("high", { priority: 5, fn: "g" })]);
      bench.clock.advance(1);
      await store.tick(10);
      const functions = [{ fn: "f" }, { fn: "g" }];
      const claims = [];
      for (const limit of [1, 3, 9]) claims.push(...(await claimAll(store, { limit, functions })));
      assert.deepEqual(ids(claims), ["high", "first", "second", "late", "delayed", "low"]);
    },
  },
  {
    name: "a claim takes at most its limit, in order",
    invariants: "S7",
    run: async (bench) => {
      const store = await bench.open();
      await store.start(["a", "b", "c"].map((id) => request(id)));
      const twice = { functions: [{ fn: "f" }, { fn: "f" }], queues: ["q", "q"] };
      assert.deepEqual(
        ids(await claimAll(store, { limit: 2, ...twice })),
        ["a", "b"],
        "asking twice gives no run twice",
      );
      assert.deepEqual(await claimAll(store, { limit: 0 }), []);
      assert.deepEqual(ids(await claimAll(store)), ["c"]);
    },
  },
  {
    name: "of runs that may end their processes so many are taken as were asked for",
    invariants: "S7",
    run: async (bench) => {
      const store = await bench.open();
      await store.start(["a", "b", "c"].map((id) => request(id)));
      for (let count = 1; count <= SUSPECT_CLAIMS; count++) {
        assert.equal((await claimAll(store, { suspects: 0 })).length, 3, "not suspected yet");
        bench.clock.advance(LEASE_MS);
        await store.tick(10);
      }
      await store.start([request("d")]);
      assert.deepEqual(ids(await claimAll(store, { suspects: 1, limit: 2 })), ["a", "d"]);
      assert.deepEqual(await claimAll(store, { suspects: 0 }), []);
      assert.deepEqual(ids(await claimAll(store)), ["b", "c"], "by default all");
    },
  },
  {
    name: "suspects part by halves, then each comes alone and the tick says so",
    invariants: "S5 S7",
    run: async (bench) => {
      const store = await bench.open();
      const lose = async (): Promise<Tick> => {
        bench.clock.advance(LEASE_MS);
        return store.tick(10);
      };
      const all = ["a", "b", "c", "d", "e"];
      await store.start(all.map((id) => request(id)));
      let tick: Tick | undefined;
      for (let count = 1; count <= SUSPECT_CLAIMS; count++) {
        await claimAll(store);
        tick = await lose();
      }
      assert.equal(tick?.lone, undefined);
      assert.deepEqual(ids(await claimAll(store, { suspects: 9, lone: true })), ["a", "b", "c"]);
      const { lone } = await lose();
      assert.deepEqual(new Set(lone?.map(({ fn, queue }) => `${fn} ${queue}`)), new Set(["f q"]));
      await store.start([request("f")]);
      assert.deepEqual(ids(await claimAll(store, { suspects: 1 })), ["d", "f"], "not without being asked for alone");
      assert.deepEqual(ids(await claimAll(store, { suspects: 9, lone: true })), ["a"]);
      assert.deepEqual(ids(await claimAll(store, { suspects: 9, lone: true })), ["b"]);
    },
  },
  {
    name: "a run that has got further is suspected no longer, before it is claimed again",
    invariants: "S5 S7",
    run: async (bench) => {
      const store = await bench.open();
      await store.start([request("commit"), request("message"), request("neither")]);
      for (let count = 1; count <= SUSPECT_CLAIMS; count++) {
        await claimAll(store);
        if (count === SUSPECT_CLAIMS) {
          const { epoch } = (await store.find(["commit"]))[0] as { epoch: number };
          await store.commit({ id: "commit", epoch, seq: 0, commitId: "c" });
          await store.send({ kind: "signal", run: "message", name: "n", dedupe: "d", value: bytes("v") });
        }
        bench.clock.advance(LEASE_MS);
        await store.tick(10);
      }
      assert.deepEqual(ids(await claimAll(store, { suspects: 0 })), ["commit", "message"]);
    },
  },
  {
    name: "claims are counted until a commit",
    invariants: "S5",
    run: async (bench) => {
      const store = await bench.open();
      await store.start([request("run")]);
      for (const count of [1, 2, 3]) {
        const claim = await claimOne(store, "run");
        assert.deepEqual([claim.claims, claim.epoch], [count, count]);
        bench.clock.advance(LEASE_MS);
        await store.tick(10);
      }
      const claim = await claimOne(store, "run");
      await store.commit({ id: "run", epoch: claim.epoch, seq: 0, commitId: "c", status: "ready" });
      assert.equal((await claimOne(store, "run")).claims, 1);
    },
  },
  {
    name: "a message counts as a step forward, and a claim that a close gave back does not count",
    invariants: "S5",
    run: async (bench) => {
      const [first, second] = [await bench.open(), await bench.open()];
      await first.start([request("run")]);
      await claimOne(first, "run");
      bench.clock.advance(LEASE_MS);
      await first.tick(10);
      assert.equal((await claimOne(first, "run")).claims, 2);
      await first.close();
      assert.equal((await claimOne(second, "run")).claims, 2);
      await second.send({ kind: "signal", run: "run", name: "s", dedupe: "1", value: bytes("v") });
      bench.clock.advance(LEASE_MS);
      await second.tick(10);
      assert.equal((await claimOne(second, "run")).claims, 1);
    },
  },
  {
    name: "who still has the snapshot in memory is given none",
    invariants: "S5",
    run: async (bench) => {
      const store = await bench.open();
      const owner = await hold(store, "run");
      await owner.commit({ snapshot: bytes("s"), status: "ready" });
      const warm = await claimOne(store, "run", { warm: new Map([["run", 1]]) });
      assert.deepEqual([warm.warm, warm.snapshot, warm.seq], [true, undefined, 1]);
      await store.commit({ id: "run", epoch: warm.epoch, seq: 1, commitId: "c", status: "ready" });
      const cold = await claimOne(store, "run", { warm: new Map([["run", 1]]) });
      assert.deepEqual([cold.warm, cold.snapshot, cold.seq], [false, bytes("s"), 2]);
    },
  },
];

export const claimCases: readonly Case[] = [...starting, ...claiming];
