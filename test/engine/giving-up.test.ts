// A run begins nothing while its lease is given up, and nothing once it is lost (turn.ts I4).

import { describe, expect, test } from "vitest";
import type { Clock } from "../../runtime/src/clock.ts";
import { Line } from "../../runtime/src/engine/parts.ts";
import type { CommitItem, Store } from "../../runtime/src/store/store.ts";
import { deferred, kinds, load, makePlace, type Place, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const LEASE_MS = 15_000;

const program = `
import { sleep, step, stepContext } from "@coldframe/runtime";
const work = step(async (i: number) => w.work(i, stepContext()));
export const plain = (i: number) => w.plain(i, work);
export async function calls() { "use durable"; const a = await plain(1); w.note("after " + a); return a; }
export async function nap() {
  "use durable";
  const [first, second] = [sleep(900), sleep("2s")];
  await first;
  w.note("first");
  await second;
  w.note("second");
  return 1;
}
export async function steps() { "use durable"; return await Promise.all([work(1), work(2)]); }
export async function race() { "use durable"; return await Promise.race([plain(1), work(2)]); }
export async function raceAndNap() { "use durable"; await Promise.race([plain(1), work(2)]); await sleep("1h"); return 1; }`;

type Program = Record<"calls" | "nap" | "steps" | "race" | "raceAndNap", () => Promise<unknown>>;

/** Lets commits that are meant through only when the gate opens. */
function gateCommits(store: Store, isMeant: (item: CommitItem) => boolean) {
  const gate = deferred();
  const waiting: CommitItem[] = [];
  const commit = store.commit.bind(store);
  store.commit = async (item) => {
    if (isMeant(item)) {
      waiting.push(item);
      await gate.promise;
    }
    return commit(item);
  };
  return { gate, waiting };
}

/**
 * The place's clock, of which a test can move the monotonic time by itself (a main thread that was blocked fires no timers), or the
 * wall time with its timers, whatever the place's clock waits for.
 */
function blockable({ clock }: Place) {
  let blockedMs = 0;
  let passedMs = 0;
  const timers = new Map<() => void, number>();
  const own: Clock = {
    now: () => clock.now() + passedMs,
    monotonic: () => clock.monotonic() + blockedMs,
    setTimer: (atMs, fire) => {
      timers.set(fire, atMs);
      const cancel = clock.setTimer(atMs, () => timers.delete(fire) && fire());
      return () => {
        timers.delete(fire);
        cancel();
      };
    },
    setDelay: (delayMs, fire) => clock.setDelay(delayMs, fire),
  };
  const block = (ms: number) => {
    blockedMs += ms;
  };
  const passes = (ms: number) => {
    passedMs += ms;
    for (const [fire, atMs] of timers) if (atMs <= own.now() && timers.delete(fire)) fire();
  };
  return { own, block, passes };
}

describe.each(kinds)("giving a lease up on %s", (kind) => {
  test("what arrives while the run is handed over at a close runs no code here", async () => {
    const place = await makePlace(kind);
    const { engine, inner } = await place.open();
    const call = deferred<string>();
    const notes: string[] = [];
    world.w = { plain: () => call.promise, note: (text: string) => notes.push(text) };
    const { calls } = await load<Program>(program);
    await engine.start(calls, [], { id: "a" });
    const { gate, waiting } = gateCommits(inner, ({ status }) => status === "ready");
    const closed = engine.close();
    await until(() => waiting.length === 1);
    call.resolve("call");
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(notes).toEqual([]);
    gate.resolve();
    await closed;
    expect(notes).toEqual([]);
    const second = await place.open();
    expect(await (await second.engine.get("a"))?.result()).toBe("call");
    expect(notes).toEqual(["after call"]);
  });

  test("a time that comes while the run is being parked runs no code here", async () => {
    const place = await makePlace(kind);
    const { own, passes } = blockable(place);
    const { engine, inner } = await place.open({ clock: own });
    const notes: string[] = [];
    world.w = { note: (text: string) => notes.push(text) };
    await engine.start((await load<Program>(program)).nap, [], { id: "a" });
    const { gate, waiting } = gateCommits(inner, ({ status }) => status === "waiting");
    void place.clock.advance(900); // from here it waits for the commit
    await until(() => waiting.length === 1);
    passes(1_200);
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(notes).toEqual(["first"]);
    gate.resolve();
    await place.clock.advance(2_000);
    expect(await (await engine.get("a"))?.result()).toBe(1);
    expect(notes).toEqual(["first", "second"]);
  });

  test("a process that was blocked for too long begins nothing with what arrives first until a heartbeat is acknowledged", async () => {
    const place = await makePlace(kind);
    const { own, block } = blockable(place);
    const first = await place.open({ clock: own });
    const gates = [deferred<string>(), deferred<string>()];
    const signals: AbortSignal[] = [];
    world.w = {
      work: (i: number, { signal }: { signal: AbortSignal }) => {
        signals.push(signal);
        return gates[i - 1]?.promise;
      },
    };
    await first.engine.start((await load<Program>(program)).steps, [], { id: "a" });
    await until(() => signals.length === 2);
    const { calls } = first.log;
    const before = calls.length;
    block(LEASE_MS);
    gates[0]?.resolve("late");
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(calls.slice(before).filter((call) => call === "commit" || call === "send")).toEqual([]);
    await place.clock.advance(LEASE_MS);
    gates[1]?.resolve("in time");
    await (await first.engine.get("a"))?.result();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    expect([calls.includes("heartbeat"), first.notices]).toEqual([true, []]);
  });

  test.each(["calls", "race"] as const)(
    "a plain call that arrives after such a block runs no code: %s",
    async (name) => {
      const place = await makePlace(kind);
      const { own, block } = blockable(place);
      const first = await place.open({ clock: own });
      const call = deferred<string>();
      const notes: string[] = [];
      world.w = { plain: () => call.promise, note: (text: string) => notes.push(text), work: () => deferred().promise };
      await first.engine.start((await load<Program>(program))[name], [], { id: "a" });
      await until(() => first.log.commits.length > 0);
      const before = first.log.commits.length;
      block(LEASE_MS);
      call.resolve("late");
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect([notes, first.log.commits.length]).toEqual([[], before]);
    },
  );

  test("a refused heartbeat ends it, and foreign code that then calls a step is refused", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, inner, notices } = await open();
    const gate = deferred();
    const seen: unknown[] = [];
    let performed = 0;
    world.w = {
      work: () => performed++,
      plain: async (_i: number, work: (i: number) => Promise<unknown>) => {
        await gate.promise;
        await work(7).catch((error) => seen.push([error.code, error.params.run]));
      },
    };
    await engine.start((await load<Program>(program)).calls, [], { id: "a" });
    inner.heartbeat = async (leases) => leases.map(({ id }) => id);
    await clock.advance(LEASE_MS / 2);
    expect(notices.map(({ kind: what }) => what)).toEqual(["lease-lost"]);
    gate.resolve();
    await until(() => seen.length === 1);
    expect([seen, performed]).toEqual([[["CF2414", "a"]], 0]);
  });

  test.each([
    ["race", "done"],
    ["raceAndNap", "waiting"],
  ] as const)("code that lost a race and calls a step when the run is %s", async (name, status) => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const gate = deferred();
    const seen: unknown[] = [];
    const performed: number[] = [];
    world.w = {
      work: (i: number) => performed.push(i) && i,
      plain: async (_i: number, work: (i: number) => Promise<unknown>) => {
        await gate.promise;
        await work(7).catch((error) => seen.push(error.code));
      },
    };
    const run = await engine.start((await load<Program>(program))[name], []);
    await until(async () => (await run.status()).status === status);
    gate.resolve();
    await until(() => seen.length === 1);
    expect([seen, performed]).toEqual([["CF2414"], [2]]);
  });

  test("a claim that comes back when the engine is closing is given back", async () => {
    const { open, clock } = await makePlace(kind);
    const client = await open({ work: false });
    const first = await open();
    const performed: number[] = [];
    world.w = { plain: (i: number) => performed.push(i) && i, note: () => {} };
    const gate = deferred();
    const claim = first.inner.claim.bind(first.inner);
    let claimed = false;
    first.inner.claim = async (request) => {
      const claims = await claim(request);
      if (claims.length === 0) return claims;
      claimed = true;
      await gate.promise;
      return claims;
    };
    await client.engine.start((await load<Program>(program)).calls, [], { id: "a" });
    void clock.advance(1_000); // it waits for the claim
    await until(() => claimed);
    const closed = first.engine.close();
    gate.resolve();
    await closed;
    expect(performed).toEqual([]);
    expect((await client.store.get("a"))?.status).toBe("ready");
  });

  test("a store that cannot be read for a moment holds no run", async () => {
    const { open, clock } = await makePlace(kind);
    const client = await open({ work: false });
    const { inner, notices } = await open();
    world.w = { work: (i: number) => i };
    const input = new Uint8Array([1, 0x5b, 0x5d]);
    const claim = inner.claim.bind(inner);
    let failures = 1;
    inner.claim = async (request) => {
      const claims = await claim(request);
      return claims.map((one) =>
        failures > 0 ? { ...one, inbox: Array(1_000).fill({ position: 1, kind: "cancel" }) } : one,
      );
    };
    inner.receive = async () => {
      failures--;
      throw new Error("disk on fire");
    };
    await load<Program>(program);
    await client.store.start([
      { id: "a", fn: "test/program#steps", version: "", queue: "default", priority: 0, input },
    ]);
    await until(async () => {
      await clock.advance(100);
      return failures === 0;
    });
    await clock.settle();
    expect((await client.store.get("a"))?.status).toBe("running");
    expect(notices.map(({ kind: what }) => what)).toEqual(["store-failed", "lease-lost"]);
    await clock.advance(LEASE_MS + 2_000);
    expect((await client.store.get("a"))?.status).toBe("done");
  });
});

test("of a long line all may leave at once", () => {
  const line = new Line(1);
  let left = 0;
  const leave = () => {
    left++;
    line.leave();
  };
  line.enter(() => {});
  for (let i = 0; i < 100_000; i++) line.enter(leave);
  line.leave();
  expect(left).toBe(100_000);
});
