// Claim: under a scheduler, where everything can be stored at every await, an await takes at most 3 times native, a task that is
// started and joined at most 4 times, and a value of an async generator, which is both, at most 8 times. Measured with the
// lightest owner that there is, a coroutine driven by promises; an engine's commits come on top (bench/store.ts).
// The limit: V8 resumes an await with one reaction and one microtask, 26 ns. Code outside V8 subscribes by `then`, which makes a
// promise that nobody needs (29 ns: the volatile driver). To be storable adds the record of the call and its argument list, two
// stores of young objects into old ones, which pass the write barrier, and entering and leaving a turn: 50 to 60 ns in all, of
// which no arrangement tried has got rid. A native task is a promise and a reaction; ours is a task, its frame, its wait with two callbacks, and the call.
import { coroutine } from "@coldframe/runtime";
import { type Cases, compiled, load, source } from "./kit/cases.ts";
import { compareAll, cpuTime, print } from "./kit/compare.ts";

const rounds = Number(process.env.BENCH_ROUNDS ?? 31);
const ours = await load(compiled());
const native = await load(source);

const n = 4_000;
/** Case, arguments, operations in one run, bar against native, and what it shows. */
const plan: [name: string, args: unknown[], operations: number, bar: number, shows: string][] = [
  ["awaitPromise", [n], n, 3, "a promise"],
  ["awaitFresh", [n], n, 3, "a new promise each"],
  ["awaitMethod", [n], n, 3, "a method with an argument"],
  ["awaitValue", [n], n, 3, "a plain value"],
  ["callNoSuspend", [n], n, 3, "a durable call that returns at once"],
  ["fiveNested", [n / 10], n / 10, 3, "five durable calls that suspend"],
  ["chain", [100, n], n, 3, "a promise, 100 calls deep"],
  ["together", [n], n, 4, "tasks, 100 in a Promise.all"],
  ["drained", [n * 5], n * 5, 3, "a generator drained by a loop"],
  ["asyncGenerator", [n], n, 8, "an async generator, a request per value"],
];
const only = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));

type Case = (...args: unknown[]) => Promise<unknown>;
const scheduled = (cases: Cases, name: string, args: unknown[]) => coroutine(cases[name] as Case, ...args).drive();

for (let round = 0; round < 8; round++) {
  for (const [name, args] of plan) {
    const expected = await native[name]?.(...args);
    for (const got of [await scheduled(ours, name, args), await ours[name]?.(...args)])
      if (got !== expected) throw new Error(`${name}: ${got} instead of ${expected}`);
  }
}

for (const [name, args, operations, bar, shows] of plan) {
  if (only.length > 0 && !only.includes(name)) continue;
  const references = [
    ["native", cpuTime(operations, () => native[name]?.(...args))],
    ["volatile", cpuTime(operations, () => ours[name]?.(...args))],
  ] as const;
  const names = { bench: "scheduled", case: shows, unit: "ns/operation" };
  const mine = cpuTime(operations, () => scheduled(ours, name, args));
  for (const [index, figure] of (await compareAll(names, mine, references, rounds)).entries())
    print(figure, index === 0 ? { atMost: bar } : undefined);
}
