// `run.result()`: whom it tells what, and how long it waits.
import { describe, expect, test } from "vitest";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

const program = `
import { sleep, step } from "@coldframe/runtime";
const work = step(async () => w.work());
const ask = step(async (id) => w.ask(id));
export async function stuck() { "use durable"; const held = w.hold(); await work(); return held?.size ?? "let go"; }
export async function nap(ms) { "use durable"; await sleep(ms); return "late"; }
export async function parent(id) { "use durable"; return "of " + await w.ask(id); }
export async function parentByStep(id) { "use durable"; return "of " + await ask(id); }`;

type Program = Record<"stuck" | "nap" | "parent" | "parentByStep", (...args: unknown[]) => Promise<unknown>>;

const codeOf = async (asked: Promise<unknown>) => asked.then(String, ({ code }) => code);

describe.each(kinds)("the result of a run on %s", (kind) => {
  test("of a held one it is an error with reason and build, in this process and in others, before the hold and after", async () => {
    const { open, clock } = await makePlace(kind);
    const [{ engine }, client] = [await open({ build: "b1" }), await open({ work: false })];
    const gate = deferred();
    world.w = { hold: () => new WeakMap(), work: () => gate.promise };
    const { stuck } = await load<Program>(program);
    const run = await engine.start(stuck, [], { id: "a" });
    const early = [run.result(), run.result({ whenHeld: "throw" })];
    for (const asked of early) asked.catch(() => {});
    gate.resolve();
    for (const asked of early) {
      await expect(asked).rejects.toMatchObject({
        code: "CF2430",
        params: { run: "a", build: "b1", reason: expect.stringMatching(/^\[CF2001\] A WeakMap .*`held` in .*#stuck/) },
        message: expect.stringMatching(/^\[CF2430\] The run a is held in build b1, .*\[CF2001\][^\n]*$/),
      });
    }
    expect(await codeOf(run.result())).toBe("CF2430");
    const far = (await client.engine.get("a"))?.result() as Promise<unknown>;
    far.catch(() => {});
    await clock.advance(2_000);
    expect(await codeOf(far)).toBe("CF2430");
  });

  test("it can be waited for until somebody has released the run", async () => {
    const { open, clock } = await makePlace(kind);
    const [{ engine }, client] = [await open(), await open({ work: false })];
    let isMended = false;
    world.w = { hold: () => (isMended ? undefined : new WeakMap()), work: () => 1 };
    const { stuck } = await load<Program>(program);
    const run = await engine.start(stuck, [], { id: "a" });
    const far = await client.engine.get("a");
    const results = [run.result({ whenHeld: "wait" }), far?.result({ whenHeld: "wait" })];
    expect(await codeOf(run.result())).toBe("CF2430");
    isMended = true;
    expect(await run.release()).toBe(true);
    await until(async () => {
      await clock.advance(1_000);
      return (await run.status()).status === "done";
    });
    await clock.advance(2_000);
    expect(await Promise.all(results)).toEqual(["let go", "let go"]);
  });

  test.each(["parent", "parentByStep"] as const)(
    "%s, a run that waits for a held one, goes on waiting",
    async (name) => {
      const { open, clock } = await makePlace(kind);
      const { engine } = await open();
      let isMended = false;
      world.w = {
        hold: () => (isMended ? undefined : new WeakMap()),
        work: () => 1,
        ask: async (id: string) => (await engine.get(id))?.result(),
      };
      const program_ = await load<Program>(program);
      const child = await engine.start(program_.stuck, [], { id: "child" });
      expect(await codeOf(child.result())).toBe("CF2430");
      const run = await engine.start(program_[name], ["child"], { id: "p" });
      await clock.advance(10_000);
      expect((await run.status()).status).toBe("running");
      isMended = true;
      await child.release();
      await until(async () => {
        await clock.advance(1_000);
        return (await run.status()).status === "done";
      });
      expect(await run.result()).toBe("of let go");
    },
  );

  test("a time limit ends the wait, not the run; one that has ended gives its result at once", async () => {
    const { open, clock } = await makePlace(kind);
    const { engine, log } = await open();
    const { nap } = await load<Program>(program);
    const run = await engine.start(nap, ["1h"], { id: "a" });
    const asked = codeOf(run.result({ timeoutMs: 5_000 }));
    const patient = run.result({ timeoutMs: 10 * 3_600_000 });
    await clock.advance(4_999);
    expect(await Promise.race([asked, "not yet"])).toBe("not yet");
    await clock.advance(2);
    expect(await asked).toBe("CF2431");
    await clock.jump(3_600_000);
    await clock.advance(2_000);
    expect(await patient).toBe("late");
    const ended = run.result({ timeoutMs: 0 });
    await clock.advance(1);
    expect(await ended).toBe("late");
    // Nobody waits any more: nothing is read, and no timer is left of the limits.
    const reads = log.calls.filter((call) => call === "find").length;
    await clock.advance(20_000);
    expect(log.calls.filter((call) => call === "find").length).toBe(reads);
  });

  test("a signal ends the wait with its reason, also one that has been given already", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const { nap } = await load<Program>(program);
    const run = await engine.start(nap, ["1h"], { id: "a" });
    const controller = new AbortController();
    const reason = new Error("enough");
    const [asked, other] = [run.result({ signal: controller.signal }), run.result({ timeoutMs: 3_600_001 })];
    other.catch(() => {});
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
    await expect(run.result({ signal: controller.signal })).rejects.toBe(reason);
    await expect(run.result({ signal: AbortSignal.abort("soon") })).rejects.toBe("soon");
    expect((await run.status()).status).toBe("waiting");
    await engine.close();
    await expect(other).rejects.toMatchObject({ code: "CF2404" });
  });

  test("options that are none are refused", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const { nap } = await load<Program>(program);
    const run = await engine.start(nap, ["1h"], { id: "a" });
    for (const options of [
      { timeoutMs: -1 },
      { timeoutMs: "1s" },
      { signal: {} },
      { whenHeld: "thorw" },
      null,
      5_000,
    ]) {
      expect(await codeOf(run.result(options as never))).toBe("CF2405");
    }
    expect(await codeOf(run.result({ timeOutMs: 5 } as never))).toBe("CF2432");
  });
});
