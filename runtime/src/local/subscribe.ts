/**
 * Owns: how the outcome of anything that can be awaited is heard of, as the language's `await` does it.
 * Does not own: what follows from it (volatile.ts, waits.ts).
 */
const nativeThen = Promise.prototype.then;
const nativePromise = Promise;
const nativeResolve = Promise.resolve;

/** PromiseResolve (ECMA-262 27.2.4.7.1): a native promise as it is, `then` of a thenable read once. */
export function toPromise(awaited: unknown): Promise<unknown> {
  try {
    return nativeResolve.call(nativePromise, awaited);
  } catch (error) {
    return nativePromise.reject(error); // its `constructor` threw
  }
}

/** Has one of the two called once the value has settled, never at once. */
export function subscribe(awaited: unknown, yes: (value: unknown) => void, no: (error: unknown) => void): void {
  // Two calls, so that V8 knows the receiver of the first as a promise and puts `then` in line.
  if (awaited instanceof nativePromise && awaited.constructor === nativePromise) {
    try {
      nativeThen.call(awaited, yes, no);
      return;
    } catch {
      // It only looks like a promise: a Proxy of one, or an object that inherits from `Promise.prototype`.
    }
  }
  nativeThen.call(toPromise(awaited), yes, no);
}
