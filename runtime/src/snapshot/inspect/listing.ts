/**
 * Owns: frames in words, and how a console lists them.
 * Does not own: where they come from: a snapshot (index.ts), the memory of this process (local/inspect.ts).
 */
import { inspect } from "node:util";
import { harmless } from "./print.ts";

/** One frame. */
export interface InspectedFrame {
  /** Number of its node; 0 if it is no part of a snapshot. */
  readonly node: number;
  /** `package/path#function`. */
  readonly function: string;
  /** Line and column of the await at which it rests. */
  readonly at: string;
  /** `package/path:line:column`, as in stacks. */
  readonly place: string;
  /** Source text of what it awaits there, on one line; "" if the snapshot does not say. */
  readonly source: string;
  /** Node of the frame that called it; null at the bottom. */
  readonly caller: number | null;
  /** What it waits for, in words. */
  readonly awaits: string;
  /** Its variables by their names in the source, as a console would print them. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What the code table says of a point: `12:5`, and behind a blank the source text of what is awaited. */
export function placeOf(name: string, words: string): Pick<InspectedFrame, "function" | "at" | "place" | "source"> {
  const [id, text] = [harmless(name), harmless(words)];
  const blank = text.indexOf(" ");
  const at = blank === -1 ? text : text.slice(0, blank);
  const source = blank === -1 ? "" : text.slice(blank + 1);
  return { function: id, at, place: `${id.replace(/#.*$/s, "")}:${at}`, source };
}

/**
 * Names of slots as the source has them; undefined for what the compiler has put there: values in angle brackets, and where a
 * `finally` goes on. Two variables of one name are told apart by the number that the compiler gave one of them.
 */
export function variableNames(keys: readonly string[]): (string | undefined)[] {
  const names = keys.map((key) => harmless(key).replace(/@.*$/s, ""));
  const isPair = (name: string) => {
    const [, word, number] = /^(completion|result)(\d+)$/.exec(name) ?? [];
    return word !== undefined && names.includes(`${word === "result" ? "completion" : "result"}${number}`);
  };
  return keys.map((key, index) => {
    const name = names[index] as string;
    if (name.startsWith("<") || isPair(name)) return undefined;
    return names.indexOf(name) === names.lastIndexOf(name) ? name : harmless(key);
  });
}

/** Frames that a console lists. */
const MOST_LISTED = 40;

/** Makes a console show a value as its frames, one after the other. */
export function listing<T extends { readonly frames: readonly InspectedFrame[] }>(
  value: T,
  head: () => string,
  otherwise: () => string,
): T {
  const print = () => [head(), ...linesOf(value.frames, otherwise)].join("\n");
  return Object.defineProperty(value, inspect.custom, { value: print });
}

export function linesOf(frames: readonly InspectedFrame[], otherwise: () => string): string[] {
  if (frames.length === 0) return [`  ${otherwise()}`];
  const lines = frames.slice(0, MOST_LISTED).flatMap(linesOfFrame);
  if (frames.length > MOST_LISTED) lines.push(`  … ${frames.length - MOST_LISTED} more frames`);
  return lines;
}

function linesOfFrame({ function: id, place, source, awaits, variables }: InspectedFrame): string[] {
  return [
    `  ${id.replace(/^.*#/s, "")} (${place})`,
    ...(source === "" ? [] : [`    await ${source}`]),
    `    waits for ${awaits}`,
    ...Object.entries(variables).map(([name, text]) => `    ${name} = ${text}`),
  ];
}
