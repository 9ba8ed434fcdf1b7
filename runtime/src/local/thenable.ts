/** Owns: thenables, by the language's rules (ECMA-262 27.2.1.3.2): `then` is read once, and called in a tick of its own. */

import { types } from "node:util";
import { apply, getOwnPropertyDescriptor, getPrototypeOf } from "../builtins.ts";
import { type Frame, metaOf } from "../frame.ts";
import { isNativeThen } from "./promise.ts";
import { callOf } from "./task.ts";

const { isPromise, isProxy } = types;

/** What `then` of a value gave when it was read: a method, nothing, or an error. */
export type Then = { then: Function } | { error: unknown } | null;

/** Reads `then` of a value, once. */
export function readThen(value: unknown): Then {
  if (!isObject(value)) return null;
  try {
    const { then } = value as { then?: unknown };
    return typeof then === "function" ? { then } : null;
  } catch (error) {
    return { error };
  }
}

/** A promise that follows the value whose `then` has been read. */
export function adoptThenable(value: unknown, then: Function): Promise<unknown> {
  return new Promise((resolve, reject) => {
    queueMicrotask(() => {
      try {
        apply(then, value, [resolve, reject]);
      } catch (error) {
        reject(error);
      }
    });
  });
}

/**
 * What is to be awaited of what an async function returns; undefined if it is no thenable. A `then` that could tell that it
 * is read again is called as it was read.
 */
export function adopt(value: unknown): unknown {
  if (!isObject(value)) return undefined;
  const { then } = value as { then?: unknown };
  if (typeof then !== "function") return undefined;
  if (isPromise(value) && isNativeThen(then)) return value;
  return isPlainThen(value) ? value : adoptThenable(value, then);
}

/** Is `then` a method or property rather than an accessor? Those may be read again, and can be stored. */
function isPlainThen(value: object): boolean {
  if (isPromise(value)) return false;
  for (let at: object | null = value; at !== null && !isProxy(at); at = getPrototypeOf(at)) {
    const found = getOwnPropertyDescriptor(at, "then");
    if (found !== undefined) return "value" in found;
  }
  return false;
}

/**
 * What is to be awaited of what a call has given that an async function returns (docs/abi.md 5). Unlike `await`, `return` calls the
 * `then` of a promise, if it has one of its own or that of all promises has been replaced.
 * @throws what reading `then` throws
 */
export function returned(value: unknown): unknown {
  const call = callOf(value);
  if (call === null) return followed(value);
  call.value = followed(call.value);
  return call;
}

/** Of what is no promise `await` reads `then` as well. */
function followed(value: unknown): unknown {
  if (!isPromise(value)) return value;
  const { then } = value as { then: unknown };
  if (isNativeThen(then)) return value;
  // Without a `then` it is itself the result, which a promise of it gives.
  return typeof then === "function" ? adoptThenable(value, then) : new Promise((resolve) => resolve(value));
}

/** Does a frame wait for what it returns? */
export function isReturning(frame: Frame): boolean {
  return metaOf(frame).points[frame.$pc]?.ret === true;
}

/** Does the bottom frame of a call wait for what it returns? Then that must not be its own promise. */
export function isResult(frame: Frame): boolean {
  return frame.$up === null && isReturning(frame);
}

/** What a promise is rejected with that would have to wait for itself. */
export function chainingCycle(): TypeError {
  return new TypeError("Chaining cycle detected for promise #<Promise>"); // native error: ECMA-262 27.2.1.3.2
}

/** Can this have properties? */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
