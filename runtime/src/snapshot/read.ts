/**
 * Owns: reading snapshots: head, verdict, inflating, node table.
 * Does not own: what is done about a verdict (coroutine, engine).
 *
 * I1 Bytes that are not exactly what was written give a coded error: never a crash, a hang, or a wrong value.
 * I2 No code of the user's runs before the checksum holds and every code reference has its verdict.
 * I3 A verdict that forbids going on is a value, not an error: the caller decides.
 */
import * as zlib from "node:zlib"; // whole, as in codecs/view.ts
import { errors, isColdframeError } from "../errors.ts";
import { allowance, COST_OF_INFLATED, Cost } from "./cost.ts";
import { GraphReader } from "./graph-reader.ts";
import { type Header, type Part, readHeader } from "./header.ts";
import { type Match, matchCode } from "./match.ts";
import { SectionReader } from "./section-reader.ts";
import { type CodeRegistry, defaultLimits, type Limits, limitsOf } from "./types.ts";
import { unpackTable } from "./unpack.ts";
import { ABI } from "./versions.ts";
import type { EncodedGraph } from "./write.ts";
import { isOneFrame } from "./zstd-frame.ts";

export interface ReadOptions {
  registry: CodeRegistry;
  limits?: Partial<Limits>;
}

/** What was read: the root if the loaded code can go on with it, else only why not. */
export type ReadSnapshot =
  | ({ readonly ok: true; readonly header: Header; readonly match: Match } & Decoded)
  | { readonly ok: false; readonly header: Header; readonly match: Match };

/** What a graph has been made into. */
export interface Decoded {
  readonly root: unknown;
  /** Tasks that have not settled. Who takes the root for a run makes sure that they are all of it; a value can't have any. */
  readonly pending: readonly object[];
}

/**
 * Reads a snapshot.
 *
 * @param bytes as `writeSnapshot` gave them
 * @param options registry of the code that is loaded, limits
 * @returns head, verdicts, and the root if every code reference is `same` or `compatible`
 * @throws CF2002, CF2003, CF2004, CF2007, CF2008, CF2009 if the bytes are not sound; CF2010, CF2011 for hooks and codecs
 */
export function readSnapshot(bytes: Uint8Array, options: ReadOptions): ReadSnapshot {
  return coded(() => read(bytes, options));
}

function read(bytes: Uint8Array, options: ReadOptions): ReadSnapshot {
  const limits = limitsOf(options.limits);
  const { header, bytes: whole, names } = readHeader(bytes, limits);
  const match = matchCode(header.codes, options.registry);
  if (header.abi !== ABI) return { ok: false, header, match: { ...match, verdict: "incompatible" } };
  if (match.verdict === "incompatible" || match.verdict === "missing") return { ok: false, header, match };
  const { nodes, sections, cost } = inflateParts(header, whole, names, limits);
  const graph = { nodes, sections, codes: header.codes, count: header.nodes };
  return { ok: true, header, match, ...decodeGraph(graph, options.registry, limits, cost) };
}

/**
 * Reads the head of a snapshot and gives the verdict on its code; nothing else is decoded.
 *
 * @param bytes as `writeSnapshot` gave them
 * @throws as `readSnapshot`, without those of hooks
 */
export function matchSnapshot(bytes: Uint8Array, { registry, limits }: ReadOptions): { header: Header; match: Match } {
  const { header } = readHeader(bytes, limitsOf(limits));
  return { header, match: matchCode(header.codes, registry) };
}

/**
 * Decodes what `encodeGraph` gave.
 *
 * @param graph its result
 * @param registry the code that is loaded
 * @param limits bounds
 * @param cost what has been spent so far
 * @returns the root, and what is pending in it
 * @throws as `readSnapshot`
 */
export function decodeGraph(
  graph: EncodedGraph,
  registry: CodeRegistry,
  limits: Limits = defaultLimits,
  cost: Cost = new Cost(allowance(limits, graph.nodes.length + graph.sections.length)),
): Decoded {
  return coded(() => {
    const { tokens, shapes, sections } = unpackTable(graph.nodes, limits, cost);
    const memory = new SectionReader(sections, graph.sections, limits);
    const { count, codes } = graph;
    const reader = new GraphReader({ registry, codes, tokens, shapes, sections: memory, count, cost });
    return { root: reader.read(), pending: reader.pending };
  });
}

/** What no check has foreseen is the fault of the bytes as well: the stack is full, the engine refuses a length (I1). */
export function coded<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isColdframeError(cause)) throw cause;
    throw errors.snapshotCorrupt({ detail: "it cannot be made into values" }, { cause });
  }
}

/** Inflates node table and sections, once it is clear that they are not too much. */
export function inflateParts(header: Header, bytes: Uint8Array, names: number, limits: Limits): Parts {
  const { table, sections, length } = header;
  const cost = new Cost(allowance(limits, length));
  cost.spend((table.length + sections.length) * COST_OF_INFLATED);
  const middle = names + table.stored;
  const nodes = inflate(bytes.subarray(names, middle), table);
  return { nodes, sections: inflate(bytes.subarray(middle), sections), cost };
}

interface Parts {
  readonly nodes: Uint8Array;
  readonly sections: Uint8Array;
  readonly cost: Cost;
}

/** Inflates a part, never beyond what the head says. */
export function inflate(bytes: Uint8Array, part: Part): Uint8Array {
  if (!part.compressed) {
    if (bytes.length !== part.length) throw errors.snapshotCorrupt({ detail: "a part has another length" });
    return bytes;
  }
  if (!isOneFrame(bytes)) throw errors.snapshotCorrupt({ detail: "a part is not one zstd frame" });
  let inflated: Uint8Array;
  try {
    inflated = zlib.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, part.length) });
  } catch (cause) {
    throw errors.snapshotCorrupt({ detail: "a part cannot be inflated" }, { cause });
  }
  if (inflated.length !== part.length) throw errors.snapshotCorrupt({ detail: "a part has another length" });
  return inflated;
}
