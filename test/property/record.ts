/**
 * Owns: one run of a program and what can be observed of it: the result or error, and a log per branch.
 * Branches are compared each by itself: how they interleave depends on ticks, which durable calls do not keep. In a timed
 * program nothing depends on ticks, and the order of all logs together is compared as well.
 */
import { setImmediate } from "node:timers/promises";
import { show } from "../kit/show.ts";

export interface Observed {
  outcome: string;
  branches: Record<string, string[]>;
  /** The logs of a timed program in one. */
  order: string[];
}

interface Hooks {
  coldframeLater?: (go: () => void) => void;
  coldframeTrace?: (branch: string, values: unknown[]) => void;
  coldframeSuspended?: (value: unknown) => unknown;
}

const hooks = globalThis as Hooks;

/** Turns of the event loop in which nothing is logged and the clock stands still: after so many, nothing is under way. */
const mostIdleTurns = 1_000;
const mostEntries = 20_000;

/**
 * Lets waits end one at a time, each when nothing else can run: so the order of everything is the same however many ticks
 * anything takes.
 */
class Clock {
  readonly #waits: { at: number; go: () => void }[] = [];
  #now = 0;
  #made = 0;
  /** Told whenever a wait ends. */
  readonly #onTurn: () => void;

  constructor(onTurn: () => void) {
    this.#onTurn = onTurn;
  }

  later(go: () => void): void {
    this.#made += 1;
    this.#waits.push({ at: this.#now + 1 + ((this.#made * 7) % 5), go });
    if (this.#waits.length === 1) void this.#run();
  }

  get isDone(): boolean {
    return this.#waits.length === 0;
  }

  async #run(): Promise<void> {
    while (!this.isDone) {
      await setImmediate();
      const at = Math.min(...this.#waits.map((wait) => wait.at));
      const [next] = this.#waits.splice(
        this.#waits.findIndex((wait) => wait.at === at),
        1,
      );
      this.#now = at;
      this.#onTurn();
      next?.go();
    }
  }
}

/**
 * Runs `main` and records what it does; never rejects.
 * @param timed whether waits end one by one, and the order of all logs together is recorded
 */
export async function observe(main: () => unknown, timed: boolean): Promise<Observed> {
  const branches: Record<string, string[]> = {};
  const order: string[] = [];
  let idle = 0;
  const clock = new Clock(() => {
    idle = 0;
  });
  hooks.coldframeLater = timed ? (go) => clock.later(go) : undefined;
  let entries = 0;
  hooks.coldframeTrace = (branch, values) => {
    if (++entries > mostEntries) throw new Error("the program does not end");
    idle = 0;
    const line = values.map(show).join(" ");
    branches[branch] ??= [];
    branches[branch].push(line);
    if (timed) order.push(`${branch}: ${line}`);
  };
  const outcome = await settle(main, () => idle++ > mostIdleTurns);
  // What is left under way ends now, and does not write into the next run.
  do await setImmediate();
  while (!clock.isDone);
  return { outcome, branches, order };
}

async function settle(main: () => unknown, isStuck: () => boolean): Promise<string> {
  let outcome: string | undefined;
  const run = async () => {
    try {
      outcome = `returned ${show(await main())}`;
    } catch (error) {
      outcome = `threw ${show(error)}${process.env.COLDFRAME_STACKS ? (error as Error).stack : ""}`;
    }
  };
  void run();
  while (outcome === undefined && !isStuck()) await setImmediate();
  return outcome ?? "never settled";
}

/** Runs the counted text of a program. @returns how many awaits it came to. */
export async function countSuspensions(main: () => unknown, timed: boolean): Promise<number> {
  let count = 0;
  hooks.coldframeSuspended = (value) => {
    count += 1;
    return value;
  };
  await observe(main, timed);
  return count;
}

/** The first thing that differs, or undefined if nothing does. */
export function difference(expected: Observed, actual: Observed): string | undefined {
  if (actual.outcome.startsWith("threw ColdframeError")) return actual.outcome.replaceAll("\\n", "\n");
  const names = [...new Set([...Object.keys(expected.branches), ...Object.keys(actual.branches)])];
  for (const name of names) {
    const found = firstDifference(expected.branches[name] ?? [], actual.branches[name] ?? []);
    if (found !== undefined) return `branch ${name}, ${found}`;
  }
  const found = firstDifference(expected.order, actual.order);
  if (found !== undefined) return `order of branches, ${found}`;
  return expected.outcome === actual.outcome ? undefined : `expected ${expected.outcome}, was ${actual.outcome}`;
}

function firstDifference(want: string[], got: string[]): string | undefined {
  const at = want.findIndex((line, index) => line !== got[index]);
  const index = at >= 0 ? at : got.length > want.length ? want.length : -1;
  return index < 0 ? undefined : `entry ${index}: expected ${want[index] ?? "nothing"}, was ${got[index] ?? "nothing"}`;
}
