import { Registry } from "/work/main/runtime/src/registry.ts";
import { readSnapshot } from "/work/main/runtime/src/snapshot/read.ts";
import { SnapshotMemory, writeSnapshot } from "/work/main/runtime/src/snapshot/write.ts";
import { agent } from "./payload.mjs";

const a = agent();
const registry = new Registry();
const mode = process.argv[2];
const b = writeSnapshot(a, { registry, compress: false });
const memory = new SnapshotMemory();
const end = performance.now() + 4000;
while (performance.now() < end) {
  if (mode === "m") writeSnapshot(a, { registry, compress: false, memory });
  else if (mode === "s") writeSnapshot(a, { registry, compress: false });
  else readSnapshot(b, { registry });
}
