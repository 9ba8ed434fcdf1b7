import { inspect } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { type SnapshotCodec, snapshotCodec } from "../../runtime/src/engine/codec.ts";
import { type Notice, warn } from "../../runtime/src/engine/notice.ts";
import { errors } from "../../runtime/src/errors.ts";
import { Scheduler } from "../../runtime/src/local/scheduler.ts";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

const holding = `
import { sleep, step } from "@coldframe/runtime";
const work = step(async (i: number) => w.work(i));
export async function main() {
  "use durable";
  const a = await work(1);
  const handle = w.handle();
  const b = await work(2);
  return [a, b, typeof handle];
}`;

describe.each(kinds)("holding on %s", (kind) => {
  test("something live that cannot be stored holds the run at its last commit, with its name and path", async () => {
    const { open } = await makePlace(kind);
    const { engine, notices } = await open({ build: "one" });
    const calls: number[] = [];
    let handle: unknown = { socket: new WeakMap() };
    world.w = { work: (i: number) => calls.push(i) && i * 10, handle: () => handle };
    const { main } = await load<{ main(): Promise<unknown> }>(holding);
    const run = await engine.start(main, [], { id: "a" });
    await until(async () => (await run.status()).status === "held");
    const { reason } = await run.status();
    expect(reason).toContain("CF2001");
    expect(reason).toContain("handle");
    expect(reason).toContain("main");
    expect(notices.map(({ kind: what }) => what)).toEqual(["held"]);
    expect(calls).toEqual([1]);

    handle = 7; // what a new build would mend
    expect(await run.release()).toBe(true);
    expect(await run.result()).toEqual([10, 20, "number"]);
    expect(calls).toEqual([1, 2]); // the first step's result was kept
    expect(await run.release()).toBe(false);
  });

  test("a store that fails while the run is being held loses no result", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, inner } = await open();
    const calls: number[] = [];
    let handle: unknown = new WeakMap();
    world.w = { work: (i: number) => calls.push(i) && i * 10, handle: () => handle };
    const send = inner.send.bind(inner);
    let failures = 2;
    inner.send = async (message) => {
      if (failures-- > 0) throw new Error("disk on fire");
      return send(message);
    };
    const { main } = await load<{ main(): Promise<unknown> }>(holding);
    const run = await engine.start(main, [], { id: "a" });
    await until(async () => (await run.status()).status === "held");
    await clock.advance(1_000);
    handle = 7;
    await run.release();
    expect(await run.result()).toEqual([10, 20, "number"]);
    expect(calls).toEqual([1, 2]);
  });

  test("a held run is tried again once by each new build", async () => {
    const { open } = await makePlace(kind);
    const first = await open({ build: "one" });
    let tries = 0;
    world.w = {
      work: (i: number) => i * 10,
      handle: () => {
        tries++;
        return tries < 3 ? new WeakMap() : 1;
      },
    };
    const { main } = await load<{ main(): Promise<unknown> }>(holding);
    const run = await first.engine.start(main, [], { id: "a" });
    await until(async () => (await run.status()).status === "held");
    await first.engine.close();
    const same = await open({ build: "one" });
    const again = await same.engine.get("a");
    await until(() => same.log.calls.includes("claim"));
    expect((await again?.status())?.status).toBe("held");
    expect(tries).toBe(1);
    await open({ build: "two" });
    await until(() => tries === 2);
    await until(async () => (await again?.status())?.status === "held");
    await open({ build: "three" });
    await until(async () => (await again?.status())?.status === "done");
    expect(tries).toBe(3);
  });

  test("a handle that is gone by the next recorded act is nobody's business", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, notices } = await open();
    const gates = [deferred<number>(), deferred<number>()];
    let reads = 0;
    world.w = {
      work: (i: number) => i * 10,
      open: () => ({ read: () => (gates[reads++] as { promise: Promise<number> }).promise, socket: new WeakMap() }),
    };
    const { main } = await load<{ main(): Promise<unknown> }>(`
      import { step } from "@coldframe/runtime";
      const work = step(async (i: number) => w.work(i));
      const openHandle = () => w.open();
      export async function main() {
        "use durable";
        await work(0);
        const handle = openHandle();
        const sum = (await handle.read()) + (await handle.read());
        return await work(sum);
      }`);
    const run = await engine.start(main, []);
    await until(() => reads === 1);
    await clock.advance(200);
    gates[0]?.resolve(1);
    await until(() => reads === 2);
    await clock.advance(10_000);
    gates[1]?.resolve(2);
    expect(await run.result()).toBe(30);
    expect(notices).toEqual([]);
  });

  test("a recorded act beside a handle in use waits for it, but not for ever", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, notices } = await open();
    const gates = [deferred<number>(), deferred<number>()];
    let reads = 0;
    const calls: number[] = [];
    world.w = {
      work: (i: number) => calls.push(i) && i * 10,
      open: () => ({ read: () => (gates[reads++] as { promise: Promise<number> }).promise, socket: new WeakMap() }),
    };
    const { main } = await load<{ main(): Promise<unknown> }>(`
      import { step } from "@coldframe/runtime";
      const work = step(async (i: number) => w.work(i));
      export async function main() {
        "use durable";
        const reader = async () => { const h = w.open(); const n = await h.read(); return [n, typeof h.socket]; };
        return await Promise.all([reader(), work(1)]);
      }`);
    const started = engine.start(main, [], { id: "a" });
    await until(() => reads === 1);
    await clock.advance(1_000);
    expect(calls).toEqual([]);
    gates[0]?.resolve(5);
    expect(await (await started).result()).toEqual([[5, "object"], 10]);

    const second = engine.start(main, [], { id: "b" });
    await until(() => reads === 2);
    await clock.advance(6_000);
    expect((await (await second).status()).status).toBe("held");
    expect(notices.map(({ kind: what }) => what)).toEqual(["held"]);
  });

  test("a run whose first commit has to wait is not taken for lost by a heartbeat", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, notices } = await open({ leaseMs: 1_000 });
    const gate = deferred<number>();
    const other = deferred();
    world.w = {
      work: (i: number) => i * 10,
      open: () => ({ read: () => gate.promise, socket: new WeakMap() }),
      wait: () => other.promise,
    };
    const { main, wait } = await load<Record<"main" | "wait", () => Promise<unknown>>>(`
      import { step } from "@coldframe/runtime";
      const work = step(async (i: number) => w.work(i));
      const wait = step(async () => w.wait());
      export async function main() {
        "use durable";
        const reader = async () => { const h = w.open(); const n = await h.read(); return [n, typeof h.socket]; };
        return await Promise.all([reader(), work(1)]);
      }
      export async function waits() { "use durable"; await wait(); }
      export { waits as wait };`);
    await engine.start(wait, []); // its lease is renewed meanwhile
    const started = engine.start(main, []);
    await clock.advance(3_000);
    gate.resolve(5);
    expect(await (await started).result()).toEqual([[5, "object"], 10]);
    expect(notices).toEqual([]);
    other.resolve();
  });

  test("a result that cannot be stored holds the run; bytes that cannot be read do", async () => {
    const { open } = await makePlace(kind);
    const { engine, store } = await open();
    world.w = { make: () => new WeakMap() };
    const { bad, good } = await load<Record<"bad" | "good", () => Promise<unknown>>>(`
      export async function bad() { "use durable"; return w.make(); }
      export async function good() { "use durable"; return 1; }`);
    const run = await engine.start(bad, []);
    expect((await run.status()).status).toBe("held");
    const request = { fn: "test/program#good", version: "", queue: "default", priority: 0 };
    await store.start([{ id: "x", input: Buffer.from("CFSN garbage"), ...request }]);
    await until(async () => (await store.get("x"))?.status === "held");
    expect((await store.get("x"))?.hold?.reason).toContain("CF200");
    expect(await (await engine.start(good, [])).result()).toBe(1);
  });
});

