import { deserialize, serialize } from "node:v8";
import { Registry } from "/work/main/runtime/src/registry.ts";
import { readSnapshot } from "/work/main/runtime/src/snapshot/read.ts";
import { encodeGraph, SnapshotMemory, writeSnapshot } from "/work/main/runtime/src/snapshot/write.ts";
import { agent } from "./payload.mjs";

const a = agent();
const registry = new Registry();
const mode = process.argv[2];
const b = writeSnapshot(a, { registry, compress: false });
const vb = serialize(a);
const base = () => serialize(a);
const time = (name: string, fn: () => any, n = 300) => {
  for (let i = 0; i < n * 3; i++) fn();
  let best = 1e9,
    ref = 1e9;
  for (let r = 0; r < 40; r++) {
    let s = performance.now();
    for (let i = 0; i < 40; i++) fn();
    best = Math.min(best, ((performance.now() - s) * 1000) / 40);
    s = performance.now();
    for (let i = 0; i < 40; i++) base();
    ref = Math.min(ref, ((performance.now() - s) * 1000) / 40);
  }
  console.log(name.padEnd(40), best.toFixed(1), ref.toFixed(1), (ref / best).toFixed(2));
};
if (!mode || mode === "w") {
  time("v8", () => serialize(a));
  time("strict", () => writeSnapshot(a, { registry, compress: false }));
  const memory = new SnapshotMemory();
  time("memory", () => writeSnapshot(a, { registry, compress: false, memory }));
}
if (!mode || mode === "r") {
  time("v8 de", () => deserialize(vb));
  time("read", () => readSnapshot(b, { registry }));
}
