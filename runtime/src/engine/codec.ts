/**
 * Owns: what the engine asks of the snapshot room: graphs to bytes and back, and what has become of the code meanwhile.
 * Does not own: bytes, verdicts (snapshot/), what follows from a verdict (restore.ts).
 */
import { createHash } from "node:crypto";
import { errors } from "../errors.ts";
import "../local/stored.ts"; // tasks, calls and operations in snapshots
import { withoutSettlers } from "../local/settler.ts";
import { registry } from "../registry.ts";
import { readHeader } from "../snapshot/header.ts";
import type { CodeVerdict, Match } from "../snapshot/match.ts";
import { inflateParts, readSnapshot } from "../snapshot/read.ts";
import { defaultLimits, type Limits } from "../snapshot/types.ts";
import { writeSnapshot } from "../snapshot/write.ts";

/** Graphs to bytes and back. */
export interface SnapshotCodec {
  readonly limits: Limits;
  /**
   * @param settlers what settles promises of this process: refused like all functions that nothing names, or stored as gone
   * @throws CF2001, naming function, variable and path, for what cannot be stored
   */
  encode(root: unknown, run?: string, seq?: number, settlers?: "refused" | "gone"): Uint8Array;
  /** @throws CF2002 and its neighbours for damaged bytes */
  decode(bytes: Uint8Array): Decoded;
  /** A hash of what was stored, without the versions of Coldframe, Node and code that stored it. */
  fingerprint(bytes: Uint8Array): string;
}

/** What was read, or why the code that is loaded can't go on with it. */
export type Decoded = { readonly kind: "ok"; readonly root: unknown; readonly pending: readonly object[] } | CodeChange;

/** Why a snapshot can't go on in the code that is loaded. */
export interface CodeChange {
  readonly kind: "incompatible" | "missing";
  /** What has changed or is missing, for people. */
  readonly detail: string;
}

/** What is written under limits can be read under the same. */
export function makeCodec(limits: Limits): SnapshotCodec {
  return {
    limits,
    encode(root, runId = "", seq = 0, settlers = "refused") {
      const whole = registry();
      const names = settlers === "gone" ? withoutSettlers(whole) : whole;
      return writeSnapshot(root, { registry: names, runId, seq, limits });
    },

    decode(bytes) {
      const read = readSnapshot(bytes, { registry: registry(), limits });
      return read.ok ? { kind: "ok", root: read.root, pending: read.pending } : describe(read.match);
    },

    fingerprint(bytes) {
      const { header, bytes: whole, names } = readHeader(bytes, limits);
      const { nodes, sections } = inflateParts(header, whole, names, limits);
      const hash = createHash("sha256");
      for (const { kind, id } of header.codes) hash.update(`${kind} ${id}\n`);
      return hash.update(nodes).update(sections).digest("base64url");
    },
  };
}

/** Under the usual limits. */
export const snapshotCodec: SnapshotCodec = makeCodec(defaultLimits);

function describe({ codes }: Match): CodeChange {
  const missing = codes.filter(({ verdict }) => verdict === "missing");
  if (missing.length > 0) return { kind: "missing", detail: [...new Set(missing.map(({ ref }) => ref.id))].join(", ") };
  const changed = codes.filter(({ verdict }) => verdict === "incompatible");
  return { kind: "incompatible", detail: sentenceOf(changed) || "it was compiled for another ABI" };
}

/** A frame and its function are two references with one reason. */
function sentenceOf(verdicts: readonly CodeVerdict[]): string {
  return [...new Set(verdicts.map(({ reason }) => reason))].join("; ");
}

/** Reads a value that needs no frames to go on. @throws CF2412 if it needs code that is not loaded here, CF2101 if that has changed */
export function decodeValue(codec: SnapshotCodec, bytes: Uint8Array): unknown {
  const decoded = codec.decode(bytes);
  if (decoded.kind === "ok") {
    if (decoded.pending.length > 0) throw errors.snapshotCorrupt({ detail: "a task of no run" });
    return decoded.root;
  }
  const { kind, detail } = decoded;
  if (kind === "missing") throw errors.codeMissing({ what: "This value", missing: detail });
  throw errors.incompatibleCode({ function: "The code of a stored value", reason: detail });
}

/** Can a value be stored by itself? */
export function canStore(codec: SnapshotCodec, value: unknown): boolean {
  try {
    codec.encode(value);
    return true;
  } catch {
    return false;
  }
}
