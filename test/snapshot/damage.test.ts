// Bytes that are not exactly what was written: a coded error, never a crash, a hang or a wrong value. Seeded.
import { crc32, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readSnapshot } from "../../runtime/src/snapshot/read.ts";
import type { Limits } from "../../runtime/src/snapshot/types.ts";
import { Bag, Point } from "./kit/classes.ts";
import { count, makeAdd, makeFrame, makeLater } from "./kit/code.ts";
import { build, descriptions } from "./kit/graphs.ts";
import { randomizer } from "./kit/mutate.ts";
import { read, registry, thrownBy, write } from "./kit/roundtrip.ts";
import { findDifference } from "./kit/same.ts";

const long = process.env.COLDFRAME_TEST === "long";
const seed = Number(process.env.COLDFRAME_SEED ?? 20_260_602);

function sample(length = 1500): unknown {
  const cell = { v: 1 };
  const frame = makeFrame("work", 1, { item: { id: 1n, list: [1, "two", null, undefined, -0] }, index: 2 });
  const generator = count(3);
  generator.next();
  return {
    frame: makeFrame("work", 2, { rest: [frame, new Map([[cell, frame]])] }, frame),
    closures: [makeAdd(cell, 2), makeLater(cell)],
    generator,
    bag: new Bag([["k", new Point()]]),
    error: new Error("e", { cause: new Date(0) }),
    views: [new Uint8Array(new ArrayBuffer(16), 4), Buffer.from("pool")],
    other: [/x/g, new Set([1]), Object(1), Symbol.iterator, new URL("http://a/?b=1"), Object.freeze([1])],
    text: ["\ud800", "é".repeat(50), "x".repeat(length)],
  };
}

type Random = (below: number) => number;
const mutations: ((bytes: Uint8Array, random: Random) => Uint8Array)[] = [
  (bytes, random) => {
    const at = random(bytes.length);
    bytes[at] = (bytes[at] as number) ^ (1 << random(8));
    return bytes;
  },
  (bytes, random) => {
    bytes[random(bytes.length)] = random(256);
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random(40), random(256))]),
  (bytes, random) => {
    const [from, to, size] = [random(bytes.length), random(bytes.length), 1 + random(16)];
    return bytes.copyWithin(to, from, from + size);
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(8))]);
  },
  (bytes, random) => bytes.fill(random(2) * 255, random(bytes.length), random(bytes.length)),
];

function isCoded(error: unknown): boolean {
  return /^CF2[01]\d\d$/.test((error as { code?: string }).code ?? "");
}

const rounds = long ? 200_000 : 20_000;
test(`${rounds} mutations: none is read as something else, seed ${seed}`, () => {
  const original = sample();
  const variants = [write(original), write(original, { compress: false })];
  const random = randomizer(seed);
  const codes: Record<string, number> = {};
  let unchanged = 0;
  for (let i = 0; i < rounds; i++) {
    const whole = variants[i % 2] as Uint8Array;
    const mutated = (mutations[random(mutations.length)] as (typeof mutations)[number])(whole.slice(), random);
    if (Buffer.from(mutated).equals(whole)) {
      unchanged++;
      continue;
    }
    const error = thrownBy(() => read(mutated));
    if (!isCoded(error)) throw error;
    codes[error.code as string] = (codes[error.code as string] ?? 0) + 1;
  }
  console.log(`codes ${JSON.stringify(codes)}, unchanged ${unchanged}`);
  expect(unchanged).toBeLessThan(rounds / 5);
  expect(Object.keys(codes).length).toBeGreaterThanOrEqual(4);
});

/** Makes the checksum right again, so that what lies below it is reached. */
function reseal(bytes: Buffer): Buffer {
  bytes.writeUInt32LE(bytes.length, 12);
  bytes.writeUInt32LE(crc32(bytes.subarray(12), crc32(bytes.subarray(0, 8))), 8);
  return bytes;
}

const deepRounds = long ? 200_000 : 20_000;
test(`${deepRounds} mutations under a right checksum: coded errors or values, no crash, seed ${seed}`, () => {
  const whole = Buffer.from(write(sample(40), { compress: false }));
  const start = 64 + whole.readUInt32LE(16);
  const random = randomizer(seed + 1);
  let errors = 0;
  for (let i = 0; i < deepRounds; i++) {
    const bytes = Buffer.from(whole);
    for (let n = 1 + random(3); n > 0; n--)
      bytes[start + random(bytes.length - start)] = random(2) ? random(256) : random(40);
    try {
      readSnapshot(reseal(bytes), { registry });
    } catch (error) {
      if (!isCoded(error)) throw error;
      errors++;
    }
  }
  console.log(`${errors} of ${deepRounds} refused`);
  expect(errors).toBeGreaterThan(deepRounds / 3);
});

