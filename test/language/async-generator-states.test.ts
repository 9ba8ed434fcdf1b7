// Async generator objects in every state: what is stored of them, and what can't be.
import { type Coroutine, coroutine, registerFunction, restore, snapshot } from "@coldframe/runtime";
import { cut } from "@coldframe/runtime/testing";
import { describe, expect, test } from "vitest";
import {
  type AsyncGenerator as AsyncGeneratorInfo,
  asyncGeneratorOf,
} from "../../runtime/src/language/async-generator.ts";
import { registry } from "../../runtime/src/registry.ts";
import { encodeGraph } from "../../runtime/src/snapshot/write.ts";
import { lowerText } from "../compiler/lower/harness.ts";
import "@coldframe/runtime/abi/v1";

type Exports = {
  count(n: number): AsyncGenerator<number, string>;
  chain(n: number): AsyncGenerator<unknown, string>;
  patient(): AsyncGenerator<unknown>;
  consume(given: AsyncGenerator<unknown>): Promise<unknown>;
  hold(given: object): Promise<unknown>;
};

const source = `
async function* count(n) { for (let i = 0; i < n; i++) { const got = yield i; if (got === "skip") i++; } return "end" }
async function* chain(n) { try { return yield* count(n) } finally { await 0 } }
async function* patient() { try { yield await wait("body"); yield wait("operand"); yield 3 } finally { await wait("finally") } }
async function consume(given) { const all = []; for await (const x of given) all.push(x); return all }
async function hold(given) { await wait("hold"); return given }`;

const wait = (what: string) => Promise.resolve(what);
registerFunction("test/states#wait", wait);

/** Compiled anew, as in another process. */
function load(): Exports {
  const names = "count, chain, patient, consume, hold";
  return new Function("wait", `"use strict";${lowerText(source)}\nreturn { ${names} };`)(wait);
}

const through = <T extends object>(value: T): T => {
  const bytes = snapshot(value as never);
  load();
  return restore(bytes) as unknown as T;
};

const frameOf = (generator: object) => (asyncGeneratorOf(generator) as AsyncGeneratorInfo).frame;
const stateOf = (generator: object) => frameOf(generator)?.$state;

describe("an idle generator object", () => {
  test("at its start", async () => {
    const copy = through(load().count(2));
    expect(stateOf(copy)).toBe(0);
    expect([await copy.next(), await copy.next(), await copy.next(), await copy.next()]).toEqual([
      { value: 0, done: false },
      { value: 1, done: false },
      { value: "end", done: true },
      { value: undefined, done: true },
    ]);
  });

  test("at a yield: the original and the copy go on by themselves", async () => {
    const original = load().count(9);
    await original.next();
    const copy = through(original);
    expect(await copy.next("skip" as never)).toEqual({ value: 2, done: false });
    expect(await original.next()).toEqual({ value: 1, done: false });
    expect(await copy.return("told" as never)).toEqual({ value: "told", done: true });
  });

  test("within yield*, over ours", async () => {
    const original = load().chain(3);
    await original.next();
    const copy = through(original);
    expect(await copy.next("skip" as never)).toEqual({ value: 2, done: false });
    expect(await copy.next()).toEqual({ value: "end", done: true });
  });

  test("completed: it is bound to no code of the function any more", async () => {
    const original = load().count(0);
    await original.next();
    const { $pc, n } = frameOf(original) as unknown as { $pc: number; n: unknown };
    expect([$pc, n]).toEqual([0, undefined]);
    const copy = through(original);
    expect(asyncGeneratorOf(copy)?.frame).toBeNull();
    expect(await copy.return(Promise.resolve("late") as never)).toEqual({ value: "late", done: true });
    await expect(copy.throw("thrown")).rejects.toBe("thrown");
    expect(await copy.next()).toEqual({ value: undefined, done: true });
  });

  test("its prototype is that of the function that is loaded", () => {
    const original = load().count(1);
    const bytes = snapshot(original);
    const { count } = load();
    expect(Object.getPrototypeOf(restore(bytes))).toBe(count.prototype);
  });
});

