/**
 * Owns: calls of durable code that are no frames: operations of the host, and foreign code, which is kept so that it can be called again.
 * Does not own: calls of durable functions (scheduler.ts), what an operation does (the host).
 *
 * I1 While foreign code runs, `R.ops` is null.
 */
import { types } from "node:util";
import { hasOwn, apply as reflectApply } from "../builtins.ts";
import { descriptorOf, R } from "../realm.ts";
import { registry } from "../registry.ts";
import { isRequest } from "./async-generator.ts";
import { TaskPromise } from "./promise.ts";
import type { Scheduler } from "./scheduler.ts";
import { Call, Task, taskOf } from "./task.ts";
import { adoptThenable, isObject } from "./thenable.ts";
import { ExternalWait } from "./waits.ts";

/** An awaited call: what is to be awaited. */
export function callForeign(scheduler: Scheduler, fn: unknown, self: unknown, args: unknown[], text: string): unknown {
  const descriptor = descriptorOf(fn);
  if (descriptor !== undefined) {
    const operation = scheduler.host.operation(scheduler, descriptor, self, args, text);
    if (operation !== null) return operation;
  }
  if (isPassedOn(fn, self, args)) return reflectApply(fn as Function, self, args);
  return makeCall(scheduler, fn, self, args, text);
}

/** A function of its own, so that V8 puts into it what it takes to make a call, and into its caller what it takes to see which. */
function makeCall(scheduler: Scheduler, fn: unknown, self: unknown, args: unknown[], text: string): Call {
  const call = new Call(fn, self, args, text);
  invoke(scheduler, call);
  return call;
}

const { isPromise } = types;

// Constants of this module: see realm.ts. They are compared one by one: a set costs 10 ns for each call.
const { call: callWith, apply: applyWith } = Function.prototype;
const { then: react, catch: reactToError, finally: reactAtLast } = TaskPromise.prototype;

/** Is the callee one that only passes the call on to durable code? Then it belongs to the run as it does when it is not awaited. */
function isPassedOn(fn: unknown, self: unknown, args: unknown[]): boolean {
  if (fn === reflectApply) return descriptorOf(args[0]) !== undefined;
  if (typeof self === "function") return (fn === callWith || fn === applyWith) && descriptorOf(self) !== undefined;
  if (fn === react || fn === reactToError || fn === reactAtLast) return taskOf(self) !== null;
  return isRequest(fn, self);
}

/** A call without await whose result goes to a combinator. */
export function callLater(scheduler: Scheduler, fn: unknown, self: unknown, args: unknown[], text: string): unknown {
  const descriptor = descriptorOf(fn);
  if (descriptor !== undefined) {
    if (descriptor.kind === 0) return scheduler.spawn(descriptor, self, args).promise;
    const operation = scheduler.host.operation(scheduler, descriptor, self, args, text);
    if (operation !== null) return operation.promise;
  }
  if (isPassedOn(fn, self, args)) return reflectApply(fn as Function, self, args);
  const call = makeCall(scheduler, fn, self, args, text);
  // A value that is no promise is handed on as it is: nothing is outstanding. So is a promise of the run itself.
  if (!isObject(call.value) || taskOf(call.value)?.scheduler === scheduler) return call.value;
  if (isPromise(call.value) && (hasOwn(call.value, "constructor") || hasOwn(call.value, "then"))) return call.value; // combine.ts asks for them
  const task = scheduler.adopt(new Task(call));
  scheduler.host.external(new ExternalWait(task, -1, call));
  return task.promise;
}

/** Makes the call. @throws what it throws */
export function invoke(scheduler: Scheduler, call: Call): void {
  if (typeof call.fn !== "function") throw new TypeError(`${call.text} is not a function`); // native error: EvaluateCall
  const { ops } = R;
  R.ops = null;
  try {
    call.live = true;
    call.value = scheduler.host.foreign(call);
  } finally {
    R.ops = ops;
  }
}

/** A call that ends in a real tick. */
export function tickCall(): Call {
  return new Call(nextMacrotask, undefined, [], "");
}

/**
 * A call that gives what a value comes to: of a thenable whose `then` has been read, as the language follows it; of any other
 * value, itself. It is under way already, and can be made again.
 */
export function followCall(value: unknown, then: Function | null): Call {
  const call = new Call(follow, undefined, [value], "a thenable");
  call.live = true;
  call.value = then === null ? value : adoptThenable(value, then);
  return call;
}

/** As `followCall`, of a promise whose `then` is its own: that is called at once. @throws what it throws */
export function callThen(promise: unknown, then: Function): Call {
  const call = followCall(promise, null);
  const { ops } = R;
  R.ops = null; // I1
  try {
    const { promise: settled, resolve, reject } = Promise.withResolvers();
    reflectApply(then, promise, [resolve, reject]);
    call.value = settled;
    return call;
  } finally {
    R.ops = ops;
  }
}

function nextMacrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function follow(value: unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(value));
}

// A run may be stored while it waits for them.
registry().register("@coldframe/runtime#nextMacrotask", nextMacrotask);
registry().register("@coldframe/runtime#follow", follow);
