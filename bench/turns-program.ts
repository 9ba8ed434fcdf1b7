/** The durable functions of bench/turns.ts. */
import { sleep, step } from "@coldframe/runtime";

/** What the hot run has done; it ends when told so. */
export const hot = { done: 0, stop: false };
/** May those that sleep go on to? */
export const sleepers = { on: false };

const nothing = step(async (index: number) => index);

async function work(): Promise<number> {
  "use durable";
  return 1;
}

/** Quick steps without end. */
export async function steps(): Promise<void> {
  "use durable";
  for (let index = 0; !hot.stop; index++) {
    await nothing(index);
    hot.done++;
  }
}

/** Turns, in which nothing is recorded. */
export async function ticks(): Promise<void> {
  "use durable";
  for (; !hot.stop; hot.done++) await null;
}

/** Durable calls that never suspend. */
export async function calls(): Promise<void> {
  "use durable";
  for (; !hot.stop; hot.done++) await work();
}

/** Lanes that never park: what they wait for is there already. */
export async function lanes(): Promise<void> {
  "use durable";
  const lane = async () => {
    for (; !hot.stop; hot.done++) {
      const ready = work();
      await ready;
    }
  };
  await Promise.all([lane(), lane()]);
}

/** Sleeps until its place in the turn of all, and then for a whole turn again and again. */
export async function sleeper(firstMs: number, ms: number): Promise<void> {
  "use durable";
  await sleep(firstMs);
  while (sleepers.on) await sleep(ms);
}
