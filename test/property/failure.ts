/** Owns: the names of the ways a program is run, and how a failure is told. */

/** volatile: as a user calls it; coroutine: under the local scheduler; cut: through bytes at every await. */
export type CompiledMode = "volatile" | "coroutine" | "cut";

export const allModes: readonly CompiledMode[] = ["volatile", "coroutine", "cut"];

export interface Failure {
  mode: CompiledMode | "compile" | "refused" | "generator" | "harness";
  /** What differs, or the error. */
  what: string;
}

/** Failures with the same signature have, most likely, the same cause: names and numbers left out. */
export function signature({ mode, what }: Failure): string {
  const text = what.split("\n")[0] as string;
  return `${mode}: ${text.replace(/[a-z]+\d+/gi, "_").replace(/-?\d+/g, "0")}`.slice(0, 160);
}
