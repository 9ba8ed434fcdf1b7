// The stores that the conformance suite runs on.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemory } from "../../runtime/src/store/memory/index.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import type { StoreSubject } from "../../runtime/src/testing/store-conformance.ts";

/** A folder for one test's database; remove it when done. */
export async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), "coldframe-store-"));
  return { file: join(folder, "runs.db"), folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

const memory: StoreSubject = {
  name: "memory",
  capabilities: { durable: false, reach: "process", noticesDeath: false },
  skips: {
    "clocks that differ end leases early, never double a write": "its handles share one process and so one clock",
  },
  create: async () => {
    let open: ReturnType<typeof createMemory> | undefined;
    return {
      open: async (clock) => {
        open ??= createMemory(clock);
        return open();
      },
      destroy: async () => {},
    };
  },
};

const sqlite: StoreSubject = {
  name: "sqlite",
  capabilities: { durable: true, reach: "machine", noticesDeath: true },
  create: async () => {
    const { file, remove } = await makeFolder();
    return { open: (clock) => openSqlite(file, clock), destroy: remove };
  },
};

export const subjects: readonly StoreSubject[] = [memory, sqlite];
