// Stacks of what steps throw, as people see them: every line that they wrote, and none of the runtime or of what it called,
// in the error, its causes and its members, caught or passed on, in memory, under an engine and after a restore.

import { AsyncLocalStorage } from "node:async_hooks";
import { coroutine, restore, snapshot, step } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { withoutMachinery } from "../../runtime/src/machinery.ts";
import { kinds, load, makePlace } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

type Program = Record<"caught" | "passed" | "again", () => Promise<unknown>>;

const program = `
import { step } from "@coldframe/runtime";
const fails = step(async function fails() { await w.fail(); }, { retry: { maxAttempts: 1 } });
const inner = async () => { "use durable"; return await fails(); };
export async function caught() { "use durable"; try { await fails(); } catch (error) { return w.look(error); } }
export async function passed() { "use durable"; await inner(); }
export async function again() {
  "use durable";
  let kept;
  try { await inner(); } catch (error) { kept = error; }
  for (let n = 0; n < 3; n++) {
    await null;
    try { throw kept; } catch (error) { kept = error; }
  }
  throw kept;
}`;

function innermost(): never {
  throw new TypeError("innermost");
}

/** Lines of ours, of Node between ours, and after an await; each error holds others. */
async function fail(): Promise<never> {
  const errors: unknown[] = [];
  const context = new AsyncLocalStorage<number>();
  try {
    [1].map(() => context.run(1, innermost));
  } catch (cause) {
    errors.push(new Error("middle", { cause }));
  }
  await null;
  errors.push(new RangeError("late"));
  throw new AggregateError(errors, "several", { cause: errors[0] });
}

/** Stacks of an error and of all that it holds, by message. */
function stacksOf(error: unknown, found: Record<string, string[]> = {}): Record<string, string[]> {
  if (!(error instanceof Error)) return found;
  found[error.message] = (error.stack ?? "").split("\n").filter((line) => /^ +at /.test(line));
  for (const one of [error.cause, ...((error as AggregateError).errors ?? [])]) stacksOf(one, found);
  return found;
}

const alien = /runtime\/src\/|node:internal\/(?:process|timers)/;

function expectOurs(error: unknown): void {
  const stacks = stacksOf(error);
  expect(Object.keys(stacks).sort()).toEqual(["innermost", "late", "middle", "several"]);
  for (const [message, lines] of Object.entries(stacks)) {
    expect(
      lines.filter((line) => alien.test(line)),
      message,
    ).toEqual([]);
    expect(lines.join("\n"), message).toMatch(/at (?:async )?(?:Object\.)?fail\b/);
  }
  // What the user's own code called stays, Node's and native.
  const [first, second, third, fourth] = stacks.innermost as [string, string, string, string];
  expect(first).toMatch(/at innermost/);
  expect(second).toMatch(/at AsyncLocalStorage\.run \(node:internal/);
  expect(third).toMatch(/stacks\.test\.ts/);
  expect(fourth).toMatch(/at Array\.map \(<anonymous>\)/);
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error) => error,
  );
}

describe("in memory", () => {
  test("an error that a step throws, passed on and caught", async () => {
    const seen: unknown[] = [];
    world.w = { fail, look: (error: unknown) => seen.push(error) };
    const { caught, passed } = await load<Program>(program);
    expectOurs(await failureOf(passed()));
    await caught();
    expectOurs(seen[0]);
  });

  test("an error of a step that no durable code has called", async () => {
    expectOurs(await failureOf(step(fail, { retry: { maxAttempts: 1 } })()));
  });
});

describe.each(kinds)("under an engine on %s", (kind) => {
  test("caught by the run, and handed to who asked for the result", async () => {
    const seen: unknown[] = [];
    world.w = { fail, look: (error: unknown) => seen.push(error) };
    const { caught, passed } = await load<Program>(program);
    const { engine } = await (await makePlace(kind)).open();
    expectOurs(await failureOf((await engine.start(passed, [])).result()));
    await (await engine.start(caught, [])).result();
    expectOurs(seen[0]);
  });

  test("thrown again and again: each caller stands in it once", async () => {
    world.w = { fail };
    const { again } = await load<Program>(program);
    const { engine } = await (await makePlace(kind)).open();
    const error = await failureOf((await engine.start(again, [])).result());
    expectOurs(error);
    const callers =
      (error as Error).stack?.split("\n").filter((line) => /at async .*\(test\/program:/.test(line)) ?? [];
    expect(callers.map((line) => /at async (\w+)/.exec(line)?.[1])).toEqual(["inner", "again"]);
  });
});

test("an error that was stored, restored and thrown again", async () => {
  const { keep } = await load<{ keep(): Promise<unknown> }>(`
    export async function keep() {
      "use durable";
      let kept;
      try { await null; w.fail(); } catch (error) { kept = error; }
      await null;
      throw kept;
    }`);
  const thrown = () => {
    throw new Error("outer", { cause: new Error("inner") });
  };
  world.w = { fail: thrown };
  let co = coroutine(keep);
  co.next();
  co.next();
  co = restore(snapshot(co)) as typeof co;
  const error = (() => {
    try {
      co.next();
    } catch (caught) {
      return caught;
    }
    return undefined;
  })();
  const stacks = stacksOf(error);
  expect(Object.keys(stacks)).toEqual(["outer", "inner"]);
  for (const [message, lines] of Object.entries(stacks)) {
    expect(
      lines.filter((line) => alien.test(line)),
      message,
    ).toEqual([]);
    expect(lines[0], message).toContain("stacks.test.ts");
  }
});

test("a stack without a line of the user's stays whole; a stack that cannot be read stops nothing", async () => {
  const lines = ["Error: x", "    at turn (/a/node_modules/@coldframe/runtime/dist/engine/turn.js:1:1)"];
  expect(withoutMachinery(lines, true)).toEqual(lines);
  const hostile = Object.defineProperty(new Error("hostile"), "stack", {
    get() {
      throw new Error("read");
    },
  });
  world.w = {
    fail: () => {
      throw hostile;
    },
  };
  const { passed } = await load<Program>(program);
  expect(await failureOf(passed())).toBe(hostile);
});
