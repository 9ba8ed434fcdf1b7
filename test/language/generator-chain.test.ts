// Generators that delegate to each other: how far they go, and that nobody can tell how they are driven.
import { restore, snapshot } from "@coldframe/runtime";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowerText } from "../compiler/lower/harness.ts";
import { evaluate } from "../kit/evaluate.ts";
import { show } from "../kit/show.ts";
import "@coldframe/runtime/abi/v1";

type Any = Generator<unknown, unknown, unknown>;
type Made = Record<string, (...args: unknown[]) => Any>;

const source = `
function* down(n) { if (n > 0) yield* down(n - 1); yield n }
function* loop(n) { if (n > 0) for (const x of loop(n - 1)) yield x; yield n }
function* tree(n) { if (n === 0) return 0; const l = yield* tree(n - 1); yield n; const r = yield* tree(n - 1); return l + r + 1 }
function* level(n, log) {
  try {
    log("in " + n);
    const got = n === 0 ? yield "leaf" : yield* level(n - 1, log);
    log("got " + n + " " + String(got));
    const more = yield n;
    return n + ":" + String(more);
  } catch (error) {
    log("caught " + n + " " + String(error));
    if (n % 2 === 1) throw error;
    return "mended " + n;
  } finally {
    log("out " + n);
    if (n % 3 === 2) yield* [1, "finally " + n];
    if (n === 4) return yield* level(0, log);
  }
}
function* over(inner, log) { try { log("over"); return yield* inner } catch (error) { log("over caught " + error.name); throw error } finally { log("over out") } }
function* twice(inner) { const a = yield* inner; const b = yield* inner; return [a, b] }
function* named(box) { yield 1; box.found = box.call(); yield 2 }
function main() { return { down, loop, tree, level, over, twice, named } }`;

const native = evaluate(source, true).main() as unknown as Made;
const own = evaluate(lowerText(source), true).main() as unknown as Made;

type Step = readonly [at: number, method: "next" | "throw" | "return", value: unknown];

/** What a script does to generators, and what comes of it. */
function watch(
  made: Made,
  make: (made: Made, log: (line: string) => void) => Any[],
  script: readonly Step[],
): string[] {
  const lines: string[] = [];
  const generators = make(made, (line) => lines.push(line));
  for (const [at, method, value] of script) {
    try {
      const { value: given, done } = (generators[at % generators.length] as Any)[method](value);
      lines.push(`${at} ${method}: ${show(given)} ${done}`);
    } catch (error) {
      lines.push(`${at} ${method} threw ${error instanceof Error ? error.name : show(error)}`);
    }
  }
  return lines;
}

const call = (made: Made, name: string, ...args: unknown[]) => (made[name] as Made[string])(...args);

const makers: Record<string, (made: Made, log: (line: string) => void) => Any[]> = {
  "a chain": (made, log) => [call(made, "level", 5, log)],
  "one inner of two owners": (made, log) => {
    const inner = call(made, "level", 2, log);
    return [call(made, "over", inner, log), call(made, "over", inner, log)];
  },
  "an inner that is driven beside its owner": (made, log) => {
    const inner = call(made, "level", 3, log);
    const middle = call(made, "over", inner, log);
    return [call(made, "over", middle, log), middle, inner];
  },
  "an inner that has begun": (made, log) => {
    const inner = call(made, "level", 3, log);
    inner.next();
    return [call(made, "twice", inner)];
  },
  "two trees in turns": (made) => [call(made, "tree", 4), call(made, "tree", 3)],
  "methods of an inner that are others": (made, log) => {
    const inner = call(made, "level", 1, log);
    const read = () => {
      log("reads throw");
      return Object.getPrototypeOf(inner).throw;
    };
    Object.defineProperty(inner, "throw", { get: read });
    const outer = call(made, "over", inner, log);
    const plain = call(made, "level", 1, log);
    Object.assign(plain, { return: (value: unknown) => ({ value: [value], done: log("asked") !== undefined }) });
    return [outer, call(made, "over", plain, log)];
  },
  "an inner without throw": (made, log) => {
    const inner = call(made, "level", 1, log);
    Object.assign(inner, { throw: null });
    return [call(made, "over", inner, log)];
  },
  "a circle": (made, log) => {
    const box: { inner: unknown } = { inner: null };
    const outer = call(made, "over", { [Symbol.iterator]: () => box.inner }, log);
    box.inner = call(made, "over", outer, log);
    return [outer, box.inner as Any];
  },
  "one that calls its owners": (made, log) => {
    const box: Record<string, unknown> = {};
    const inner = call(made, "named", box);
    const middle = call(made, "over", inner, log);
    const outer = call(made, "over", middle, log);
    const attempt = (generator: Any) => {
      try {
        return generator.next();
      } catch (error) {
        return (error as Error).message;
      }
    };
    box.call = () => log(show([inner, middle, outer].map(attempt)));
    return [outer, middle, inner];
  },
};

const method = fc.constantFrom("next" as const, "next" as const, "next" as const, "throw" as const, "return" as const);
const scripts = fc.array(fc.tuple(fc.nat(2), method, fc.constantFrom("v", 7, undefined)), { maxLength: 24 });

describe.each(Object.keys(makers))("%s", (name) => {
  const make = makers[name] as (typeof makers)[string];
  test("is driven as natively", () => {
    fc.assert(
      fc.property(scripts, (script) => {
        expect(watch(own, make, script)).toEqual(watch(native, make, script));
      }),
      { numRuns: 150 },
    );
  });
});

test("a chain of 50,000 generators takes no stack and no time", () => {
  const chain = call(own, "down", 50_000);
  let sum = 0;
  for (const value of chain) sum += value as number;
  expect(sum).toBe((50_000 * 50_001) / 2);
});

test("a chain that is too long for a loop ends in the user's RangeError, and others go on", () => {
  const deep = call(own, "loop", 200_000);
  expect(() => deep.next()).toThrow(RangeError);
  expect(deep.next()).toEqual({ value: undefined, done: true });
  expect([...call(own, "loop", 3)]).toEqual([0, 1, 2, 3]);
  expect([...call(own, "down", 3)]).toEqual([0, 1, 2, 3]);
});

test("`throw` and `return` reach the leaf of a long chain", () => {
  const [thrown, ended] = [call(own, "down", 20_000), call(own, "down", 20_000)];
  thrown.next();
  ended.next();
  expect(() => thrown.throw(new TypeError("x"))).toThrow(TypeError);
  expect(ended.return("r")).toEqual({ value: "r", done: true });
  expect([thrown.next().done, ended.next().done]).toEqual([true, true]);
});

test("a chain goes on after a restore at any of its yields", () => {
  const values = [...call(native, "tree", 4)];
  let chain = call(own, "tree", 4);
  const found: unknown[] = [];
  for (let step = chain.next(); !step.done; step = chain.next()) {
    found.push(step.value);
    chain = restore(snapshot(chain)) as Any;
  }
  expect(found).toEqual(values);
});
