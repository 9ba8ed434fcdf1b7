// What a rollback leaves of the generation before it: recorded results count, late ones do not.
import { describe, expect, test } from "vitest";
import { kinds, load, makePlace, until } from "../engine/kit.ts";
import { forgetCode } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

interface Program {
  main(): Promise<unknown>;
}

/** Waits for a step, then says which version it is. */
const waiting = (version: number) => `
import { step, stepContext } from "@coldframe/runtime";
const first = step(async (n) => w.effect("first", n, stepContext().idempotencyKey));
const second = step(async (n) => w.effect("second", n, stepContext().idempotencyKey));
export async function main() {
  "use durable";
  const a = await first(1);
  const b = await second(a);
  return ["version ${version}", a, b];
}`;

describe.each(kinds)("generations on %s", (kind) => {
  test("recorded results are used again by key; what comes late for the former generation is dropped", async () => {
    const place = await makePlace(kind);
    const effects: string[] = [];
    const keys: string[] = [];
    let answer: unknown = new Promise(() => {});
    world.w = {
      effect(step: string, _n: number, key: string) {
        effects.push(step);
        keys.push(key);
        return step === "first" ? 10 : answer;
      },
    };
    forgetCode();
    const { main } = await load<Program>(waiting(1));
    const one = await place.open();
    await one.engine.start(main, [], { id: "a" });
    await until(() => effects.length === 2);
    const operation = one.log.commits.flatMap(({ begin = [] }) => begin).find(({ kind: of }) => of.endsWith("second"));
    one.kill(); // `second` is under way, and the process gone

    forgetCode();
    await load<Program>(waiting(2));
    const gate = Promise.withResolvers<number>();
    answer = gate.promise;
    const two = await place.open({ rollback: "always" });
    await place.clock.jump(20_000); // the lease is over
    await until(() => effects.length === 3);
    expect(effects).toEqual(["first", "second", "second"]);
    expect(keys[2]).toBe(keys[1]); // a service that takes keys sees one call

    const late = { kind: "completion", run: "a", outcome: "done", value: Buffer.from("late") } as const;
    const { operation: id, key } = operation as { operation: string; key: string };
    expect(await two.store.send({ ...late, generation: 0, operation: id, key })).toEqual({ kind: "stale" });
    gate.resolve(20);
    const run = await two.engine.get("a");
    expect(await run?.result()).toEqual(["version 2", 10, 20]);
    expect((await run?.status())?.generation).toBe(1);
    expect(effects).toHaveLength(3);
  });

  test("a result that reached the inbox before the crash counts; only what has none would be repeated", async () => {
    const place = await makePlace(kind);
    const effects: number[] = [];
    let slow: unknown = new Promise(() => {});
    world.w = {
      effect(n: number) {
        effects.push(n);
        return n === 2 ? slow : n;
      },
    };
    const fanOut = (version: number) => `
      import { step } from "@coldframe/runtime";
      const work = step(async (n) => w.effect(n));
      export async function main() {
        "use durable";
        const all = await Promise.all([work(0), work(1), work(2)]);
        return ["version ${version}", ...all];
      }`;
    forgetCode();
    const { main } = await load<Program>(fanOut(1));
    const one = await place.open();
    await one.engine.start(main, [], { id: "a" });
    await until(() => one.log.calls.filter((name) => name === "send").length === 2); // slots are filled without a snapshot
    await place.clock.settle();
    one.kill();

    forgetCode();
    await load<Program>(fanOut(2));
    slow = 2;
    const two = await place.open({ build: "two" });
    await place.clock.jump(20_000);
    const run = await two.engine.get("a");
    await until(async () => (await run?.status())?.status === "held");
    expect(await run?.status()).toMatchObject({
      generation: 0,
      reason: expect.stringMatching(/^\[CF2411\] .* would repeat 1 step that had begun\.$/),
    });
    expect(two.notices).toMatchObject([{ kind: "held", run: "a" }]);
    await two.engine.close();

    const three = await place.open({ build: "three", rollback: "always" });
    expect(await (await three.engine.get("a"))?.result()).toEqual(["version 2", 0, 1, 2]);
    expect(effects).toEqual([0, 1, 2, 2]);
  });
});
