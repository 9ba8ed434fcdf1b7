import type { Combinator } from "./index.ts";

/** `Promise.allSettled` (ECMA-262 27.2.4.2): every outcome in argument order. */
export const allSettled: Combinator = {
  whole: (work) => [0, work.values],
  slot(work, index, mode, value) {
    work.values[index] = mode === 0 ? { status: "fulfilled", value } : { status: "rejected", reason: value };
    return work.left === 0 ? [0, work.values] : null;
  },
};