test("mutated graphs under a right checksum, over all kinds", () => {
  fc.assert(
    fc.property(
      descriptions,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
      (list, changes) => {
        const bytes = Buffer.from(write(build(list), { compress: false }));
        for (const [at, value] of changes) bytes[64 + (at % (bytes.length - 64))] = value;
        try {
          readSnapshot(reseal(bytes), { registry });
        } catch (error) {
          if (!isCoded(error)) throw error;
        }
      },
    ),
    { numRuns: long ? 50_000 : 3000, seed },
  );
});

test("every prefix is refused", () => {
  const whole = write(sample());
  for (let length = 0; length < whole.length; length++) {
    expect(thrownBy(() => read(whole.subarray(0, length))).code).toMatch(/^CF200[37]$/);
  }
});

function patched(
  change: (bytes: Buffer) => Buffer | undefined,
  value: unknown = { a: 1 },
): { code?: string; message: string } {
  const bytes = Buffer.from(write(value, { compress: false }));
  return thrownBy(() => read(reseal(change(bytes) ?? bytes)));
}

const heads: Record<string, [change: (bytes: Buffer) => Buffer | undefined, code: string]> = {
  "other magic": [(bytes) => void bytes.write("PK"), "CF2007"],
  "newer major": [(bytes) => void bytes.writeUInt8(2, 4), "CF2004"],
  "newer minor": [(bytes) => void bytes.writeUInt8(1, 5), "CF2004"],
  "major 0": [(bytes) => void bytes.writeUInt8(0, 4), "CF2002"],
  "a delta": [(bytes) => void bytes.writeUInt8(1, 6), "CF2009"],
  sealed: [(bytes) => void bytes.writeUInt8(8, 6), "CF2009"],
  "unknown flags": [(bytes) => void bytes.writeUInt8(128, 7), "CF2002"],
  "lengths that do not add up": [(bytes) => void bytes.writeUInt32LE(3, 16), "CF2002"],
  "a sequence number beyond 2^53": [(bytes) => void bytes.writeUInt32LE(1 << 30, 44), "CF2002"],
  "a code table that is not there": [(bytes) => void bytes.writeUInt32LE(9, 52), "CF2002"],
  "bytes behind the end": [(bytes) => Buffer.concat([bytes, Buffer.alloc(3)]), "CF2002"],
};
test.each(Object.entries(heads))("head: %s", (_, [change, code]) => {
  expect(patched(change).code).toBe(code);
});

test("bytes of another sort are told apart", () => {
  expect(thrownBy(() => read(new Uint8Array()))).toMatchObject({ code: "CF2007" });
  expect(thrownBy(() => read("CFSN" as never))).toMatchObject({ code: "CF2007" });
  expect(thrownBy(() => read(Buffer.from(Buffer.from(write(1)).toString("base64"))))).toMatchObject({ code: "CF2007" });
  expect(thrownBy(() => read(Buffer.from("CFSN"))).message).toContain("4 of 64");
});

function limited(value: unknown, limits: Partial<Limits>): string | undefined {
  return thrownBy(() => readSnapshot(write(value), { registry, limits })).code;
}

test("limits: bytes, inflated bytes, nodes, values, bytes of buffers", () => {
  expect(limited("x", { bytes: 50 })).toBe("CF2008");
  expect(limited("x".repeat(100_000), { inflatedBytes: 50_000 })).toBe("CF2008");
  expect(limited([[], [], []], { nodes: 3 })).toBe("CF2008");
  expect(limited(new Array(100).fill(1), { tokens: 50 })).toBe("CF2008");
  expect(limited(new Uint8Array(1000), { bufferBytes: 500 })).toBe("CF2008");
  expect(limited(new ArrayBuffer(8, { maxByteLength: 2 ** 30 }), { bufferBytes: 2 ** 20 })).toBe("CF2008");
});

/** A snapshot whose node table is given. */
function withTable(table: Uint8Array, { compressed = false, length = table.length, nodes = 1 } = {}): Buffer {
  const empty = Buffer.from(write(null, { compress: false }));
  const names = 64 + empty.readUInt32LE(16);
  const bytes = Buffer.concat([empty.subarray(0, names), table]);
  bytes[6] = compressed ? 2 : 0;
  bytes.writeUInt32LE(table.length, 20);
  bytes.writeUInt32LE(length, 24);
  bytes.writeUInt32LE(nodes, 36);
  return reseal(bytes);
}

