// Snapshots changed by who knows their grammar, under right checksums: coded errors, or values that a writer could have made; no
// code of the runtime fails at the first `next()`, nothing of the process changes, nothing takes long. Seeded.
// The programs change nothing that they hold: what they hold may be anything.
import { type Coroutine, coroutine, inspect, restore, snapshot } from "@coldframe/runtime";
import { afterAll, expect, test } from "vitest";
import { readSnapshot } from "../../runtime/src/snapshot/read.ts";
import { load } from "../engine/kit.ts";
import { Bag, Failure, Point, Point3, Row } from "./kit/classes.ts";
import { count, makeAdd, makeFrame, makeLater } from "./kit/code.ts";
import { type Pieces, putTogether, takeApart } from "./kit/craft.ts";
import { mutate, randomizer } from "./kit/mutate.ts";
import { stateOfProcess } from "./kit/process.ts";
import { read, registry, write } from "./kit/roundtrip.ts";

const long = process.env.COLDFRAME_TEST === "long";
const rounds = Number(process.env.COLDFRAME_ROUNDS ?? (long ? 200_000 : 20_000));
const seed = Number(process.env.COLDFRAME_SEED ?? 20_260_606);
Error.stackTraceLimit = 10;

const program = await load<Record<string, (n: number) => Promise<unknown>>>(`
  async function leaf(x: number) { "use durable"; let sum = x; for (const each of [1, 2]) { sum += each; await null; } return sum; }
  async function middle(x: number) { "use durable"; const y = await leaf(x); return y; }
  class Box { #held: unknown; label = "box"; constructor(held: unknown) { this.#held = held; } read() { return this.#held; } }
  export function* numbers() { "use durable"; yield 1; yield* [2, 3]; }
  async function* later() { "use durable"; for (const [k] of new Map([[1, 2], [3, 4]])) yield k; }
  export async function combined(n: number) { "use durable"; const all = Promise.all([middle(n), leaf(n), 3]); const done = leaf(1).then((x) => x); return [await all, await done]; }
  export async function loops(n: number) { "use durable"; const g = numbers(); g.next(); const box = new Box([n]); const held = new Set([1, n]); for (const item of held) { for (const key in { a: item }) { await key; } } return [...g, box]; }
  export async function streams(n: number) { "use durable"; const cell = { n }; const add = () => cell.n; let all: unknown[] = []; for await (const x of later()) { await null; all = [...all, x, add()]; } return all; }
`);

const cell = { v: 1 as unknown };
const url = new URL("http://a/?b=1");
const base: Record<string, () => unknown> = {
  plain: () => ({
    a: [1, "x", null, undefined, -0, undefined, 2],
    b: { c: 1.5, d: true },
    e: [
      { c: 1, d: 2 },
      { c: 3, d: 4 },
    ],
  }),
  classes: () => [
    new Point(),
    new Point3(),
    new Bag([["k", new Point()]]),
    new Failure("f"),
    Object.assign(new Row(), [1, 2]),
  ],
  collections: () => [
    new Map<unknown, unknown>([
      ["a", 1],
      [cell, new Set([1, "b"])],
    ]),
    new Date(5),
    /x\d/gi,
    Object(1),
    Object("ab"),
  ],
  buffers: () => [
    new Uint8Array(new ArrayBuffer(16), 4),
    Buffer.from("pool"),
    new ArrayBuffer(8, { maxByteLength: 16 }),
    new Float64Array([1.5]),
  ],
  code: () => [
    makeAdd(cell, 2),
    makeLater(cell),
    makeFrame("work", 2, { rest: [1] }, makeFrame("work", 1, { item: 1, index: 2 })),
    count(3),
  ],
  other: () => [
    url,
    url.searchParams,
    Symbol.iterator,
    Symbol.for("s"),
    12n ** 30n,
    "\ud800",
    new Error("e", { cause: new Date(0) }),
    Math,
    Map.prototype,
  ],
  closed: () => [
    Object.freeze([1]),
    Object.seal({ a: 1 }),
    Object.defineProperty([1, 2], "length", { writable: false }),
    Object.freeze(new Map([[1, 2]])),
    Object.assign([1], { x: 2 }),
  ],
  many: () => [
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`k${i}`, i])),
    Object.assign([], { 5000: 1 }),
    Object.defineProperty({}, "h", { value: 1 }),
  ],
};
const graphs = Object.values(base).map((make) => takeApart(write(make())));
const { numbers, ...asyncs } = program;
const runs = Object.values(asyncs).map((fn) => {
  const co = coroutine(fn, 1);
  co.next();
  co.next(2);
  return takeApart(snapshot(co));
});
const generator = (numbers as unknown as () => Generator<number>)();
generator.next();
generator.next();
runs.push(takeApart(snapshot(generator)));

