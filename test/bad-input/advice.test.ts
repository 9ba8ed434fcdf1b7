// What the error for a value that can't be stored says to do, done: each piece of advice leads to a snapshot that comes back.
import { EventEmitter } from "node:events";
import { open } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { type Coroutine, coroutine, restore, snapshot } from "@coldframe/runtime";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registry } from "../../runtime/src/registry.ts";
import { describeClosed } from "../../runtime/src/snapshot/private-reason.ts";
import { load, makePlace, until } from "../engine/kit.ts";
import { type Row, rows } from "./advice-rows.ts";
import { failureOf } from "./kit.ts";

// ---- values of modules that are not compiled

class Plain {
  a = 1;
}
class Holder {
  from: number;
  foreign = foreign;
  constructor(from = 0) {
    this.from = from;
  }
}
/** As libraries around an addon have it: behind a symbol that nobody else knows. */
const inside = Symbol("inside");
class Database {
  [inside] = new DatabaseSync(":memory:");
  one = () => this[inside].prepare("SELECT 1 AS one").get()?.one;
  close = () => this[inside].close();
}
function foreign() {}

const world = {
  opened: await open(process.execPath),
  opened2: await open(process.execPath),
  Plain,
  Plain2: class Plain2 extends Plain {},
  Holder,
  Holder2: class Holder2 extends Holder {},
  Database,
  Wrapped: class Wrapped {
    inner = new Database();
  },
  Emitter: class Emitter extends EventEmitter {},
  fn: foreign,
  named: () => {},
  named2: () => {},
  promise: () => Promise.resolve(7),
  accessor: () => ({
    get a() {
      return 1;
    },
  }),
  oddError: () =>
    Object.assign(Object.setPrototypeOf(new Error("odd"), Object.create(Error.prototype)), { code: "E_ODD" }),
};

const head = `
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash, createSecretKey } from "node:crypto";
import { EventEmitter } from "node:events";
import { statSync } from "node:fs";
import { open } from "node:fs/promises";
import net from "node:net";
import * as path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { PassThrough } from "node:stream";
import { registerClass, registerCodec, registerFunction, sleep, step, stepContext } from "@coldframe/runtime";
const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
function* numbers() { yield 1; yield 2; }
class Compiled extends EventEmitter {}
`;

type Program = Record<string, () => Promise<unknown>>;
let program: Program;

const nameOf = (row: number, piece?: number) => (piece === undefined ? `refused_${row}` : `followed_${row}_${piece}`);

/** One module for all: `$name` is a name of its own in each place. */
function textOf(row: Row, at: number): string {
  const refused = `${row.top ?? ""}
    export async function ${nameOf(at)}() { "use durable"; const x = ${row.make}; await sleep(1); return typeof x; }`;
  const followed = Object.values(row.follow).map((code, piece) => {
    const { top = "", body } = typeof code === "string" ? { body: code } : code;
    const text = `${top}\nexport async function ${nameOf(at, piece)}() { "use durable"; ${body} }`;
    return text.replace(/\$([A-Za-z]\w*)/g, `$1_${at}_${piece}`);
  });
  return [refused, ...followed].join("\n");
}

afterAll(() => Promise.all([world.opened.close(), world.opened2.close()]));

beforeAll(async () => {
  (globalThis as unknown as { w: unknown }).w = world;
  program = await load<Program>(head + rows.map(textOf).join("\n"), "test/advice");
});

/** Drives a coroutine to its end; between `store` and the next turn it is what that gives. */
async function drive(name: string, store: (co: Coroutine<unknown>) => Coroutine<unknown>) {
  let co = coroutine(program[name] as () => Promise<unknown>);
  for (let value: unknown; ; ) {
    const result = co.next(value);
    if (result.done) return result.value;
    co = store(co);
    value = await result.value;
  }
}

test.each(rows.map((row, at) => [row.make, row, at] as const))("%s", async (_, row, at) => {
  const error = (await failureOf(() =>
    drive(nameOf(at), (co) => {
      snapshot(co);
      return co;
    }),
  )) as { code?: string; what: string; fix: string };
  expect(error).toMatchObject({ code: "CF2001" });
  const said = error.fix.split("\n").map((line) => line.replace(/^- /, "").replace(/; or$|\.$/, ""));
  expect({ what: error.what.toLowerCase(), said }).toEqual({
    what: expect.stringContaining(row.what.toLowerCase()),
    said: Object.keys(row.follow),
  });
  for (const [piece, advice] of said.entries()) {
    const name = nameOf(at, piece);
    expect(await drive(name, (co) => restore<Coroutine<unknown>>(snapshot(co))), advice).toBe(true);
    expect(await underEngine(name), `${advice}, under an engine`).toBe(true);
  }
});

/** As a run; one that is held gives its reason. */
async function underEngine(name: string): Promise<unknown> {
  const place = await makePlace("memory");
  const { engine } = await place.open();
  const run = await engine.start(program[name] as () => Promise<unknown>, []);
  let end: unknown;
  void run.result().then((value) => {
    end = value;
  });
  await until(async () => {
    await place.clock.advance(10);
    const { status, reason } = await run.status();
    if (status === "held" || status === "failed") end = reason ?? status;
    return end !== undefined;
  });
  return end;
}

test("no host class is given a name", () => {
  const hosts = rows.filter(({ follow }) => !Object.keys(follow).some((advice) => advice.includes("registerClass(")));
  expect(rows.length - hosts.length).toBe(1);
});

test.each([
  [["#a", "#accessor b"], "it has an `accessor` field", "Write a private field with `get` and `set`"],
  [["#a", "@sealed"], "the class has a decorator", "take the decorator off the class"],
  [["#a", "@format b"], "a field has a decorator", "take the decorators off its fields"],
])("of a class with private fields each condition that fails is named: %s", (members, why, fix) => {
  class Sealed {
    #a = 1;
    get() {
      return this.#a;
    }
  }
  const compiledClass = () => ({ id: "m#Sealed", members });
  const { what, advice } = describeClosed(Sealed, Sealed, { ...registry(), compiledClass } as never);
  expect(what).toBe(`an instance of Sealed with private fields (${why})`);
  expect(advice[0]?.toLowerCase()).toContain(fix.toLowerCase());
});
