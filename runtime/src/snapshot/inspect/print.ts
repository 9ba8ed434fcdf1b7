/**
 * Owns: how described values are printed: as Node's console does, on one line and in bounds.
 * Does not own: what stands for a value (stand-ins.ts).
 */
import { inspect } from "node:util";

/** How deep values are described, how many items of one, and how much of a text. */
const options = {
  ...{ depth: 3, maxArrayLength: 20, maxStringLength: 160 },
  ...{ compact: false, breakLength: Number.POSITIVE_INFINITY, colors: false, showProxy: false, getters: false },
} as const;
const LONGEST_TEXT = 1_000;

/** Begins a key that is printed as it is: a noncharacter, which texts do not hold. */
const BARE = "\uFDD0";

const bare = new RegExp(`(['"\`])${BARE}(.*?)\\1: `, "gs");

/** A key that is no name of a property and is printed without quotes: `#x` of a private field. */
export function bareKey(text: string): string {
  return BARE + text;
}

/** Something of which only a text is known, printed as it is. */
export function word(text: string): object {
  return Object.defineProperty(Object.create(null), inspect.custom, { value: () => text });
}

/** Where an error was thrown is seldom what is looked for here; texts of the user's have no line of their own. */
const stackLines = /\n\s+(?:at .+?|\.\.\. \d+ lines matching cause stack trace \.\.\.)(?= \{\n|\n|$)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
const control = /[\u0000-\u001f\u007f-\u009f]/g;

/** A text of foreign bytes as a terminal may get it. */
export function harmless(text: string): string {
  return text.replace(control, "?");
}

/** @returns one line of at most `LONGEST_TEXT` characters */
export function print(value: unknown): string {
  const text = inspect(value, options)
    .replace(bare, (_all, _quote, key: string) => (/^(?:<.*>)?$/.test(key) ? key && `${key} ` : `${key}: `))
    .replaceAll(BARE, "")
    .replace(stackLines, "")
    .replace(/\r?\n\s*/g, " ");
  return harmless(shorten(text, LONGEST_TEXT));
}

/** A value in memory; what a `Symbol.for("nodejs.util.inspect.custom")` of the user's throws is part of the text. */
export function printLive(value: unknown): string {
  try {
    return print(value);
  } catch (error) {
    return `(cannot be shown: ${error instanceof Error ? error.message : typeof error})`;
  }
}

export function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
