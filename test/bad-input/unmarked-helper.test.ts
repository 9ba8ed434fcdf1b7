// A helper that lacks its mark and sleeps: refused with its name, wherever in it the sleep stands, and never a silent wait
// that a crash would lose. The run fails with it, as with any error; others go on.
import { describe, expect, test } from "vitest";
import { kinds, load, makePlace } from "../engine/kit.ts";
import { forgetCode } from "../upgrades/kit.ts";
import { expectCoded, failureOf } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

type Program = Record<"atOnce" | "later" | "inCallback" | "caught" | "foreign" | "unawaited", () => Promise<unknown>>;

const program = `
import { sleep, step } from "@coldframe/runtime";
const charge = step(async () => w.charge());
async function cool() { await sleep("1h"); }
async function coolLater() { await null; await Promise.resolve(); await sleep("1h"); }
async function each(items, visit) { for (const item of items) await visit(item); }
export async function atOnce() { "use durable"; await charge(); await cool(); }
export async function later() { "use durable"; await charge(); await coolLater(); }
export async function inCallback() { "use durable"; await charge(); await each([1], async () => { await sleep("1h"); }); }
export async function foreign() { "use durable"; await charge(); await w.library(() => sleep("1h")); }
export async function unawaited() {
  "use durable";
  await charge();
  let error;
  coolLater().catch((reason) => { error = reason; });
  while (error === undefined) await w.turn();
  throw error;
}
export async function caught() {
  "use durable";
  const receipt = await charge();
  try { await coolLater(); } catch (error) { return [receipt, error.code]; }
}`;

describe.each(kinds)("an unmarked helper that sleeps, on %s", (kind) => {
  async function start(name: keyof Program) {
    forgetCode();
    const { engine, store } = await (await makePlace(kind)).open();
    const charges: number[] = [];
    world.w = {
      charge: () => charges.push(1),
      library: async (visit: () => Promise<void>) => visit(),
      turn: () => new Promise((resolve) => setImmediate(resolve)),
    };
    const programs = await load<Program>(program, "shop/orders");
    const run = await engine.start(programs[name], [], { id: "a" });
    return { engine, run, store, charges, caught: programs.caught };
  }

  test.each([
    ["atOnce", "cool"],
    ["later", "coolLater"], // also after its first native await
    ["inCallback", "each"],
  ] as const)("%s: %s is named", async (name, helper) => {
    const { engine, run, store, charges, caught } = await start(name);
    const error = await failureOf(() => run.result());
    expectCoded(error, "CF2302", {
      what: `sleep was called from ${helper}, which is not durable`,
      why: `Its module \`shop/orders\` is compiled, but ${helper} has no mark. So ${helper} cannot be stored while it waits`,
      fix: `Mark ${helper} as durable: \`"use durable"\``,
    });
    expect(await run.status()).toMatchObject({ status: "failed", generation: 0 });
    expect(charges).toHaveLength(1);
    const { input, outcome } = (await store.get("a")) as { input: Uint8Array; outcome: Uint8Array };
    expect([input.length > 0, outcome.length > 0]).toEqual([true, true]); // for whoever asks, in whatever process
    const again = await engine.start(caught, [], { id: "b" });
    expect(await again.result()).toEqual([2, "CF2302"]);
  });

  test("a function of a module that the compiler has never seen is told from one without a mark", async () => {
    const { run } = await start("foreign");
    const error = await failureOf(() => run.result());
    expectCoded(error, "CF2302", {
      what: "sleep was called from w.library, which is not durable",
      why: "Its module was never compiled",
      fix: "if it belongs to a package",
    });
    expect((error as { fix: string }).fix).not.toContain("Mark w.library");
  });

  test("a call that nothing awaits is told from both", async () => {
    const { run } = await start("unawaited");
    expectCoded(await failureOf(() => run.result()), "CF2302", {
      what: "sleep was called from a function that was called without await",
      why: "Nothing in the run waits for that function",
      fix: "Await that call",
    });
  });

  test("durable code may catch it and go on", async () => {
    const { run } = await start("caught");
    expect(await run.result()).toEqual([1, "CF2302"]);
  });
});
