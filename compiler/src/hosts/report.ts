// Owns: the text of a diagnostic where a host shows nothing but text.
import type { Diagnostic } from "../index.ts";

/** @returns what, and below it why, how to fix it and the page */
export function describe({
  code,
  message,
  why,
  fix,
  link,
}: Pick<Diagnostic, "code" | "message" | "why" | "fix" | "link">): string {
  const parts = Object.entries({ why, fix, link }).map(([key, text]) => `\n  ${key}:${indent(text)}`);
  return `[${code}] ${message}${parts.join("")}`;
}

/** A list begins on a line of its own, as in the errors of the runtime. */
function indent(text: string): string {
  return (text.includes("\n") ? `\n${text}` : ` ${text}`).replaceAll("\n", "\n    ");
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
