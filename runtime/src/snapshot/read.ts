/**
 * Owns: reading snapshots: head, verdict, inflating, node table.
 * Does not own: what is done about a verdict (coroutine, engine).
 *
 * I1 Bytes that are not exactly what was written give a coded error: never a crash, a hang, or a wrong value.
 * I2 No code of the user's runs before the checksum holds and every code reference has its verdict.
 * I3 A verdict that forbids going on is a value, not an error: the caller decides.
 */
import * as zlib from "node:zlib"; // whole, as in codecs/view.ts
import { errors } from "../errors.ts";
import { GraphReader } from "./graph-reader.ts";
import { type Header, type Part, readHeader } from "./header.ts";
import { type Match, matchCode } from "./match.ts";
import { SectionReader } from "./section-reader.ts";
import { type CodeRef, type CodeRegistry, defaultLimits, type Limits } from "./types.ts";
import { unpackTable } from "./unpack.ts";
import { ABI } from "./versions.ts";
import type { EncodedGraph } from "./write.ts";

export interface ReadOptions {
  registry: CodeRegistry;
  limits?: Partial<Limits>;
}

/** What was read: the root if the loaded code can go on with it, else only why not. */
export type ReadSnapshot =
  | { readonly ok: true; readonly header: Header; readonly match: Match; readonly root: unknown }
  | { readonly ok: false; readonly header: Header; readonly match: Match };

/**
 * Reads a snapshot.
 *
 * @param bytes as `writeSnapshot` gave them
 * @param options registry of the code that is loaded, limits
 * @returns head, verdicts, and the root if every code reference is `same` or `compatible`
 * @throws CF2002, CF2003, CF2004, CF2007, CF2008, CF2009 if the bytes are not sound; CF2010, CF2011 for hooks and codecs
 */
export function readSnapshot(bytes: Uint8Array, options: ReadOptions): ReadSnapshot {
  const limits = { ...defaultLimits, ...options.limits };
  const { header, bytes: whole, names } = readHeader(bytes, limits);
  const match = matchCode(header.codes, options.registry);
  if (header.abi !== ABI) return { ok: false, header, match: { ...match, verdict: "incompatible" } };
  if (match.verdict === "incompatible" || match.verdict === "missing") return { ok: false, header, match };
  const middle = names + header.table.stored;
  const graph = {
    nodes: inflate(whole.subarray(names, middle), header.table),
    sections: inflate(whole.subarray(middle), header.sections),
    codes: header.codes,
    count: header.nodes,
  };
  return { ok: true, header, match, root: decodeGraph(graph, options.registry, limits) };
}

/**
 * Reads the head of a snapshot and gives the verdict on its code; nothing else is decoded.
 *
 * @param bytes as `writeSnapshot` gave them
 * @throws as `readSnapshot`, without those of hooks
 */
export function matchSnapshot(bytes: Uint8Array, { registry, limits }: ReadOptions): { header: Header; match: Match } {
  const { header } = readHeader(bytes, { ...defaultLimits, ...limits });
  return { header, match: matchCode(header.codes, registry) };
}

/**
 * Decodes what `encodeGraph` gave.
 *
 * @param graph its result
 * @param registry the code that is loaded
 * @param limits bounds
 * @returns the root
 */
export function decodeGraph(graph: EncodedGraph, registry: CodeRegistry, limits: Limits = defaultLimits): unknown {
  const { tokens, shapes, sections } = unpackTable(graph.nodes, limits);
  const reader = new GraphReader({
    registry,
    codes: graph.codes as CodeRef[],
    tokens,
    shapes,
    sections: new SectionReader(sections, graph.sections, limits),
    nodes: Math.min(graph.count, limits.nodes),
  });
  return reader.read();
}

/** Inflates a part, never beyond what the head says. */
export function inflate(bytes: Uint8Array, part: Part): Uint8Array {
  if (!part.compressed) {
    if (bytes.length !== part.length) throw errors.snapshotCorrupt({ detail: "a part has another length" });
    return bytes;
  }
  let inflated: Uint8Array;
  try {
    inflated = zlib.zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, part.length) });
  } catch (cause) {
    throw errors.snapshotCorrupt({ detail: "a part cannot be inflated" }, { cause });
  }
  if (inflated.length !== part.length) throw errors.snapshotCorrupt({ detail: "a part has another length" });
  return inflated;
}
