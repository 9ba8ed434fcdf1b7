// The outcome of a run is given as soon as its function has returned; what it began goes on until it has ended (ending.ts).
import { describe, expect, test } from "vitest";
import type { EngineOptions } from "../../runtime/src/engine/options.ts";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

const program = `
import { sleep, step } from "@coldframe/runtime";
const mail = step(async (text: string) => w.mail(text));
const hold = step(async (i: number) => w.hold(i));
async function remind(text: string) { "use durable"; await sleep("3d"); await mail(text); }
export async function reminds(n: number) { "use durable"; void remind("late " + n); return n; }
async function fails(text: string, after: number) { "use durable"; await sleep(after); throw new TypeError(text + w.suffix()); }
export async function failsLate() { "use durable"; void fails("oops", 60_000); return "fine"; }
export async function failsTwice() { "use durable"; void fails("a", 60_000); void fails("b", 120_000); return "fine"; }
export async function failsEarly() { "use durable"; void fails("early", 10); await sleep(2_000); return "unseen"; }
export async function failsSeen() { "use durable"; const p = fails("seen", 10); await sleep(2_000); await p.catch(() => {}); return "seen"; }
export async function throws() { "use durable"; void remind("after all"); throw new RangeError("root"); }
export async function steps() { "use durable"; void hold(1); void hold(2); return "steps"; }
export async function thens() { "use durable"; void sleep("3d").then(() => mail("then")); return "then"; }
export async function returnsPending() { "use durable"; const p = hold(1); return [p, "and"]; }
export async function loops() { "use durable"; void (async () => { for (let i = 0; ; i++) { await sleep("1h"); await mail("tick " + i); } })(); return 1; }
export async function big() { "use durable"; void remind("big"); return "x".repeat(100_000); }
export async function plain() { "use durable"; void (async () => { await w.call(); w.note("went on"); })(); return "plain"; }
`;

type Program = Record<
  | "failsLate"
  | "failsTwice"
  | "failsEarly"
  | "failsSeen"
  | "throws"
  | "steps"
  | "thens"
  | "returnsPending"
  | "loops"
  | "big"
  | "plain",
  () => Promise<unknown>
> & { reminds(n: number): Promise<number> };

const DAY_MS = 86_400_000;

