/** Owns: a registry of the tests' own, and the way there and back. */
import { Registry } from "../../../runtime/src/registry.ts";
import type { SnapshotMemory } from "../../../runtime/src/snapshot/identity.ts";
import { readSnapshot } from "../../../runtime/src/snapshot/read.ts";
import { writeSnapshot } from "../../../runtime/src/snapshot/write.ts";

export const registry = new Registry();

export function write(value: unknown, options: { compress?: boolean; memory?: SnapshotMemory } = {}): Uint8Array {
  return writeSnapshot(value, { registry, runId: "run-1", seq: 7, ...options });
}

export function read(bytes: Uint8Array): unknown {
  const result = readSnapshot(bytes, { registry });
  if (!result.ok) throw new Error(`verdict ${result.match.verdict}`);
  return result.root;
}

export function roundtrip<T>(value: T): T {
  return read(write(value)) as T;
}

/** The error that a body throws; an error of the test's if it throws none. */
export function thrownBy(body: () => unknown): {
  code?: string;
  message: string;
  what?: string;
  where?: string;
  fix?: string;
  why?: string;
  cause?: unknown;
} {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
