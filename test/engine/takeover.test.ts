import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, type TestEngine, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const LEASE_MS = 15_000;

const program = `
import { sleep, step, stepContext } from "@coldframe/runtime";
const work = step(async (i: number) => w.work(i, stepContext()));
export async function steps(n: number) {
  "use durable";
  const seen = [];
  for (let i = 0; i < n; i++) seen.push(await work(i));
  return seen;
}
export async function nap(n: number) {
  "use durable";
  const result = await work(0);
  if (n > 1) await sleep("2h");
  return result;
}
export async function lanes(n: number) {
  "use durable";
  const seen: string[] = [];
  const lane = async (name: string) => {
    for (let i = 0; i < n; i++) { const result = await work(i); seen.push(name + result); }
    return name;
  };
  const names = await Promise.all(["a", "b", "c"].map((name) => lane(name)));
  return [names, seen.length];
}`;

interface Program {
  steps(n: number): Promise<unknown[]>;
  lanes(n: number): Promise<unknown>;
  nap(n: number): Promise<unknown>;
}

interface Context {
  attempt: number;
  idempotencyKey: string;
  fence: number;
  signal: AbortSignal;
}

/** Steps that wait for the test. */
function gatedWorld() {
  const gates: ReturnType<typeof deferred<string>>[] = [];
  const signals: AbortSignal[] = [];
  world.w = {
    work: (_i: number, { signal }: Context) => {
      signals.push(signal);
      gates.push(deferred<string>());
      return gates.at(-1)?.promise;
    },
  };
  return { gates, signals };
}

/** Heartbeats leave, and are answered when the test says so; the clock does not wait for them: a thenable is no promise. */
function stopHeartbeats({ inner }: TestEngine) {
  const gate = deferred();
  const beat = inner.heartbeat.bind(inner);
  inner.heartbeat = (leases, leaseMs) => {
    const answer = gate.promise.then(() => beat(leases, leaseMs));
    return { then: answer.then.bind(answer) } as unknown as typeof answer;
  };
  return gate;
}

