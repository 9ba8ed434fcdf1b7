/**
 * Owns: what `using` and `await using` of durable code do at run time: which resources a block has, and their disposal (ECMA-262
 * AddDisposableResource, DisposeResources).
 * Does not own: awaiting asynchronous disposers, which compiled code does (docs/abi.md 7).
 *
 * I1 A scope is plain data, so that it can be stored while its block is parked.
 * I2 Every resource is disposed of once, the last first, whatever the others throw.
 */
import { apply, put } from "../builtins.ts";

interface Resource {
  value: unknown;
  /** Its disposer; undefined for `await using x = null`, which is only awaited. */
  fn: Function | undefined;
  /** 0 called; 1 called and awaited; 2 called, and then a tick passes: a disposer that is not asynchronous, of `await using`. */
  kind: 0 | 1 | 2;
}

/** The resources of one block. */
export interface DisposeScope {
  resources: Resource[];
  failed: boolean;
  error: unknown;
  /** An `await` is due since nothing has been awaited for a resource without a disposer. */
  isDue: boolean;
  hasAwaited: boolean;
  /** What compiled code is to call and await; without a disposer it awaits nothing. */
  fn: Function | undefined;
  value: unknown;
}

const Suppressed = globalThis.SuppressedError; // not in every engine

export function makeScope(): DisposeScope {
  return {
    resources: [],
    failed: false,
    error: undefined,
    isDue: false,
    hasAwaited: false,
    fn: undefined,
    value: undefined,
  };
}

/** Enters a resource. */
export function use(scope: DisposeScope, value: unknown, isAsync: boolean): void {
  if (value === null || value === undefined) {
    if (isAsync) put(scope.resources, { value, fn: undefined, kind: 1 });
    return;
  }
  if (typeof value !== "object" && typeof value !== "function")
    throw new TypeError("A resource must be an object, null or undefined"); // native error: CreateDisposableResource
  const resource = value as { [Symbol.asyncDispose]?: Function; [Symbol.dispose]?: Function };
  const asynchronous = isAsync ? resource[Symbol.asyncDispose] : undefined;
  const isFallback = isAsync && (asynchronous === undefined || asynchronous === null);
  const fn = isAsync && !isFallback ? asynchronous : resource[Symbol.dispose];
  if (typeof fn !== "function")
    throw new TypeError(`Symbol(Symbol.${isAsync ? "asyncDispose" : "dispose"}) is not a function`); // native error: GetDisposeMethod
  put(scope.resources, { value, fn, kind: isFallback ? 2 : isAsync ? 1 : 0 });
}

/** Notes what the block or a disposer has thrown. */
export function failed(scope: DisposeScope, error: unknown): void {
  scope.error = scope.failed ? new Suppressed(error, scope.error) : error;
  scope.failed = true;
}

/** Disposes of resources until something is to be awaited; false: none is left. */
export function dispose(scope: DisposeScope): boolean {
  for (let next = takeLast(scope); next !== undefined; next = takeLast(scope)) {
    const { value, fn, kind } = next;
    if (fn === undefined) scope.isDue = true;
    else if (kind === 1) return wait(scope, fn, value);
    else if (kind === 0 && scope.isDue && !scope.hasAwaited) {
      put(scope.resources, next);
      return wait(scope, undefined, undefined);
    } else {
      try {
        apply(fn, value, []);
      } catch (error) {
        failed(scope, error);
      }
      if (kind === 2) return wait(scope, undefined, undefined);
    }
  }
  return scope.isDue && !scope.hasAwaited && wait(scope, undefined, undefined);
}

function takeLast({ resources }: DisposeScope): Resource | undefined {
  const last = resources[resources.length - 1];
  if (last !== undefined) resources.length--;
  return last;
}

function wait(scope: DisposeScope, fn: Function | undefined, value: unknown): true {
  scope.hasAwaited = true;
  scope.fn = fn;
  scope.value = value;
  return true;
}

/** The end of the block: what is left is disposed of, and what has failed is thrown. */
export function disposed(scope: DisposeScope): void {
  dispose(scope);
  if (scope.failed) throw scope.error;
}
