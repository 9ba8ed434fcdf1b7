/**
 * Owns: callbacks of `then` that are the language's own: what settles a promise (`p.then(resolve, reject)`, `Promise.race` in a
 * helper that durable code calls without await), and what stands for them in a snapshot.
 * Does not own: callbacks of users, which are tasks (reaction.ts).
 *
 * I1 No snapshot can hold such a function, and what it settles is a promise of this process: whoever waits for that has lost its
 *    wait after a restore. So the native promise calls it, in this process only.
 * I2 Where durable code keeps one, as `r` in `new Promise((r) => task.then((x) => r(x)))`, a run that waits for such a promise is
 *    stored with `gone` instead: the native functions without a name that Intl gives can't be told apart, so it throws when called.
 */
import { types } from "node:util";
import { getOwnPropertyDescriptor, uncurry } from "../builtins.ts";
import { errors } from "../errors.ts";
import { type Registry, registry } from "../registry.ts";
import type { CodeRegistry } from "../snapshot/types.ts";

const { isProxy } = types;
const textOf = uncurry(Function.prototype.toString) as (fn: Function) => string;
const functionPrototype = Function.prototype; // as native and as nameless, and it has a name in snapshots
let sample: Function = functionPrototype;
new Promise((resolve) => {
  sample = resolve;
});
const nativeText = textOf(sample);

/** Is it a function that the language has made, without a name: what settles a promise, or a slot of a combination? */
export function isSettler(value: unknown): value is (value?: unknown) => void {
  if (typeof value !== "function" || value === functionPrototype || isProxy(value)) return false;
  return !getOwnPropertyDescriptor(value, "name")?.value && textOf(value) === nativeText;
}

/** In the place of a settler, whose result is nothing. */
export function nothing(): void {}

/** In the place of what has settled a promise of a process that is gone (I2). */
export function gone(): never {
  throw errors.waitLost({ text: "a promise that this would have settled" });
}

const goneRef = "@coldframe/runtime#gone";

/** A registry in which whatever may be a settler is `gone`. */
export function withoutSettlers(whole: Registry): CodeRegistry {
  return {
    modules: whole.modules,
    functions: whole.functions,
    refOf: (value) => (isSettler(value) ? goneRef : whole.refOf(value)),
    resolve: (ref) => whole.resolve(ref),
    compiledClass: (cls) => whole.compiledClass(cls),
    privateHook: (cls) => whole.privateHook(cls),
  };
}

registry().register("@coldframe/runtime#nothing", nothing);
registry().register(goneRef, gone);
