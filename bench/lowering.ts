// Claim: compiled code is at most 1.4 times native on a real await, a quarter of native on calls that do not suspend, at most
// 0.6 of native in hot loops, and never slower than regenerator. All shapes run in this process, in turns.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";
import { transformSync } from "@babel/core";
import blockScoping from "@babel/plugin-transform-block-scoping";
import forOf from "@babel/plugin-transform-for-of";
import regenerator from "@babel/plugin-transform-regenerator";
import { compile } from "@coldframe/compiler";
import "@coldframe/runtime/abi/v1";
import { compare, cpuTime, print } from "./kit/compare.ts";

type Cases = Record<string, (...args: unknown[]) => unknown>;

const file = new URL("./lowering-cases.js", import.meta.url);
const source = readFileSync(file, "utf8");

function load(code: string): Cases {
  runInThisContext(`(() => {${code}\n})()`);
  return (globalThis as unknown as { $cases: Cases }).$cases;
}

function compiled(): string {
  const result = compile(source, {
    filename: "bench/lowering-cases.js",
    sourceType: "script",
    mark: "all",
    abi: "global",
  });
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
  return result.code;
}

const native = load(source);
const regenerated = load(
  transformSync(source, {
    plugins: [regenerator, forOf, blockScoping],
    sourceType: "script",
    configFile: false,
    babelrc: false,
  })?.code ?? "",
);
const ours = load(compiled());

const items = Array.from({ length: 20_000 }, (_, i) => i & 3);
const n = 20_000;
/** Case, arguments, operations in one run, and the bar against native. */
const plan: [name: string, args: unknown[], operations: number, bar?: { atMost: number }][] = [
  ["tightLoop", [2_000_000], 2_000_000, { atMost: 0.6 }],
  ["awaitPromise", [n], n, { atMost: 1.4 }],
  ["awaitValue", [n], n],
  ["callNoSuspend", [n * 5], n * 5, { atMost: 0.25 }],
  ["fib", [18], 8361, { atMost: 0.25 }],
  ["tryCatchFinally", [n], n],
  ["forOf", [items], n],
  ["manyLocals", [n], n],
  ["fiveNested", [n / 5], n / 5],
  ["chain", [100, n], n, { atMost: 1.4 }],
  ["generator", [n * 5], n * 5],
];

const only = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
for (const [name, args, operations, bar] of plan) {
  if (only.length > 0 && !only.includes(name)) continue;
  const expected = await native[name]?.(...args);
  for (const [shape, cases] of Object.entries({ regenerated, ours })) {
    const got = await cases[name]?.(...args);
    if (got !== expected) throw new Error(`${shape} ${name}: ${got} instead of ${expected}`);
  }
  const side = (cases: Cases) => cpuTime(operations, () => cases[name]?.(...args));
  const unit = "ns/operation";
  print(await compare({ bench: "lowering", case: `${name} / native`, unit }, side(ours), side(native)), bar);
  const versus = await compare(
    { bench: "lowering", case: `${name} / regenerator`, unit },
    side(ours),
    side(regenerated),
  );
  print(versus, { atMost: 1 });
}
