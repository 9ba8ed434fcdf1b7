/**
 * Owns: telling that all places of a worker are taken and nothing moves: what has them may wait for what waits for one.
 * Does not own: the places (worker.ts I1, parts.ts Line).
 *
 * I1 It is told once for each time that nothing moves for `STILL_MS`; a long step may be all there is to it.
 */
import type { Parts } from "./parts.ts";

const STILL_MS = 10_000;

/** What is looked at: a kind of place, whether all are taken while something waits, and a number that grows whenever one gets free. */
interface Places {
  readonly kind: "runs" | "steps";
  isFull(): boolean;
  moves(): number;
}

/** Since when all are taken. */
interface Seen {
  readonly moves: number;
  readonly sinceMs: number;
  isTold: boolean;
}

export class PlaceWatch {
  readonly #parts: Pick<Parts, "store" | "queue" | "clock" | "notify">;
  readonly #places: readonly Places[];
  readonly #seen = new Map<Places, Seen>();

  constructor(parts: Pick<Parts, "store" | "queue" | "clock" | "notify">, places: readonly Places[]) {
    this.#parts = parts;
    this.#places = places;
  }

  /** Called from time to time. */
  look(): void {
    const now = this.#parts.clock.monotonic();
    for (const places of this.#places) {
      const moves = places.moves();
      const seen = this.#seen.get(places);
      if (!places.isFull()) this.#seen.delete(places);
      else if (seen?.moves !== moves) this.#seen.set(places, { moves, sinceMs: now, isTold: false });
      else if (!seen.isTold && now - seen.sinceMs >= STILL_MS) {
        seen.isTold = true;
        void this.#tell(places, seen);
      }
    }
  }

  async #tell({ kind }: Places, seen: Seen): Promise<void> {
    if (kind === "runs" && !(await this.#isWanted())) {
      seen.isTold = false;
      return;
    }
    const what = kind === "runs" ? "Runs that are ready wait for a place" : "Steps wait for their turn";
    const message =
      `${what}, but all that \`concurrency.${kind}\` of this worker allows are taken, and for ${STILL_MS / 1_000} s none got free. ` +
      `If what has them waits for others of its kind, as a step does that awaits the result of a run, it waits for ever: ` +
      `raise \`concurrency.${kind}\`, or leave those others to a queue and a worker of their own.`;
    this.#parts.notify({ kind: "no-place", message });
  }

  /** Is any run ready? */
  async #isWanted(): Promise<boolean> {
    try {
      const counts = await this.#parts.store.count();
      return counts.some(({ status, queue }) => status === "ready" && queue === this.#parts.queue);
    } catch {
      return false; // whoever claims hears of a store that fails
    }
  }
}
