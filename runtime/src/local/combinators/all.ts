import type { Combinator } from "./index.ts";

/** `Promise.all` (ECMA-262 27.2.4.1): values in argument order, or the first rejection. */
export const all: Combinator = {
  whole: (work) => [0, work.values],
  slot(work, index, mode, value) {
    if (mode !== 0) return [1, value];
    work.values[index] = value;
    return work.left === 0 ? [0, work.values] : null;
  },
};
