// A value that cannot be stored, live across an await: named with its function, variable and path. A coroutine is as it was;
// a run is held at its last commit, and goes on once the cause is gone.
import { coroutine, restore, snapshot } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { kinds, load, makePlace, until } from "../engine/kit.ts";
import { forgetCode } from "../upgrades/kit.ts";
import { expectCoded, expectText, failureOf, heldText } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

interface Program {
  main(): Promise<unknown>;
  nested(): Promise<unknown>;
  captured(): Promise<unknown>;
}

const program = `
import { step } from "@coldframe/runtime";
const charge = step(async (n) => w.charge(n));
export async function main() {
  "use durable";
  const receipt = await charge(1);
  const pool = w.connect();
  const paid = await charge(2);
  return [receipt, paid, typeof pool.sockets[0]];
}
async function inner() { "use durable"; return await charge(3); }
export async function nested() {
  "use durable";
  const seen = new Map([["db", w.connect()]]);
  await inner();
  return seen.size;
}
export async function captured() {
  "use durable";
  const pool = w.connect();
  const ask = () => pool.sockets.length;
  await charge(4);
  return ask();
}`;

/** What nobody can store. */
const connect = () => ({ name: "orders", sockets: [new WeakMap()] });

async function loadProgram(): Promise<Program> {
  forgetCode();
  return load<Program>(program, "shop/orders");
}

test("a snapshot of a coroutine is refused; the coroutine goes on unharmed", async () => {
  world.w = { connect, charge: (n: number) => n };
  const { main } = await loadProgram();
  const co = coroutine(main);
  co.next();
  co.next("receipt");
  const error = await failureOf(() => snapshot(co));
  expectCoded(error, "CF2001", {
    what: "A WeakMap cannot be stored: `pool.sockets[0]` in shop/orders#main",
    where: "shop/orders:8:",
    why: "still needed after the await",
    fix: "Use a Map",
  });
  const [first] = (error as Error).stack?.split("\n").filter((line) => /^ +at /.test(line)) ?? [];
  expect(first).toContain("unserializable.test.ts"); // who called it
  expect(co.next("paid")).toEqual({ done: true, value: ["receipt", "paid", "object"] });
});

test.each([
  ["nested", 'seen.get("db").sockets[0]', "shop/orders#nested"],
  ["captured", "ask(captured pool).sockets[0]", "shop/orders#captured"],
] as const)("%s: the path is %s", async (name, path, fn) => {
  world.w = { connect, charge: (n: number) => n };
  const co = coroutine((await loadProgram())[name]);
  co.next();
  expectCoded(await failureOf(() => snapshot(co)), "CF2001", { what: `\`${path}\` in ${fn}` });
});

describe.each(kinds)("a run on %s", (kind) => {
  test("is held at its last commit, and goes on after release() when the cause is gone", async () => {
    const charges: number[] = [];
    let pool: unknown = connect();
    world.w = { connect: () => pool, charge: (n: number) => charges.push(n) && `charge ${n}` };
    const { main } = await loadProgram();
    const { engine, notices, store } = await (await makePlace(kind)).open();
    const run = await engine.start(main, [], { id: "a" });
    await until(async () => (await run.status()).status === "held");

    const parts = { what: "`pool.sockets[0]` in shop/orders#main", where: "shop/orders:8:", fix: "Use a Map" };
    expectText(heldText(await run.status()), "CF2001", parts);
    expect(notices).toMatchObject([{ kind: "held", run: "a", error: { code: "CF2001" } }]);
    expect(notices[0]?.message).toMatch(
      /^Run a is held at its last commit, until .* `release\(\)` is called on it: \[CF2001\]/,
    );
    expect(charges).toEqual([1]); // the second step was never begun: it could not be recorded
    expect(await store.recall("a")).toHaveLength(1); // the result of the first is kept

    expect(await run.release()).toBe(true); // nothing has changed
    await until(async () => (await run.status()).status === "held");
    expect(charges).toEqual([1]);

    pool = { name: "orders", sockets: [{}] };
    expect(await run.release()).toBe(true);
    expect(await run.result()).toEqual(["charge 1", "charge 2", "object"]);
    expect(charges).toEqual([1, 2]);
  });

  test("an argument that cannot be stored is refused before anything is", async () => {
    world.w = { charge: (n: number) => n };
    const { main } = await loadProgram();
    const { engine } = await (await makePlace(kind)).open();
    const error = await failureOf(() => engine.start(main, [{ order: connect() }] as never, { id: "a" }));
    const what = "`arguments[0].order.sockets[0]` in the call of shop/orders#main";
    expectCoded(error, "CF2001", { what, why: "part of the arguments, which are stored" });
    expect(await engine.get("a")).toBeUndefined();
  });

  test("arguments and results of steps, and the result of a run, are named as such", async () => {
    const { args, result, end } = await load<Record<"args" | "result" | "end", () => Promise<unknown>>>(
      `import { step } from "@coldframe/runtime";
      const charge = step(async (x) => ({ link: w.connect() }));
      export async function args() { "use durable"; await charge([w.connect()]); }
      export async function result() { "use durable"; await charge(1); }
      export async function end() { "use durable"; return { link: w.connect() }; }`,
      "shop/ends",
    );
    world.w = { connect };
    const { engine, notices } = await (await makePlace(kind)).open();
    const failure = async (fn: () => Promise<unknown>) => failureOf(async () => (await engine.start(fn, [])).result());
    const why = "part of a result, which is stored";
    const what = "`arguments[0][0].sockets[0]` in the call of shop/ends#charge";
    expectCoded(await failure(args), "CF2001", { what });
    expectCoded(await failure(result), "CF2001", {
      what: "`result.link.sockets[0]` in the step shop/ends#charge",
      why,
    });
    await engine.start(end, []);
    await until(() => notices.length > 0);
    expect(notices[0]?.message).toContain("`result.link.sockets[0]` in shop/ends#end");
  });
});

