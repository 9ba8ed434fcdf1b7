/**
 * Owns: what instances of a class are made of, as far as the text of the class says it: for classes of modules that are not
 *   compiled. The words are those of docs/formats.md (shapes of classes).
 * Does not own: what compiled modules say of their classes (registry), what a class extends (class-shape).
 *
 * I1 A text that can't be read for sure is a word itself: then every change of it counts.
 * I2 Names are read, never values or methods: the same class gives the same words, whatever has laid out or lowered it.
 */
import { createHash } from "node:crypto";
import { blankText } from "./blank-text.ts";

/** A text, and the same with what is no code blanked. */
interface Source {
  text: string;
  blank: string;
}

/** Words of the class itself, not of what it extends; in order of the alphabet. */
export function membersOf(cls: Function): string[] {
  const text = Function.prototype.toString.call(cls);
  if (/\{\s*\[native code\]\s*\}$/.test(text)) return [];
  const blank = blankText(text);
  const words = blank === null ? undefined : read({ text, blank });
  return [...new Set(words ?? [`text ${createHash("sha256").update(text).digest("hex").slice(0, 16)}`])].sort();
}

function read(source: Source): string[] | undefined {
  const { blank } = source;
  const open = blank.endsWith("}") ? opening(blank, blank.length - 1) : undefined;
  if (open === undefined) return undefined;
  if (!/^class\b/.test(blank)) return assigned(source, open, blank.length);
  const words: string[] = [];
  for (let at = open + 1; ; ) {
    at = skip(/[\s;]*/y, blank, at);
    if (at >= blank.length - 1) return words;
    const member = readMember(source, at);
    if (member === undefined) return undefined;
    words.push(...member.words);
    at = member.end;
  }
}

/** Own names, accessors and constructor; undefined if it is none of what a class may hold. */
function readMember(source: Source, from: number): { words: string[]; end: number } | undefined {
  const { text, blank } = source;
  const heads = /(?:(?:static|async|get|set|accessor)\b(?=\s*[^\s=;(}])\s*)*\*?\s*/y;
  const at = skip(heads, blank, from);
  const head = blank.slice(from, at);
  const isStatic = /\bstatic\b/.test(head);
  if (isStatic && blank[at] === "{") return ended(closing(blank, at), []);
  const keyEnd = blank[at] === "[" ? closing(blank, at) : skip(/[#\p{ID_Continue}$"]+/uy, blank, at);
  if (keyEnd === undefined || keyEnd === at) return undefined;
  const name = nameOf(text.slice(at, keyEnd));
  const next = skip(/\s*/y, blank, keyEnd);
  if (blank[next] !== "(") return ended(endOfField(blank, keyEnd), isStatic ? [] : fieldWords(head, name));
  const params = closing(blank, next);
  const body = params === undefined ? undefined : skip(/\s*/y, blank, params);
  const end = body === undefined || blank[body] !== "{" ? undefined : closing(blank, body);
  if (end === undefined || isStatic) return ended(end, []);
  return ended(end, name === "constructor" ? assigned(source, body as number, end) : methodWords(head, name));
}

function ended(end: number | undefined, words: string[]) {
  return end === undefined ? undefined : { words, end };
}

function nameOf(key: string): string {
  return /^["']/.test(key) ? key.slice(1, -1) : key;
}

function fieldWords(head: string, name: string): string[] {
  if (name.startsWith("#")) return [name];
  return /\baccessor\b/.test(head) ? [`#accessor ${name}`, `get ${name}`, `set ${name}`] : [`.${name}`];
}

function methodWords(head: string, name: string): string[] {
  if (name.startsWith("#")) return [name];
  const [kind] = /\b[gs]et\b/.exec(head) ?? [];
  return kind === undefined ? [] : [`${kind} ${name}`];
}

const assignment =
  /\bthis\s*\.\s*([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?:[-+%^]|\*\*?|\/|<<|>>>?|&&?|\|\|?|\?\?)?=(?![=>])/gu;
/** `this["name"] =`, and what compilers make of fields: `__publicField(this, "name", …)`. */
const named = /\bthis\s*\[\s*(["'])([^"'\\]*)\1\s*\]\s*=(?![=>])|\(\s*this\s*,\s*(["'])([^"'\\]*)\3/g;

/** What a constructor gives to `this`. */
function assigned({ text, blank }: Source, from: number, to: number): string[] {
  const plain = [...blank.slice(from, to).matchAll(assignment)].map(([, name]) => `.${name}`);
  const quoted = [...text.slice(from, to).matchAll(named)].map((found) => `.${found[2] ?? found[4]}`);
  return [...plain, ...quoted];
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

const pairs: Readonly<Record<string, number>> = { "(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1 };

/** Behind the bracket that closes the one at this place. */
function closing(blank: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < blank.length; at++) {
    depth += pairs[blank[at] as string] ?? 0;
    if (depth === 0) return at + 1;
  }
  return undefined;
}

/** The bracket that the one at this place closes. */
function opening(blank: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at >= 0; at--) {
    depth += pairs[blank[at] as string] ?? 0;
    if (depth === 0) return at;
  }
  return undefined;
}

/** Fields may end without a semicolon, where the next line can't go on with their value. */
function endOfField(blank: string, from: number): number {
  for (let at = from; at < blank.length - 1; at++) {
    const char = blank[at] as string;
    if (char === ";") return at;
    if (pairs[char] === 1) at = (closing(blank, at) ?? blank.length) - 1;
    else if (char === "\n" && isEnd(blank.slice(from, at).trimEnd(), blank.slice(at).trimStart())) return at;
  }
  return blank.length - 1;
}

function isEnd(before: string, after: string): boolean {
  return (
    !/(?:[-+*/%&|^<>=?:,.!~]|\b(?:new|typeof|void|delete|await|yield|in|instanceof))$/.test(before) &&
    !/^[-+*/%&|^<>=?:,.([`]|^in(?:stanceof)?\b/.test(after)
  );
}
