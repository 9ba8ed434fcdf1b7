/** The program of the crash tests: parallel lanes of steps, each of which leaves a line in a file outside the store. */
import { appendFileSync } from "node:fs";
import { sleep, step } from "@coldframe/runtime";

const journal = process.env.JOURNAL as string;

const effect = step(async (run: string, lane: number, index: number) => {
  appendFileSync(journal, `${process.pid} ${run} ${lane} ${index}\n`);
  return index + 1;
});

/** @returns per lane, the sum over what its steps returned */
export async function work(run: string, lanes: number, steps: number): Promise<number[]> {
  "use durable";
  const walk = async (lane: number) => {
    let sum = 0;
    for (let index = 0; index < steps; index++) {
      sum += await effect(run, lane, index);
      if (index % 7 === 6) await sleep(2);
    }
    return sum;
  };
  return await Promise.all(Array.from({ length: lanes }, (_, lane) => walk(lane)));
}