const failing = `
import { sleep, step } from "@coldframe/runtime";
const work = step(async (i: number) => w.work(i));
export async function main() {
  "use durable";
  const kept = { first: await work(1) };
  const second = await work(2);
  await sleep(60_000);
  return [kept.first, second];
}`;

/** A codec that has a bug for so many snapshots. */
function withBug(method: "encode" | "decode", faults: number) {
  let left = faults;
  const codec: SnapshotCodec = {
    ...snapshotCodec,
    [method]: (...args: [never]) => {
      if (left-- > 0) throw new TypeError("types.isExternal is not a function");
      return snapshotCodec[method](...args);
    },
  };
  return { codec };
}

describe.each(kinds)("a fault of Coldframe's own on %s", (kind) => {
  test.each([["encode"], ["decode"]] as const)(
    "in %s never holds a run: it is let go, loudly, and tried again (hold.ts I1, I2)",
    async (method) => {
      const { open, clock } = await makePlace(kind);
      const calls: number[] = [];
      world.w = { work: (i: number) => calls.push(i) && i * 10 };
      const { main } = await load<{ main(): Promise<unknown> }>(failing);
      if (method === "decode") {
        const other = await open();
        await other.engine.start(main, [], { id: "a" });
        await until(async () => (await other.store.get("a"))?.status === "waiting");
        other.kill();
        await clock.jump(120_000);
      }
      const { codec } = withBug(method, 7);
      const { engine, store, notices } = await open({ warm: { runs: 0 } }, codec);
      const run = method === "encode" ? await engine.start(main, [], { id: "a" }) : await engine.get("a");
      for (let time = 1; time <= 7; time++) {
        await until(() => notices.length === time);
        await until(async () => (await store.get("a"))?.status === "waiting");
        const { status, reason, wakesAt } = (await run?.status()) ?? {};
        expect([status, reason, wakesAt]).toEqual(["waiting", undefined, clock.now() + 30_000]);
        await clock.jump(30_000);
      }
      await until(async () => calls.length === 2);
      await until(async () => (await store.get("a"))?.status !== "running");
      await clock.jump(60_000);
      expect(await run?.result()).toEqual([10, 20]);
      expect(calls).toEqual([1, 2]);
      expect(new Set(notices.map(({ kind: what }) => what))).toEqual(new Set(["runtime-failed"]));
      const { message, error } = notices[0] as Notice;
      expect(message).toContain("Coldframe itself failed on the run a: TypeError: types.isExternal is not a function");
      expect(error).toMatchObject({ code: "CF2416", cause: { message: "types.isExternal is not a function" } });
    },
  );

  test("in a turn is one too, and steps that end meanwhile lose nothing", async () => {
    const { open, clock } = await makePlace(kind);
    const first = deferred<number>();
    const calls: number[] = [];
    world.w = { work: (i: number) => (calls.push(i) === 1 ? first.promise : i * 10) };
    const { main } = await load<{ main(): Promise<unknown> }>(failing);
    const { engine, store, notices } = await open();
    const turn = vi.spyOn(Scheduler.prototype, "turn");
    const run = await engine.start(main, [], { id: "a" });
    await until(() => calls.length === 1);
    turn.mockImplementationOnce(() => {
      throw new RangeError("Maximum call stack size exceeded");
    });
    first.resolve(5);
    await until(() => notices.length === 1);
    turn.mockRestore();
    await until(async () => (await store.get("a"))?.status !== "running");
    await clock.jump(30_000);
    await until(() => calls.length === 2);
    await until(async () => (await store.get("a"))?.status === "waiting");
    await clock.jump(60_000);
    expect(await run.result()).toEqual([5, 20]);
    expect(calls).toEqual([1, 2]);
    expect(notices.map(({ kind: what }) => what)).toEqual(["runtime-failed"]);
  });

  test("a result that cannot be read again holds the run before it, and the step is not performed again", async () => {
    const { open } = await makePlace(kind);
    let isBroken = true;
    const calls: number[] = [];
    world.w = {
      work: (i: number) => calls.push(i),
      check: () => {
        if (isBroken) throw new Error("no such row");
      },
    };
    const { main } = await load<{ main(): Promise<unknown> }>(`
import { step } from "@coldframe/runtime";
class Row {
  [Symbol.for("coldframe.serialize")]() { return 1; }
  static [Symbol.for("coldframe.deserialize")]() { w.check(); }
}
const work = step(async () => { w.work(1); return new Row(); });
export async function main() { "use durable"; return (await work()) instanceof Row; }`);
    const { engine, notices } = await open();
    const run = await engine.start(main, [], { id: "a" });
    await until(async () => (await run.status()).status === "held");
    expect((await run.status()).reason).toContain("no such row");
    isBroken = false;
    await run.release();
    expect(await run.result()).toBe(true);
    expect([calls, notices.map(({ kind: what }) => what)]).toEqual([[1], ["held"]]);
  });
});

