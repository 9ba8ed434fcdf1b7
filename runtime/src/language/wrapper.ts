/**
 * Owns: how a durable function looks from outside: name, length, prototype chain, refusal of `new` (docs/abi.md 8).
 * Does not own: what a call does (local/start).
 */
import { type Descriptor, DURABLE, R, type Run } from "../realm.ts";
import type { FunctionMeta } from "../registry.ts";
import { generatorPrototype } from "./generator.ts";

const asyncFunctionPrototype: object = Object.getPrototypeOf(async () => {});
const generatorFunctionPrototype: object = Object.getPrototypeOf(function* () {});

/** What a call of a durable function does; local/start and language/generator provide the two kinds. */
export type Start = (descriptor: Descriptor, self: unknown, args: ArrayLike<unknown>, newTarget: unknown) => unknown;

/** Gives a wrapper the looks of the native function it stands for. */
export function dressFunction(self: Function, meta: Pick<FunctionMeta, "name" | "length" | "kind">): void {
  if (self.name !== meta.name) Object.defineProperty(self, "name", { value: meta.name, configurable: true });
  if (self.length !== meta.length) Object.defineProperty(self, "length", { value: meta.length, configurable: true });
  if (meta.kind === 3) {
    Object.setPrototypeOf(self, generatorFunctionPrototype);
    const prototype = Object.create(generatorPrototype);
    Object.defineProperty(self, "prototype", { value: prototype, writable: true });
  } else {
    Object.setPrototypeOf(self, asyncFunctionPrototype);
    // A function declaration can't lose its own `prototype`; undefined is what an async function answers.
    if (Object.hasOwn(self, "prototype")) Object.defineProperty(self, "prototype", { value: undefined });
  }
}

/**
 * Makes wrapper and descriptor of a durable function that is an expression, an arrow or a method.
 * @param captures null for a function of module level, which is known by its id as a declaration is
 */
export function makeClosure(meta: FunctionMeta, run: Run, captures: unknown[] | null, start: Start): Descriptor {
  // A method has no own `prototype` and can't be constructed, as async functions and arrows.
  const self = {
    wrapper(...args: unknown[]) {
      return start(descriptor, this, args, undefined);
    },
  }.wrapper;
  const descriptor: Descriptor = { self, kind: meta.kind as Descriptor["kind"], run, meta, captures };
  dressFunction(self, meta);
  (self as { [DURABLE]?: Descriptor })[DURABLE] = descriptor;
  if (captures === null) {
    meta.d = descriptor;
    R.registry?.register(meta.key, self);
  }
  return descriptor;
}
