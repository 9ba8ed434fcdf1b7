/**
 * Owns: reading a node table's MessagePack: first a skim that checks every byte, then msgpackr.
 * Does not own: what the tokens mean (graph-reader), writing (pack).
 *
 * I1 msgpackr sees nothing but the subset of docs/formats.md, all lengths true: no maps, extensions, records or bin, no array
 *    that is longer than its bytes, no deep nesting. So none of its process-wide extensions can come into play.
 * I2 The Unpackr is our own, without records, and gets a view of its own: msgpackr writes a property on what it reads.
 */
import { Unpackr } from "msgpackr";
import { errors } from "../errors.ts";
import type { Limits } from "./types.ts";

/** The three parts of a node table. */
export interface Table {
  readonly tokens: readonly unknown[];
  readonly shapes: readonly unknown[];
  readonly sections: readonly unknown[];
}

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, bundleStrings: false, moreTypes: false });
/** Tokens, then shapes within an array, are as deep as it gets. */
const DEEPEST = 3;

/** Reads a node table. */
export function unpackTable(bytes: Uint8Array, limits: Limits): Table {
  skim(bytes, limits);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = unpackr.unpack(view) as unknown;
  if (!Array.isArray(table) || table.length !== 3 || !table.every(Array.isArray))
    throw corrupt("it has no three parts");
  const [tokens, shapes, sections] = table as [unknown[], unknown[], unknown[]];
  return { tokens, shapes, sections };
}

function corrupt(detail: string): Error {
  return errors.snapshotCorrupt({ detail: `the node table: ${detail}` });
}

/** Checks that the bytes are one value of the allowed subset, that no length lies, and that there are not too many tokens. */
function skim(bytes: Uint8Array, limits: Limits): void {
  const end = bytes.length;
  /** Values still to come, per open array. */
  const open = [1];
  let at = 0;
  let count = 0;
  for (let depth = 0; depth >= 0; ) {
    if (open[depth] === 0) {
      depth--;
      continue;
    }
    (open[depth] as number)--;
    if (at >= end) throw corrupt("it is cut off");
    const code = bytes[at] as number;
    const size = sizes[code] as number;
    if (++count > limits.tokens) throw errors.snapshotTooLarge({ what: "tokens", found: count, limit: limits.tokens });
    if (size > 0) at += size;
    else if (size === TEXT) at = skipText(bytes, at, code);
    else if (size === ARRAY) {
      if (++depth > DEEPEST) throw corrupt("arrays within arrays");
      const length = readLength(bytes, at, arrayHead[code] ?? 0, code & 0x0f);
      at += 1 + (arrayHead[code] ?? 0);
      if (length > end - at) throw corrupt("an array is longer than its bytes");
      open[depth] = length;
    } else throw corrupt(`a value of type ${code.toString(16)}`);
  }
  if (at !== end) throw corrupt(at > end ? "it is cut off" : "bytes are left over");
}

const TEXT = -1;
const ARRAY = -2;
const FORBIDDEN = 0;

/** Bytes of the length behind a code. */
const textHead: Readonly<Record<number, number>> = { 217: 1, 218: 2, 219: 4 };
const arrayHead: Readonly<Record<number, number>> = { 220: 2, 221: 4 };

/** Per first byte: how long the value is, or what else is to be done. */
const sizes: readonly number[] = Array.from({ length: 256 }, (_, code) => {
  if (code < 0x80 || code >= 0xe0) return 1;
  if (code >= 0xa0 && code < 0xc0) return code - 0xa0 + 1;
  if (code >= 0x90 && code < 0xa0) return ARRAY;
  const fixed: Readonly<Record<number, number>> = {
    192: 1, // nil
    194: 1, // false
    195: 1, // true
    203: 9, // float 64
    204: 2, // uint 8, 16, 32
    205: 3,
    206: 5,
    208: 2, // int 8, 16, 32
    209: 3,
    210: 5,
  };
  if (code in textHead) return TEXT;
  return code in arrayHead ? ARRAY : (fixed[code] ?? FORBIDDEN);
});

function skipText(bytes: Uint8Array, at: number, code: number): number {
  const head = textHead[code] as number;
  return at + 1 + head + readLength(bytes, at, head, 0);
}

function readLength(bytes: Uint8Array, at: number, head: number, otherwise: number): number {
  if (head === 0) return otherwise;
  let length = 0;
  for (let i = 1; i <= head; i++) length = length * 256 + (bytes[at + i] ?? 0);
  return length;
}
