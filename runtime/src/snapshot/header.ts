/**
 * Owns: the head of a snapshot (docs/formats.md, head): written, read and checked without decoding anything else.
 * Does not own: node table and sections (write, read), verdicts on the code table (match).
 *
 * I1 Nothing behind the head is looked at before the checksum over all of it holds.
 * I2 Every way in which bytes can be wrong has its coded error: foreign, cut off, newer, damaged, too large, not readable yet.
 */
import * as zlib from "node:zlib"; // whole, as in codecs/view.ts
import { errors } from "../errors.ts";
import { type CodeRef, codeKinds, type Limits } from "./types.ts";

export const MAJOR = 1;
export const MINOR = 0;
const HEAD = 64;
const MAGIC = Buffer.from("CFSN");
const CHECKED_FROM = 12;

const DELTA = 1;
const TABLE_COMPRESSED = 2;
const SECTIONS_COMPRESSED = 4;
const SEALED = 8 + 16;
const KNOWN_FLAGS = DELTA | TABLE_COMPRESSED | SECTIONS_COMPRESSED | SEALED;

/** A part behind the head. */
export interface Part {
  readonly compressed: boolean;
  /** Bytes as stored. */
  readonly stored: number;
  /** Bytes when inflated. */
  readonly length: number;
}

/** What the head says. */
export interface Header {
  /** Major and minor version of the format. */
  readonly format: string;
  /** Version of `@coldframe/runtime` that wrote it. */
  readonly runtime: string;
  /** ABI version of the compiled code; the only version that decides. */
  readonly abi: number;
  /** Version of Node that wrote it. */
  readonly node: string;
  readonly runId: string;
  /** Sequence number of the commit within the run. */
  readonly seq: number;
  /** Every reference from the heap into code. */
  readonly codes: readonly CodeRef[];
  readonly nodes: number;
  readonly table: Part;
  readonly sections: Part;
  /** Bytes of the whole snapshot. */
  readonly length: number;
}

/** What the head is written from. */
export type NewHeader = Omit<Header, "format" | "length">;

/** Makes a buffer for the whole snapshot, with head and names written. */
export function writeHeader(header: NewHeader): Buffer {
  const { codes, table, sections } = header;
  const versions = [header.runtime, header.node, header.runId];
  let names = 0;
  for (const text of versions) names += nameLength(text);
  for (const code of codes) names += entryOf(code).length;
  const length = HEAD + names + table.stored + sections.stored;
  if (length >= 2 ** 32) throw errors.snapshotTooLarge({ what: "bytes", found: length, limit: 2 ** 32 - 1 });
  const bytes = Buffer.allocUnsafeSlow(length);
  writeHead(bytes, header, names);
  let at = HEAD;
  for (const text of versions) at = writeName(bytes, text, at);
  for (const code of codes) {
    const entry = entryOf(code);
    bytes.set(entry, at);
    at += entry.length;
  }
  return bytes;
}

/** Bytes of code references: they are the same objects in one snapshot after another (code-table.ts). */
const entries = new WeakMap<CodeRef, Buffer>();

function entryOf(code: CodeRef): Buffer {
  const known = entries.get(code);
  if (known !== undefined) return known;
  const entry = makeEntry(code);
  entries.set(code, entry);
  return entry;
}

function makeEntry({ kind, id, stamp, fp, at }: CodeRef): Buffer {
  const texts = [id, stamp, fp, at];
  const bytes = Buffer.allocUnsafeSlow(texts.reduce((length, text) => length + nameLength(text), 1));
  bytes[0] = codeKinds.indexOf(kind);
  texts.reduce((place, text) => writeName(bytes, text, place), 1);
  return bytes;
}

function writeHead(bytes: Buffer, { table, sections, nodes, seq, abi, codes }: NewHeader, names: number): void {
  bytes.fill(0, 0, HEAD);
  bytes.set(MAGIC);
  bytes[4] = MAJOR;
  bytes[5] = MINOR;
  bytes[6] = (table.compressed ? TABLE_COMPRESSED : 0) | (sections.compressed ? SECTIONS_COMPRESSED : 0);
  const sizes = [bytes.length, names, table.stored, table.length, sections.stored, sections.length, nodes];
  for (let i = 0; i < sizes.length; i++) bytes.writeUInt32LE(sizes[i] as number, 12 + i * 4);
  bytes.writeUInt32LE(seq % 2 ** 32, 40);
  bytes.writeUInt32LE(Math.floor(seq / 2 ** 32), 44);
  bytes.writeUInt16LE(abi, 48);
  bytes.writeUInt32LE(codes.length, 52);
}

function nameLength(name: string): number {
  const length = Buffer.byteLength(name);
  if (length > 0xffff) throw errors.snapshotTooLarge({ what: "bytes of a name", found: length, limit: 0xffff });
  return length + 2;
}

function writeName(bytes: Buffer, name: string, at: number): number {
  const length = bytes.write(name, at + 2);
  bytes.writeUInt16LE(length, at);
  return at + 2 + length;
}

/** Writes the checksum, last of all. */
export function seal(bytes: Buffer): void {
  bytes.writeUInt32LE(checksum(bytes), 8);
}

function checksum(bytes: Buffer): number {
  return zlib.crc32(bytes.subarray(CHECKED_FROM), zlib.crc32(bytes.subarray(0, 8)));
}

