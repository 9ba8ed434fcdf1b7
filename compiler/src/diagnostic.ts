// Owns: what compile() says about a place of a file, and the list in which the passes of one file collect it.
// Does not own: the texts (docs/errors), how a host shows them.
// I1. Every diagnostic has a coded error behind it; a refusal that is thrown carries its place here, by identity.
// I2. The list comes out in order of place, whatever the order of the passes.
import type { ColdframeError, ErrorCode } from "./errors.ts";

/** What the compiler says about a place of a file; offsets count UTF-16 units, lines from 1, columns from 0. */
export interface Diagnostic {
  code: ErrorCode;
  severity: "error" | "warning";
  /** What, in one sentence. */
  message: string;
  why: string;
  fix: string;
  /** Page of the code. */
  link: string;
  start: number;
  end: number;
  line: number;
  column: number;
}

/** A range of the source: a node, a comment, or a place that a parser reports. */
export interface Place {
  start?: number | null | undefined;
  end?: number | null | undefined;
  loc?: { start: { line: number; column: number } } | null | undefined;
}

/** The diagnostics of one file. */
export class Diagnostics {
  readonly #list: Diagnostic[] = [];
  readonly #places = new WeakMap<Error, Place>();

  add(severity: Diagnostic["severity"], place: Place, error: ColdframeError): void {
    const { code, what, why, fix, link } = error;
    const { line, column } = place.loc?.start ?? { line: 1, column: 0 };
    const [start, end] = [place.start ?? 0, place.end ?? place.start ?? 0];
    this.#list.push({ code, severity, message: what, why, fix, link, start, end, line, column });
  }

  /** Remembers the place of an error that is about to be thrown; {@link addThrown} finds it again. */
  locate(place: Place, error: ColdframeError): ColdframeError {
    this.#places.set(error, place);
    return error;
  }

  /** Adds an error that was thrown, at the place it was located at, else at `fallback`. */
  addThrown(error: ColdframeError, fallback: Place): void {
    this.add("error", this.#places.get(error) ?? fallback, error);
  }

  get hasErrors(): boolean {
    return this.#list.some(({ severity }) => severity === "error");
  }

  toArray(): Diagnostic[] {
    return this.#list.toSorted((a, b) => a.start - b.start || a.end - b.end);
  }
}
