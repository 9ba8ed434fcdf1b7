// Claim: against v8.serialize, strict snapshots (head and checksum included, not compressed) take at most 1.67 times its time to
// write in the steady state (with the memory of the run's last snapshot), 3.33 times without, at most 0.71 of its time to read
// object graphs, and at most 0.85 of its bytes. v8.serialize keeps neither prototypes nor functions: its frames are plain.
import { deserialize, serialize } from "node:v8";
import { Registry } from "../runtime/src/registry.ts";
import { SnapshotMemory } from "../runtime/src/snapshot/identity.ts";
import { readSnapshot } from "../runtime/src/snapshot/read.ts";
import { writeSnapshot } from "../runtime/src/snapshot/write.ts";
import { compare, cpuTime, type Figure, print } from "./kit/compare.ts";

interface Case {
  make: () => unknown;
  /** What v8.serialize gets; the same if absent. */
  plain?: (value: unknown) => unknown;
  /** Repetitions that take about 20 ms. */
  times: number;
  /** Is it an object graph, for which the bars are meant? */
  bars: boolean;
}

function randomizer(): (below: number) => number {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x7fffffff) * below);
  };
}

const words = "the quick brown fox jumps over a lazy dog while agents call tools and wait for results".split(" ");

/** 200 messages of an agent, about 100 KB. */
function makeAgent(): unknown {
  const random = randomizer();
  const text = (length: number): string => {
    let result = "";
    while (result.length < length) result += `${words[random(words.length)]} `;
    return result.slice(0, length);
  };
  const messages = Array.from({ length: 200 }, (_, i) => ({
    id: `msg_${i.toString(36).padStart(8, "0")}`,
    role: i % 2 === 0 ? "user" : "assistant",
    content: text(150 + random(240)),
    model: "x-1-large",
    at: 1_700_000_000_000 + i * 1000,
    usage: { input: random(2000), output: random(500), cached: random(900) },
    parent: null,
    ...(i % 4 === 1 ? { tools: [{ name: "search", args: { q: text(20), limit: 10 }, ok: true }] } : {}),
  }));
  return { model: "x-1", messages, step: 200, done: false };
}

/** An order with customer, items that share products, addresses, dates: about 1.2 KB. */
function makeOrder(): unknown {
  const product = (i: number) => ({
    sku: `SKU-${1000 + i}`,
    name: `Product number ${i}`,
    cents: 1999 + i,
    tags: ["a", "b"],
  });
  const products = [product(1), product(2), product(3)];
  const address = { street: "1 Main Street", city: "Springfield", zip: "12345", country: "US" };
  const customer = {
    id: "c-17",
    name: "Ada Lovelace",
    email: "ada@example.org",
    addresses: [address],
    orders: [] as unknown[],
  };
  const items = Array.from({ length: 8 }, (_, i) => ({ product: products[i % 3], count: i + 1, note: null }));
  const order = {
    id: "o-4711",
    customer,
    items,
    shipTo: address,
    billTo: address,
    total: 12_345,
    placedAt: new Date(1_700_000_000_000),
    history: [
      { at: new Date(1_700_000_100_000), what: "placed" },
      { at: new Date(1_700_000_200_000), what: "paid" },
    ],
    flags: new Set(["gift", "express"]),
    meta: new Map<string, unknown>([
      ["source", "web"],
      ["attempts", 2],
    ]),
  };
  customer.orders.push(order);
  return order;
}

const registry = new Registry();

interface BenchFrame {
  [field: string]: unknown;
}

