/**
 * Owns: how the outcome of anything that can be awaited is heard of, as the language's `await` does it.
 * Does not own: what follows from it (volatile.ts, waits.ts).
 *
 * I1 Nothing is asked of a Proxy, and nothing of a promise but its `constructor`. Whatever is read of a user's value may throw;
 *    who waits hears of it: at once if `await` would throw at once.
 */

import { promiseOf, apply as reflectApply } from "../builtins.ts";

// Constants of this module: V8 puts the calls in line.
const apply = reflectApply;
const promiseOfValue = promiseOf;
const { then } = Promise.prototype;
/** No promise has it. Once V8 has looked for it, it knows what kind of object it has, and puts the call of `then` in line (5 ns). */
const unheard = Symbol("unheard");

/** What `await` of a value throws before anything is waited for. */
export interface Failure {
  readonly error: unknown;
}

/**
 * Has one of the two called once the value has settled, never at once.
 * @returns why neither will be called: the `constructor` of a promise has failed (ECMA-262 27.2.4.7.1); else null
 */
export function subscribe(
  awaited: unknown,
  yes: (value: unknown) => void,
  no: (error: unknown) => void,
): Failure | null {
  try {
    const promise = promiseOfValue(awaited) as Promise<unknown> & { [unheard]?: undefined };
    if (promise[unheard] === undefined) apply(then, promise, [yes, no]);
    return null;
  } catch (error) {
    return { error };
  }
}
