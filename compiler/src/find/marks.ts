// Owns: how a mark is written (tag, directive, decorator), its options, and what looks like a misspelt one.
// Does not own: which function a mark belongs to (find.ts).
// I1. A tag counts where JSDoc counts one: in a `/** */` comment, at the beginning of a line. Prose never marks.
// I2. What is nearly a mark is a warning, what is a mark but marks nothing is an error: neither passes in silence.
import type * as t from "@babel/types";
import { distance } from "fastest-levenshtein";
import type { MarkOptions } from "../analyze/types.ts";
import { type ColdframeError, errors } from "../errors.ts";

/** Where a mark came from, and how it is shown in messages. */
export interface Mark {
  source: "tag" | "directive" | "module" | "decorator" | "all";
  text: string;
  options: MarkOptions;
}

export const DIRECTIVE = "use durable";
const WORD = "durable";
const TAG_TEXT = "/** @durable */";
const DIRECTIVE_TEXT = `"${DIRECTIVE}"`;
const optionNames = ["id", "renamedFrom", "version"] as const;

export const byDirective: Mark = { source: "directive", text: DIRECTIVE_TEXT, options: {} };
export const byModule: Mark = { source: "module", text: DIRECTIVE_TEXT, options: {} };
export const byDecorator: Mark = { source: "decorator", text: "@durable", options: {} };
export const byOption: Mark = { source: "all", text: 'mark: "all"', options: {} };

/**
 * Tells by its text alone whether a file may have a mark or what looks like one; cheap, and never wrongly false for a mark.
 */
export function mayHaveMark(source: string): boolean {
  return /d\w{0,2}r\w{0,2}b|urabl/i.test(source);
}

/** Reads a comment. */
export function readComment(comment: t.Comment): { mark?: Mark; faults: ColdframeError[]; warning?: ColdframeError } {
  for (const line of comment.value.split(/\r\n|[\n\r\u2028\u2029]/)) {
    const [, word = "", rest = ""] = /^[\s*]*@([A-Za-z]+)(?![\w$-])(.*)$/.exec(line) ?? [];
    if (word === WORD && isDocumentation(comment)) return readTag(rest);
    // Longer comments talk about marks; one that begins with a mark is meant as one.
    if (word === WORD ? comment.value.trim().startsWith(`@${word}`) : isNear(word, WORD)) {
      const open = comment.type === "CommentLine" ? "// " : isDocumentation(comment) ? "" : "/* ";
      return { faults: [], warning: errors.unknownMark({ found: `${open}@${word}`, meant: TAG_TEXT }) };
    }
  }
  return { faults: [] };
}

function isDocumentation(comment: t.Comment): boolean {
  return comment.type === "CommentBlock" && comment.value.startsWith("*");
}

function readTag(text: string): { mark: Mark; faults: ColdframeError[] } {
  const options: MarkOptions = {};
  const faults: ColdframeError[] = [];
  // Only what has a "=" can be meant as an option: the rest of the line is prose.
  for (const option of text.match(/\S*\s*=\s*\S*/g) ?? []) {
    const [, key, value = ""] = /^(\w+)=([\w$./~#@-]+(?:,[\w$./~#@-]+)*)$/.exec(option) ?? [];
    const name = optionNames.find((known) => known === key);
    if (name === undefined || name in options || (name !== "renamedFrom" && /[,~#@]/.test(value)))
      faults.push(errors.unknownMarkOption({ option }));
    else if (name === "renamedFrom") options.renamedFrom = value.split(",");
    else options[name] = value;
  }
  return { mark: { source: "tag", text: TAG_TEXT, options }, faults };
}

/** What is wrong with a directive or string statement that is not exactly the mark, if it looks like it. */
export function findNearDirective(value: string): ColdframeError | undefined {
  const letters = value.toLowerCase().replace(/[^a-z]/g, "");
  if (value === DIRECTIVE || !isNear(letters, "usedurable", 0)) return undefined;
  return errors.unknownMark({ found: `"${value}"`, meant: DIRECTIVE_TEXT });
}

/** One letter wrong, missing or too many, or two letters changed places. */
function isNear(found: string, meant: string, least = 1): boolean {
  const word = found.toLowerCase();
  if (word === meant) return found !== meant || least === 0;
  const edits = distance(word, meant);
  return edits === 1 || (edits === 2 && sortLetters(word) === sortLetters(meant));
}

function sortLetters(word: string): string {
  return [...word].sort().join("");
}
