/**
 * Owns: telling that runs wait for functions that are not loaded here.
 * Does not own: loading them; runs are never rolled back for that.
 */
import type { CancelTimer } from "../clock.ts";
import type { Hosted } from "./hosted.ts";
import type { Parts } from "./parts.ts";

/** Looked for soon after opening, when modules that load late have loaded, and from then on. */
const FIRST_MS = 2_000;
const AGAIN_MS = 60_000;

/** Looks from time to time; a function is told of once, and again when more runs wait for it. @returns what stops it. */
export function watchForCode({ store, clock, queue, notify }: Parts, hosted: Hosted): () => void {
  const told = new Map<string, number>();
  let cancel: CancelTimer | undefined;
  let isStopped = false;

  const look = async (): Promise<void> => {
    try {
      for (const { fn, queue: where, status, count } of await store.count()) {
        if (status !== "ready" || where !== queue || hosted.has(fn) || (told.get(fn) ?? 0) >= count) continue;
        told.set(fn, count);
        const message = `${count} ${count === 1 ? "run waits" : "runs wait"} for ${fn}, not loaded here: import its module in some worker, before it opens the store`;
        notify({ kind: "waiting-for-code", message });
      }
    } catch {
      // Whoever claims hears of a store that fails.
    }
    if (!isStopped) plan(AGAIN_MS);
  };
  const plan = (delayMs: number): void => {
    cancel = clock.setDelay(delayMs, () => void look());
  };
  plan(FIRST_MS);
  return () => {
    isStopped = true;
    cancel?.();
  };
}
