/**
 * Values that fail when they are looked at, at every boundary of an engine: that run ends, or is held with a code; a run beside it
 * in the same engine ends as ever, and the process hears of nothing. A part of all pairs; all of them in the long run.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Engine, isColdframeError, type Notice, open, type Run } from "../../runtime/src/index.ts";
import { load } from "../engine/kit.ts";
import { boundaryModule, boundaryNames } from "./boundaries.ts";
import { type HostileValue, hostileValues, hugeValues, Refusal } from "./values.ts";

const share = process.env.COLDFRAME_TEST === "long" ? 1 : Number(process.env.SHARE ?? 61);

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };
type Program = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** What the process hears of. */
const heard: unknown[] = [];
const hear = (error: unknown): void => void heard.push(error);

let program: Program;
let engine: Engine;
const notices: Notice[] = [];

beforeAll(async () => {
  process.on("unhandledRejection", hear);
  process.on("uncaughtException", hear);
  program = await load<Program>(boundaryModule, "test/boundaries");
  engine = await open("memory:", { volatileLimitMs: 1, onNotice: (notice) => notices.push(notice) });
});
afterAll(async () => {
  await engine.close();
  process.off("unhandledRejection", hear);
  process.off("uncaughtException", hear);
});

function worldOf(make: () => unknown) {
  const refuse = () => {
    throw new Refusal("hostile: get");
  };
  return {
    make,
    errorWith: (key: string) => Object.defineProperty(new Error("outer"), key, { get: refuse, configurable: true }),
    later: async () => [make()],
    laterFail: async () => {
      throw make();
    },
    ignore: async () => 1,
  };
}

/** What came of a run: undefined if that is as it must be. */
async function fault(name: string, { make }: HostileValue): Promise<string | undefined> {
  world.w = worldOf(make);
  let run: Run;
  try {
    const args = name === "startArgument" ? [make()] : [];
    run = (await engine.start(program[name] as never, args as never)) as Run;
  } catch (error) {
    return isColdframeError(error) ? undefined : `not started, without a code: ${textOf(error)}`;
  }
  notices.length = 0;
  if (!(await settles(run))) return `${(await run.status()).status}, and nothing follows`;
  const failure = notices.find(isFailure);
  if (failure !== undefined) return `${failure.kind}: ${failure.message}`;
  const { status, reason } = await run.status();
  if (status === "held") return /^\[CF2\d{3}\]/.test(reason ?? "") ? undefined : `held without a code: ${reason}`;
  // The outcome can be read.
  const outcome = await run.result().then(
    () => "done",
    (error) => (isColdframeError(error, "CF2008") ? "unreadable" : "failed"),
  );
  return outcome === status ? undefined : `${status}, and read as ${outcome}`;
}

/** Lets the event loop turn until the run has come to an end, or the engine has failed. */
async function settles(run: Run): Promise<boolean> {
  const deadlineMs = performance.now() + 30_000;
  while (!/held|done|failed/.test((await run.status()).status) && !notices.some(isFailure)) {
    if (performance.now() > deadlineMs) return false;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return true;
}

const isFailure = ({ kind }: Notice): boolean => ["runtime-failed", "store-failed", "lease-lost"].includes(kind);

function textOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return "what has no text";
  }
}

describe("hostile values at the boundaries of an engine", () => {
  test.each(boundaryNames.map((name, index) => ({ name, index })))(
    "$name",
    { timeout: 600_000 },
    async ({ name, index }) => {
      const wrong: unknown[] = [];
      const values = hostileValues.filter((_, at) => at % share === index % share);
      if (share === 1) values.push(...hugeValues);
      else if (index % 3 === 0) values.push(hugeValues[(index / 3) % hugeValues.length] as HostileValue);
      for (const value of values) {
        const found = await fault(name, value);
        if (found !== undefined) wrong.push([value.name, found]);
      }
      world.w = worldOf(() => 1);
      const beside = await engine.start(program.neighbour as never, [] as never);
      expect(await beside.result()).toBe(2);
      await new Promise((resolve) => setImmediate(resolve));
      expect(wrong).toEqual([]);
      expect(heard.map(textOf)).toEqual([]);
      heard.length = 0;
    },
  );
});
