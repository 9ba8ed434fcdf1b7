/**
 * Owns: what every message to a user must hold: what is wrong, where, why, how to fix it, and where to read on.
 * Does not own: the texts (docs/errors), what is tested.
 */
import type { Diagnostic } from "@coldframe/compiler";
import { expect } from "vitest";

/** What a message says of its case; each part is text that must stand in it. */
export interface Parts {
  /** In the first line. */
  readonly what: string;
  /** In the line `where:`; without it, the names in `what` must be enough to find the place. */
  readonly where?: string;
  readonly why?: string;
  readonly fix?: string;
}

/** Checks an error that a user meets, or the text of one that was stored. */
export function expectCoded(error: unknown, code: string, parts: Parts): void {
  const message = typeof error === "string" ? error : (error as Error | undefined)?.message;
  expect(message, `no message: ${String(error)}`).toBeTypeOf("string");
  if (typeof error !== "string") expect(error).toMatchObject({ code });
  const [what, ...rest] = (message as string).split("\n") as [string, ...string[]];
  expect(what).toMatch(new RegExp(`^\\[${code}\\] \\S`));
  expect(what).toContain(parts.what);
  expect(sectionOf(rest, "where")).toContain(parts.where ?? "");
  expect(sectionOf(rest, "why")).toMatch(/\w.*\./s);
  expect(sectionOf(rest, "why")).toContain(parts.why ?? "");
  expect(sectionOf(rest, "fix")).toMatch(/\w/);
  expect(sectionOf(rest, "fix")).toContain(parts.fix ?? "");
  expect(sectionOf(rest, "link").trim()).toBe(`https://coldframe.dev/errors/${code}`);
}

/** The lines from `name:` up to the next name. */
function sectionOf(lines: readonly string[], name: string): string {
  const from = lines.findIndex((line) => line.startsWith(`  ${name}:`));
  if (from === -1) return "";
  const length = lines.slice(from + 1).findIndex((line) => /^ {2}\w+:/.test(line));
  const text = length === -1 ? lines.slice(from) : lines.slice(from, from + 1 + length);
  return text.join("\n").slice(name.length + 3);
}

/** What a call throws, or what its promise is rejected with. */
export async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

/** What a diagnostic says, in the form of an error's message. */
export function textOf({ code, message, why, fix, link, line, column }: Diagnostic, file: string): string {
  const place = `${file}:${line}:${column + 1}`;
  return [
    `[${code}] ${message}`,
    ...Object.entries({ where: place, why, fix, link }).map((part) => `  ${part.join(": ")}`),
  ].join("\n");
}
