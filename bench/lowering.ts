// Claim: compiled code takes at most 1.4 times native for an await of a promise, however deep the call; a quarter of native for
// calls that do not suspend; 0.6 of native in hot loops with a rare await; and is never slower than regenerator. All shapes run
// as ES modules in this process, in turns, after every case has run in every shape: then functions of many shapes have met in the
// runtime, as in a real program.
import { transformSync } from "@babel/core";
import blockScoping from "@babel/plugin-transform-block-scoping";
import forOf from "@babel/plugin-transform-for-of";
import regenerator from "@babel/plugin-transform-regenerator";
import { type Cases, compiled, load, source } from "./kit/cases.ts";
import { compareAll, cpuTime, type Figure, print } from "./kit/compare.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 61);

function regenerated(): string {
  const plugins = [regenerator, forOf, blockScoping];
  const made = transformSync(source, { plugins, sourceType: "module", configFile: false, babelrc: false });
  return made?.code ?? "";
}

const shapes = { ours: await load(compiled()), native: await load(source), regenerator: await load(regenerated()) };

const n = 4_000;
const items = Array.from({ length: n }, (_, i) => i & 3);
/** Case, arguments, operations in one run, bar against native, and what else is said of it. */
const plan: [name: string, args: unknown[], operations: number, bar?: number, note?: string][] = [
  ["hotLoop", [200_000], 200_000, 0.6],
  ["awaitPromise", [n], n, 1.4],
  ["awaitFresh", [n], n, 1.4],
  ["awaitMethod", [n], n, 1.4],
  ["awaitValue", [n], n],
  ["callNoSuspend", [n], n, 0.25],
  ["fib", [16], 3193, 0.25],
  ["tryCatchFinally", [n], n],
  ["forOf", [items], n],
  ["manyLocals", [n], n],
  ["fiveNested", [n / 10], n / 10],
  ["chain", [100, n], n, 1.4, "100 deep"],
  ["chain", [1_000, n], n, 1.4, "1,000 deep"],
  ["start", [n], n],
  ["startNoSuspend", [n], n],
  ["together", [n], n],
  ["closures", [n / 4], n / 4],
  ["generator", [n * 5], n * 5],
  ["asyncGenerator", [n], n],
];

const only = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
const chosen = (name: string) => only.length === 0 || only.includes(name);

async function check(name: string, args: unknown[]): Promise<void> {
  const run = (cases: Cases) => cases[name]?.(...args);
  const expected = await run(shapes.native);
  for (const [shape, cases] of Object.entries(shapes)) {
    const got = await run(cases);
    if (got !== expected) throw new Error(`${shape} ${name}: ${got} instead of ${expected}`);
  }
}

for (let round = 0; round < 8; round++) for (const [name, args] of plan) await check(name, args);

for (const [name, args, operations, bar, note] of plan) {
  if (!chosen(name)) continue;
  const side = (cases: Cases) => cpuTime(operations, () => cases[name]?.(...args));
  const label = note ? `${name}, ${note}` : name;
  const names = { bench: "lowering", case: label, unit: "ns/operation" };
  const references = [
    ["native", side(shapes.native)],
    ["regenerator", side(shapes.regenerator)],
  ] as const;
  const [native, babel] = (await compareAll(names, side(shapes.ours), references, rounds)) as [Figure, Figure];
  print(native, bar === undefined ? undefined : { atMost: bar });
  print(babel, { atMost: 1 });
}

// ---- memory

/** Bytes that so many suspended calls of so many frames take, per frame. */
async function memory(cases: Cases, calls: number, depth: number): Promise<number> {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error("run it with --expose-gc");
  let release: (value: number) => void = () => {};
  const promise = new Promise<number>((resolve) => {
    release = resolve;
  });
  collect();
  const before = process.memoryUsage().heapUsed;
  const held = Array.from({ length: calls }, () => cases.hold?.(depth, promise));
  await null;
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  release(1);
  await Promise.all(held);
  return bytes / (calls * depth);
}

for (const [calls, depth] of [
  [20_000, 1],
  [200, 100],
] as const) {
  if (!chosen("hold")) continue;
  const names = { bench: "lowering", case: `hold, ${depth} deep`, unit: "bytes/frame" };
  const side = (cases: Cases) => () => memory(cases, calls, depth);
  const references = [
    ["native", side(shapes.native)],
    ["regenerator", side(shapes.regenerator)],
  ] as const;
  for (const figure of await compareAll(names, side(shapes.ours), references, 3)) print(figure, { atMost: 1 });
}
