/**
 * Owns: checks a range of seeds in a thread of its own, natively loaded, and reports after each one.
 * A thread, because compiled code that loops for ever could not be stopped otherwise.
 */
import { parentPort, workerData } from "node:worker_threads";
import { evaluate } from "../kit/evaluate.ts";
import { check, type Verdict } from "./check.ts";
import type { Mode } from "./modes.ts";
import { makeProgram } from "./program/program.ts";
import { countSuspensions } from "./record.ts";

export interface Task {
  from: number;
  to: number;
  without?: string[];
  modes: Exclude<Mode, "native">[];
}

/** Without a verdict: the seed is begun. */
export interface Message {
  seed: number;
  verdict?: Verdict;
  suspensions?: number;
  features?: [string, number][];
}

const { from, to, without, modes } = workerData as Task;
const post = (message: Message) => parentPort?.postMessage(message);

process.on("unhandledRejection", () => {}); // Programs leave some promises to fail by themselves.

for (let seed = from; seed < to; seed++) {
  post({ seed });
  const program = makeProgram(seed, without);
  const { text, counted, strict, features } = program;
  const suspensions = await countSuspensions(() => evaluate(counted, strict).main());
  const verdict = await check({ text, strict, name: `p${seed}` }, modes);
  post({ seed, verdict, suspensions, features: [...features] });
}
