import type { Combinator } from "./index.ts";

/** `Promise.race` (ECMA-262 27.2.4.5): the first outcome; over no items it never settles. */
export const race: Combinator = {
  slot: (_work, _index, mode, value) => [mode, value],
};
