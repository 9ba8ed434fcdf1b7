// What a snapshot says of itself without the code that wrote it.
import { inspect as show } from "node:util";
import { crc32 } from "node:zlib";
import { type Coroutine, coroutine, restore, snapshot } from "@coldframe/runtime";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inspect } from "../../runtime/src/snapshot/inspect/index.ts";
import { load } from "../engine/kit.ts";
import { Bag, config, Failure, helper, Point } from "./kit/classes.ts";
import { makeAdd, makeFrame } from "./kit/code.ts";
import { build, descriptions } from "./kit/graphs.ts";
import { write } from "./kit/roundtrip.ts";

test("frames with function, place, text of the await, caller and variables; the head; the root", () => {
  const bottom = makeFrame("work", 1, { item: { id: 7, tags: ["a", new Set([1n])] }, index: -0 });
  const leaf = makeFrame("work", 2, { rest: new Map([["k", [helper, new Point()]]]) }, bottom, makeAdd({ v: 1 }, 2));
  const { header, frames, root } = inspect(write({ task: leaf, when: new Date(0) }));
  expect(header).toMatchObject({ format: "1.0", runId: "run-1", seq: 7 });
  expect(root).toBe("{ task: [Frame of test/code#work], when: 1970-01-01T00:00:00.000Z }");
  const place = { function: "test/code#work", at: "3:14", place: "test/code:3:14", source: "tick(i)" };
  expect(frames.map(({ node, caller, ...frame }) => frame)).toEqual([
    {
      ...place,
      awaits: "the value [Function: c1]",
      variables: { rest: "Map(1) { 'k' => [ [Function: helper], Point { x: 1, y: 2 } ] }" },
    },
    {
      ...place,
      awaits: "test/code#work to return",
      variables: { item: "{ id: 7, tags: [ 'a', Set(1) { 1n } ] }", index: "-0" },
    },
  ]);
  expect(frames[0]?.caller).toBe(frames[1]?.node);
  expect(frames[1]?.caller).toBeNull();
});

const loop: { name: string; self?: unknown } = { name: "loop" };
loop.self = loop;
const sparse: unknown[] = [];
sparse[1_000_000] = 1;

/** As Node's console prints the value itself, where nothing is said. */
test.each<[string, unknown, string?]>([
  ["primitives", [undefined, null, true, -0, Number.NaN, 5n, -(2n ** 70n), "a\n\u001bb", ""]],
  ["symbols", [Symbol.iterator, Symbol.for("key")]],
  ["a cycle", loop, "<ref *1> { name: 'loop', self: [Circular *1] }"],
  ["a value twice", [config, config], "[ [test/classes#config], [test/classes#config] ]"],
  [
    "Map and Set",
    new Map<unknown, unknown>([
      ["a", new Set([1])],
      [{ b: 1 }, new Map()],
    ]),
  ],
  ["dates", [new Date(5), new Date(Number.NaN)]],
  ["holes", Object.assign(Array(3), { 0: 1, 2: 3 }), "[ 1, <1 empty item>, 3 ]"],
  ["a sparse array", sparse, "[ <1000000 empty items>, 1 ]"],
  ["regular expressions", [/a\/b/giu]],
  ["errors", new RangeError("far", { cause: new Error("near") }), "[RangeError: far] { [cause]: [Error: near] }"],
  ["errors with more", new Failure("no"), "[Failure: no] { code: 'E_FAIL' }"],
  [
    "many errors",
    new AggregateError([new TypeError("x")], "all"),
    "[AggregateError: all] { [errors]: [ [TypeError: x] ] }",
  ],
  ["typed arrays", [new Uint8Array([1, 2]), new Float64Array([-0, 0.5]), new BigInt64Array([-1n]), new Int16Array()]],
  ["a view into a buffer", new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2), "Uint16Array(2) [ 2, 3 ]"],
  ["Buffers", [Buffer.from("hi")], "[ <Buffer 68 69> ]"],
  ["ArrayBuffers", new ArrayBuffer(3), "ArrayBuffer { byteLength: 3 }"],
  ["boxed", [Object(1), Object("s")]],
  ["no prototype, odd keys", Object.assign(Object.create(null), { "a-b": 1, [Symbol.for("k")]: 2 })],
  ["frozen", Object.freeze({ a: 1 })],
  [
    "classes and functions by name",
    [Point, helper, Math.max, makeAdd({ v: 1 }, 2)],
    "[ [class Point], [Function: helper], [Function: Math.max], [Function: c1] ]",
  ],
  ["an instance of a subclass of a built-in", new Bag([["a", 1]]), "Bag(1) [Map] { 'a' => 1, label: 'bag' }"],
  ["deep", { a: { b: { c: { d: { e: 1 } } } } }, "{ a: { b: { c: { d: [Object] } } } }"],
  ["own __proto__", JSON.parse('{"__proto__":1}'), "{ ['__proto__']: 1 }"],
])("%s", (_, value, text) => {
  const native = show(value, { compact: false, breakLength: Number.POSITIVE_INFINITY, depth: 3 }).replace(
    /\n\s*/g,
    " ",
  );
  expect(inspect(write(value)).root).toBe(text ?? native);
});