describe.each(kinds)("taking over on %s", (kind) => {
  test("a step that was under way is performed again, with the same key and number, and a higher fence", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const contexts: Context[] = [];
    const gates = [deferred<string>(), deferred<string>()];
    world.w = {
      work: (i: number, context: Context) => {
        if (i === 0) return "zero";
        contexts.push(context);
        return gates[contexts.length - 1]?.promise;
      },
    };
    const { steps } = await load<Program>(program);
    await first.engine.start(steps, [2], { id: "a" });
    await until(() => contexts.length === 1);
    first.kill();
    await clock.jump(LEASE_MS);
    const second = await open();
    await until(() => contexts.length === 2);
    gates[1]?.resolve("one");
    expect(await (await second.engine.get("a"))?.result()).toEqual(["zero", "one"]);
    const [before, after] = contexts as [Context, Context];
    expect([before.attempt, after.attempt]).toEqual([1, 1]); // a crash is no failure of the step
    expect(after.idempotencyKey).toBe(before.idempotencyKey);
    expect(after.fence).toBeGreaterThan(before.fence);
  });

  test("parallel lanes go on where each of them was", async () => {
    const { open, clock } = await makePlace(kind);
    let gates: ReturnType<typeof deferred<string>>[] = [];
    world.w = {
      work: (i: number) => {
        const gate = deferred<string>();
        gates.push({ ...gate, resolve: () => gate.resolve(`${i}`) });
        return gate.promise;
      },
    };
    const { lanes } = await load<Program>(program);
    let held = await open();
    await held.engine.start(lanes, [3], { id: "a" });
    // Nine steps; after each second one the process dies.
    for (let done = 0; done < 9; done++) {
      await until(() => gates.length > 0);
      gates.splice(done % gates.length, 1)[0]?.resolve("");
      await clock.settle();
      if (done % 2 === 1) {
        held.kill();
        gates = [];
        await clock.jump(LEASE_MS);
        held = await open();
        await clock.settle();
      }
    }
    expect(await (await held.engine.get("a"))?.result()).toEqual([["a", "b", "c"], 9]);
  });

  test("a worker that lost its lease aborts its steps, drops the run, and what it still writes is void", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const { signals, gates } = gatedWorld();
    const beat = stopHeartbeats(first);
    const { steps } = await load<Program>(program);
    await first.engine.start(steps, [1], { id: "a" });
    await until(() => gates.length === 1);
    first.inner.claim = async () => [];
    await clock.jump(LEASE_MS); // a machine that was suspended
    const second = await open();
    await until(() => gates.length === 2);
    expect([signals[0]?.aborted, first.notices]).toEqual([false, []]);
    beat.resolve();
    await until(() => signals[0]?.aborted);
    expect(first.notices.map(({ kind: what }) => what)).toEqual(["lease-lost"]);
    gates[0]?.resolve("late");
    await clock.settle();
    gates[1]?.resolve("mine");
    expect(await (await second.engine.get("a"))?.result()).toEqual(["mine"]);
  });

  test("a lease that ran out is kept if nobody wanted it: attempts go on, and nothing begins before a heartbeat is acknowledged", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const { signals, gates } = gatedWorld();
    const beat = stopHeartbeats(first);
    const { steps } = await load<Program>(program);
    const runs = await Promise.all(["a", "b"].map((id) => first.engine.start(steps, [2], { id })));
    await until(() => gates.length === 2);
    await clock.jump(LEASE_MS + 1); // a turn that took as long
    const commits = first.log.commits.length;
    gates[0]?.resolve("first");
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect([gates.length, first.log.commits.length]).toEqual([2, commits]);
    beat.resolve();
    await until(() => gates.length === 3);
    gates[1]?.resolve("neighbour");
    await until(() => gates.length === 4);
    for (const gate of gates) gate.resolve("second");
    expect(await Promise.all(runs.map((run) => run.result()))).toEqual([
      ["first", "second"],
      ["neighbour", "second"],
    ]);
    expect([signals.map(({ aborted }) => aborted), first.notices]).toEqual([Array(4).fill(false), []]);
  });

  test.each([
    ["ends", 1],
    ["parks", 2],
  ])("a heartbeat that races the commit by which a run %s does not say that its lease is lost", async (_, naps) => {
    const { open, clock } = await makePlace(kind);
    const { engine, inner, notices, log } = await open();
    const { gates } = gatedWorld();
    const committed = deferred();
    const beaten = deferred();
    const beat = inner.heartbeat.bind(inner);
    inner.heartbeat = async (leases, leaseMs) => {
      gates[0]?.resolve("done");
      await committed.promise;
      const lost = await beat(leases, leaseMs);
      setImmediate(beaten.resolve);
      return lost;
    };
    const commit = inner.commit.bind(inner);
    inner.commit = async (item) => {
      const outcome = await commit(item);
      if (item.status === "running") return outcome;
      committed.resolve();
      await beaten.promise;
      return outcome;
    };
    const run = await engine.start((await load<Program>(program)).nap, [naps]);
    await until(() => gates.length === 1);
    await clock.advance(LEASE_MS / 2);
    expect(log.calls).toContain("heartbeat");
    await clock.jump(naps * 3_600_000);
    await clock.settle();
    expect(await run.result()).toBe("done");
    expect(notices).toEqual([]);
  });

  test("heartbeats keep a lease as long as the process works", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open({ leaseMs: 1_000 });
    const gate = deferred<string>();
    let calls = 0;
    world.w = { work: () => ++calls && gate.promise };
    const { steps } = await load<Program>(program);
    const run = await first.engine.start(steps, [1], { id: "a" });
    const second = await open({ leaseMs: 1_000 });
    await clock.advance(5_000);
    expect([calls, first.notices]).toEqual([1, []]);
    expect((await run.status()).status).toBe("running");
    gate.resolve("done");
    expect(await run.result()).toEqual(["done"]);
    expect(second.log.commits).toEqual([]);
  });

  test("an engine that closes hands its runs over: attempts under way end, none begins", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    const gates: ReturnType<typeof deferred<string>>[] = [];
    world.w = {
      work: () => {
        gates.push(deferred<string>());
        return gates.at(-1)?.promise;
      },
    };
    const { steps } = await load<Program>(program);
    await first.engine.start(steps, [2], { id: "a" });
    await until(() => gates.length === 1);
    const closed = first.engine.close();
    gates[0]?.resolve("first");
    await closed;
    expect(gates).toHaveLength(1);
    expect(first.log.commits.at(-1)?.status).toBe("ready");
    expect(first.log.commits.at(-1)?.begin?.[0]?.attempt).toBe(0);
    const second = await open();
    await until(() => gates.length === 2);
    gates[1]?.resolve("second");
    expect(await (await second.engine.get("a"))?.result()).toEqual(["first", "second"]);
    expect(clock.pending).toBeGreaterThan(0);
  });

  test("attempts that do not end in time are aborted when the engine closes", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open({ drainMs: 1_000 });
    const contexts: Context[] = [];
    world.w = { work: (_i: number, context: Context) => contexts.push(context) && deferred().promise };
    const { steps } = await load<Program>(program);
    await first.engine.start(steps, [1], { id: "a" });
    await until(() => contexts.length === 1);
    expect(contexts[0]?.signal.aborted).toBe(false);
    const closed = first.engine.close();
    await clock.advance(1_000);
    await closed;
    expect(contexts[0]?.signal.reason.code).toBe("CF2404");
    await open();
    await until(() => contexts.length === 2);
    expect(contexts[1]?.attempt).toBe(1);
  });

  test("a store that fails for a while is asked again with the same commit", async () => {
    const { open, clock } = await makePlace(kind);
    const first = await open();
    world.w = { work: (i: number) => i };
    const { steps } = await load<Program>(program);
    const commit = first.inner.commit.bind(first.inner);
    let failures = 3;
    first.inner.commit = async (item) => {
      if (failures-- > 0) {
        if (failures === 0) await commit(item); // written, but nobody was told
        throw new Error("disk on fire");
      }
      return commit(item);
    };
    const started = first.engine.start(steps, [3], { id: "a" });
    await until(async () => {
      await clock.advance(100);
      return failures < 0;
    });
    expect(await (await started).result()).toEqual([0, 1, 2]);
    expect(first.notices.map(({ kind: what }) => what)).toEqual(Array(3).fill("store-failed"));
  });
});
