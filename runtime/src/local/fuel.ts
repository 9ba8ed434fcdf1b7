/** Owns: how many durable calls may follow each other in one stretch. Does not own: what follows (scheduler.ts I7). */
import { gasBudget, R, stretchBudget } from "../realm.ts";
import type { SchedulerHost } from "./host.ts";

/** A turn begins. */
export function fill({ isSpent }: SchedulerHost): void {
  R.gas = isSpent === undefined ? gasBudget : stretchBudget;
}

/** A stretch is over. @returns whether the host looks at the clock now; otherwise a real tick must come */
export function refill(host: SchedulerHost): boolean {
  if (host.isSpent !== undefined) fill(host);
  return host.isSpent !== undefined;
}
