import { createServer, type Server } from "node:net";
import { inspect } from "node:util";
import { createContext, runInContext } from "node:vm";
import { registerClass } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { load, makePlace } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, unknown> };
const DROPPED = Symbol.for("coldframe.dropped");

interface Program {
  caught(): Promise<unknown>;
  failed(): Promise<unknown>;
  within(): Promise<unknown>;
}

const program = `
import { step } from "@coldframe/runtime";
const fail = step(async () => { throw w.make(); }, { retry: { maxAttempts: 1 } });
const tick = step(async () => 1);
export async function caught() { "use durable"; try { await fail(); } catch (e) { await tick(); w.seen = e; await tick(); } return 1; }
export async function failed() { "use durable"; await tick(); throw w.make(); }
export async function within() { "use durable"; await w.helper(async () => { "use durable"; await fail(); }); return 1; }
`;

class Refused extends Error {
  status = 404;
  body: unknown;
  socket: unknown;
}
class Unnamed extends RangeError {
  limit = 5;
}
class Hidden extends Error {
  #secret = 1;
  get secret() {
    return this.#secret;
  }
}
class Problem {
  title = "gone";
  socket: unknown;
}
registerClass("test/thrown#Refused", Refused);
registerClass("test/thrown#Problem", Problem);

const realm = createContext({});
const far = (text: string): unknown => runInContext(text, realm);
const server = (): Server => createServer();

interface Row {
  make(): unknown;
  /** What is seen of it. */
  see(error: never): unknown;
  right: unknown;
  dropped: RegExp[];
}