function isCoded(error: unknown): boolean {
  return /^CF2[01]\d\d$/.test(String((error as { code?: unknown })?.code));
}

/** Runs a reader; undefined: it has refused. */
function attempt<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (!isCoded(error) || String((error as Error).message).includes("cannot be made into values")) throw error;
    return undefined;
  }
}

/** Was it thrown by the program, which has got values that it does not expect, or by what it has asked the language for? */
function isPrograms(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  const frames = String(error.stack).match(/^ +at .*$/gm) ?? [];
  const first = frames.find((frame) => !frame.includes("/runtime/src/language/"));
  return first === undefined || !first.includes("/runtime/src/");
}

const before = stateOfProcess();
afterAll(() => {
  expect(stateOfProcess()).toBe(before);
});

/** @returns was it read? */
function checkGraph(pieces: Pieces): boolean {
  const bytes = putTogether(pieces);
  attempt(() => inspect(bytes));
  const found = attempt(() => readSnapshot(bytes, { registry }));
  if (found?.ok !== true || found.pending.length > 0) return false;
  const again = write(found.root);
  expect(Buffer.from(write(read(again))).equals(again)).toBe(true);
  return true;
}

function checkRun(pieces: Pieces): boolean {
  const bytes = putTogether(pieces);
  attempt(() => inspect(bytes));
  const found = attempt(() => restore(bytes));
  if (found === undefined) return false;
  const again = snapshot(found);
  expect(Buffer.from(snapshot(restore(again))).equals(again)).toBe(true);
  try {
    for (let n = 0; n < 4; n++) (found as Coroutine).next();
  } catch (error) {
    if (!isCoded(error) && !isPrograms(error)) throw error;
  }
  return true;
}

/** Of one test: it ends in time on a machine that is busy. */
const PART = 10_000;
type Case = readonly [name: string, part: number, originals: readonly Pieces[], check: (pieces: Pieces) => boolean];
const cases = Array.from({ length: Math.ceil(rounds / PART) }, (_, part): Case[] => [
  ["values", part, graphs, checkGraph],
  ["coroutines", part, runs, checkRun],
]).flat();
const share: Record<string, number> = { values: 0.6, coroutines: 0.4 };
test.each(cases)(`${rounds} changed snapshots, seed ${seed}: %s, part %i`, (kind, part, originals, check) => {
  const all = Math.min(PART, rounds - part * PART) * (share[kind] as number);
  const random = randomizer(seed + 1000 * part);
  const counts: Record<string, [read: number, all: number]> = {};
  for (let round = 0; round < all; round++) {
    const { pieces, what } = mutate(
      originals[round % originals.length] as Pieces,
      originals[random(originals.length)] as Pieces,
      random,
    );
    const [startedAt, memory] = [process.cpuUsage(), process.memoryUsage.rss()];
    let isRead = false;
    try {
      isRead = check(pieces);
    } catch (cause) {
      throw new Error(`round ${round}: ${what.join(", ")}`, { cause });
    }
    const { user, system } = process.cpuUsage(startedAt);
    if (user + system > 1_000_000 || process.memoryUsage.rss() - memory > 2 ** 28)
      throw new Error(`round ${round} costs too much: ${what}`);
    for (const name of what) {
      counts[name] ??= [0, 0];
      if (isRead) counts[name][0]++;
      counts[name][1]++;
    }
  }
  console.log(
    Object.entries(counts)
      .map(([name, [done, all]]) => `${name} ${done}/${all}`)
      .join(", "),
  );
  for (const [name, [, done]] of Object.entries(counts)) expect(done, name).toBeGreaterThan(all / 100);
});
