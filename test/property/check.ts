/** Owns: whether one program does the same in all modes. */
import type { CompiledMode, Failure } from "./failure.ts";
import { compileProgram, Refused, runCompiled, runNative, type Source } from "./modes.ts";
import { difference, type Observed } from "./record.ts";

export interface Verdict {
  failure?: Failure;
  outcome: string;
  cuts: number;
  largestBytes: number;
}

/** Compares the program with its native run, mode by mode, and stops at the first that differs. */
export async function check(source: Source, modes: readonly CompiledMode[]): Promise<Verdict> {
  const native = await runNative(source);
  const verdict: Verdict = { outcome: native.outcome, cuts: 0, largestBytes: 0 };
  const again = difference(native, await runNative({ ...source, text: delay(source.text) }));
  if (again !== undefined) return { ...verdict, failure: { mode: "generator", what: `depends on ticks: ${again}` } };
  if (native.outcome === "never settled") return { ...verdict, failure: { mode: "generator", what: "does not end" } };
  if (readsSource(native)) return verdict;
  const code = { auto: "", large: "" };
  try {
    code.auto = compileProgram(source);
    code.large = alsoLarge(source) ? compileProgram(source, "large") : code.auto;
  } catch (error) {
    return {
      ...verdict,
      failure: {
        mode: error instanceof Refused ? "refused" : "compile",
        what: (error as Error).stack ?? String(error),
      },
    };
  }
  for (const mode of modes) {
    const what = await compare(source, code, mode, native, verdict);
    if (what !== undefined) return { ...verdict, failure: { mode, what } };
  }
  return verdict;
}

/** Compiling is half of the time: the form of large functions is tried with every fourth program, in the long run with all. */
function alsoLarge({ name }: Source): boolean {
  return process.env.COLDFRAME_TEST === "long" || Number(name.slice(1)) % 4 === 0;
}

/** The source text of functions is not kept. Where one was added to a text, it shows. */
function readsSource({ outcome, branches }: Observed): boolean {
  return [outcome, ...Object.values(branches).flat()].some((line) => /\) =>|function ?\*? ?\w*\(/.test(line));
}

/** The same program, except that some of its awaits take longer: nothing that is compared may depend on that. */
function delay(text: string): string {
  let count = 0;
  return text.replace(/(?<!for )\bawait\b(?! using)/g, () => (count++ % 3 === 0 ? "await await await" : "await"));
}

async function compare(
  source: Source,
  code: { auto: string; large: string },
  mode: CompiledMode,
  native: Awaited<ReturnType<typeof runNative>>,
  verdict: Verdict,
): Promise<string | undefined> {
  try {
    // What is stored in the one form of frames goes on in the other.
    const forms = [code.large, code.auto];
    let loads = 0;
    const codeFor = () => forms[loads++ % 2] as string;
    const run = await runCompiled(source, mode === "coroutine" ? code.large : code.auto, mode, codeFor);
    verdict.cuts += run.cuts;
    verdict.largestBytes = Math.max(verdict.largestBytes, run.largestBytes);
    return difference(native, run);
  } catch (error) {
    return `harness: ${(error as Error).stack}`;
  }
}
