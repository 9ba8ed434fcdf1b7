// Owns: the text of a diagnostic where a host shows nothing but text.
import type { Diagnostic } from "../index.ts";

/** @returns what, and below it why, how to mend and the page */
export function describe({
  code,
  message,
  why,
  mend,
  link,
}: Pick<Diagnostic, "code" | "message" | "why" | "mend" | "link">): string {
  const parts = Object.entries({ why, mend, link }).map(
    ([key, text]) => `\n  ${key}: ${text.replaceAll("\n", "\n    ")}`,
  );
  return `[${code}] ${message}${parts.join("")}`;
}

/** @returns `src/a.ts:3:5`, as editors and terminals follow it */
export function placeOf(file: string, { line, column }: Diagnostic): string {
  return `${file}:${line}:${column + 1}`;
}

/** @returns the error without the frames of the tool that called us: they tell the user nothing */
export function withoutFrames<E extends Error>(error: E): E {
  error.stack = `${error.name}: ${error.message}`;
  return error;
}
