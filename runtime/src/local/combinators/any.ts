import type { Combinator } from "./index.ts";

const allRejected = (errors: unknown[]) => new AggregateError(errors, "All promises were rejected");

/** `Promise.any` (ECMA-262 27.2.4.3): the first success, or all errors in argument order. */
export const any: Combinator = {
  whole: (work) => [1, allRejected(work.values)],
  slot(work, index, mode, value) {
    if (mode === 0) return [0, value];
    work.values[index] = value;
    return work.left === 0 ? [1, allRejected(work.values)] : null;
  },
};
