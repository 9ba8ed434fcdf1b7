/**
 * Owns: what fixtures/kit.ts writes to: the log and the virtual clock of one run.
 * W1. One entry of the clock is let go at a time, and only when nothing else can run: then the order of the log depends
 *     on the program alone, not on how many ticks anything takes.
 */
import { setImmediate } from "node:timers/promises";
import { show } from "./show.ts";

export interface Observed {
  log: string[];
  outcome: string;
}

export interface World {
  log: string[];
  show: typeof show;
  later: { at: number; order: number; go(): void }[];
  now: number;
  isSlow: boolean;
}

const realm = globalThis as unknown as { coldframeFixture: World };

/** Begins a run. @param log lines of a run that this one goes on with */
export function beginWorld(log: string[] = []): World {
  realm.coldframeFixture = { log: [...log], show, later: [], now: 0, isSlow: false };
  return realm.coldframeFixture;
}

/** Rounds in which nothing is logged, let go or settled: after so many, nothing is under way. */
const mostIdleRounds = 20_000;

/**
 * Runs `main` to its end while the clock goes on; never rejects.
 * @param rest lets everything that is ready run; default: three turns of the event loop
 */
export async function observe(main: () => unknown, world = beginWorld(), rest = restALittle): Promise<Observed> {
  const outcome: { text?: string } = {};
  const run = async () => {
    try {
      outcome.text = `returned ${show(await main())}`;
    } catch (error) {
      outcome.text = `threw ${show(error)}`;
      if (isHarness(error)) outcome.text += `\n${(error as Error).stack}`;
    }
  };
  void run();
  let rounds = 0;
  let length = 0;
  for (let idle = 0; idle < 3; ) {
    await rest();
    idle = world.later.length === 0 && outcome.text !== undefined ? idle + 1 : 0;
    if (letGo(world) || world.log.length !== length) rounds = 0;
    length = world.log.length;
    if (++rounds > mostIdleRounds) break;
  }
  return { log: world.log, outcome: outcome.text ?? "never settled" };
}

function isHarness(error: unknown): boolean {
  return typeof error === "object" && error !== null && /^CF\d{4}$/.test((error as { code?: string }).code ?? "");
}

async function restALittle(): Promise<void> {
  for (let i = 0; i < 3; i++) await setImmediate();
}

/** Lets go of the entry that is due first; false if there is none. */
function letGo(world: World): boolean {
  world.later.sort((a, b) => a.at - b.at || a.order - b.order);
  const next = world.later.shift();
  if (next === undefined) return false;
  world.now = Math.max(world.now, next.at);
  next.go();
  return true;
}

/** The first line that differs, or undefined. */
export function difference(expected: Observed, actual: Observed): string | undefined {
  const length = Math.max(expected.log.length, actual.log.length);
  for (let i = 0; i < length; i++) {
    const [want, got] = [expected.log[i], actual.log[i]];
    if (want !== got) return `line ${i}: expected ${want ?? "nothing"}, was ${got ?? "nothing"} (${actual.outcome})`;
  }
  return expected.outcome === actual.outcome ? undefined : `expected ${expected.outcome}, was ${actual.outcome}`;
}
