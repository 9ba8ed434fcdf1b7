/**
 * Owns: durations as users write them. The package `ms` reads them: what people type has more forms than one thinks.
 * Does not own: who waits.
 */
import ms from "ms";
import { errors } from "../errors.ts";
import { textOf } from "../options.ts";

type Unit = "ms" | "s" | "m" | "h" | "d" | "w";

/** Milliseconds, or a number with a unit: `"250ms"`, `"10s"`, `"5m"`, `"36h"`, `"3d"`, `"2w"`. */
export type Duration = number | `${number}${Unit}` | `${number} ${Unit}`;

/** @throws CF2406 if it is not a duration of 0 ms or more */
export function toMs(duration: Duration): number {
  const found = typeof duration === "string" ? ms(duration) : duration;
  if (typeof found !== "number" || !(found >= 0)) throw errors.invalidDuration({ found: textOf(duration) });
  return found;
}