test.each([
  ["setTimeout(() => {}, 0)", "Timeout", "Await `sleep` instead of keeping a timer"],
  ['new (await import("node:net")).Socket()', "Socket, a handle of this process,", "Open it in the step that uses it"],
  ["new Response()", "Response", "Fetch in a step"],
  ["new AbortController()", "AbortController", "`stepContext().signal`"],
])("a handle of this process is not said to need a name: %s", async (make, name, fix) => {
  const { main } = await load<Program>(
    `export async function main() { "use durable"; const x = ${make}; await null; return x; }`,
    "shop/handles",
  );
  const co = coroutine(main);
  for (let n = 0; n < 3 && !co.done; n++) {
    const wait = co.next(n === 1 ? await import("node:net") : undefined);
    if (!wait.done && wait.value === null) break;
  }
  const error = await failureOf(() => snapshot(co));
  expectCoded(error, "CF2001", { what: `An instance of ${name} cannot be stored`, fix });
  expect((error as Error).stack).not.toContain("registerClass(");
});

test("a closure over the `this` of a constructor that never got one", async () => {
  forgetCode();
  const { main } = await load<{ main(): Promise<unknown> }>(
    `
    let kept;
    class Base { constructor() { throw new Error("no base"); } }
    class Order extends Base {
      constructor() {
        kept = async () => { "use durable"; return this; };
        super();
      }
    }
    export async function main() {
      "use durable";
      try { new Order(); } catch {}
      const late = kept;
      await null;
      return late();
    }`,
    "shop/late",
  );
  const co = coroutine(main);
  co.next();
  const error = (await failureOf(() => snapshot(co))) as Error;
  expect(error).toMatchObject({ code: "CF2001" });
  expect(error.message).toContain(
    "The `this` of a constructor whose `super()` failed cannot be stored: `late` in shop/late#main",
  );
});

test.each([
  ["instance", "class A { n = 1; async m() { return this.n } } const a = new A(); await null; return a.m();", "`a` in"],
  ["class", "class A { async m() {} } await null; return new A();", "`A` in"],
  [
    "private",
    "class A { #n = 1; async m() { await null; return this.#n } } return await new A().m();",
    "The function m (it uses what only the text of a class",
  ],
  ["field", "class A { f = async () => this } const { f } = new A(); await null; return f();", "`f(captured this)`"],
  [
    "generator",
    "class A { #n = 1; *g() { yield this.#n } } const g = new A().g(); await null; return g.next();",
    "`g.(inside)`",
  ],
  [
    "counter",
    "class A { m() { let n = 0; return async () => n++ } } const f = new A().m(); await null; return f();",
    "`f` in",
  ],
])("what only the text of a local class reaches (%s): the class is to be moved", async (_, body, what) => {
  forgetCode();
  const { main } = await load<Program>(`export async function main() { "use durable"; ${body} }`, "shop/local");
  const co = coroutine(main);
  co.next();
  const error = await failureOf(() => snapshot(co));
  expectCoded(error, "CF2001", { what, fix: "at the top of" });
  expect((error as Error).message).not.toContain("registerClass(");
  await expect(co.drive()).resolves.toBeDefined();
});

test("frames of a local class that use variables of the function only are stored, and the advice holds", async () => {
  const text = (cls: string, within: string) =>
    `${cls} export async function main() { "use durable"; let n = 1; ${within} const a = new A(); const x = await A.add(a.k); await null; return [x, n] }`;
  const local = "class A { k = 4; static async add(k) { await null; return k + n++ } }";
  const moved = "class A { k = 4; static async add(k) { await null; return k + 1 } }";
  for (const [cls, within, expected] of [
    ["", local, [5, 2]],
    [moved, "", [5, 1]],
  ] as const) {
    forgetCode();
    const { main } = await load<Program>(text(cls, within), "shop/local");
    const co = coroutine(main);
    co.next();
    const restored = restore(snapshot(co)) as typeof co;
    expect(await restored.drive()).toEqual(expected);
  }
});
