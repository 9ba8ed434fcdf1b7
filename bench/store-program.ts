/** The durable functions of bench/store.ts. */
import { step } from "@coldframe/runtime";

const nothing = step(async (index: number) => index);

/** Where the bench waits for the step after the resume. */
export const gate: { reached(): Promise<void> } = { reached: async () => {} };
const last = step(async () => gate.reached());

/** One step after the other. */
export async function sequential(steps: number): Promise<number> {
  "use durable";
  let sum = 0;
  for (let index = 0; index < steps; index++) sum += await nothing(index);
  return sum;
}

/** Many steps, then one that the bench holds up. */
export async function resumable(steps: number): Promise<void> {
  "use durable";
  for (let index = 0; index < steps; index++) await nothing(index);
  await last();
}

/** Where the bench holds up the runs that go block by block: by name, the next block. */
export const blocks = new Map<string, () => Promise<void>>();
const nextBlock = step(async (name: string) => blocks.get(name)?.());

/** Many steps, then blocks of them for ever, each when the bench says so. */
export async function endless(name: string, before: number, block: number): Promise<never> {
  "use durable";
  for (let index = 0; index < before; index++) await nothing(index);
  for (;;) {
    await nextBlock(name);
    for (let index = 0; index < block; index++) await nothing(index);
  }
}
