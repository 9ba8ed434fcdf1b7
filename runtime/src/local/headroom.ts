/**
 * Owns: stack for the runtime itself, however deep the user's code that has called it lies.
 * Does not own: what becomes of the RangeError: it is the user's, thrown where a native call would throw it.
 *
 * I1 Who runs a body within the call that asks for it counts in `nesting` while it does so, and asks for room before it changes
 *    anything. So what has to be put in order after an overflow further down has room: a generator's request, a promise that is
 *    rejected, and the process's own bookkeeping of rejections, which would otherwise take a handled one for unhandled.
 * I2 Up to `SHALLOW` calls nothing is asked, since it costs 12 us.
 */
import { apply } from "../builtins.ts";

/** Bodies that run within each other now. A property: a binding of a module is changed by its own functions only. */
export const nesting = { count: 0 };

/** Fewer bodies than that use a small part of the stack. */
export const SHALLOW = 64;

/** V8 and Node call code of their own, and what is called for the first time is compiled: with 16 KB that has failed. */
const room: readonly undefined[] = Array.from({ length: 8192 }, () => undefined);

/** @throws RangeError if less than 64 KB of stack are left: as many as these arguments take */
export function needRoom(): void {
  apply(nothing, undefined, room);
}

function nothing(): void {}
