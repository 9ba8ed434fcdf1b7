/**
 * Owns: what a call of a durable function's wrapper does: a task under a scheduler, a native promise without one.
 * Does not own: what happens once it has parked (volatile.ts, scheduler.ts).
 *
 * I1 Between a wrapper and its run function stands one frame on the stack: recursion through calls without await is as deep as
 *    these are small.
 */
import { apply } from "../builtins.ts";
import { apply as applyRun } from "../language/apply.ts";
import { refuseNew } from "../language/construct.ts";
import { type CombinatorKind, type Descriptor, descriptorOf, type Run, R as realm, SUSPEND } from "../realm.ts";
import { needRoom, nesting, SHALLOW } from "./headroom.ts";
import { isNativeThen } from "./promise.ts";
import { openVolatile, settled } from "./volatile.ts";

const R = realm;
const suspend = SUSPEND;
const nativePromise = Promise;

export function start(d: Descriptor, self: unknown, args: ArrayLike<unknown>, newTarget: unknown): Promise<unknown> {
  if (newTarget !== undefined) refuseNew(d);
  if (R.ops !== null) return R.ops.spawn(d, self, args).promise;
  if (nesting.count >= SHALLOW) needRoom();
  const { depth, gas } = R;
  if (gas < 1) R.gas = 1; // a call without await runs at once; who awaits next pays
  nesting.count++;
  let outcome: unknown;
  try {
    outcome = args.length === 1 ? (d.run as Run)(null, self, args[0]) : applyRun(d.run as Run, self, args);
  } catch (error) {
    R.parked = 0;
    return nativePromise.reject(error);
  } finally {
    nesting.count--;
    R.depth = depth;
    if (gas < 1) R.gas = gas;
  }
  return outcome === suspend ? openVolatile() : settled(outcome);
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
  return d !== undefined && d.kind === 0 ? start(d, self, args, undefined) : apply(fn, self, args);
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
