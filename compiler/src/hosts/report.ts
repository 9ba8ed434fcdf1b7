// Owns: the text of a diagnostic where a host shows nothing but text.
import { detailsOf, isColdframeError } from "../errors.ts";
import type { Diagnostic } from "../index.ts";

/** @returns what, and below it why, how to fix it and the page */
export function describe(diagnostic: Pick<Diagnostic, "code" | "message" | "why" | "fix" | "link">): string {
  return `[${diagnostic.code}] ${diagnostic.message}${detailsOf(diagnostic)}`;
}

/** @returns `src/a.ts:3:5`, as editors and terminals follow it */
export function placeOf(file: string, { line, column }: Diagnostic): string {
  return `${file}:${line}:${column + 1}`;
}

/**
 * Takes the frames of the tool that called us off an error: they tell the user nothing.
 * @param text what a console shows in their place; default: all that a coded error says
 */
export function withoutFrames<E extends Error>(error: E, text = textOf(error)): E {
  error.stack = `${error.name}: ${text}`;
  return error;
}

function textOf(error: Error): string {
  return isColdframeError(error) ? error.message + detailsOf(error) : error.message;
}
