// How durable functions look from outside, in every form, against native ones: own keys, prototypes, `new`, `extends`, copies.
import { coroutine, restore, snapshot } from "@coldframe/runtime";
import { expect, describe as group, test } from "vitest";
import { lowerText } from "../compiler/lower/harness.ts";
import { evaluate } from "../kit/evaluate.ts";
import "@coldframe/runtime/abi/v1";

const source = `
function early() { return [typeof declared, declared.name, declared.length] }
const before = early();
async function declared(a, b = 1, ...c) { await this; return [a, b, c.length] }
function* generator(a, b, c) { yield a }
async function* asyncGenerator() { yield 1 }
const expression = async function (a, b, c, d) {};
const named = async function inner(a) {};
const arrow = async (a) => this;
const generatorExpression = function* (a) {};
const asyncGeneratorExpression = async function* own() {};
class C {
  async method(a) {}
  *generate() {}
  async *generateLater() {}
  static async method(a, b) {}
  static *generate() {}
  async ["comp" + "uted"]() {}
  async [Symbol.asyncDispose]() {}
  field = async () => {};
  get value() { return async () => {} }
}
const object = { async method(a) {}, *generate() {}, async *generateLater() {}, property: async () => {}, async [Symbol.iterator]() {} };
async function make() { const local = async (a) => {}; async function inner(a, b) {} const gen = function* () {}; await 0; return { local, inner, gen } }
async function main() {
  const made = await make();
  return {
    before, declared, generator, asyncGenerator, expression, named, arrow, generatorExpression, asyncGeneratorExpression,
    method: C.prototype.method, generate: C.prototype.generate, generateLater: C.prototype.generateLater,
    staticMethod: C.method, staticGenerate: C.generate, computed: C.prototype.computed, symbol: C.prototype[Symbol.asyncDispose],
    field: new C().field, got: new C().value,
    inObject: object.method, generateInObject: object.generate, laterInObject: object.generateLater, property: object.property,
    symbolInObject: object[Symbol.iterator], ...made,
  };
}`;

type Forms = Record<string, (...args: unknown[]) => unknown>;

const nativeForms = (await evaluate(source, true).main()) as Forms;
const ownForms = (await evaluate(lowerText(source), true).main()) as Forms;
const isOwn = (key: PropertyKey) => key === Symbol.for("coldframe.durable");

const attempt = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    return (error as object).constructor.name;
  }
};

const kindOf = (value: unknown) => Object.prototype.toString.call(value);

/** What can be seen of a function; the text of a refusal is the engine's. */
const looks: Record<string, (fn: Forms[string]) => unknown> = {
  keys: (fn) => Reflect.ownKeys(fn).filter((key) => !isOwn(key)),
  attributes: (fn) =>
    Reflect.ownKeys(fn)
      .filter((key) => !isOwn(key))
      .map((key) => {
        const { value, ...rest } = Object.getOwnPropertyDescriptor(fn, key) as PropertyDescriptor;
        return [key, typeof value === "object" ? kindOf(value) : value, rest];
      }),
  enumerable: (fn) => [Reflect.ownKeys({ ...fn }), Reflect.ownKeys(Object.assign({}, fn)), JSON.stringify({ fn })],
  "for in": (fn) => {
    const keys: string[] = [];
    for (const key in fn) keys.push(key);
    return keys;
  },
  restricted: (fn) =>
    ["caller", "arguments", "prototype"].map((key) => [
      Object.hasOwn(fn, key),
      attempt(() => typeof Reflect.get(fn, key)),
    ]),
  prototype: (fn) => kindOf(Object.getPrototypeOf(fn)),
  "is of": (fn) => [fn instanceof Function, kindOf(fn), attempt(() => ({}) instanceof (fn as never))],
  new: (fn) => attempt(() => new (fn as unknown as new () => object)()),
  "Reflect.construct": (fn) => [
    attempt(() => Reflect.construct(fn, [])),
    attempt(() => kindOf(Reflect.construct(Object, [], fn as never))),
    attempt(() => Reflect.construct(fn, [], Object)),
  ],
  extends: (fn) => attempt(() => class extends (fn as unknown as new () => object) {}),
  bind: (fn) => {
    const bound = fn.bind(null, 1);
    return [bound.name, bound.length, Reflect.ownKeys(bound), kindOf(bound)];
  },
  freeze: (fn) => Object.isFrozen(Object.freeze(fn)),
  structuredClone: (fn) => attempt(() => structuredClone(fn)),
};

group.each(Object.keys(looks))("%s", (name) => {
  test.each(Object.keys(nativeForms).filter((form) => form !== "before"))("of %s", (form) => {
    const look = looks[name] as (fn: unknown) => unknown;
    expect(look(ownForms[form])).toEqual(look(nativeForms[form]));
  });
});

test("the names of the forms are functions' names, also above the declaration", () => {
  expect(ownForms.before).toEqual(nativeForms.before);
});

test("a hoisted function that was kept before its module ran is the same to callers and snapshots", async () => {
  const code = lowerText(`
    async function worker(x) { await 0; return x }
    function* count(fn) { yield 1; yield fn }
    function main() { return { worker, early, count } }`).replace(/\$M\w*\(\);/, "const early = worker; $&");
  const { worker, early, count } = evaluate(code, true).main() as unknown as {
    worker(x: number): Promise<number>;
    early(x: number): Promise<number>;
    count(fn: unknown): Generator<unknown>;
  };
  expect(early).not.toBe(worker);
  expect([early.name, early.length, await early(3), await worker(4)]).toEqual(["worker", 1, 3, 4]);
  const held = count(early);
  held.next();
  expect((restore(snapshot(held)) as Generator).next().value).toBe(worker);
  expect(await coroutine(early, 5).drive()).toBe(5);
});
