/**
 * Owns: what every message to a user must hold: what is wrong, where, why, how to fix it, and where to read on.
 * Does not own: the texts (docs/errors), what is tested.
 */
import type { Diagnostic } from "@coldframe/compiler";
import type { ColdframeError } from "@coldframe/runtime";
import { expect } from "vitest";

/** What an error says of its case; each part is text that must stand in it. */
export interface Parts {
  /** In the sentence. */
  readonly what: string;
  /** The place, in the sentence too; without it, the names in `what` must be enough to find it. */
  readonly where?: string;
  readonly why?: string;
  readonly fix?: string;
}

/** Checks an error that a user meets: the message is a sentence, a console shows all. */
export function expectCoded(error: unknown, code: string, parts: Parts): void {
  expect(error, `no coded error: ${String(error)}`).toMatchObject({ code });
  const { message, stack, why, fix, link } = error as ColdframeError;
  expect(message).not.toContain("\n");
  expect(stack).toContain(message);
  const shown = (stack as string).split("\n").slice(1);
  expectText([message, ...shown].join("\n"), code, parts);
  for (const text of [why, fix]) expect(message).not.toContain(text);
  expect([why, fix, link].map((text) => text.split("\n")[0])).toEqual(
    ["why", "fix", "link"].map((name) => sectionOf(shown, name).trim().split(/\n\s*/)[0]),
  );
}

/** Checks a text that people read: of a stored error, of a diagnostic. */
export function expectText(text: string | undefined, code: string, parts: Parts): void {
  const [what, ...rest] = (text ?? "").split("\n") as [string, ...string[]];
  expect(what).toMatch(new RegExp(`^\\[${code}\\] \\S`));
  expect(what).toContain(parts.what);
  expect(what).toContain(parts.where ?? "");
  expect(sectionOf(rest, "why")).toMatch(/\w.*\./s);
  expect(sectionOf(rest, "why")).toContain(parts.why ?? "");
  expect(sectionOf(rest, "fix")).toMatch(/\w/);
  expect(sectionOf(rest, "fix")).toContain(parts.fix ?? "");
  expect(sectionOf(rest, "link").trim()).toBe(`https://coldframe.dev/errors/${code}`);
}

/** The lines from `name:` up to the next name or frame. */
function sectionOf(lines: readonly string[], name: string): string {
  const from = lines.findIndex((line) => new RegExp(`^ *${name}:`).test(line));
  if (from === -1) return "";
  const length = lines.slice(from + 1).findIndex((line) => /^(?: {2})?\w+:|^ {4}at /.test(line));
  const text = length === -1 ? lines.slice(from) : lines.slice(from, from + 1 + length);
  return text.join("\n").replace(/^ *\w+:/, "");
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

/** What a diagnostic says, in the form of an error's text. */
export function textOf({ code, message, why, fix, link, line, column }: Diagnostic, file: string): string {
  const place = `${file}:${line}:${column + 1}`;
  const parts = Object.entries({ why, fix, link }).map((part) => `  ${part.join(": ")}`);
  return [`[${code}] ${message} (${place})`, ...parts].join("\n");
}

/** What the status of a held run says, as one text. */
export function heldText(info: { reason: string | undefined; details: string | undefined } | undefined): string {
  return `${info?.reason}\n${info?.details}`;
}
