/** Owns: the thread in which programs are made and checked. The question is a seed, with the modes to compare. */
import { evaluate } from "../kit/evaluate.ts";
import { answer } from "../kit/thread.ts";
import { check, type Verdict } from "./check.ts";
import type { CompiledMode } from "./failure.ts";
import { makeProgram } from "./program/program.ts";
import { countSuspensions } from "./record.ts";
import { shrinkFailure } from "./shrink-failure.ts";

export interface Question {
  seed: number;
  modes: readonly CompiledMode[];
  /** Families to leave out. */
  without?: string[];
  /** Time to make a failing program smaller, in ms; default 0. */
  shrinkMs?: number;
}

export interface Answer extends Verdict {
  /** Awaits that the native run came to. */
  suspensions: number;
  features: [string, number][];
  /** The smaller program, of a failure. */
  small?: string;
}

process.on("unhandledRejection", () => {}); // Programs leave some promises to fail by themselves.

answer(async ({ seed, modes, without, shrinkMs = 0 }: Question): Promise<Answer> => {
  const { text, counted, strict, timed, features } = makeProgram(seed, without);
  const source = { text, strict, timed, name: `p${seed}` };
  const verdict = await check(source, modes);
  const suspensions = await countSuspensions(() => evaluate(counted, strict).main(), timed);
  const found = { ...verdict, suspensions, features: [...features] };
  if (verdict.failure === undefined || verdict.failure.mode === "refused" || shrinkMs === 0) return found;
  const { failure, text: small } = await shrinkFailure(source, verdict.failure, shrinkMs);
  return {
    ...found,
    failure,
    small: `// ${strict ? "strict" : "sloppy"}${timed ? " timed" : ""}, seed ${seed}\n${small}\n`,
  };
});
