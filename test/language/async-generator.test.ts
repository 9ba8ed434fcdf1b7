// Async generators against native ones, over random scripts of next, throw and return: tick by tick without a scheduler;
// under one, put through bytes and fresh code at every suspension, what is traced and what is settled, and in which order.
import { coroutine, restore } from "@coldframe/runtime";
import { cut } from "@coldframe/runtime/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerText } from "../compiler/lower/harness.ts";
import { evaluate } from "../kit/evaluate.ts";
import { show } from "../kit/show.ts";
import { bodies, callers, durableModule, foreignModule, type Step, scripts } from "./async-generator-programs.ts";
import "@coldframe/runtime/abi/v1";

/** What the modules under test say. */
const world = {
  trace: (..._values: unknown[]): void => {},
  settled: (..._values: unknown[]): void => {},
};
Object.assign(globalThis, { world });

type Main = () => Promise<unknown>;
const numRuns = 20;

/** Lets promises run dry: more ticks than any script of this length needs. */
const enough = 80;

/** Requests made from outside; the log says in which tick what happened. */
async function watchTicks(code: string, script: readonly Step[]): Promise<string[]> {
  const log: string[] = [];
  world.trace = (...values) => log.push(values.map(show).join(" "));
  const it = (evaluate(code, true) as unknown as { main(): AsyncGenerator }).main();
  let count = 0;
  const tick = () => {
    log.push(".");
  };
  for (const [method, value] of script) {
    if (method === "pause") {
      for (let i = 0; i < (value as number); i++) await Promise.resolve().then(tick);
      continue;
    }
    const id = count++;
    it[method](value === "P" && method === "return" ? Promise.resolve("p") : value).then(
      (result) => log.push(`${id} ok ${show(result)}`),
      (error) => log.push(`${id} no ${show(error)}`),
    );
  }
  for (let i = 0; i < enough; i++) await Promise.resolve().then(tick);
  return log.slice(0, log.findLastIndex((line) => line !== ".") + 1);
}

/** Requests made by durable code: what the generator traced, and what settled in which order. */
async function watchDurable(run: () => Promise<unknown>): Promise<{ traced: string[]; settled: string[] }> {
  const traced: string[] = [];
  const settled: string[] = [];
  world.trace = (...values) => traced.push(values.map(show).join(" "));
  world.settled = (...values) => settled.push(values.map(show).join(" "));
  await run();
  return { traced, settled };
}

const ways: Record<string, (code: string) => Promise<unknown>> = {
  volatile: (code) => evaluate(code, true).main(),
  coroutine: (code) => coroutine(evaluate(code, true).main as Main).drive(),
  cut: (code) =>
    cut(evaluate(code, true).main as Main, [], {
      at: "every",
      restore: (bytes) => {
        evaluate(code, true); // new functions and classes under the same names, as in another process
        return restore(bytes);
      },
    }),
};

const withoutTicks = (log: string[]) => log.filter((line) => line !== ".");

describe.each(Object.entries({ ...bodies, ...callers }))("%s", (name, body) => {
  const ticksCount = !(name in callers);

  test("as native, tick by tick", async () => {
    const source = foreignModule(body);
    const code = lowerText(source);
    const check = async (script: Step[]) => {
      const [native, ours] = [await watchTicks(source, script), await watchTicks(code, script)];
      expect(ticksCount ? ours : withoutTicks(ours)).toEqual(ticksCount ? native : withoutTicks(native));
    };
    await fc.assert(fc.asyncProperty(scripts, check), { numRuns, seed: 1 });
  });

  // Tasks have no `then` that another process could call, and thenables are foreign.
  const isDurable = name !== "thenables";
  test.runIf(isDurable)("in durable code, stored at every suspension", async () => {
    const check = async (script: Step[]) => {
      const source = durableModule(body, script);
      const native = await watchDurable(() => evaluate(source, true).main());
      const code = lowerText(source);
      for (const [way, run] of Object.entries(ways)) {
        expect({ way, ...(await watchDurable(() => run(code))) }).toEqual({ way, ...native });
      }
    };
    await fc.assert(fc.asyncProperty(scripts, check), { numRuns, seed: 2 });
  });
});
