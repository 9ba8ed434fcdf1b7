/** Owns: when a smaller program counts as the same failure, and the failure printed as a program to keep. */
import { check } from "./check.ts";
import type { CompiledMode, Failure } from "./failure.ts";
import type { Source } from "./modes.ts";
import { shrink } from "./shrink.ts";

const nonsense = /ReferenceError\(".* is not defined|SyntaxError|RangeError\("Maximum/;

/** @returns the text of the smallest program found, and how it fails */
export async function shrinkFailure(
  source: Source,
  failure: Failure,
  limitMs: number,
): Promise<{ text: string; failure: Failure }> {
  if (failure.mode === "generator") return { text: source.text, failure };
  const modes: CompiledMode[] = isOfCompiler(failure) ? [] : [failure.mode as CompiledMode];
  let last = failure;
  const kind = kindOf(failure);
  const fails = async (text: string) => {
    try {
      const verdict = await check({ ...source, text }, modes);
      if (verdict.failure === undefined || kindOf(verdict.failure) !== kind || nonsense.test(verdict.outcome))
        return false;
      if (nonsense.test(verdict.failure.what.split(", was ")[0] as string)) return false;
      last = verdict.failure;
      return true;
    } catch {
      return false; // not even a program
    }
  };
  const text = await shrink(source.text, fails, { limitMs });
  return { text, failure: last };
}

const isOfCompiler = ({ mode }: Failure) => mode === "compile" || mode === "refused";

/** Differences may become others on the way; an error of the runtime or the compiler stays what it is. */
function kindOf(failure: Failure): string {
  const { mode, what } = failure;
  const coded = /\[CF\d{4}\][^.:`]*/.exec(what)?.[0].replace(/\w*\d+\w*/g, "_") ?? "";
  const error = /was threw (\w+)/.exec(what)?.[1] ?? "";
  const fault = isOfCompiler(failure)
    ? what
        .split("\n")
        .slice(0, 2)
        .join(" ")
        .replace(/`.*?`|\d+/g, "_")
    : "";
  return `${mode} ${coded} ${/never settled/.test(what)} ${error === "Oops" ? "" : error} ${fault}`;
}