test("cut between its values", async () => {
  const { chain } = load();
  const { value, cuts } = await cut(chain, [3], { at: "every" });
  expect(value).toEqual({ yielded: [0, 1, 2], returned: "end" });
  expect(cuts).toBe(3);
});

describe("what is asked outside of a run", () => {
  test("an open request can't be stored by itself, nor in something else", async () => {
    const generator = load().count(2);
    const open = generator.next();
    expect(() => snapshot(generator)).toThrow(expect.objectContaining({ code: "CF2305" }));
    const refusal = { code: "CF2001", what: expect.stringContaining("open request that was made outside of a run") };
    expect(() => encodeGraph([generator], registry())).toThrow(expect.objectContaining(refusal));
    await open;
    expect(encodeGraph([generator], registry())).toBeDefined();
  });

  test("a run that is given a busy generator waits for its turn by a promise", async () => {
    const { count, consume } = load();
    const generator = count(3);
    const open = generator.next();
    expect(await coroutine(consume, generator as never).drive()).toEqual([1, 2]);
    expect(await open).toEqual({ value: 0, done: false });
  });
});

describe("under a scheduler", () => {
  /** Parked with the generator in a state, its request's task first in the queue. */
  const drivenTo = (state: number, steps: number) => {
    const { patient, consume } = load();
    const generator = patient();
    const co = coroutine(consume, generator as never);
    for (let i = 0, given: unknown; i <= steps; i++) given = co.next(given).value;
    expect(stateOf(generator)).toBe(state);
    return co;
  };

  test.each([
    ["executing, at an await", 2, 0],
    ["awaiting the operand of a yield", 6, 1],
  ])("%s", (_, state, steps) => {
    const copy = through(drivenTo(state, steps) as Coroutine<unknown>);
    let given: unknown = ["x", "y", "z"][steps];
    for (let i = steps + 1; i < 9; i++) {
      const result = copy.next(given);
      if (result.done) {
        expect(result.value).toHaveLength(3);
        return;
      }
      given = result.value;
    }
    throw new Error("it never ends");
  });

  test("everything that can be asked at once, at every suspension", async () => {
    const text = `
      async function later(x) { await 0; return x }
      async function* g(log) { try { log.push(yield later(1)); yield* (async function* () { yield later(2); yield 3 })(); } finally { await 0; log.push("closed") } return later("end") }
      async function main() {
        const log = []; const it = g(log); const fresh = g(log);
        const all = await Promise.allSettled([it.next("a"), it.next("b"), fresh.return(later("f")), it.throw(later), it.return(later("r")), it.next(), it.throw("t"), fresh.next()]);
        return JSON.stringify([all.map(({ status, value }) => [status, value]), log]);
      }`;
    const make = (code: string) => () => new Function(`"use strict";${code}\nreturn main;`)() as () => Promise<unknown>;
    const [native, compiled] = [make(text), make(lowerText(text))];
    const onRestore = (bytes: Uint8Array) => {
      compiled();
      return restore(bytes) as Coroutine<unknown>;
    };
    const { value, cuts } = await cut(compiled(), [], { at: "every", restore: onRestore });
    expect(value).toEqual(await native()());
    expect(cuts).toBeGreaterThan(4);
  });

  test("foreign code that asks while a run drives it gets a promise of that run", async () => {
    const { patient, consume } = load();
    const generator = patient();
    const co = coroutine(consume, generator as never);
    const consumed = co.drive();
    const asked = generator.next();
    expect(await asked).toEqual({ value: "operand", done: false });
    expect(await consumed).toEqual(["body", 3]);
  });

  test("an open request is stored with its run only", () => {
    const { patient, consume } = load();
    const generator = patient();
    coroutine(consume, generator as never).next();
    expect(() => snapshot(generator)).toThrow(expect.objectContaining({ code: "CF2305" }));
    expect(() => encodeGraph([generator], registry())).toThrow(expect.objectContaining({ code: "CF2001" }));
  });
});
