/** The combinators, by the name of the `Promise` method whose semantics they have. */
import type { CombinatorKind, Mode } from "../../realm.ts";
import type { Combination } from "../task.ts";
import { all } from "./all.ts";
import { allSettled } from "./all-settled.ts";
import { any } from "./any.ts";
import { race } from "./race.ts";

/** How a combination was decided. */
export type Outcome = [mode: Mode, value: unknown];

export interface Combinator {
  /** The outcome once no slot is left; absent: it never settles by that. */
  whole?: (work: Combination) => Outcome;
  /** Takes the outcome of slot `index` (`left` counts it already); returns the combination's outcome or null. */
  slot(work: Combination, index: number, mode: Mode, value: unknown): Outcome | null;
}

export const combinators: Record<CombinatorKind, Combinator> = { all, any, race, allSettled };
