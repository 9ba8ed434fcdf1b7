// What users add: hooks of classes, codecs for classes that are not theirs, and classes that need one.
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { Script } from "node:vm";
import { beforeEach, expect, test } from "vitest";
import { registerCodec } from "../../runtime/src/snapshot/codecs/custom.ts";
import { SnapshotMemory } from "../../runtime/src/snapshot/identity.ts";
import { registerClass } from "../../runtime/src/snapshot/register.ts";
import { read, registry, roundtrip, thrownBy, write } from "./kit/roundtrip.ts";

const serialize = Symbol.for("coldframe.serialize");
const deserialize = Symbol.for("coldframe.deserialize");

const order: string[] = [];
beforeEach(() => {
  order.length = 0;
});

/** Keeps what it has in a private place that only its own code reaches. */
const secrets = new WeakMap<object, unknown>();
class Account {
  static made = 0;
  constructor(secret: unknown) {
    Account.made++;
    secrets.set(this, secret);
  }
  get secret(): unknown {
    return secrets.get(this);
  }
  [serialize](): unknown {
    return { secret: this.secret };
  }
  static [deserialize](shell: Account, state: { secret: unknown }): void {
    order.push(String((state.secret as { name?: string })?.name));
    secrets.set(shell, state.secret);
  }
}
class Cache extends Map<string, unknown> {
  [serialize](): unknown {
    return [...this].filter(([key]) => !key.startsWith("tmp"));
  }
  static [deserialize](shell: Cache, state: [string, unknown][]): void {
    for (const [key, value] of state) shell.set(key, value);
  }
}
class Faulty {
  [serialize](): unknown {
    throw new Error("no");
  }
}
class Replacing {
  [serialize](): unknown {
    return 1;
  }
  static [deserialize](): unknown {
    return {};
  }
}
for (const cls of [Account, Cache, Faulty, Replacing]) registry.register(`test/hooks#${cls.name}`, cls);

test("a class with hooks says itself what is stored; no constructor runs", () => {
  const account = new Account({ name: "inner" });
  const before = Account.made;
  const [a, b] = roundtrip([account, { account }] as const);
  expect(a).toBeInstanceOf(Account);
  expect(a.secret).toEqual({ name: "inner" });
  expect(b.account).toBe(a);
  expect(Account.made).toBe(before);
});

test("a state may lead back to its value; inner values are ready before outer ones", () => {
  const state: Record<string, unknown> = { name: "outer" };
  const outer = new Account(state);
  state.self = outer;
  state.inner = new Account({ name: "inner" });
  const back = roundtrip(outer);
  expect((back.secret as typeof state).self).toBe(back);
  expect(order).toEqual(["inner", "outer"]);
});

test("a class with hooks that extends a built-in has its slots", () => {
  const back = roundtrip(
    new Cache([
      ["a", 1],
      ["tmp-b", 2],
    ]),
  );
  expect(back).toBeInstanceOf(Cache);
  expect([...back]).toEqual([["a", 1]]);
});

test("a hook that fails, or replaces the shell, is a coded error with its cause", () => {
  const error = thrownBy(() => write(new Faulty()));
  expect(error).toMatchObject({ code: "CF2010", cause: new Error("no") });
  expect(error.message).toContain("Faulty");
  const bytes = write(new Replacing());
  expect(thrownBy(() => read(bytes))).toMatchObject({ code: "CF2010" });
});

class Decimal {
  readonly #digits: string;
  constructor(digits: string) {
    this.#digits = digits;
  }
  toString(): string {
    return this.#digits;
  }
}
class Pair {
  readonly #parts: unknown[];
  constructor(...parts: unknown[]) {
    this.#parts = parts;
  }
  get parts(): unknown[] {
    return this.#parts;
  }
}
registerCodec("decimal", { class: Decimal, encode: String, decode: (digits: string) => new Decimal(digits) });
registerCodec("pair", { class: Pair, encode: ({ parts }) => parts, decode: (parts: unknown[]) => new Pair(...parts) });

test("a codec makes values with private fields; identity is kept", () => {
  const one = new Decimal("1.10");
  const [a, b, map] = roundtrip([one, { one }, new Map([[one, "price"]])] as const);
  expect(String(a)).toBe("1.10");
  expect(b.one).toBe(a);
  expect(map.get(a)).toBe("price");
});

test("the state of a codec is complete, codecs within it included", () => {
  const back = roundtrip(new Pair({ list: [new Decimal("2"), new Set([new Pair(1)])] }, new Date(5)));
  const [{ list }, date] = back.parts as [{ list: [Decimal, Set<Pair>] }, Date];
  expect([String(list[0]), [...list[1]][0]?.parts, date.getTime()]).toEqual(["2", [1], 5]);
});

test("a state that holds the value itself is refused, as is a codec that is not there", () => {
  const parts: unknown[] = [];
  const pair = new Pair(parts);
  parts.push(pair);
  expect(thrownBy(() => roundtrip(pair)).code).toBe("CF2001");
  class Gone {}
  registerCodec("gone", { class: Gone, encode: () => 1, decode: () => new Gone() });
  const bytes = Buffer.from(write(new Gone(), { compress: false }));
  expect(read(bytes)).toBeInstanceOf(Gone);
  expect(
    thrownBy(() => registerCodec("gone", { class: Decimal, encode: () => 1, decode: () => new Decimal("") })).code,
  ).toBe("CF2303");
});

test("private names in comments and strings do not count, in code they do", () => {
  class Commented {
    // the #1 thing
    color = "#fff";
  }
  class Hidden {
    count() {
      return #mark in this;
    }
    #mark = 1;
  }
  class Derived extends Hidden {}
  for (const cls of [Commented, Hidden, Derived]) registry.register(`test/hooks#${cls.name}`, cls);
  expect(roundtrip(new Commented())).toEqual(new Commented());
  expect(thrownBy(() => write(new Hidden())).message).toContain("private fields");
  expect(thrownBy(() => write(new Derived())).message).toContain("Hidden, with private fields");
});

test("a snapshot taken within a hook does not disturb the one around it", () => {
  class Nested {
    [serialize](): unknown {
      return { inner: write({ deep: [1, 2, 3] }), memory: new SnapshotMemory().marks.length };
    }
    static [deserialize](shell: { value?: unknown }, state: { inner: Uint8Array }): void {
      shell.value = read(state.inner);
    }
  }
  registry.register("test/hooks#Nested", Nested);
  expect(roundtrip([new Nested(), "after"])).toEqual([{ value: { deep: [1, 2, 3] } }, "after"]);
});

test("registerClass refuses classes whose instances hold more than properties, and takes what says itself what is stored", () => {
  class Order {}
  class Orders extends Map {}
  class Emitting extends EventEmitter {}
  class Collating extends Intl.Collator {}
  class Hooked extends EventEmitter {
    [serialize](): unknown {
      return null;
    }
    static [deserialize](): void {}
  }
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { Module: typeof Order } };
  for (const cls of [Order, Orders, Hooked, Map, Date, Error]) registerClass(`test/register#${cls.name}`, cls);
  const others = [Intl.Collator, Script, WebAssembly.Module, Promise, WeakMap, Readable, Emitting, Collating, Headers];
  for (const cls of others as unknown as (typeof Order)[]) {
    const { code, message } = thrownBy(() => registerClass(`test/register#${cls.name}`, cls));
    expect([code, message]).toEqual(["CF2016", expect.stringContaining(cls.name)]);
  }
});
