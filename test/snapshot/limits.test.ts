// What can be written can be read: a writer keeps the limits of a reader, whatever of them is given.
import { type Coroutine, coroutine, open, restore, snapshot } from "@coldframe/runtime";
import { expect, test } from "vitest";
import { readSnapshot } from "../../runtime/src/snapshot/read.ts";
import { defaultLimits, type Limits, limitsOf } from "../../runtime/src/snapshot/types.ts";
import { writeSnapshot } from "../../runtime/src/snapshot/write.ts";
import { load } from "../engine/kit.ts";
import { goldenGraph } from "./kit/golden.ts";
import { registry, thrownBy } from "./kit/roundtrip.ts";

const patterns = [/\p{L}\w+/giu, /a\\b/];
const url = new URL("http://a/?b=c");
const map = new Map([[{}, [1]]]);
const values: Record<string, () => unknown> = {
  "all kinds": goldenGraph,
  "many kinds of parsed text": () => [patterns, url, url.searchParams, "\ud800\\".repeat(50), 2n ** 900n],
  "a loop over a Map": () => [map, map.entries().map(() => 1) && [...map]],
  buffers: () => [new Uint8Array(100), new ArrayBuffer(8, { maxByteLength: 512 }), Buffer.from("abc")],
  "shapes and tables": () => [
    { a: 1, b: [] },
    { b: 1, a: {} },
    Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, i])),
  ],
  "errors and closed objects": () => [new Error("x", { cause: 1 }), Object.freeze({ a: 1 }), Object.seal([1, 2])],
};

/** The smallest limit under which a value is written, all others as usual. */
function smallest(value: unknown, name: keyof Limits, compress: boolean): number {
  let [low, high] = [0, defaultLimits[name]];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    try {
      writeSnapshot(value, { registry, compress, limits: { ...defaultLimits, [name]: middle } });
      high = middle;
    } catch (error) {
      expect(error).toMatchObject({ code: "CF2008" });
      low = middle + 1;
    }
  }
  return low;
}

test.each(Object.entries(values))("by each limit what is just written is just read: %s", (_, make) => {
  const value = make();
  for (const name of Object.keys(defaultLimits) as (keyof Limits)[]) {
    for (const compress of [true, false]) {
      const limits = { ...defaultLimits, [name]: smallest(value, name, compress) };
      const bytes = writeSnapshot(value, { registry, compress, limits });
      expect(readSnapshot(bytes, { registry, limits }).ok, name).toBe(true);
    }
  }
});

test("600 MB of zeros: refused when they are written, at once", () => {
  const before = process.cpuUsage();
  const error = thrownBy(() => writeSnapshot(new Uint8Array(600_000_000), { registry }));
  expect(error).toMatchObject({ code: "CF2008", message: expect.stringContaining("bytes of buffers") });
  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
});

test("what shrinks too well for a reader is stored at its length", () => {
  const limits = limitsOf({ memoryBytes: 100_000 });
  const value = [new Uint8Array(100_000), new Array<number>(20_000).fill(7)];
  const bytes = writeSnapshot(value, { registry, limits });
  expect(bytes.length).toBeGreaterThan(100_000);
  expect(readSnapshot(bytes, { registry, limits })).toMatchObject({ ok: true, root: value });
  expect(writeSnapshot(value, { registry }).length).toBeLessThan(1_000);
});

test("limits have names and sizes", async () => {
  expect(thrownBy(() => limitsOf({ byte: 1 } as never))).toMatchObject({ code: "CF2432" });
  expect(thrownBy(() => limitsOf({ bytes: "x" as never }))).toMatchObject({ code: "CF2405" });
  expect(limitsOf({ bytes: undefined })).toEqual(defaultLimits);
  await expect(open("memory:", { limits: { node: 1 } as never })).rejects.toMatchObject({ code: "CF2432" });
});

test("snapshot and restore take limits, and keep the same", async () => {
  const { main } = await load<{ main: (size: number) => Promise<number> }>(
    `export async function main(size: number) { "use durable"; const held = new Uint8Array(size); await null; return held.length; }`,
  );
  const co = coroutine(main, 1000);
  co.next();
  expect(thrownBy(() => snapshot(co, { limits: { bufferBytes: 999 } }))).toMatchObject({ code: "CF2008" });
  const bytes = snapshot(co, { limits: { bufferBytes: 1000 } });
  expect(thrownBy(() => restore(bytes, { limits: { bufferBytes: 999 } }))).toMatchObject({ code: "CF2008" });
  const back = restore<Coroutine<number>>(bytes, { limits: { bufferBytes: 1000 } });
  expect(back.next()).toEqual({ done: true, value: 1000 });
});
