/**
 * Owns: reading a node table's MessagePack: first a skim that checks every byte, then msgpackr.
 * Does not own: what the tokens mean (graph-reader), writing (pack).
 *
 * I1 msgpackr sees nothing but the subset of docs/formats.md, all lengths true: no maps, extensions, records or bin, no array
 *    that is longer than its bytes, no deep nesting. So none of its process-wide extensions can come into play.
 * I2 The Unpackr is our own, without records, and gets a view of its own: msgpackr writes a property on what it reads.
 */
import { Unpackr } from "msgpackr/unpack";
import { errors } from "../errors.ts";
import { COST_OF_ENTRY, type Cost } from "./cost.ts";
import type { Limits } from "./types.ts";

/** The three parts of a node table. */
export interface Table {
  readonly tokens: readonly unknown[];
  readonly shapes: readonly unknown[];
  readonly sections: readonly unknown[];
}

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false, bundleStrings: false, moreTypes: false });
/** Reads a node table. */
export function unpackTable(bytes: Uint8Array, limits: Limits, cost: Cost): Table {
  cost.spend(skim(bytes, limits) * COST_OF_ENTRY);
  return unpackSound(bytes);
}

/** As `unpackTable`, of what this process has written. */
export function unpackSound(bytes: Uint8Array): Table {
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

/**
 * Checks that the bytes are `[tokens, shapes, sections]` in the allowed subset, that no length lies, and that there are not
 * too many values. Cheap, because values are not looked into: two or three steps per token.
 *
 * @returns number of values
 */
function skim(bytes: Uint8Array, limits: Limits): number {
  if (bytes[0] !== 0x93) throw corrupt("it does not begin with three parts");
  const budget = { values: limits.tokens };
  let at = skimFlat(bytes, 1, budget);
  const shapes = readArrayHead(bytes, at, budget);
  at = shapes.at;
  for (let i = 0; i < shapes.count; i++) at = skimFlat(bytes, at, budget);
  at = skimFlat(bytes, at, budget);
  if (at !== bytes.length) throw corrupt("bytes are left over");
  return limits.tokens - budget.values;
}

interface Budget {
  /** Values that may still come. */
  values: number;
}

/** Where an array of primitives ends. */
function skimFlat(bytes: Uint8Array, from: number, budget: Budget): number {
  const { at: first, count } = readArrayHead(bytes, from, budget);
  const end = bytes.length;
  let at = first;
  for (let i = 0; i < count; i++) {
    // Beyond the end there is 0xc1, which nothing may begin with.
    const code = at < end ? (bytes[at] as number) : 0xc1;
    if (code < 0x80 || code >= 0xe0) at++;
    else if (code >= 0xa0 && code < 0xc0) at += code - 0xa0 + 1;
    else at += sizeOf(bytes, at, code);
  }
  if (at > end) throw corrupt("it is cut off");
  return at;
}

function readArrayHead(bytes: Uint8Array, at: number, budget: Budget): { at: number; count: number } {
  const code = bytes[at] ?? 0xc1;
  const head = code === 0xdd ? 4 : code === 0xdc ? 2 : 0;
  if (head === 0 && (code & 0xf0) !== 0x90) throw corrupt("an array is missing");
  const count = head === 0 ? code & 0x0f : readLength(bytes, at, head);
  budget.values -= count;
  if (budget.values < 0) throw errors.snapshotTooLarge({ what: "values", found: count, limit: budget.values + count });
  if (count > bytes.length - at - 1 - head) throw corrupt("an array is longer than its bytes");
  return { at: at + 1 + head, count };
}

/**
 * Per first byte: the size of the value, or minus the size of the length behind it (texts), or 0: not allowed.
 * Codes of small integers and short texts never get here.
 */
const sizes = new Int8Array(256);
for (const code of [0xc0, 0xc2, 0xc3]) sizes[code] = 1; // nil, false, true
sizes[0xcb] = 9; // float 64
for (const code of [0xcc, 0xd0]) sizes.set([2, 3, 5], code); // unsigned and signed integers of 8, 16, 32 bits
sizes.set([-1, -2, -4], 0xd9); // str 8, 16, 32

function sizeOf(bytes: Uint8Array, at: number, code: number): number {
  const size = sizes[code] as number;
  if (size > 0) return size;
  if (size === 0) throw corrupt(code === 0xc1 ? "it is cut off" : `a value of type ${code.toString(16)}`);
  return 1 - size + readLength(bytes, at, -size);
}

function readLength(bytes: Uint8Array, at: number, head: number): number {
  let length = 0;
  for (let i = 1; i <= head; i++) length = length * 256 + (bytes[at + i] ?? 0);
  return length;
}