test("arguments that were written and can't be read hold the run; the step never begins, and a neighbour ends", async () => {
  const { open } = await makePlace("memory");
  const calls: number[] = [];
  world.w = { work: (i: number) => calls.push(i) };
  const { main, neighbour } = await load<Record<string, () => Promise<unknown>>>(`
import { step } from "@coldframe/runtime";
const work = step(async (list) => w.work(list.length));
const tick = step(async () => 1);
export async function main() { "use durable"; return await work(Array.from({ length: 20 }, (_, i) => i)); }
export async function neighbour() { "use durable"; return await tick() + await tick(); }`);
  const codec: SnapshotCodec = {
    ...snapshotCodec,
    decode(bytes) {
      const decoded = snapshotCodec.decode(bytes);
      const isArguments = decoded.kind === "ok" && Array.isArray(decoded.root) && Array.isArray(decoded.root[0]);
      if (isArguments) throw errors.snapshotTooLarge({ what: "items", found: 20, limit: 10 });
      return decoded;
    },
  };
  const { engine } = await open({}, codec);
  const [run, beside] = [
    await engine.start(main as never, [] as never),
    await engine.start(neighbour as never, [] as never),
  ];
  await until(async () => (await run.status()).status === "held");
  expect((await run.status()).reason).toContain("CF2008");
  expect([calls, await beside.result()]).toEqual([[], 2]);
});

