// Where a run stands, read from the store by any process, or shown of the memory of this one.
import { inspect as show } from "node:util";
import { describe, expect, test } from "vitest";
import { registry } from "../../runtime/src/registry.ts";
import { deferred, kinds, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

const program = `
import { sleep, step } from "@coldframe/runtime";
export class Card { #cvc = 1; number = "42"; }
const charge = step(async (cents: number) => w.charge(cents));
async function pay(card: Card, cents: number) {
  "use durable";
  const receipt = await charge(cents);
  await sleep("1h");
  return [receipt, card];
}
export async function main(order: { cents: number }) { "use durable"; return await Promise.all([pay(new Card(), order.cents), pay(new Card(), 2)]); }
`;

interface Program {
  main(order: { cents: number }): Promise<unknown>;
}

describe.each(kinds)("on %s", (kind) => {
  test("steps with their attempts, sleeps with their ends, frames with text, place and variables", async () => {
    const { open, clock } = await makePlace(kind);
    const answers = [deferred<string>(), deferred<string>()];
    let tries = 0;
    world.w = {
      charge: (cents: number) => {
        if (cents === 1 && tries++ === 0) throw new Error("busy");
        return (answers[cents - 1] as (typeof answers)[0]).promise;
      },
    };
    const { engine } = await open({ warm: { runs: 0 } });
    const { main } = await load<Program>(program, "shop/src/pay");
    const run = await engine.start(main, [{ cents: 1 }], { id: "order-17" });
    await until(async () => (await run.inspect()).waits.some(({ attempt }) => attempt === 2));
    const other = await (await open({ work: false })).engine.get("order-17");
    const running = await other?.inspect();
    const next = running?.waits.find(({ attempt }) => attempt === 2)?.dueAt as number;
    expect(next).toBeGreaterThan(clock.now());
    expect(running).toMatchObject({ id: "order-17", function: "shop/src/pay#main", status: "running" });
    expect(running?.waits.toSorted((a, b) => a.attempt - b.attempt)).toEqual([
      { kind: "step", step: "shop/src/pay#charge", attempt: 1, dueAt: undefined },
      { kind: "step", step: "shop/src/pay#charge", attempt: 2, dueAt: next },
    ]);
    const pays = running?.frames.filter((frame) => frame.function === "shop/src/pay#pay") ?? [];
    expect(pays).toHaveLength(2);
    for (const frame of pays) {
      expect(frame).toMatchObject({ source: "charge(cents)", place: `shop/src/pay:${frame.at}` });
      expect(frame.variables).toEqual({ card: "Card { #cvc: 1, number: '42' }" });
    }
    expect(pays.map(({ awaits }) => awaits).sort()).toEqual([
      "the step shop/src/pay#charge, attempt 1",
      `the step shop/src/pay#charge, attempt 2, which begins at ${new Date(next).toISOString()}`,
    ]);
    expect(show(run)).toMatch(/^Run order-17 of shop\/src\/pay#main, driven in this process\n/);
    expect(show(run)).toContain("\n    waits for the step shop/src/pay#charge, attempt 1\n");
    expect(show({ run })).toContain("\n    pay (shop/src/pay:");
    expect(show(other)).toBe("Run order-17 { not in memory here: `await run.inspect()` reads where it stands }");

    for (const answer of answers) answer.resolve("r");
    await clock.advance(60_000);
    await until(async () => (await other?.status())?.status === "waiting");
    const parked = await other?.inspect();
    const ends = new Date((parked?.waits[0]?.dueAt as number) ?? 0).toISOString();
    expect(parked?.waits.map((wait) => wait.kind)).toEqual(["sleep", "sleep"]);
    const lines = show(parked).split("\n");
    expect(lines[0]).toMatch(/^Run order-17 of shop\/src\/pay#main: waiting until /);
    expect(lines).toEqual(
      expect.arrayContaining(['    await sleep("1h")', `    waits for its sleep until ${ends}`, "    receipt = 'r'"]),
    );
  });

  test("no code is needed; before the first commit and after the end there are no frames", async () => {
    const { open, clock } = await makePlace(kind);
    world.w = { charge: () => "r" };
    const { engine } = await open({ warm: { runs: 0 } });
    const { main } = await load<Program>(program, "shop/src/gone");
    const late = await engine.start(main, [{ cents: 1 }], { id: "late", startAt: clock.now() + 60_000 });
    expect(show(await late.inspect())).toMatch(/: waiting until .*\n {2}has not got to its first commit$/);
    const run = await engine.start(main, [{ cents: 1 }], { id: "a" });
    await until(async () => (await run.status()).status === "waiting");
    const { functions } = registry();
    const gone = [...functions].filter(([key]) => key.startsWith("shop/src/gone"));
    for (const [key] of gone) functions.delete(key);
    expect((await run.inspect()).frames.map((frame) => frame.function)).toContain("shop/src/gone#pay");
    for (const [key, meta] of gone) functions.set(key, meta);
    await clock.advance(3_600_000);
    await run.result();
    const ended = await run.inspect();
    expect([ended.status, ended.frames, ended.waits]).toEqual(["done", [], []]);
    expect(show(ended)).toMatch(/: done\n {2}ended at .*; `result\(\)` gives its outcome$/);
  });
});
