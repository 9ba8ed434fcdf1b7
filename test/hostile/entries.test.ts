/**
 * Values that fail when they are looked at, and huge ones, handed to the public functions: they are refused with a code, or taken.
 * Functions that give names (`registerClass` and its kin) take what a program's own text declares, and are not in here.
 */
import {
  coroutine,
  type Engine,
  inspect,
  isColdframeError,
  open,
  restore,
  sleep,
  snapshot,
  step,
} from "@coldframe/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { load } from "../engine/kit.ts";
import { hostileValues, hugeValues } from "./values.ts";

/** One value in so many is tried, others with each entry; all of them in the long run. */
const share = process.env.COLDFRAME_TEST === "long" ? 1 : 7;

type Main = () => Promise<number>;
let engine: Engine;
let main: Main;
beforeAll(async () => {
  ({ main } = await load<{ main: Main }>(`export async function main() { "use durable"; return 1; }`, "test/entries"));
  engine = await open("memory:", { work: false });
});
afterAll(() => engine.close());

const entries: Record<string, (value: never) => unknown> = {
  "start, the function": (value) => engine.start(value, [] as never),
  "start, the arguments": (value) => engine.start(main, value),
  "start, an argument": (value) => engine.start(main, [value] as never),
  "start, options": (value) => engine.start(main, [], value),
  "start, id": (id) => engine.start(main, [], { id }),
  "start, priority": (priority) => engine.start(main, [], { priority }),
  get: (id) => engine.get(id),
  "list, options": (value) => engine.list(value),
  "list, function": (value) => engine.list({ function: value }),
  "list, status": (status) => engine.list({ status }),
  "list, one status": (status) => engine.list({ status: [status] }),
  "list, queue": (queue) => engine.list({ queue }),
  "list, cursor": (cursor) => engine.list({ cursor }),
  "list, limit": (limit) => engine.list({ limit }),
  "result, signal": async (signal) => (await engine.start(main, [])).result({ timeoutMs: 0, signal }),
  "result, timeoutMs": async (timeoutMs) =>
    (await engine.start(main, [])).result({ timeoutMs, signal: AbortSignal.timeout(1) }).catch(refuseOrEnd),
  open: (url) => open(url),
  "open, options": async (value) => (await open("memory:", value)).close(),
  "open, leaseMs": async (leaseMs) => (await open("memory:", { leaseMs })).close(),
  coroutine: (fn) => coroutine(fn),
  snapshot: (value) => snapshot(value),
  restore: (bytes) => restore(bytes),
  inspect: (bytes) => inspect(bytes),
  step: (fn) => step(fn),
  "step, options": (value) => step(async () => 1, value),
  "step, retry": (retry) => step(async () => 1, { retry }),
  sleep: (duration) => void sleep(duration).catch(() => {}),
};

function refuseOrEnd(error: unknown): void {
  if ((error as DOMException).name !== "TimeoutError") throw error;
}

function textOf(error: unknown): string {
  try {
    return String((error as Error).stack);
  } catch {
    return "what has no text";
  }
}

describe("hostile and huge values handed to public functions", () => {
  test.each(Object.entries(entries).map(([entry, take], index) => ({ entry, take, index })))(
    "$entry",
    async ({ take, index }) => {
      const wrong: unknown[] = [];
      const values = [...hostileValues, ...hugeValues];
      for (const { name, make } of values.filter((_, at) => at % share === index % share)) {
        try {
          await take(make() as never);
        } catch (error) {
          if (!isColdframeError(error)) wrong.push([name, textOf(error)]);
        }
      }
      expect(wrong).toEqual([]);
    },
  );
});
