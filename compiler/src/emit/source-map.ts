// Owns: the positions of a file in which some ranges were replaced.
// Does not own: what is replaced (print.ts), composition with the map of a later compiler (hosts).
// I1. Replacements are ordered and do not overlap. Every byte outside them is kept.
// I2. Each word, sign and run of blanks of kept text has a segment of its own. A lookup takes the nearest segment to the
//     left and adds no offset, and tsc begins segments at blanks too: with fewer, composed maps differ from those of tsc.
// I3. Text without an origin gets a segment without a source, so that the token before it does not claim it.
// I4. A line ends where Babel and tsc end it: LF, CR, CRLF, U+2028, U+2029. A line counted otherwise shifts the rest.
import { encodedMappings, TraceMap } from "@jridgewell/trace-mapping";
import { errors } from "../errors.ts";

/** One mapping of a line: generated column, and source, original line and column (all from 0), and name, where known. */
export type Segment = [number] | [number, number, number, number] | [number, number, number, number, number];

/** A source map, version 3, as hosts pass it on. */
export interface RawMap {
  version: 3;
  file?: string | null;
  sourceRoot?: string;
  sources: (string | null)[];
  sourcesContent?: (string | null)[];
  names: string[];
  mappings: string;
}

/** New text for a range of the source; an insertion if `start === end`. */
export interface Replacement {
  start: number;
  end: number;
  code: string;
  /** Per line of `code`, generated positions counted from the beginning of `code`; Babel's `decodedMap.mappings`. */
  mappings?: readonly (readonly Segment[])[];
  /** What the fifth numbers of `mappings` point to; Babel's `decodedMap.names`. */
  names?: readonly string[];
}

/**
 * Puts new text in place of some ranges and says where each token came from.
 * @param source the whole file
 * @param replacements ordered by `start`, not overlapping
 * @param file what the map calls the source
 * @returns the new text and its map back to `source`
 */
export function spliceSource(
  source: string,
  replacements: readonly Replacement[],
  file: string,
): { code: string; map: RawMap } {
  const splice = new Splice(source);
  let position = 0;
  for (const replacement of replacements) {
    if (replacement.start < position || replacement.end < replacement.start) {
      const detail = `the replacement at ${replacement.start} comes after the text up to ${position} was placed`;
      throw errors.compilerFailed({ file, detail });
    }
    splice.keep(position, replacement.start);
    splice.replace(replacement);
    position = replacement.end;
  }
  splice.keep(position, source.length);
  return { code: splice.code, map: splice.toMap(file) };
}

const word = 0;
const blank = 1;
const sign = 2;

class Splice {
  code = "";
  readonly #source: string;
  readonly #lines: Segment[][] = [[]];
  readonly #names = new Map<string, number>();
  /** Line of the source that has been reached, and where it begins. */
  #line = 0;
  #lineStart = 0;
  /** Where the last line of `code` begins. */
  #outStart = 0;

  constructor(source: string) {
    this.#source = source;
  }

  keep(start: number, end: number): void {
    const source = this.#source;
    const offset = this.code.length - start;
    let last = sign;
    for (let i = start; i < end; i++) {
      const kind = kindOf(source.charCodeAt(i));
      if (kind === sign || kind !== last) this.#add([i + offset - this.#outStart, 0, this.#line, i - this.#lineStart]);
      last = kind;
      if (endsLine(source, i)) {
        this.#enterLine(i + 1);
        this.#enterOutLine(i + 1 + offset);
        last = sign;
      }
    }
    this.code += source.slice(start, end);
  }

  replace({ start, end, code, mappings = [], names = [] }: Replacement): void {
    const base = this.code.length;
    if (code !== "" && mappings[0]?.[0]?.[0] !== 0) this.#add([base - this.#outStart]);
    let line = 0;
    for (let i = 0, column = base - this.#outStart; i <= code.length; i++) {
      if (i < code.length && !endsLine(code, i)) continue;
      for (const segment of mappings[line++] ?? []) this.#add(this.#shift(segment, column, names));
      if (i < code.length) this.#enterOutLine(base + i + 1);
      column = 0;
    }
    for (let i = start; i < end; i++) if (endsLine(this.#source, i)) this.#enterLine(i + 1);
    this.code += code;
  }

  toMap(file: string): RawMap {
    const head = { version: 3 as const, sources: [file], names: [...this.#names.keys()] };
    const mappings = encodedMappings(new TraceMap({ ...head, mappings: this.#lines }));
    return { ...head, sourcesContent: [this.#source], mappings };
  }

  #add(segment: Segment): void {
    this.#lines[this.#lines.length - 1]?.push(segment);
  }

  #enterLine(start: number): void {
    this.#line++;
    this.#lineStart = start;
  }

  #enterOutLine(start: number): void {
    this.#lines.push([]);
    this.#outStart = start;
  }

  #shift(segment: Segment, by: number, names: readonly string[]): Segment {
    const [column, source, line, original, index] = segment;
    if (source === undefined) return [column + by];
    const name = index === undefined ? undefined : names[index];
    if (name === undefined) return [column + by, 0, line as number, original as number];
    const known = this.#names.get(name) ?? this.#names.size;
    this.#names.set(name, known);
    return [column + by, 0, line as number, original as number, known];
  }
}

function endsLine(text: string, at: number): boolean {
  const char = text.charCodeAt(at);
  if (char === 10 || char === 0x2028 || char === 0x2029) return true;
  return char === 13 && text.charCodeAt(at + 1) !== 10;
}

function kindOf(char: number): number {
  if (char > 127) return word;
  const letter = (char > 64 && char < 91) || (char > 96 && char < 123) || (char > 47 && char < 58);
  if (letter || char === 95 || char === 36) return word;
  return char === 32 || char === 9 ? blank : sign;
}
