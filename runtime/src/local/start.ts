/** Owns: what a call of a durable function's wrapper does: a task under a scheduler, a native promise without one. */
import { apply } from "../builtins.ts";
import { refuseNew } from "../language/construct.ts";
import { type CombinatorKind, type Descriptor, descriptorOf, R as realm } from "../realm.ts";
import { isNativeThen } from "./promise.ts";
import { runVolatile } from "./volatile.ts";

const R = realm;

export function start(d: Descriptor, self: unknown, args: ArrayLike<unknown>, newTarget: unknown): Promise<unknown> {
  if (newTarget !== undefined) refuseNew(d);
  return R.ops === null ? runVolatile(d, self, args) : R.ops.spawn(d, self, args);
}

/** An awaited call that is no durable function: what is to be awaited. */
export function call(fn: unknown, self: unknown, args: unknown[], text: string): unknown {
  if (R.ops !== null) return R.ops.call(fn, self, args, text);
  if (typeof fn !== "function") throw new TypeError(`${text} is not a function`); // native error: EvaluateCall
  return apply(fn, self, args);
}

/** A call without await whose result goes to a combinator: re-invocable under a scheduler. */
export function later(fn: unknown, self: unknown, args: unknown[], text: string): unknown {
  if (R.ops !== null) return R.ops.later(fn, self, args, text);
  if (typeof fn !== "function") throw new TypeError(`${text} is not a function`); // native error: EvaluateCall
  const d = descriptorOf(fn);
  return d !== undefined && d.kind === 0 ? runVolatile(d, self, args) : apply(fn, self, args);
}

const native = {
  all: Promise.all,
  any: Promise.any,
  race: Promise.race,
  allSettled: Promise.allSettled,
};

const nativeResolve = Promise.resolve;

/** `Promise.all(items)` and its kin in durable code; a patched method is called as it is, and a native one if what it calls is patched. */
export function promise(kind: CombinatorKind, promises: PromiseConstructor, items: Iterable<unknown>): unknown {
  const isNative = promises === Promise && promises[kind] === native[kind] && promises.resolve === nativeResolve;
  if (R.ops === null || !isNative || !isNativeThen(Promise.prototype.then))
    return apply(promises[kind], promises, [items]);
  return R.ops.promise(kind, items);
}
