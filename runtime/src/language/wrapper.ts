/**
 * Owns: how a durable function looks from outside: name, length, prototype chain, refusal of `new` (docs/abi.md 8).
 * Does not own: what a call does (local/start).
 */
import { create, defineProperty, hasOwn, setPrototypeOf } from "../builtins.ts";
import { type Descriptor, DURABLE, R, type Run } from "../realm.ts";
import type { FunctionMeta } from "../registry.ts";
import { asyncGeneratorPrototype } from "./async-generator.ts";
import { generatorPrototype } from "./generator.ts";

const asyncFunctionPrototype: object = Object.getPrototypeOf(async () => {});
const generatorFunctionPrototype: object = Object.getPrototypeOf(function* () {});
const asyncGeneratorFunctionPrototype: object = Object.getPrototypeOf(async function* () {});

/** What a call of a durable function does; local/start and language/generator provide the two kinds. */
export type Start = (descriptor: Descriptor, self: unknown, args: ArrayLike<unknown>, newTarget: unknown) => unknown;

/** Gives a wrapper the looks of the native function it stands for. */
export function dressFunction(self: Function, meta: Pick<FunctionMeta, "name" | "length" | "kind">): void {
  if (self.name !== meta.name) defineProperty(self, "name", { value: meta.name, configurable: true });
  if (self.length !== meta.length) defineProperty(self, "length", { value: meta.length, configurable: true });
  if (meta.kind === 3 || meta.kind === 4) {
    const isAsync = meta.kind === 4;
    setPrototypeOf(self, isAsync ? asyncGeneratorFunctionPrototype : generatorFunctionPrototype);
    const prototype = create(isAsync ? asyncGeneratorPrototype : generatorPrototype);
    defineProperty(self, "prototype", { value: prototype, writable: true });
  } else {
    setPrototypeOf(self, asyncFunctionPrototype);
    // A function declaration can't lose its own `prototype`; undefined is what an async function answers.
    if (hasOwn(self, "prototype")) defineProperty(self, "prototype", { value: undefined });
  }
}

/**
 * Gives a function its descriptor. Copies of its properties (`{ ...fn }`, `Object.assign`) must not see it, which costs a closure
 * 200 ns more than an assignment; a private field costs 60 ns more for each awaited call of anything.
 */
export function describe(self: Function, descriptor: Descriptor): void {
  defineProperty(self, DURABLE, { value: descriptor, configurable: true });
}

/**
 * Makes wrapper and descriptor of a durable function that is an expression, an arrow or a method.
 * @param captures null for a function of module level, which is known by its id as a declaration is
 */
export function makeClosure(meta: FunctionMeta, run: Run, captures: unknown[] | null, start: Start): Descriptor {
  const isAsync = meta.kind === 0;
  const withoutName = isAsync ? asyncNameless : nameless;
  const make = (meta.name === "" ? withoutName : isAsync ? asyncNamed : named)[meta.length];
  const descriptor = { self: ignored, kind: meta.kind as Descriptor["kind"], run, meta, captures };
  const self = (make ?? (withoutName[0] as Make))(descriptor, start, meta.name);
  descriptor.self = self;
  if (make !== undefined && meta.kind === 0) setPrototypeOf(self, asyncFunctionPrototype);
  else dressFunction(self, meta);
  describe(self, descriptor);
  if (captures === null) {
    meta.d = descriptor;
    R.registry?.register(meta.key, self);
  }
  return descriptor;
}

const ignored: Function = () => {};

/** Makes a wrapper; it is a method: those have no own `prototype` and can't be constructed, as async functions and arrows. */
type Make = (d: Descriptor, start: Start, name: string) => Function;

/**
 * Nameless and named wrappers, by length. To make a function with its name and length costs 50 ns without a name and 160 with
 * one; to define both on a finished function costs 700. Those of async functions ask themselves who is in charge: a frame less on
 * the stack, which is what recursion through calls without await ends at.
 */
const nameless: readonly Make[] = [
  // biome-ignore-start lint/complexity/noArguments: a rest parameter would be allocated in addition
  (d, start) =>
    ({
      ""() {
        return start(d, this, arguments, undefined);
      },
    })[""],
  (d, start) =>
    ({
      ""(_a: unknown) {
        return start(d, this, arguments, undefined);
      },
    })[""],
  (d, start) =>
    ({
      ""(_a: unknown, _b: unknown) {
        return start(d, this, arguments, undefined);
      },
    })[""],
];
const named: readonly Make[] = [
  (d, start, name) =>
    ({
      [name]() {
        return start(d, this, arguments, undefined);
      },
    })[name] as Function,
  (d, start, name) =>
    ({
      [name](_a: unknown) {
        return start(d, this, arguments, undefined);
      },
    })[name] as Function,
  (d, start, name) =>
    ({
      [name](_a: unknown, _b: unknown) {
        return start(d, this, arguments, undefined);
      },
    })[name] as Function,
];
const asyncNameless: readonly Make[] = [
  (d, start) =>
    ({
      ""() {
        return R.ops === null ? start(d, this, arguments, undefined) : R.ops.spawn(d, this, arguments).promise;
      },
    })[""],
  (d, start) =>
    ({
      ""(_a: unknown) {
        return R.ops === null ? start(d, this, arguments, undefined) : R.ops.spawn(d, this, arguments).promise;
      },
    })[""],
  (d, start) =>
    ({
      ""(_a: unknown, _b: unknown) {
        return R.ops === null ? start(d, this, arguments, undefined) : R.ops.spawn(d, this, arguments).promise;
      },
    })[""],
];
const asyncNamed: readonly Make[] = [
  (d, start, name) =>
    ({
      [name]() {
        return R.ops === null ? start(d, this, arguments, undefined) : R.ops.spawn(d, this, arguments).promise;
      },
    })[name] as Function,
  (d, start, name) =>
    ({
      [name](_a: unknown) {
        return R.ops === null ? start(d, this, arguments, undefined) : R.ops.spawn(d, this, arguments).promise;
      },
    })[name] as Function,
  (d, start, name) =>
    ({
      [name](_a: unknown, _b: unknown) {
        return R.ops === null ? start(d, this, arguments, undefined) : R.ops.spawn(d, this, arguments).promise;
      },
    })[name] as Function,
  // biome-ignore-end lint/complexity/noArguments: see above
];
