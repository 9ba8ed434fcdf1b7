/** The program of the storm: runs that end soon, each with lanes of steps that leave a line in a file outside the store. */
import { appendFileSync } from "node:fs";
import { sleep, step } from "@coldframe/runtime";

const journal = process.env.JOURNAL as string;

const effect = step(async (run: string, lane: number, index: number) => {
  appendFileSync(journal, `${process.pid} ${run} ${lane} ${index}\n`);
  return index + 1;
});

/** @returns the sum over what its steps returned */
export async function storm(run: string): Promise<number> {
  "use durable";
  const walk = async (lane: number) => {
    let sum = 0;
    for (let index = 0; index < 8; index++) {
      sum += await effect(run, lane, index);
      if (index % 3 === 2) await sleep(5);
    }
    return sum;
  };
  const sums = await Promise.all([0, 1, 2].map((lane) => walk(lane)));
  return sums.reduce((sum, one) => sum + one, 0);
}