describe.each(kinds)("closing runs on %s", (kind) => {
  async function prepare(options: EngineOptions = {}) {
    const place = await makePlace(kind);
    const first = await place.open(options);
    const mails: string[] = [];
    const notes: string[] = [];
    const gates = new Map<number, ReturnType<typeof deferred<unknown>>>();
    const call = deferred();
    const gate = (i: number) => {
      if (!gates.has(i)) gates.set(i, deferred<unknown>());
      return gates.get(i) as ReturnType<typeof deferred<unknown>>;
    };
    world.w = {
      mail: (text: string) => mails.push(text),
      hold: (i: number) => gate(i).promise,
      suffix: () => "!",
      note: (text: string) => notes.push(text),
      call: () => call.promise,
    };
    return { ...place, ...first, mails, notes, gate, call, programs: await load<Program>(program) };
  }

  test("`void remind()`: the result at once, the mail after three days, by another process", async () => {
    const { engine, programs, clock, mails, open, store } = await prepare();
    const run = await engine.start(programs.reminds, [7], { id: "a" });
    expect(await run.result()).toBe(7);
    expect(await run.status()).toMatchObject({ status: "closing", closing: "done", endedAt: undefined });
    expect((await run.status()).wakesAt).toBe(clock.now() + 3 * DAY_MS);
    await engine.close();
    const second = await open();
    const again = await second.engine.get<number>("a");
    expect(await again?.result()).toBe(7);
    let closed = false;
    const end = again?.closed().then((info) => {
      closed = true;
      return info;
    });
    await clock.jump(2 * DAY_MS);
    expect([mails, closed]).toEqual([[], false]);
    await clock.jump(DAY_MS);
    expect(await end).toMatchObject({ status: "done", closing: undefined, lateFailure: undefined });
    expect((await end)?.endedAt).toBeGreaterThanOrEqual(3 * DAY_MS);
    expect(mails).toEqual(["late 7"]);
    expect(await again?.result()).toBe(7);
    void store;
  });

  test("a start of the same id gives the run that is closing, and lists show it as that", async () => {
    const { engine, programs } = await prepare();
    await (await engine.start(programs.reminds, [1], { id: "a" })).result();
    const again = await engine.start(programs.reminds, [1], { id: "a" });
    expect(await again.result()).toBe(1);
    await expect(engine.start(programs.reminds, [2], { id: "a" })).rejects.toMatchObject({ code: "CF2403" });
    expect((await engine.list({ status: "closing" })).runs.map(({ id }) => id)).toEqual(["a"]);
    expect((await engine.list({ status: "waiting" })).runs).toEqual([]);
  });

  test("a late failure is a notice and shown on the run, and changes nothing", async () => {
    const { engine, programs, clock, notices } = await prepare();
    const run = await engine.start(programs.failsLate, [], { id: "a" });
    expect(await run.result()).toBe("fine");
    expect(notices).toEqual([]);
    await clock.jump(60_000);
    expect(await run.closed()).toMatchObject({ status: "done", lateFailure: "TypeError: oops!" });
    expect(notices.map(({ kind: what }) => what)).toEqual(["late-failure"]);
    expect(notices[0]?.message).toContain("oops!");
    expect(await run.result()).toBe("fine");
  });

  test("of several late failures each is told once, and the first is shown", async () => {
    const { engine, programs, clock, notices } = await prepare({ warm: { runs: 0 } });
    const run = await engine.start(programs.failsTwice, []);
    await run.result();
    await clock.jump(60_000);
    await clock.jump(60_000);
    expect((await run.closed()).lateFailure).toBe("TypeError: a!");
    expect(notices.map(({ kind: what, message }) => [what, message.includes("a!")])).toEqual([
      ["late-failure", true],
      ["late-failure", false],
    ]);
  });

  test("a rejection that nobody has observed when the function returns fails the run; an observed one does not", async () => {
    const { engine, programs, clock, notices } = await prepare();
    const early = await engine.start(programs.failsEarly, []);
    const seen = await engine.start(programs.failsSeen, []);
    await clock.advance(2_100);
    await expect(early.result()).rejects.toThrow("early!");
    expect((await early.closed()).status).toBe("failed");
    expect(await seen.result()).toBe("seen");
    expect(notices).toEqual([]);
  });

  test("a run that throws gives that at once, and what it began goes on", async () => {
    const { engine, programs, clock, mails } = await prepare();
    const run = await engine.start(programs.throws, []);
    await expect(run.result()).rejects.toThrow("root");
    expect(await run.status()).toMatchObject({ status: "closing", closing: "failed" });
    await clock.jump(3 * DAY_MS);
    expect([(await run.closed()).status, mails]).toEqual(["failed", ["after all"]]);
  });

  test("steps that are under way end after the result, and their failures are late ones", async () => {
    const { engine, programs, gate, notices } = await prepare();
    const run = await engine.start(programs.steps, []);
    expect(await run.result()).toBe("steps");
    gate(1).resolve(1);
    gate(2).reject(Object.assign(new Error("declined"), { retryable: false }));
    expect(await run.closed()).toMatchObject({ status: "done", lateFailure: "Error: declined" });
    expect(notices.map(({ kind: what }) => what)).toEqual(["late-failure"]);
  });

  test("a callback of `then` that may still act keeps the run closing", async () => {
    const { engine, programs, clock, mails } = await prepare({ warm: { runs: 0 } });
    const run = await engine.start(programs.thens, []);
    expect(await run.result()).toBe("then");
    await clock.jump(3 * DAY_MS);
    expect([(await run.closed()).status, mails]).toEqual(["done", ["then"]]);
  });

  test("plain code goes on too, in this process", async () => {
    const { engine, programs, call, notes } = await prepare();
    const run = await engine.start(programs.plain, []);
    expect(await run.result()).toBe("plain");
    call.resolve();
    await run.closed();
    expect(notes).toEqual(["went on"]);
  });

  test("a result that holds a promise of the run is given when that has settled", async () => {
    const { engine, programs, gate } = await prepare();
    const run = await engine.start(programs.returnsPending, []);
    let given = false;
    const result = run.result().then((value) => {
      given = true;
      return value as unknown[];
    });
    await until(async () => (await run.inspect()).waits.length === 1);
    expect([given, (await run.status()).status]).toEqual([false, "running"]);
    gate(1).resolve("one");
    const [first, second] = await result;
    expect([await first, second]).toEqual(["one", "and"]);
  });

  test("no snapshot holds the result that is stored already", async () => {
    const { engine, programs, log } = await prepare();
    const run = await engine.start(programs.big, []);
    expect(((await run.result()) as string).length).toBe(100_000);
    const [commit] = log.commits.filter(({ closing }) => closing !== undefined);
    expect(commit?.snapshot?.byteLength).toBeLessThan(10_000);
  });

  test("close drives closing runs for `drainMs`, and names those that have not ended", async () => {
    const { engine, programs, gate, notices, clock } = await prepare({ drainMs: 1_000 });
    await (await engine.start(programs.steps, [], { id: "ends" })).result();
    await until(() => gate(2) !== undefined);
    const closed = engine.close();
    gate(1).resolve(1);
    gate(2).resolve(2);
    await closed;
    expect(notices).toEqual([]);
    void clock;
  });

  test("what has not ended by then is named, and goes on elsewhere", async () => {
    const { engine, programs, notices, clock, open, mails } = await prepare({ drainMs: 1_000 });
    await (await engine.start(programs.steps, [], { id: "hangs" })).result();
    await (await engine.start(programs.reminds, [1], { id: "sleeps" })).result();
    const closed = engine.close();
    await clock.advance(1_000);
    await closed;
    expect(notices.map(({ kind: what }) => what)).toEqual(["closing"]);
    expect(notices[0]?.message).toMatch(/hangs.*sleeps/);
    const second = await open();
    await clock.jump(3 * DAY_MS);
    expect((await (await second.engine.get("sleeps"))?.closed())?.status).toBe("done");
    expect(mails).toEqual(["late 1"]);
    world.w.hold = (i: number) => i as never;
  });

  test("killed while it is closing, it goes on in another process, and its outcome stays", async () => {
    const { engine, programs, kill, open, clock, mails } = await prepare();
    const run = await engine.start(programs.loops, [], { id: "a" });
    expect(await run.result()).toBe(1);
    kill();
    const second = await open();
    await clock.jump(3_600_000);
    await until(() => mails.length === 1);
    const again = await second.engine.get("a");
    expect(await again?.result()).toBe(1);
    await clock.jump(3_600_000);
    await until(() => mails.length === 2);
    expect((await again?.status())?.status).toBe("closing");
  });
});
