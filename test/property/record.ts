/**
 * Owns: one run of a program and what can be observed of it: the result or error, and a log per branch.
 * Branches are compared each by itself: how they interleave depends on ticks, which durable calls do not keep.
 */
import { setImmediate } from "node:timers/promises";
import { show } from "../kit/show.ts";

export interface Observed {
  outcome: string;
  branches: Record<string, string[]>;
}

interface Hooks {
  coldframeTrace?: (branch: string, values: unknown[]) => void;
  coldframeSuspended?: (value: unknown) => unknown;
}

const hooks = globalThis as Hooks;

/** Longest time a program may take, in ms: they take a few. Shorter while a failure is made smaller. */
export const limits = { runMs: 10_000 };
const mostEntries = 20_000;

/** Runs `main` and records what it does; never rejects. */
export async function observe(main: () => unknown): Promise<Observed> {
  const branches: Record<string, string[]> = {};
  let entries = 0;
  hooks.coldframeTrace = (branch, values) => {
    if (++entries > mostEntries) throw new Error("the program does not end");
    branches[branch] ??= [];
    branches[branch].push(values.map(show).join(" "));
  };
  const outcome = await settle(main);
  await setImmediate(); // What is left under way ends now, and does not write into the next run.
  return { outcome, branches };
}

async function settle(main: () => unknown): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve("never settled"), limits.runMs);
  });
  const run = async () => {
    try {
      return `returned ${show(await main())}`;
    } catch (error) {
      return `threw ${show(error)}${process.env.COLDFRAME_STACKS ? (error as Error).stack : ""}`;
    }
  };
  const outcome = await Promise.race([run(), late]);
  clearTimeout(timer);
  return outcome;
}

/** Runs the counted text of a program. @returns how many awaits it came to. */
export async function countSuspensions(main: () => unknown): Promise<number> {
  let count = 0;
  hooks.coldframeSuspended = (value) => {
    count += 1;
    return value;
  };
  await observe(main);
  return count;
}

/** The first thing that differs, or undefined if nothing does. */
export function difference(expected: Observed, actual: Observed): string | undefined {
  if (actual.outcome.startsWith("threw ColdframeError")) return actual.outcome.replaceAll("\\n", "\n");
  const names = [...new Set([...Object.keys(expected.branches), ...Object.keys(actual.branches)])];
  for (const name of names) {
    const [want, got] = [expected.branches[name] ?? [], actual.branches[name] ?? []];
    const at = want.findIndex((line, index) => line !== got[index]);
    const index = at >= 0 ? at : got.length > want.length ? want.length : -1;
    if (index >= 0)
      return `branch ${name}, entry ${index}: expected ${want[index] ?? "nothing"}, was ${got[index] ?? "nothing"}`;
  }
  return expected.outcome === actual.outcome ? undefined : `expected ${expected.outcome}, was ${actual.outcome}`;
}