const rows: Record<string, Row> = {
  "a class, its members, and one that can't be stored": {
    make: () => Object.assign(new Refused("no"), { body: { why: ["x"] }, socket: server(), code: "E_NO" }),
    see: (e: Refused & { code: string }) => [
      ...[e instanceof Refused, e.name, e.message, e.code, e.status, e.body, "socket" in e],
      /^Error: no\n +at .*make .*thrown\.test\.ts/.test(e.stack as string),
    ],
    right: [true, "Error", "no", "E_NO", 404, { why: ["x"] }, false, true],
    dropped: [/^socket: an instance of Server, a handle of this process$/],
  },
  "an AggregateError with a member of its own, and identity": {
    make: () => {
      const list = [new TypeError("a"), Object.assign(new RangeError("b"), { at: server(), row: 2 })];
      return Object.assign(new AggregateError(list, "both"), { list: [list[0]], socket: server() });
    },
    see: (e: AggregateError & { list: unknown[] }) => [
      ...[e instanceof AggregateError, e.errors.map((x) => [x.name, x.message, x.row])],
      ...[e.list[0] === e.errors[0], e.errors[1] instanceof RangeError],
    ],
    right: [
      true,
      [
        ["TypeError", "a", undefined],
        ["RangeError", "b", 2],
      ],
      true,
      true,
    ],
    dropped: [/^errors\[1\]\.at: /, /^socket: /],
  },
  "a cause, as deep as it goes": {
    make: () =>
      new Error("outer", {
        cause: Object.assign(new Refused("inner"), { socket: server(), body: { a: { b: server(), c: 1 } } }),
      }),
    see: (e: Error) => [e.message, e.cause instanceof Refused, (e.cause as Refused).body],
    right: ["outer", true, { a: { c: 1 } }],
    dropped: [/^cause\.body\.a\.b: /, /^cause\.socket: /],
  },
  "a ring": {
    make: () => {
      const error = Object.assign(new Error("ring"), { self: undefined as unknown, socket: server() });
      error.self = { error };
      return error;
    },
    see: (e: { self: { error: unknown } }) => e.self.error === e,
    right: true,
    dropped: [/^socket: /],
  },
  "a class without a name": {
    make: () => new Unnamed("u"),
    see: (e: Unnamed) => [e instanceof RangeError, e.message, e.limit],
    right: [true, "u", 5],
    dropped: [/^\(itself\): its class Unnamed$/],
  },
  "a class with private fields": {
    make: () => new Hidden("h"),
    see: (e: Hidden) => [e instanceof Error, e.message, e.secret],
    right: [true, "h", undefined],
    dropped: [/^\(itself\): its class Hidden$/],
  },
  "an object that can be stored": {
    make: () => ({ status: 404, body: [{ why: "gone" }] }),
    see: (e: unknown) => e,
    right: { status: 404, body: [{ why: "gone" }] },
    dropped: [],
  },
  "an object with something that can't be": {
    make: () => ({ status: 404, body: { why: "gone" }, socket: server() }),
    see: ({ status, body }: Record<string, unknown>) => ({ status, body }),
    right: { status: 404, body: { why: "gone" } },
    dropped: [/^socket: /],
  },
  "an instance of a class": {
    make: () => Object.assign(new Problem(), { socket: server() }),
    see: (e: Problem) => [e.title, Object.keys(e)],
    right: ["gone", ["title"]],
    dropped: [/^\(itself\): its class Problem$/, /^socket: /],
  },
  "an array, a Map, a Set": {
    make: () => [
      1,
      new Map<unknown, unknown>([
        ["a", server()],
        ["b", 2],
      ]),
      new Set([server(), 3]),
    ],
    see: (e: unknown[]) => [e[0], [...(e[1] as Map<string, number>)], [...(e[2] as Set<number>)]],
    right: [1, [["b", 2]], [3]],
    dropped: [/^\[1\]\.\(entry 0\): /, /^\[2\]\.\(entry 0\): /],
  },
  "a text, a number, nothing": {
    make: () => "text",
    see: (e: unknown) => e,
    right: "text",
    dropped: [],
  },
  "a symbol": {
    make: () => Symbol("mine"),
    see: (e: unknown) => e,
    right: "Symbol(mine)",
    dropped: [/^\(itself\): a symbol/],
  },
  "an error of another realm": {
    make: () =>
      far(`Object.assign(new RangeError("far"), { retryable: false, code: "E1", at: { x: [1, new Date(5)] } })`),
    see: (e: RangeError & { code: string; at: { x: [number, Date] } }) => [
      ...[e instanceof RangeError, e.name, e.message, e.code, e.at.x[0], e.at.x[1].getTime()],
      /^RangeError: far\n +at /.test(e.stack as string),
    ],
    right: [true, "RangeError", "far", "E1", 1, 5, true],
    dropped: [],
  },
  "an error of a class of another realm, with a cause and members": {
    make: () =>
      far(`(() => { class Mine extends TypeError { name = "Mine"; }
        return new AggregateError([new Mine("one", { cause: new SyntaxError("two") })], "several"); })()`),
    see: (e: AggregateError) => [
      ...[e instanceof AggregateError, e.message, e.errors[0] instanceof TypeError, e.errors[0].name],
      ...[e.errors[0].cause instanceof SyntaxError, e.errors[0].cause.message],
    ],
    right: [true, "several", true, "Mine", true, "two"],
    dropped: [/^errors\[0\]: its class Mine$/],
  },
  "an object of another realm": {
    make: () => far(`({ status: 404, list: [new Map([[1, new Set([2])]]), /x/g, new Uint8Array([7])] })`),
    see: (e: { status: number; list: [Map<number, Set<number>>, RegExp, Uint8Array] }) => [
      ...[e.status, e.list[0].get(1)?.has(2), e.list[1].source, e.list[2] instanceof Uint8Array, e.list[2][0]],
    ],
    right: [404, true, "x", true, 7],
    dropped: [],
  },
  "an error by its prototype alone": {
    make: () => Object.assign(Object.create(RangeError.prototype), { message: "made by hand", level: 3 }),
    see: (e: RangeError & { level: number }) => [e instanceof RangeError, e.message, e.level],
    right: [true, "made by hand", 3],
    dropped: [],
  },
  accessors: {
    make: () =>
      Object.defineProperties(new Error("x"), {
        level: { get: () => 3, enumerable: true },
        broken: { get: () => JSON.parse("{"), enumerable: true },
        message: { get: () => "by a getter" },
      }),
    see: (e: Error & { level: number }) => [e.level, e.message],
    right: [3, "by a getter"],
    dropped: [/^broken: it can't be read$/],
  },
  "a DOMException": {
    make: () => Object.assign(new DOMException("stopped", "AbortError"), { socket: server() }),
    see: (e: DOMException) => [e instanceof DOMException, e.name, e.message, e.code],
    right: [true, "AbortError", "stopped", 20],
    dropped: [/^socket: /],
  },
  "more than can be told": {
    make: () => Object.assign(new Error("long"), { list: Array.from({ length: 500 }, () => server()) }),
    see: (e: Error) => e.message,
    right: "long",
    dropped: [...Array.from({ length: 32 }, () => /^list/), /^and more$/],
  },
  "an array as long as it likes": {
    make: () => Object.assign(new Error("sparse"), { errors: new Array(2 ** 32 - 1), socket: server() }),
    see: (e: Error) => e.message,
    right: "sparse",
    dropped: [/^socket: /],
  },
};

const matching = (patterns: readonly RegExp[]) => patterns.map((pattern) => expect.stringMatching(pattern));

describe("what is thrown", () => {
  test.each(Object.entries(rows))("%s", async (_, { make, see, right, dropped }) => {
    const { open } = await makePlace("memory");
    const { engine, notices } = await open({ warm: { runs: 0 } });
    world.w = { make };
    const { caught, failed } = await load<Program>(program);
    await (await engine.start(caught, [])).result();
    const read = await (await engine.start(failed, [])).result().catch((error) => error);
    for (const error of [world.w.seen, read]) {
      expect(see(error as never)).toEqual(right);
      if (typeof error !== "object") continue;
      expect((error as { [DROPPED]?: unknown })[DROPPED] ?? []).toEqual(matching(dropped));
      if (dropped.length > 0) expect(inspect(error)).toContain("coldframe.dropped");
    }
    const told = notices.filter((notice) => notice.kind === "reduced");
    expect(told).toHaveLength(dropped.length === 0 ? 0 : 2);
    for (const { message } of told) expect(message).toMatch(/^What (the step .*#fail|.*#failed) of run/);
  });
});
