// Built-ins that are replaced after the runtime has loaded: compiled code and the runtime call none that native code would not call.
import { coroutine } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { lowerText } from "../compiler/lower/harness.ts";
import { evaluate } from "../kit/evaluate.ts";
import "@coldframe/runtime/abi/v1";

const programs: Record<string, string> = {
  awaits: `async function main() { let s = 0; for (let i = 0; i < 3; i++) s += await i; return s }`,
  calls: `async function add(a, b, c) { await 0; return a + b + c } async function main() { const o = { x: 1 }; return await add(o.x, await add(1, 2, 3), -o.x) }`,
  "calls of closures": `async function main() { const f = async (a, b) => { await 0; return a + b }; const g = (x) => f(x, 1); return (await g(1)) + (await f(2, await g(3))) }`,
  "errors and finally": `async function main() { try { try { await 0; throw 1 } finally { await 1 } } catch (e) { return e } }`,
  generators: `function* count(n) { for (let i = 0; i < n; i++) yield i } async function main() { let s = 0; const g = count(3); for (let r = g.next(); !r.done; r = g.next()) { s += r.value; await 0 } return s }`,
  "yield*": `function* leaf() { const a = yield 1; return a } function* outer() { return yield* leaf() } async function main() { const g = outer(); g.next(); await 0; return g.next(5).value }`,
  "async generators": `async function* count(n) { for (let i = 0; i < n; i++) yield i } async function main() { let s = 0; const g = count(3); for (let r = await g.next(); !r.done; r = await g.next()) s += r.value; return s }`,
  "object rest": `async function main() { const { a, b = await 1, ...rest } = { a: 1, c: 2, d: 3 }; await 0; return a + b + rest.c + rest.d }`,
  "computed keys": `async function main() { const k = "x"; const o = { [k]: await 1, [k + 1]: await 2 }; return o.x + o.x1 }`,
  "tagged templates": `function tag(s, v) { return s[0] + v + s.raw[1] } async function main() { return tag\`a\${await 1}b\` }`,
  classes: `class A { #x = 1; async get(n) { await 0; return this.#x + n } static async make() { await 0; return new A() } } async function main() { return (await A.make()).get(2) }`,
  super: `class A { get(n) { return n } } class B extends A { async get(n) { await 0; return super.get(n) + 1 } } async function main() { return await new B().get(1) }`,
  "no await": `async function one(n) { await 0; return n } async function main() { const a = one(1), b = one(2); return (await b) + (await a) }`,
  "for-in and switch": `async function main() { let s = ""; for (const k in { a: 1, b: 2 }) { switch (k) { case "a": s += await k; break; default: s += "?" } } return s }`,
  "arguments and rest": `async function main() { return await inner(1, 2, 3) } async function inner(a, ...b) { await 0; return a + b[0] + b[1] } `,
  "the arguments object": `async function main() { return await inner(1, 2, 3) } async function inner() { await 0; return arguments.length + arguments[2] }`,
  using: `async function main() { const log = { n: 0 }; { using a = { [Symbol.dispose]() { log.n++ } }; await 0 } return log.n }`,
};

const owners: Record<string, object> = {
  Object,
  Function,
  Array,
  String,
  Number,
  Symbol,
  RegExp,
  Map,
  Set,
  WeakMap,
  WeakSet,
  Promise,
  Reflect,
  Math,
  JSON,
};
const prototypes = Object.entries(owners).flatMap(([name, owner]) => {
  const { prototype } = owner as { prototype?: object };
  return prototype ? [[`${name}.prototype`, prototype] as const] : [];
});
const iterators = [[], "", new Map(), new Set()].map(
  (source) => Object.getPrototypeOf((source as Iterable<unknown>)[Symbol.iterator]()) as object,
);
const places: (readonly [string, object])[] = [
  ...Object.entries(owners),
  ...prototypes,
  ...iterators.map((prototype, index) => [`iterator ${index}`, prototype] as const),
];

/** Is the caller a program or the runtime? The test runner is at work beside. */
function isOurs(stack: string): boolean {
  const [, , caller = ""] = stack.split("\n");
  return caller.includes("program.js") || caller.includes("/runtime/src/");
}

/** Replaces every method of the built-ins by one that says so while \`counting.on\`. @returns what puts them back */
function patchAll(calls: { [name: string]: number }, counting: { on: boolean }): () => void {
  const { apply, construct, defineProperty } = Reflect;
  const before: [object, PropertyKey, PropertyDescriptor][] = [];
  for (const [place, object] of places) {
    for (const key of Reflect.ownKeys(object)) {
      const found = Object.getOwnPropertyDescriptor(object, key) as PropertyDescriptor;
      const { value } = found;
      if (!found.configurable || typeof value !== "function" || key === "constructor") continue;
      const name = `${place}.${String(key)}`;
      const stand = function (this: unknown, ...args: unknown[]) {
        if (counting.on) {
          counting.on = false;
          if (isOurs(new Error().stack as string)) calls[name] = (calls[name] ?? 0) + 1;
          counting.on = true;
        }
        return new.target ? construct(value, args) : apply(value, this, args);
      };
      before[before.length] = [object, key, found];
      defineProperty(object, key, { ...found, value: stand });
    }
  }
  return () => {
    for (let at = 0; at < before.length; at++) {
      const entry = before[at] as [object, PropertyKey, PropertyDescriptor];
      defineProperty(entry[0], entry[1], entry[2]);
    }
  };
}

/** What a program gives, and how often it has called which built-in. */
async function count(run: () => Promise<unknown>) {
  const calls: { [name: string]: number } = {};
  const counting = { on: true };
  const undo = patchAll(calls, counting);
  let pending: Promise<unknown>;
  try {
    pending = run();
  } catch (error) {
    undo();
    throw error;
  }
  try {
    return { value: await pending, calls };
  } finally {
    counting.on = false;
    undo();
  }
}

/** Calls that are more than those of native code. Listening to a promise is what \`await\` does by itself. */
function surplus(own: { [name: string]: number }, native: { [name: string]: number }): string[] {
  return Object.keys(own).filter((name) => (own[name] as number) > (native[name] ?? 0));
}

describe.each(Object.keys(programs))("%s", (name) => {
  const source = programs[name] as string;
  const load = (text: string) => evaluate(text, true).main;

  test.each(["volatile", "under a scheduler"])("%s", async (way) => {
    const native = await count(load(source));
    const main = load(lowerText(source));
    const own = await count(way === "volatile" ? main : () => coroutine(main).drive());
    expect(own.value).toEqual(native.value);
    expect(surplus(own.calls, native.calls)).toEqual([]);
  });
});

test("what is replaced is noticed", async () => {
  const { calls } = await count(evaluate("async function main() { return [...[1]].map((x) => x) }", true).main);
  expect(calls).toEqual({
    "Array.prototype.map": 1,
    "Array.prototype.Symbol(Symbol.iterator)": 1,
    "iterator 0.next": 2,
  });
});