test("a warning about what fails when it is looked at is one", () => {
  const warned: unknown[][] = [];
  const spy = vi.spyOn(process, "emitWarning").mockImplementation((...args: unknown[]) => void warned.push(args));
  const cause = Object.defineProperty(new Error("x"), "stack", { get: () => JSON.parse("{") });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  try {
    for (const error of [cause, proxy, Object.assign(new Error("y"), { [inspect.custom]: () => JSON.parse("{") })]) {
      warn({ kind: "held", message: "first", error });
      warn({ kind: "held", message: "second", error: errors.storeFailed({ detail: "no" }, { cause: error }) });
    }
  } finally {
    spy.mockRestore();
  }
  expect(warned.map(([message]) => message)).toEqual(Array(3).fill(["first", "second"]).flat());
});

test("a warning shows all that is known: the fields of a coded error, the stack of its cause", () => {
  const warned: unknown[][] = [];
  const spy = vi.spyOn(process, "emitWarning").mockImplementation((...args: unknown[]) => void warned.push(args));
  try {
    const error = errors.storeFailed({ detail: "no space" }, { cause: new Error("disk full") });
    warn({ kind: "store-failed", message: error.message, error });
    warn({ kind: "lease-lost", message: "told only to who asks" });
  } finally {
    spy.mockRestore();
  }
  expect(warned).toEqual([["[CF2205] The store failed: no space.", expect.objectContaining({ code: "store-failed" })]]);
  expect((warned as [string, { detail: string }][])[0]?.[1].detail).toMatch(
    /^ {2}why: .*\n {2}fix: .*\n {2}link: .*CF2205\n {2}cause: Error: disk full\n +at /s,
  );
});