test("long values are shortened, wide frames and wide objects are in bounds", () => {
  const cyclic: unknown[] = ["x".repeat(5000), new Failure("no")];
  cyclic.push(cyclic);
  const frame = makeFrame("wide", 0, Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`v${i}`, cyclic])));
  const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
  const { frames, root } = inspect(write([frame, Array.from({ length: 1000 }, () => cyclic), wide]));
  expect(Object.keys(frames[0]?.variables ?? {})).toHaveLength(40);
  expect(frames[0]?.variables.v0).toContain("... 4840 more characters");
  expect(root.length).toBeLessThan(1_100);
  expect(inspect(write(wide)).root.length).toBeLessThan(1_100);
  expect(inspect(write(new Map(Array.from({ length: 30_000 }, (_, i) => [i, i])))).root).toMatch(/^Map\(10001\) /);
  expect(inspect(write(new Uint8Array(100_000))).root).toMatch(/^Uint8Array\(100000\) \[ 0, .* 99980 more items \]$/);
});

test("any graph can be described", () => {
  fc.assert(
    fc.property(descriptions, (list) => {
      expect(inspect(write(build(list))).root).toMatch(/^(<ref \*1> )?\[/);
    }),
    { numRuns: 500, seed: 3 },
  );
});

test("hostile bytes are described in bounds or refused with a code, and say nothing to a terminal", () => {
  const sound = write([
    makeFrame("work", 1, { item: new Map([[1, new Set([loop])]]), index: new Uint16Array([1, 2]) }),
    new TypeError("x", { cause: new Error("y") }),
    Object.freeze({ when: new Date(0), symbol: Symbol.for("k"), pattern: /a/, box: Object("s"), bag: new Bag() }),
  ]);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = Buffer.from(sound);
      for (const [at, byte] of changes) bytes[64 + (at % (bytes.length - 64))] = byte;
      bytes.writeUInt32LE(crc32(bytes.subarray(12), crc32(bytes.subarray(0, 8))), 8);
      let text = "";
      try {
        text = show(inspect(bytes));
      } catch (error) {
        expect((error as { code?: unknown }).code).toMatch(/^CF200[2348]$/);
      }
      expect(text.length).toBeLessThan(20_000);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    }),
    { numRuns: 2_000, seed: 5 },
  );
});

const program = `
export class Card { #cvc = 1; number = "42"; get cvc() { w.ran = true; return this.#cvc; } get [Symbol.toStringTag]() { w.ran = true; return "x"; } }
const outside = async (n) => n;
export async function pay(card, cents) {
  "use durable";
  let tries = 0;
  const again = () => ++tries;
  const user = { v: 1 };
  const held = [user];
  again();
  try { for (const part of [cents]) { await outside(part * 2); } } finally { await outside(card); }
  return [card, tries, again, user, held];
}
export async function main(order) { "use durable"; return await pay(new Card(), order.cents); }
export async function* upTo(n) { "use durable"; for (let i = 0; i < n; i++) yield i; }
`;

// biome-ignore lint/suspicious/noExplicitAny: modules made of text
const loadProgram = () => load<any>(program, "shop/src/pay");

