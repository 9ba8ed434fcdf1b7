/**
 * One program with everything in it, killed again and again at random calls of the store, before or after they are done.
 *
 * I1 It ends with the result of an uninterrupted run.
 * I2 A step's effect is repeated only if it was the last of its lane when the process died.
 */
import { describe, expect, test } from "vitest";
import { load, makePlace, type TestEngine } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
const LEASE_MS = 15_000;
const SEEDS = process.env.COLDFRAME_TEST === "long" ? 400 : 60;

const program = `
import { sleep, step } from "@coldframe/runtime";
const effect = step(async (lane: string, i: number) => w.effect(lane, i), { retry: { maxAttempts: 1000, initialMs: 20, maxMs: 2000, factor: 10, jitter: 0 } });
export const each = (xs: number[], fn: (x: number) => Promise<unknown>) => w.each(xs, fn);
export const plain = (x: unknown) => w.plain(x);

async function leaf(lane: string, from: number, to: number) {
  "use durable";
  let sum = 0;
  for (let i = from; i < to; i++) sum += await effect(lane, i);
  return sum;
}

async function* values(lane: string) {
  "use durable";
  let i = 0;
  try {
    for (; ; i++) {
      if (i === 2) await sleep(300);
      yield effect(lane, i);
    }
  } finally {
    await sleep(20);
    await effect(lane, i + 1);
  }
}

export async function main(n: number) {
  "use durable";
  const log: string[] = [];
  const shared = { total: 0 };
  const steps = async (lane: string) => {
    const sum = await leaf(lane, 0, n);
    shared.total += sum;
    await sleep(5);
    return sum + (await leaf(lane, n, n + 2));
  };
  const naps = async () => { for (let i = 0; i < 3; i++) { await sleep(i * 700); log.push("nap " + i); } return log.length; };
  const plains = async () => { let s = 0; for (let i = 0; i < n; i++) s += await plain(i); return s; };
  const races = async () => {
    let wins = 0;
    for (let i = 0; i < 3; i++) wins += (await Promise.race([sleep("40d"), effect("race", i)])) === undefined ? 0 : 1;
    return wins;
  };
  const foreign = async () => await each([0, 1, 2], async (x) => (await effect("foreign", x)) * 10);
  const drained = async () => { let s = 0; for await (const x of values("values")) { s += x; if (x === n) break; } return s; };
  const settled = await Promise.allSettled([steps("a"), steps("b"), naps(), plains(), races(), foreign(), drained()]);
  const more = await Promise.all([1, 2, 3].map(async (x) => x * (await effect("tail" + x, 0))));
  return [settled.map((one) => one.status === "fulfilled" ? one.value : String(one.reason)), more, shared.total, log];
}`;

function makeRandom(seed: number): () => number {
  let state = seed * 7919 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

async function each(xs: number[], fn: (x: number) => Promise<unknown>): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const x of xs) results.push(await fn(x));
  return results;
}

/** Runs the program, killed at random. @returns its result and the effects in their order */
async function runKilled(kind: "memory" | "sqlite", random: () => number, isKilled: boolean) {
  const { open, clock } = await makePlace(kind);
  const effects: { lane: string; i: number; life: number }[] = [];
  let life = 0;
  world.w = {
    effect: async (lane: string, i: number) => {
      const own = life;
      if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
      if (own !== life) return new Promise(() => {}); // its process is gone
      effects.push({ lane, i, life });
      if (random() < 0.15) throw new Error("flaky");
      return i + 1;
    },
    plain: async (x: number) => {
      if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve));
      return x;
    },
    each: (xs: number[], fn: (x: number) => Promise<unknown>) => each(xs, fn),
  };
  const { main } = await load<{ main(n: number): Promise<unknown> }>(program);
  let held: TestEngine = await open();
  if (isKilled) held.killAt(2 + Math.floor(random() * 12), random() < 0.5);
  void held.engine.start(main, [4], { id: "a" }).catch(() => {});
  for (let turns = 0; turns < 3_000; turns++) {
    await clock.advance(50);
    if (held.isDead()) {
      life++;
      await clock.jump(LEASE_MS + 1_000);
      held = await open();
      if (random() < 0.95) held.killAt(4 + Math.floor(random() * 12), random() < 0.5);
      if (life === 1) void held.engine.start(main, [4], { id: "a" }).catch(() => {});
    }
    const run = held.isDead() ? undefined : await held.inner.get("a");
    if (run?.status === "held") throw new Error(run.hold?.reason);
    if (run?.endedAt !== undefined) break;
  }
  held.killAt(Number.POSITIVE_INFINITY, false);
  const run = await held.engine.get("a");
  return { result: await run?.result(), effects, lives: life + 1 };
}

function checkEffects(effects: { lane: string; i: number; life: number }[]): void {
  const last = new Map<string, { i: number; life: number }>();
  for (const { lane, i, life } of effects) {
    const before = last.get(lane);
    if (lane !== "foreign") {
      const next = (before?.i ?? -1) + 1;
      expect([next, before?.i], `${lane} ${i} after ${before?.i}`).toContain(i);
    }
    last.set(lane, { i, life });
  }
}

describe.each([
  ["memory", SEEDS],
  ["sqlite", Math.floor(SEEDS / 6)],
] as const)("killed at random on %s", (kind, seeds) => {
  test(`${seeds} seeds`, { timeout: 240_000 }, async () => {
    const calm = await runKilled(kind, makeRandom(0), false);
    let lives = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const random = makeRandom(seed);
      const { result, effects, lives: own } = await runKilled(kind, random, true);
      expect(result, `seed ${seed}`).toEqual(calm.result);
      checkEffects(effects);
      lives += own;
    }
    console.log(`${kind}: ${seeds} seeds, ${lives - seeds} kills`);
    expect(lives).toBeGreaterThan(seeds * 3);
  });
});
