// Owns: the manifest of a module, as JSON (docs/formats.md): what `check` and `inspect` know without the code.
// Does not own: where it is stored (hosts), verdicts.
// I1. Same input, same bytes: source order, no path but the module's id, no time.
// I2. It is additive: a reader of version 1 reads every manifest whose `manifest` is 1.
import type * as t from "@babel/types";
import type { Shape } from "../analyze/shape.ts";
import { ABI_VERSION, COMPILER_VERSION } from "./abi.ts";
import { type StampedRecord, shorten } from "./module-record.ts";

const MANIFEST_VERSION = 1;

/** Line and column of begin and end, all from 1; the end is exclusive. */
export type SourceRange = [line: number, column: number, endLine: number, endColumn: number];

export interface ManifestPoint {
  /** Hash of what can still run from there. */
  fingerprint: string;
  range: SourceRange;
  /** Source text of what is awaited, on one line, at most 80 characters. */
  of: string;
  /** From here it can only sleep, compute on its own variables and settle: 1: it only hands values on, 2: it also computes with them. */
  quiet?: 1 | 2;
}

/** Field of the frame, canonical key, and first and last point of each stretch of points at which it is live. */
export type ManifestSlot = [field: string, key: string, ...live: number[]];

export interface ManifestFunction {
  id: string;
  name: string;
  /** 0 async, 3 generator, 4 async generator, -1 plain closure. */
  kind: number;
  /** Changes whenever a stored frame could mean something else. */
  stamp: string;
  /** Hash of the normalized source. */
  source: string;
  range: SourceRange;
  version?: string;
  renamedFrom?: string[];
  /** Why it cannot be restored. */
  reason?: string;
  /** Of a plain closure: what `quiet` is of a point. */
  quiet?: 1 | 2;
  captures?: string[];
  /** What frames keep. */
  slots?: ManifestSlot[];
  /** By number; point 0 is the entry. */
  points?: ManifestPoint[];
}

export interface Manifest {
  manifest: typeof MANIFEST_VERSION;
  abi: number;
  compiler: string;
  module: string;
  functions: ManifestFunction[];
  /** What instances of its classes are made of, by name of the class; absent if it has none. */
  classes?: Record<string, Shape>;
}

/** Makes the manifest of a module from its records and classes. */
export function createManifest(
  moduleId: string,
  records: readonly StampedRecord[],
  shapes: ReadonlyMap<string, Shape>,
): Manifest {
  return {
    manifest: MANIFEST_VERSION,
    abi: ABI_VERSION,
    compiler: COMPILER_VERSION,
    module: moduleId,
    functions: records.map(describeFunction),
    ...(shapes.size > 0 ? { classes: Object.fromEntries(shapes) } : {}),
  };
}

function describeFunction(record: StampedRecord): ManifestFunction {
  const { id, name, kind, stamp, hash, loc, version, renamedFrom, reason, captures, slots, points } = record;
  const entry: ManifestFunction = { id, name, kind, stamp, source: hash, range: rangeOf(loc) };
  if (version !== undefined) entry.version = version;
  if (renamedFrom !== undefined) entry.renamedFrom = renamedFrom;
  if (reason !== undefined) entry.reason = reason;
  if (record.quiet !== undefined) entry.quiet = record.quiet;
  if (captures !== undefined) entry.captures = captures;
  if (slots !== undefined) entry.slots = slots.map(({ field, key, live }) => [field, key, ...live]);
  if (points !== undefined)
    entry.points = points.map(({ fingerprint, loc, of, quiet }) => ({
      ...{ fingerprint, range: rangeOf(loc), of: shorten(of) },
      ...(quiet && { quiet }),
    }));
  return entry;
}

function rangeOf({ start, end }: t.SourceLocation): SourceRange {
  return [start.line, start.column + 1, end.line, end.column + 1];
}