describe("of compiled code", () => {
  test("frames name what is awaited; cells, private fields and loops look as in the source; nothing runs", async () => {
    const world = { ran: false };
    Object.assign(globalThis, { w: world });
    const { main } = await loadProgram();
    const co = coroutine(main, { cents: 5 });
    co.next();
    const inspection = inspect(snapshot(co));
    const [pay, bottom] = inspection.frames;
    expect(pay).toMatchObject({
      function: "shop/src/pay#pay",
      source: "outside(part * 2)",
      place: `shop/src/pay:${pay?.at}`,
    });
    expect(pay?.awaits).toBe("the call of outside, which is made again after a restart");
    expect(pay?.variables).toEqual({
      card: "Card { #cvc: 1, number: '42' }",
      tries: "1",
      again: "[Function: again]",
      user: "{ v: 1 }",
      held: "[ { v: 1 } ]",
    });
    expect(bottom).toMatchObject({ function: "shop/src/pay#main", awaits: "shop/src/pay#pay to return" });
    const listing = show(inspection);
    expect(listing).toMatch(/^Snapshot: 2 frames, \d+ bytes, written by @coldframe\/runtime /);
    expect(listing).toContain("\n    await outside(part * 2)\n");
    expect(world.ran).toBe(false);
  });

  test("a console shows a coroutine in each of its states", async () => {
    const { main, pay } = await loadProgram();
    const co = coroutine(main, { cents: 5 });
    expect(show(co)).toBe("Coroutine of shop/src/pay#main, not begun");
    expect(show(inspect(snapshot(co)))).toContain("has not begun: shop/src/pay#main with [ { cents: 5 } ]");
    co.next();
    const lines = show(co).split("\n");
    expect(lines[0]).toBe("Coroutine of shop/src/pay#main, suspended");
    expect(lines).toEqual(
      expect.arrayContaining(["    await outside(part * 2)", "    tries = 1", "    user = { v: 1 }"]),
    );
    expect(show(restore(snapshot(co)))).toContain("await outside(part * 2)");
    expect(show({ co })).toContain("\n    pay (shop/src/pay:");
    expect(show([[[[co]]]])).not.toContain("Scheduler");
    await (co as Coroutine).drive();
    expect(show(co)).toMatch(/^Coroutine of shop\/src\/pay#main, done: it returned \[/);
    const failed = coroutine(pay, null, 1n);
    await failed.drive().catch(() => {});
    expect(show(failed)).toBe(
      "Coroutine of shop/src/pay#pay, done: it threw TypeError: Cannot mix BigInt and other types, use explicit conversions",
    );
  });

  test("a generator", async () => {
    const { upTo } = await loadProgram();
    const numbers = upTo(3);
    await numbers.next();
    expect(inspect(snapshot(numbers)).frames).toMatchObject([
      { function: "shop/src/pay#upTo", variables: { n: "3", i: "0" } },
    ]);
  });
});

test("promises of durable calls, pending and settled, and what waits for them", async () => {
  const source = `
const outside = async (n) => n;
async function part(n) { "use durable"; await outside(n); if (n === 2) throw new RangeError("two"); return { n }; }
export async function main() {
  "use durable";
  const tasks = [part(1), part(2), part(3)];
  await Promise.race([tasks[0], tasks[2]]);
  await tasks[1].catch(() => {});
  const last = part(4);
  const all = await Promise.all([last, tasks[0]]);
  return [all, tasks, last];
}`;
  const { main } = await load<{ main(): Promise<unknown> }>(source, "shop/src/parts");
  const co = coroutine(main);
  co.next();
  const texts = () => inspect(snapshot(co)).frames.find((frame) => frame.function.endsWith("#main"));
  const first = texts();
  expect(first?.variables.tasks).toBe("[ Promise { <pending> }, Promise { <pending> }, Promise { <pending> } ]");
  expect(first?.awaits).toBe("Promise.race of 2, of which 2 are open");
  for (let turn = 0; turn < 8 && texts()?.source !== "Promise.all([last, tasks[0]])"; turn++) co.next();
  const later = texts();
  expect(later?.variables.tasks).toMatch(
    /^\[ Promise \{ .*n: .* \}, Promise \{ <rejected> \[RangeError: two\] \}, Promise \{ /,
  );
  expect(later?.awaits).toMatch(/^Promise\.all of 2, of which [12] are open$/);
  expect(show(co)).toContain("waits for Promise.all of 2, of which");
});
