/** Owns: snapshots taken apart and put together by hand, with a right checksum: what a hostile writer can do. */
import { readHeader, seal, writeHeader } from "../../../runtime/src/snapshot/header.ts";
import { inflate } from "../../../runtime/src/snapshot/read.ts";
import { MAX_KEYS } from "../../../runtime/src/snapshot/shapes.ts";
import { type CodeRef, defaultLimits } from "../../../runtime/src/snapshot/types.ts";
import { unpackSound } from "../../../runtime/src/snapshot/unpack.ts";
import { ABI, RUNTIME_VERSION } from "../../../runtime/src/snapshot/versions.ts";

/** The parts of a snapshot. */
export interface Pieces {
  codes: CodeRef[];
  tokens: unknown[];
  shapes: unknown[][];
  sections: unknown[];
  memory: Uint8Array;
  nodes: number;
}

export function takeApart(bytes: Uint8Array): Pieces {
  const { header, bytes: whole, names } = readHeader(bytes, defaultLimits);
  const middle = names + header.table.stored;
  const { tokens, shapes, sections } = unpackSound(inflate(whole.subarray(names, middle), header.table));
  return {
    codes: [...header.codes],
    tokens: [...tokens],
    shapes: shapes.map((shape) => [...(shape as unknown[])]),
    sections: [...sections],
    memory: inflate(whole.subarray(middle), header.sections),
    nodes: header.nodes,
  };
}

export function putTogether({ codes, tokens, shapes, sections, memory, nodes }: Pieces, abi: number = ABI): Uint8Array {
  return withParts(pack([tokens, shapes, sections]), memory, { codes, nodes, abi });
}

/** A snapshot of two given parts; `lengths`: they are compressed, and these are their lengths inflated. */
export function withParts(
  table: Uint8Array,
  memory: Uint8Array,
  {
    codes = [],
    nodes = 1,
    abi = ABI,
    lengths,
  }: { codes?: CodeRef[]; nodes?: number; abi?: number; lengths?: number[] } = {},
): Uint8Array {
  const part = (bytes: Uint8Array, length = bytes.length) => ({
    compressed: length !== bytes.length,
    stored: bytes.length,
    length,
  });
  const head = { runtime: RUNTIME_VERSION, abi, node: process.version, runId: "", seq: 0, codes, nodes };
  const bytes = writeHeader({ ...head, table: part(table, lengths?.[0]), sections: part(memory, lengths?.[1]) });
  bytes.set(table, bytes.length - table.length - memory.length);
  bytes.set(memory, bytes.length - memory.length);
  seal(bytes);
  return bytes;
}

/** The number of a node, where a token is meant as one. */
export class Ref {
  readonly id: number;
  constructor(id: number) {
    this.id = id;
  }
}
/** The `index`th node that is given; the node around the root comes before them. */
export const ref = (index: number): Ref => new Ref(index + 9);
/** A fixed value. */
export const fixed = (id: number): Ref => new Ref(id);

/** The tokens of a general node. */
export function node(tag: number, ...items: unknown[]): unknown[] {
  const tokens = items.map((item) => (item instanceof Ref ? item.id : item));
  const references = items.map((item) => item instanceof Ref);
  const mode = references.every((is) => !is) ? 0 : references.every((is) => is) ? 1 : 2;
  const masks: number[] = [];
  if (mode === 2) {
    for (let at = 0; at < items.length; at += MAX_KEYS)
      masks.push(references.slice(at, at + MAX_KEYS).reduce((word, is, bit) => word + (is ? 2 ** bit : 0), 0));
  }
  return [tag, items.length * 4 + mode, ...tokens, ...masks];
}

/** A snapshot of these nodes, the first of which is the root. */
export function craft(nodes: unknown[][], more: Partial<Pieces> = {}): Uint8Array {
  const tokens = [...node(1, ref(0)), ...nodes.flat()];
  const none = { codes: [], shapes: [], sections: [], memory: new Uint8Array() };
  return putTogether({ ...none, ...more, tokens, nodes: nodes.length + 1 });
}

export const named = (kind: "function" | "class" | "constant", id: string): CodeRef => ({
  kind,
  id,
  stamp: "",
  fp: "",
  at: "",
});

// ---- MessagePack, as docs/formats.md allows it

export function pack(value: unknown): Buffer {
  const chunks: Buffer[] = [];
  add(value, chunks);
  return Buffer.concat(chunks);
}

function add(value: unknown, chunks: Buffer[]): void {
  if (Array.isArray(value)) {
    chunks.push(value.length < 16 ? Buffer.of(0x90 + value.length) : head(0xdd, value.length));
    for (const item of value) add(item, chunks);
  } else if (typeof value === "string") {
    const text = Buffer.from(value);
    chunks.push(head(0xdb, text.length), text);
  } else if (typeof value === "number") chunks.push(packNumber(value));
  else chunks.push(Buffer.of(value === null || value === undefined ? 0xc0 : value === true ? 0xc3 : 0xc2));
}

function head(code: number, length: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = code;
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

function packNumber(value: number): Buffer {
  if (Number.isInteger(value) && value >= 0 && value < 128) return Buffer.of(value);
  if (Number.isInteger(value) && value >= 0 && value < 2 ** 32) return head(0xce, value);
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xcb;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** A node of a table that is taken apart. */
export interface Place {
  /** Of its tag. */
  readonly at: number;
  readonly tag: number;
  /** Of its first token. */
  readonly first: number;
  readonly size: number;
  isReference(index: number): boolean;
}

export function placesOf({ tokens, shapes }: Pick<Pieces, "tokens" | "shapes">): Place[] {
  const places: Place[] = [];
  for (let at = 0; at < tokens.length; ) {
    const tag = tokens[at] as number;
    const shape = tag >= 32 ? shapes[tag - 32] : undefined;
    const size = shape === undefined ? Math.floor((tokens[at + 1] as number) / 4) : shape.length - 4;
    const mode = shape === undefined ? (tokens[at + 1] as number) % 4 : 2;
    const first = at + (shape === undefined ? 2 : 1);
    const masks = first + size;
    const isReference = (index: number): boolean => {
      const word = shape === undefined ? tokens[masks + Math.floor(index / MAX_KEYS)] : shape[3];
      return mode === 1 || (mode === 2 && (((word as number) >> (index % MAX_KEYS)) & 1) === 1);
    };
    places.push({ at, tag, first, size, isReference });
    at = masks + (shape === undefined && mode === 2 ? Math.ceil(size / MAX_KEYS) : 0);
  }
  return places;
}
