// Durable methods as runs see them: frames of one tree, found again by their ids; what can be started and what can't.
import { coroutine, restore, snapshot } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { inspect } from "../../runtime/src/snapshot/inspect/index.ts";
import { kinds, load, makePlace } from "./kit.ts";

type Method = (...args: unknown[]) => Promise<unknown>;
interface Program {
  main: Method;
  Order: { prototype: Record<string, Method>; open: Method; count: Method; arrow: Method };
  shop: Record<string, Method>;
}

const program = (by: number) => `
import { sleep } from "@coldframe/runtime";
export class Order {
  total = 1;
  /** @durable */
  async pay(n) { await this.wait(n); this.total += n * ${by}; return this.total }
  /** @durable */
  async wait(n) { await w.wait(n) }
  /** @durable */
  async bare(n) { return await w.wait(n) }
  /** @durable */
  static async open(n) { const order = new Order(); return [await order.pay(n), await w.wait(n)] }
  /** @durable */
  static async count() { return [await w.wait(1), this.name] }
  /** @durable */
  static arrow = async (n) => [await w.wait(n), this.name];
}
export const shop = { open: 5, /** @durable */ async sell(n) { return await w.wait(n) }, /** @durable */ async close() { return this.open } };
export async function main(n) { "use durable"; const order = new Order(); return [await order.pay(n), await order.pay(n)] }
`;

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

test("a method that is awaited is a frame of its caller's tree, under its own id", async () => {
  world.w = { wait: (n: number) => Promise.resolve(n) };
  const { main } = await load<Program>(program(1), "test/methods");
  const run = coroutine(main, 5);
  run.next();
  const bytes = snapshot(run);
  const frames = inspect(bytes).frames.map((frame) => frame.function);
  expect(frames.sort()).toEqual(["test/methods#Order.pay", "test/methods#Order.wait", "test/methods#main"]);
  await load(program(1), "test/methods");
  const again = restore(bytes) as { next(value?: unknown): { done: boolean; value: unknown } };
  again.next();
  expect(again.next()).toEqual({ done: true, value: [6, 11] });
});

test("a frame of a method whose text has changed behind its point is not resumed", async () => {
  world.w = { wait: (n: number) => Promise.resolve(n) };
  const { main } = await load<Program>(program(1), "test/methods");
  const run = coroutine(main, 5);
  run.next();
  const bytes = snapshot(run);
  await load(program(2), "test/methods");
  expect(() => restore(bytes)).toThrow(/CF2101.*test\/methods#Order\.pay/s);
});

describe("instances with private fields", () => {
  const classes = `
export class Base { #x = w.made(); y = w.made(); #later; constructor(z) { w.made(); this.z = z; this.#later = this } get() { return [this.#x, this.#later === this] } }
class Named extends Base { n = w.made() }
class Counted { static #count = 0; static next() { return ++Counted.#count } a = 1 }
class Twice extends Base { #own = 1; own() { return this.#own } }
class Patterned { #x = 1; constructor({ a } = {}) { this.a = a } x() { return this.#x } }
export async function keep(name) { "use durable";
  const value = { Base: () => new Base(1), Named: () => new Named(2), Counted: () => new Counted(), Twice: () => new Twice(3), Patterned: () => new Patterned(),
    false: () => Object.create(Base.prototype) }[name]();
  await w.wait(1);
  return [value.constructor.name, value.get?.(), { ...value }];
}`;
  const parked = async (name: string) => {
    let made = 0;
    world.w = { wait: (n: number) => Promise.resolve(n), made: () => ++made };
    const { keep } = await load<{ keep: Method }>(classes);
    const run = coroutine(keep, name);
    run.next();
    return { bytes: snapshot(run), count: () => made };
  };

  test.each([
    ["Base", ["Base", [1, true], { y: 2, z: 1 }]],
    ["Named", ["Named", [1, true], { y: 2, z: 2, n: 4 }]],
    ["Counted", ["Counted", undefined, { a: 1 }]],
    ["Twice", ["Twice", [1, true], { y: 2, z: 3 }]],
    ["Patterned", ["Patterned", undefined, { a: undefined }]],
  ])("%s: the fields come back, and nothing of the class runs", async (name, expected) => {
    const { bytes, count } = await parked(name);
    const before = count();
    const again = restore(bytes) as { next(value?: unknown): { value: unknown } };
    expect(count()).toBe(before);
    expect(again.next().value).toEqual(expected);
  });

  test("fields in another order are the same; one that is a method now is not", async () => {
    const source = (fields: string) =>
      `export class Pair { ${fields} get() { return [this.#a, this.#b] } }
      export async function keep() { "use durable"; const pair = new Pair(); await w.wait(1); return pair.get() }`;
    world.w = { wait: (n: number) => Promise.resolve(n) };
    const { keep } = await load<{ keep: Method }>(source("#a = 1; #b = 2;"));
    const run = coroutine(keep);
    run.next();
    const bytes = snapshot(run);
    await load(source("#b = 8; #a = 9;"));
    expect((restore(bytes) as { next(): { value: unknown } }).next().value).toEqual([1, 2]);
    await load(source("#b() {} #a = 9;"));
    expect(() => restore(bytes)).toThrow("CF2101");
  });

  test("what only inherits from such a class is refused", async () => {
    await expect(parked("false")).rejects.toThrow("CF2001");
  });
});

describe.each(kinds)("started on %s", (kind) => {
  test("static methods, arrows of static fields and methods of objects that need no receiver", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    world.w = { wait: (n: number) => Promise.resolve(n * 10) };
    const { Order, shop } = await load<Program>(program(1), "test/methods");
    const results = [];
    for (const fn of [Order.open, Order.arrow, shop.sell as Method, Order.prototype.bare as Method])
      results.push(await (await engine.start(fn, [4])).result());
    expect(results).toEqual([[5, 40], [40, "Order"], 40, 40]);
    const listed = (await engine.list()).runs.map((run) => run.function);
    expect(listed.sort()).toEqual(
      ["Order.bare", "Order.static.arrow", "Order.static.open", "shop.sell"].map((id) => `test/methods#${id}`),
    );
  });

  test("a method that uses `this` is refused", async () => {
    const { open } = await makePlace(kind);
    const { engine } = await open();
    const { Order, shop } = await load<Program>(program(1), "test/methods");
    for (const fn of [Order.prototype.pay, Order.count, shop.close] as Method[])
      await expect(engine.start(fn, [])).rejects.toThrow("CF2311");
    expect(() => coroutine(Order.prototype.pay as Method)).toThrow("CF2311");
    expect((await engine.list()).runs).toEqual([]);
  });
});
