/**
 * Owns: making snapshots: node table, sections, head, compression, checksum.
 * Does not own: the tokens (graph-writer, codecs/), what a run's root is (coroutine, engine).
 *
 * I1 Same graph, same bytes: no clock, no randomness, no order but that of discovery.
 * I2 The bytes are the caller's own: nothing of ours is kept in them or changes them later.
 */
import * as zlib from "node:zlib"; // whole, as in codecs/view.ts
import { errors } from "../errors.ts";
import { shared } from "../realm.ts";
import {
  allowance,
  COST_OF_ENTRY,
  COST_OF_INFLATED,
  COST_OF_SHAPE,
  COST_OF_SHAPED,
  COST_OF_TOKEN,
  Cost,
} from "./cost.ts";
import { describeHolder, type Foreign } from "./foreign.ts";
import { GraphWriter, Refused, type WriterOptions } from "./graph-writer.ts";
import { type NewHeader, type Part, seal, writeHeader } from "./header.ts";
import { SnapshotMemory } from "./identity.ts";
import type { SectionTable } from "./section-table.ts";
import { type CodeRef, type CodeRegistry, defaultLimits, type Limits } from "./types.ts";
import { ABI, RUNTIME_VERSION } from "./versions.ts";

/** What is said about a snapshot beside its graph. */
export interface SnapshotOptions {
  registry: CodeRegistry;
  runId?: string;
  /** Sequence number of the commit. Default 0. */
  seq?: number;
  /** Compress parts that get smaller by it. Default true. */
  compress?: boolean;
  /** What the last snapshot of the same run found out; the new one leaves its own here. Speeds up repeated snapshots. */
  memory?: SnapshotMemory;
  /** Those of who will read it. Default: those that a reader has. */
  limits?: Limits;
}

/** A graph as bytes, without head. */
export interface EncodedGraph {
  /** The node table. */
  readonly nodes: Uint8Array;
  /** Number of nodes. */
  readonly count: number;
  /** Memory of array buffers. */
  readonly sections: Uint8Array;
  readonly codes: readonly CodeRef[];
}

/** Below this, compression gains nothing (research: zstd-1 on 80 KB 3.3x at 149 µs, nothing below 1 KB). */
const COMPRESS_FROM = 1024;
/** How much of a large part is tried first: numbers and pictures cost much time and gain little. */
const PROBE = 4096;
/** What a piece may be of its length; above, all of it is not worth the time (131,072 doubles: 5.4 ms instead of 0.9 for a fifth). */
const WORTH = 0.75;
const level = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } };

const SMALLEST_BUFFER = 1 << 12;
const LARGEST_KEPT_BUFFER = 1 << 20;

/** The buffer that is written into, kept from one snapshot to the next; null while it is in use. */
function scratch(): { buffer: Buffer | null } {
  return shared("snapshot.scratch", () => ({ buffer: null }));
}

/**
 * Encodes any graph of values.
 *
 * @param root any value that can be stored
 * @throws CF2001 if something in it can't be, with function, variable and path; CF2010 if a hook fails
 */
export function encodeGraph(root: unknown, registry: CodeRegistry): EncodedGraph {
  return withWriter({ registry, memory: new SnapshotMemory() }, (writer) => {
    writer.write(root);
    return {
      nodes: Uint8Array.prototype.slice.call(writer.buffer, 0, writer.pos),
      count: writer.identity.values.length,
      sections: gather(writer.sections),
      codes: writer.codes.all,
    };
  });
}

/**
 * Makes a snapshot of any graph of values.
 *
 * @param root any value that can be stored
 * @param options registry, run id, sequence number
 * @returns the bytes of docs/formats.md
 * @throws CF2001 if something in it can't be stored, with function, variable and path; CF2010 if a hook fails
 */
export function writeSnapshot(root: unknown, options: SnapshotOptions): Uint8Array {
  const memory = options.memory ?? new SnapshotMemory();
  return withWriter({ registry: options.registry, memory }, (writer) => {
    writer.write(root);
    memory.keep(writer.identity);
    return assemble(writer, options);
  });
}

/** The buffer is kept between snapshots; a snapshot within a snapshot (of a hook) gets one of its own. */
function withWriter<T>(options: Omit<WriterOptions, "buffer">, run: (writer: GraphWriter) => T): T {
  try {
    return attempt(options, run);
  } catch (error) {
    // Which value it was is known; by which path it was reached takes a second, slower look.
    if (!(error instanceof Refused)) throw error;
    const verdict = judge(error, options.registry);
    return attempt({ ...options, memory: new SnapshotMemory(), verdict }, run);
  }
}

/** Would a name for its class be enough to store an instance? Only then it is advised: what else stands in the way is found by trying. */
function judge({ value, foreign }: Refused, registry: CodeRegistry): Foreign {
  const { unnamed } = foreign;
  if (unnamed === undefined) return foreign;
  const named = new Set([unnamed]);
  const refOf = (found: unknown) =>
    registry.refOf(found) ?? (named.has(found as Function) ? (found as Function).name || "unnamed" : undefined);
  const lenient: CodeRegistry = {
    modules: registry.modules,
    functions: registry.functions,
    refOf,
    resolve: (ref) => registry.resolve(ref),
    compiledClass: (cls) => registry.compiledClass(cls),
    privateHook: (cls) => registry.privateHook(cls),
  };
  for (;;) {
    try {
      attempt({ registry: lenient, memory: new SnapshotMemory() }, (writer) => writer.write(value));
      return foreign;
    } catch (error) {
      if (!(error instanceof Refused)) return foreign; // a hook that fails says so by itself
      const next = error.foreign.unnamed;
      if (next === undefined || named.has(next))
        return error.value === value ? error.foreign : describeHolder(value as object, unnamed, error.foreign);
      named.add(next); // it is told of that one in its turn
    }
  }
}