const bombs: Record<string, () => Buffer> = {
  "zstd that inflates beyond the head": () =>
    withTable(zstdCompressSync(Buffer.alloc(50_000_000)), { compressed: true, length: 1000 }),
  "zstd that inflates to less": () => withTable(zstdCompressSync(Buffer.alloc(10)), { compressed: true, length: 1000 }),
  "no zstd at all": () => withTable(Buffer.from("not compressed"), { compressed: true, length: 1000 }),
  "an array of 2^32 - 1": () => withTable(Buffer.from([0x93, 0xdd, 255, 255, 255, 255, 1])),
  "nested arrays": () => withTable(Buffer.alloc(100_000, 0x91)),
  "a map": () => withTable(Buffer.from([0x93, 0x91, 0x80, 0x90, 0x90])),
  "an extension": () => withTable(Buffer.from([0x93, 0x91, 0xd4, 0x72, 0x40, 0x90, 0x90])),
  "a record": () => withTable(Buffer.from([0x93, 0x91, 0xc7, 1, 0x72, 0x40, 0x90, 0x90])),
  bin: () => withTable(Buffer.from([0x93, 0x91, 0xc4, 1, 0, 0x90, 0x90])),
  "float 32": () => withTable(Buffer.from([0x93, 0x91, 0xca, 0, 0, 0, 0, 0x90, 0x90])),
  "a 64-bit integer": () => withTable(Buffer.from([0x93, 0x91, 0xcf, 0, 0, 0, 0, 0, 0, 0, 0, 0x90, 0x90])),
  "a text longer than its bytes": () => withTable(Buffer.from([0x93, 0x91, 0xdb, 255, 255, 255, 255, 0x90, 0x90])),
  "bytes left over": () => withTable(Buffer.from([0x93, 0x90, 0x90, 0x90, 0x90])),
  "no root": () => withTable(Buffer.from([0x93, 0x90, 0x90, 0x90])),
  "an unknown kind": () => withTable(Buffer.from([0x93, 0x95, 1, 5, 9, 31, 0, 0x90, 0x90]), { nodes: 2 }),
  "a shape that is not there": () => withTable(Buffer.from([0x93, 0x94, 1, 5, 9, 40, 0x90, 0x90]), { nodes: 2 }),
  "a node number that is not there": () => withTable(Buffer.from([0x93, 0x93, 1, 5, 99, 0x90, 0x90])),
  "more nodes than the head says": () => withTable(Buffer.from([0x93, 0x95, 1, 5, 9, 1, 0, 0x90, 0x90]), { nodes: 1 }),
  "a node that needs itself": () => withTable(Buffer.from([0x93, 0x96, 1, 5, 9, 19, 5, 9, 0x90, 0x90]), { nodes: 2 }),
  "an array of 4 billion from nothing, filled": () =>
    withTable(Buffer.from([0x93, 0x98, 1, 5, 9, 1, 0xce, 255, 255, 255, 252, 1, 0x90, 0x90]), { nodes: 2 }),
};
test.each(Object.entries(bombs))("bomb: %s", (_, make) => {
  const bytes = make();
  const before = process.cpuUsage(); // not the time of a clock: the machine may be busy
  expect(isCoded(thrownBy(() => read(bytes)))).toBe(true);
  expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
});

test("a sparse array of 4 billion costs nothing", () => {
  const value = Object.assign([], { 4000000000: "far" });
  expect(write(value).length).toBeLessThan(200);
  expect(findDifference(value, read(write(value)))).toBeNull();
});

test("prototypes: only registered ones, and only where the brand fits", () => {
  // The name of an intrinsic prototype in the bytes is replaced by another one of the same length.
  const swap = (value: unknown, from: string, to: string) => {
    const bytes = Buffer.from(write(value, { compress: false }));
    const at = bytes.indexOf(from);
    expect(at).toBeGreaterThan(0);
    bytes.write(to, at);
    return thrownBy(() => read(reseal(bytes)));
  };
  const error = new TypeError("x");
  expect(swap(error, "TypeError.prototype", "WeakMap.prototype  ").message).toContain("this Node has no");
  expect(swap([error, Math.max], "Math.max", "Map.size").code).toBe("CF2002");
  expect(swap(error, "TypeError.prototype", "Float16Array.protot").code).toBe("CF2002");
  expect(swap(new EvalError("x"), "EvalError.prototype", "BigInt64Array.proto").code).toBe("CF2002");
});

test("no code of the user's runs before the checksum holds", () => {
  let runs = 0;
  registry.addModule({
    id: "test/damage",
    abi: 1,
    compiler: "0",
    f: [],
    refs: {
      Hooked: () => {
        runs++;
        return undefined;
      },
    },
  });
  const bytes = Buffer.from(write(sample()));
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) ^ 1;
  const before = runs;
  expect(thrownBy(() => read(bytes)).code).toBe("CF2002");
  expect(runs).toBe(before);
});
