// Stack that runs out, within the user's code or within the runtime: it is the user's RangeError, and nothing else is harmed.
import { coroutine } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { lowerText } from "../compiler/lower/harness.ts";
import { evaluate } from "../kit/evaluate.ts";
import "@coldframe/runtime/abi/v1";

type Main = (form: string, size: number) => Promise<unknown>;

const source = `
async function* star(n) { if (n > 0) yield* star(n - 1); yield n }
async function* loop(n) { if (n > 0) for await (const x of loop(n - 1)) yield x; yield n }
async function* next(n) { if (n > 0) yield (await next(n - 1).next()).value; yield n }
async function* hand(n) { if (n > 0) { const asked = [hand(n - 1).next()]; yield await asked[0] } yield n }
async function kept(n) { if (n > 0) { const made = [kept(n - 1)]; await made[0] } return 0 }
async function later(n) { if (n > 0) { const made = [later(n - 1)]; return made[0] } await 0; return 0 }
async function all(n) { if (n > 0) await Promise.all([all(n - 1)]); await 0; return 0 }
async function mixed(n) { if (n > 0) { for await (const x of mixedToo(n - 1)) await x } return 0 }
async function* mixedToo(n) { const made = [mixed(n - 1)]; yield made[0] }
async function caught(n) { if (n > 0) { try { const made = [caught(n - 1)]; await made[0] } finally { await 0 } } return 0 }
const recursions = { star, loop, next, hand, kept, later, all, mixed, caught };

async function one() { await 0; await 0; return 1 }
const chains = {
  all: (p) => Promise.all([p]),
  race: (p) => Promise.race([p]),
  any: (p) => Promise.any([p]),
  allSettled: (p) => Promise.allSettled([p]),
  then: (p) => p.then((x) => x),
  finally: (p) => p.finally(() => 0),
  handed: (p) => one().then(() => p),
};
async function chain(form, n) {
  let last = one();
  const side = [];
  for (let i = 0; i < n; i++) {
    last = form === "all" ? Promise.all([last]) : form === "race" ? Promise.race([last]) : form === "any" ? Promise.any([last])
      : form === "allSettled" ? Promise.allSettled([last]) : chains[form](last);
    if (i % 1000 === 0) last.then(() => { side.push(i) });
  }
  await last;
  await 0;
  return side.join();
}

const bad = Promise.resolve(0);
Object.defineProperty(bad, "constructor", { get() { throw new TypeError("bad") } });
async function* yieldBad(n) { let seen = 0; for (let i = 0; i < n; i++) try { yield bad } catch { seen++ } yield seen }
async function* bothBad(n) {
  let seen = 0;
  for (let i = 0; i < n; i++) { try { yield bad } catch { seen++ } try { await bad } catch { seen++ } }
  yield seen;
}
async function* empty() {}
async function returnBad(n) {
  const it = (async function* () { await 0 })();
  const asked = [it.next()];
  for (let i = 0; i < n; i++) asked.push(it.return(bad));
  const settled = await Promise.allSettled(asked);
  return settled.filter(({ reason }) => reason instanceof TypeError).length;
}
const failures = { yieldBad: (n) => first(yieldBad(n)), bothBad: (n) => first(bothBad(n)), returnBad };
async function first(it) { return (await it.next()).value }

async function leaf() { await 0; return 1 }
async function* leaves() { yield 1; yield 2 }
async function edge(form) {
  await 0;
  const asked = [];
  const begun = [];
  const down = (n) => {
    if (form === "function") asked.push(leaf());
    else {
      const it = leaves();
      begun.push(it);
      asked.push(it.next());
    }
    down(n + 1);
  };
  try { down(0) } catch (error) { if (!(error instanceof RangeError)) throw error }
  const settled = await Promise.allSettled(asked);
  if (settled.some(({ reason }) => reason !== undefined && !(reason instanceof RangeError))) return "another error";
  for (const it of begun) { await it.next(); await it.next(); if (!(await it.next()).done) return "not done" }
  return settled.length > 100 ? "all settled" : "too few";
}

async function main(kind, form, size) {
  if (kind === "chain") return chain(form, size);
  if (kind === "failure") return failures[form](size);
  if (kind === "edge") return edge(form);
  if (size % 2 === 0) await 0;
  const begun = recursions[form](size);
  if (begun.next === undefined) return begun;
  await begun.next();
  return 0;
}`;

const natively = evaluate(source, true).main;
const compiled = evaluate(lowerText(source), true).main;
const ways: Record<string, (kind: string, form: string, size: number) => Promise<unknown>> = {
  native: natively,
  volatile: compiled,
  coroutine: (...args) => coroutine(compiled, ...args).drive(),
};
const own = ["volatile", "coroutine"];

/** What comes of it, and what the process hears of. */
async function observe(way: string, kind: string, form: string, size: number): Promise<unknown[]> {
  const heard: string[] = [];
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.rawListeners(event));
  for (const event of events)
    process.removeAllListeners(event).on(event, (error) => void heard.push(`${event} ${error}`));
  try {
    const outcome = await (ways[way] as Main & ((...args: unknown[]) => Promise<unknown>))(kind, form, size).catch(
      (error: unknown) => (error as Error).constructor.name,
    );
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
    return [outcome, ...heard];
  } finally {
    for (const [at, event] of events.entries()) {
      process.removeAllListeners(event);
      for (const listener of before[at] ?? []) process.on(event, listener as never);
    }
  }
}

describe.each(own)("%s", (way) => {
  test.each(["star", "loop", "next", "hand", "kept", "later", "all", "mixed", "caught"])(
    "recursion of the form %s ends in a RangeError",
    async (form) => {
      // Some of these sizes overflow on the way down, some in what the runtime does on the way up.
      for (const size of [1501, 1150, 2501, 4000])
        expect([[0], ["RangeError"]]).toContainEqual(await observe(way, "recursion", form, size));
      expect(await observe(way, "recursion", form, 30_000)).toEqual(["RangeError"]);
      // Natively the process may hear of rejections that are handled: its own record of them has overflowed.
      expect((await observe("native", "recursion", form, 30_000))[0]).toBe("RangeError");
      expect(await observe(way, "recursion", form, 100)).toEqual([0]);
    },
  );

  test.each(["all", "race", "any", "allSettled", "then", "finally", "handed"])(
    "a chain of 20,000 of the form %s takes no stack",
    async (form) => {
      expect(await observe(way, "chain", form, 20_000)).toEqual(await observe("native", "chain", form, 20_000));
    },
  );

  test.each(["yieldBad", "bothBad", "returnBad"])("10,000 waits that fail at once take no stack: %s", async (form) => {
    expect(await observe(way, "failure", form, 10_000)).toEqual(await observe("native", "failure", form, 10_000));
  });

  test.each(["function", "generator"])("what is begun where the stack ends is settled: %s", async (form) => {
    expect(await observe(way, "edge", form, 0)).toEqual(["all settled"]);
  });
});