/** As the compiler emits it: a constructor whose fields have dummies. */
function Work(this: BenchFrame, descriptor: unknown): void {
  this.$d = descriptor;
  this.$pc = 0;
  this.$up = null;
  this.$wait = null;
  this.item = undefined;
  this.index = 0;
  this.total = 0;
  this.label = "";
  this.$l0 = 0;
}
const live = ["item", "index", "total", "label", "$l0"];
const point = { fp: "f".repeat(16), at: "3:14", of: "charge(item)", live };
registry.addModule({
  id: "bench/work",
  abi: 1,
  compiler: "0.1.0",
  f: [
    {
      id: "work",
      name: "work",
      length: 1,
      kind: 0,
      stamp: "s".repeat(16),
      F: Work as never,
      run: () => undefined,
      self: function work() {},
      slots: [
        ["item", "item", 1, 1],
        ["index", "index@1", 1, 1],
        ["total", "total", 1, 1],
        ["label", "label", 1, 1],
        ["$l0", "$total + await", 1, 1],
      ],
      points: [point, point],
    },
  ],
} as never);
const descriptor = registry.functions.get("bench/work#work")?.d;

function makeFrames(count: number): unknown {
  return Array.from({ length: count }, (_, i) => {
    const frame = new (Work as unknown as new (d: unknown) => BenchFrame)(descriptor);
    return Object.assign(frame, {
      $pc: 1,
      item: { id: `i-${i}`, cents: i * 7 },
      index: i,
      total: i * 100,
      label: `item ${i}`,
      $l0: i,
    });
  });
}

function plainFrames(frames: unknown): unknown {
  return (frames as BenchFrame[]).map(({ $pc, $up, $wait, item, index, total, label, $l0 }) => {
    return { fn: "bench/work#work", pc: $pc, up: $up, wait: $wait, item, index, total, label, $l0 };
  });
}

function makeNumbers(): unknown {
  const random = randomizer();
  return Float64Array.from({ length: 131_072 }, () => random(1e9) / 7);
}

const cases: Record<string, Case> = {
  "small: 5 scalars": {
    make: () => ({ id: 7, name: "seven", ok: true, rate: 0.5, note: null }),
    times: 10_000,
    bars: false,
  },
  "agent: 200 messages": { make: makeAgent, times: 150, bars: true },
  "order graph": { make: makeOrder, times: 2_000, bars: true },
  "1 frame": { make: () => makeFrames(1), plain: plainFrames, times: 5_000, bars: false },
  "200 frames": { make: () => makeFrames(200), plain: plainFrames, times: 200, bars: true },
  "1 MB of numbers": { make: makeNumbers, times: 100, bars: false },
};

const repeat = (times: number, body: () => unknown) =>
  cpuTime(times * 1000, () => {
    for (let i = 0; i < times; i++) body();
  });

const options = { registry, compress: false };
const only = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));

for (const [name, { make, plain = (value: unknown) => value, times, bars }] of Object.entries(cases)) {
  if (only.length > 0 && !only.some((word) => name.includes(word))) continue;
  const value = make();
  const reference = plain(value);
  const ours = writeSnapshot(value, options);
  const theirs = serialize(reference);
  const bench = "snapshot";
  const bar = (atMost: number) => (bars ? { atMost } : undefined);
  const unit = "µs";
  const memory = new SnapshotMemory();
  const write = repeat(times, () => writeSnapshot(value, { ...options, memory }));
  const writeFirst = repeat(times, () => writeSnapshot(value, options));
  const writeTheirs = repeat(times, () => serialize(reference));
  print(await compare({ bench, case: `${name}: write`, unit }, write, writeTheirs), bar(1 / 0.6));
  print(await compare({ bench, case: `${name}: write, no memory`, unit }, writeFirst, writeTheirs), bar(1 / 0.3));
  const read = repeat(times, () => readSnapshot(ours, { registry }));
  const readTheirs = repeat(times, () => deserialize(theirs));
  print(await compare({ bench, case: `${name}: read`, unit }, read, readTheirs), bar(1 / 1.4));
  print(size(name, "bytes", ours.length, theirs.length), bar(0.85));
  print(size(name, "bytes, compressed", writeSnapshot(value, { registry }).length, theirs.length));
}

function size(name: string, what: string, ours: number, reference: number): Figure {
  const ratio = ours / reference;
  return { bench: "snapshot", case: `${name}: ${what}`, ours, reference, ratio, unit: "bytes", spread: [ratio, ratio] };
}
