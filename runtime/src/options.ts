/**
 * Owns: how options are read that a user hands over: only names that there are, each once, and nothing of it outside a guard.
 * Does not own: which options there are, their bounds and defaults (who takes them).
 *
 * I1 An unknown name is refused wherever options are taken: a misspelt one would be ignored in silence.
 * I2 Values are looked at no further than a check asks, and may fail when they are.
 */
import { types } from "node:util";
import { distance } from "fastest-levenshtein";
import { errors, isColdframeError } from "./errors.ts";

/** The names of options; typed so that none can be forgotten. */
export type Names<T> = Readonly<Record<keyof T, unknown>>;

/**
 * Reads options, once.
 *
 * @param of who takes them, as in "start"
 * @param given what a user has handed over; undefined: none
 * @param names of the options that there are
 * @returns a copy, without what is undefined
 * @throws CF2432 for an unknown name, CF2405 if it is no object or can't be read
 */
export function readOptions<T extends object>(of: string, given: T | undefined, names: Names<T>): T {
  if (given === undefined) return {} as T;
  if (typeof given !== "object" || given === null || isList(given))
    throw invalid(`options of ${of}`, given, "an object with options");
  const known = Object.keys(names);
  for (const name of readable(of, () => Object.keys(given)))
    if (!known.includes(name)) throw unknownOption(of, name, known);
  const read: Record<string, unknown> = {};
  for (const name of known) {
    const value = readable(name, () => (given as Record<string, unknown>)[name]);
    if (value !== undefined) read[name] = value;
  }
  return read as T;
}

function readable<T>(option: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isColdframeError(cause, errors.invalidOption.code)) throw cause;
    throw errors.invalidOption({ option, found: "not readable", needed: "what can be read" }, { cause });
  }
}

/** Is it an array? A Proxy of one is none: it may be revoked. */
export function isList(value: unknown): value is unknown[] {
  return !types.isProxy(value) && Array.isArray(value);
}

/** A copy of a list of at most so many elements. @throws CF2405 if it is none, or can't be read */
export function readList(option: string, given: unknown, most: number, needed: string): unknown[] {
  if (!isList(given)) throw invalid(option, given, needed);
  return readable(option, () => {
    const { length } = given;
    if (!(length <= most)) throw errors.invalidOption({ option, found: `${length} long`, needed });
    return Array.from({ length }, (_, index) => given[index]);
  });
}

function unknownOption(of: string, option: string, known: readonly string[]): Error {
  return errors.unknownOption({ option, of, suggestion: suggest(option, known), known: known.join(", ") });
}

/** ` Did you mean …?`, if one is near enough to be meant. */
function suggest(found: string, known: readonly string[]): string {
  const given = found.slice(0, LONGEST_NAME).toLowerCase();
  const [nearest] = known
    .map((name) => ({ name, far: farness(given, name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far);
  return nearest !== undefined && nearest.far < 1 ? ` Did you mean \`${nearest.name}\`?` : "";
}

/** From 0; 1: another word. One that goes on where the other ends is near. */
function farness(given: string, name: string): number {
  const [short, long] = given.length < name.length ? [given, name] : [name, given];
  if (short.length >= SHORTEST_START && long.startsWith(short)) return 0;
  return distance(given, name) / Math.max(2, long.length / 2);
}

const SHORTEST_START = 3;
const LONGEST_NAME = 64;

/** @throws CF2405 unless the value is good */
export function check(isGood: boolean, option: string, found: unknown, needed: string): void {
  if (!isGood) throw invalid(option, found, needed);
}

/** Checks a word that is one of a few. @throws CF2405 */
export function checkWord(option: string, found: unknown, words: readonly string[]): void {
  if (words.includes(found as string)) return;
  const hint = typeof found === "string" ? suggest(found, words) : "";
  throw invalid(option, found, `one of ${words.join(", ")}.${hint}`.replace(/\.$/, ""));
}

function invalid(option: string, found: unknown, needed: string): Error {
  return errors.invalidOption({ option, found: textOf(found), needed });
}

/** A short text for any value (I2). */
export function textOf(value: unknown): string {
  try {
    if (isList(value)) return `an array of ${value.length}`; // a sparse one would be joined for ever
    return String(value).slice(0, LONGEST_TEXT);
  } catch {
    return `a ${typeof value} without a text`;
  }
}

const LONGEST_TEXT = 200;