function attempt<T>(options: Omit<WriterOptions, "buffer">, run: (writer: GraphWriter) => T): T {
  const kept = scratch();
  const buffer = kept.buffer ?? Buffer.allocUnsafeSlow(SMALLEST_BUFFER);
  kept.buffer = null;
  const writer = new GraphWriter({ ...options, buffer });
  try {
    return run(writer);
  } finally {
    if (writer.buffer.length <= LARGEST_KEPT_BUFFER) kept.buffer = writer.buffer;
  }
}

function assemble(writer: GraphWriter, options: SnapshotOptions): Uint8Array {
  const { limits = defaultLimits } = options;
  checkSizes(writer, limits);
  const bytes = assembleAs(writer, options, options.compress ?? true);
  // What shrinks so much that a reader could not tell it from an attack is stored at its length (cost.ts).
  const isTooDear = costOf(writer) > allowance(limits, bytes.length);
  return checkCost(writer, limits, isTooDear ? assembleAs(writer, options, false) : bytes);
}

/** A reader would refuse what is larger. @throws CF2008 */
function checkSizes(writer: GraphWriter, limits: Limits): void {
  const { identity, sections, pos } = writer;
  refuseLarger("nodes", identity.values.length, limits.nodes);
  refuseLarger("values", writer.entries, limits.tokens);
  refuseLarger("bytes of buffers", sections.byteLength + sections.reserved, limits.bufferBytes);
  refuseLarger("bytes inflated", pos + sections.byteLength, limits.inflatedBytes);
}

function checkCost(writer: GraphWriter, limits: Limits, bytes: Uint8Array): Uint8Array {
  refuseLarger("bytes", bytes.length, limits.bytes);
  new Cost(allowance(limits, bytes.length)).spend(costOf(writer));
  return bytes;
}

function refuseLarger(what: string, found: number, limit: number): void {
  if (found > limit) throw errors.snapshotTooLarge({ what, found, limit });
}

/** What a reader spends on it at most. */
function costOf({ cost, identity, tokens, entries, shapes, sections, pos }: GraphWriter): number {
  const of = COST_OF_SHAPED * identity.values.length + COST_OF_TOKEN * tokens + COST_OF_SHAPE * shapes.all.length;
  return cost + of + COST_OF_ENTRY * entries + COST_OF_INFLATED * (pos + sections.byteLength);
}

function assembleAs(writer: GraphWriter, options: SnapshotOptions, compress: boolean): Uint8Array {
  const table = squeeze(writer.buffer.subarray(0, writer.pos), compress);
  const sections = compress ? squeezeSections(writer.sections) : plainPart(writer.sections.byteLength);
  const header: NewHeader = {
    runtime: RUNTIME_VERSION,
    abi: ABI,
    node: process.version,
    runId: options.runId ?? "",
    seq: options.seq ?? 0,
    codes: writer.codes.all,
    nodes: writer.identity.values.length,
    table: table.part,
    sections: sections.part,
  };
  const bytes = writeHeader(header);
  const end = bytes.length - sections.part.stored;
  bytes.set(table.bytes as Uint8Array, end - table.part.stored);
  if (sections.bytes !== null) bytes.set(sections.bytes, end);
  else writer.sections.copyTo(bytes, end);
  seal(bytes);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** A part and its bytes; null: they still lie where they were. */
interface Squeezed {
  readonly part: Part;
  readonly bytes: Uint8Array | null;
}

function plainPart(length: number, bytes: Uint8Array | null = null): Squeezed {
  return { part: { compressed: false, stored: length, length }, bytes };
}

function squeeze(bytes: Uint8Array, compress: boolean): Squeezed {
  if (!compress || bytes.length < COMPRESS_FROM) return plainPart(bytes.length, bytes);
  const middle = bytes.length >> 1;
  if (bytes.length > 4 * PROBE && !isWorth(bytes.subarray(middle, middle + PROBE)))
    return plainPart(bytes.length, bytes);
  const small = zlib.zstdCompressSync(bytes, level);
  if (small.length >= bytes.length) return plainPart(bytes.length, bytes);
  return { part: { compressed: true, stored: small.length, length: bytes.length }, bytes: small };
}

function isWorth(sample: Uint8Array): boolean {
  return zlib.zstdCompressSync(sample, level).length <= sample.length * WORTH;
}

function squeezeSections(sections: SectionTable): Squeezed {
  const length = sections.byteLength;
  if (length < COMPRESS_FROM) return plainPart(length);
  if (length > 4 * PROBE && !isWorth(sections.sample(PROBE))) return plainPart(length);
  return squeeze(gather(sections), true);
}

function gather(sections: SectionTable): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(sections.byteLength);
  sections.copyTo(bytes, 0);
  return bytes;
}