/**
 * Reads the head and checks that the snapshot is whole.
 *
 * @param input the bytes as they were written
 * @param limits bounds; of them `bytes`, `inflatedBytes` and `nodes` are checked here
 * @throws CF2002 damaged, CF2003 cut off, CF2004 newer, CF2007 foreign, CF2008 too large, CF2009 of a sort that can't be read yet
 */
export function readHeader(input: Uint8Array, limits: Limits): { header: Header; bytes: Buffer; names: number } {
  const bytes = asBytes(input);
  checkStart(bytes);
  const length = bytes.readUInt32LE(12);
  if (bytes.length < length) throw errors.snapshotTruncated({ found: bytes.length, expected: length });
  if (bytes.length > length) throw corrupt(`${bytes.length - length} bytes stand behind its end`);
  if (length < HEAD || bytes.readUInt32LE(8) !== checksum(bytes)) throw corrupt("its checksum does not hold");
  const flags = bytes.readUInt16LE(6);
  checkFlags(flags);
  const part = (at: number, flag: number): Part => ({
    compressed: (flags & flag) !== 0,
    stored: bytes.readUInt32LE(at),
    length: bytes.readUInt32LE(at + 4),
  });
  const names = bytes.readUInt32LE(16);
  const table = part(20, TABLE_COMPRESSED);
  const sections = part(28, SECTIONS_COMPRESSED);
  const nodes = bytes.readUInt32LE(36);
  if (HEAD + names + table.stored + sections.stored !== length) throw corrupt("its lengths do not add up");
  checkLimits({ bytes: length, inflatedBytes: table.length + sections.length, nodes }, limits);
  if (bytes.readUInt16LE(50) !== 0 || bytes.readUInt32LE(56) !== 0 || bytes.readUInt32LE(60) !== 0)
    throw corrupt("its reserved bytes are not 0");
  const seq = bytes.readUInt32LE(44) * 2 ** 32 + bytes.readUInt32LE(40);
  if (!Number.isSafeInteger(seq)) throw corrupt("its sequence number");
  const texts = readNames(bytes.subarray(HEAD, HEAD + names), bytes.readUInt32LE(52));
  const abi = bytes.readUInt16LE(48);
  const format = `${bytes[4]}.${bytes[5]}`;
  return { header: { format, abi, seq, nodes, table, sections, length, ...texts }, bytes, names: HEAD + names };
}

/** A view of our own: it must not matter what class the caller's array has. */
function asBytes(input: unknown): Buffer {
  if (!ArrayBuffer.isView(input)) throw errors.snapshotForeign({ found: `a ${typeof input}, not a Uint8Array` });
  return Buffer.from(input.buffer as ArrayBuffer, input.byteOffset, input.byteLength);
}

function checkStart(bytes: Buffer): void {
  const start = bytes.subarray(0, 4);
  if (!start.equals(MAGIC.subarray(0, start.length)) || start.length === 0) {
    throw errors.snapshotForeign({ found: start.length === 0 ? "nothing" : `\`${start.toString("latin1")}\`` });
  }
  if (bytes.length < HEAD) throw errors.snapshotTruncated({ found: bytes.length, expected: HEAD });
  const [major, minor] = [bytes[4] as number, bytes[5] as number];
  if (major > MAJOR || (major === MAJOR && minor > MINOR)) {
    throw errors.snapshotNewer({ found: `${major}.${minor}`, known: `${MAJOR}.${MINOR}` });
  }
  if (major < MAJOR) throw corrupt(`there is no format ${major}.${minor}`);
}

function checkFlags(flags: number): void {
  if ((flags & DELTA) !== 0) throw errors.snapshotUnreadable({ what: "a delta", need: "the base it belongs to" });
  if ((flags & SEALED) !== 0) throw errors.snapshotUnreadable({ what: "sealed", need: "a key" });
  if ((flags & ~KNOWN_FLAGS) !== 0) throw corrupt("it has unknown flags");
}

function checkLimits(found: Pick<Limits, "bytes" | "inflatedBytes" | "nodes">, limits: Limits): void {
  for (const [key, words] of Object.entries({ bytes: "bytes", inflatedBytes: "bytes inflated", nodes: "nodes" })) {
    const [is, limit] = [found[key as "bytes"], limits[key as "bytes"]];
    if (is > limit) throw errors.snapshotTooLarge({ what: words, found: is, limit });
  }
}

function readNames(bytes: Buffer, count: number): Pick<Header, "runtime" | "node" | "runId" | "codes"> {
  let at = 0;
  const next = (): string => {
    if (at + 2 > bytes.length) throw corrupt("its names are cut off");
    const end = at + 2 + bytes.readUInt16LE(at);
    if (end > bytes.length) throw corrupt("its names are cut off");
    const text = bytes.toString("utf8", at + 2, end);
    at = end;
    return text;
  };
  const [runtime, node, runId] = [next(), next(), next()];
  const codes: CodeRef[] = [];
  for (let i = 0; i < count; i++) {
    const kind = codeKinds[bytes[at++] ?? codeKinds.length];
    if (kind === undefined) throw corrupt("its code table");
    codes.push({ kind, id: next(), stamp: next(), fp: next(), at: next() });
  }
  if (at !== bytes.length) throw corrupt("its names are too long");
  return { runtime, node, runId, codes };
}

function corrupt(detail: string): Error {
  return errors.snapshotCorrupt({ detail });
}
