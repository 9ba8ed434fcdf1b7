/**
 * Owns: parked runs that stay in memory, so that taking them up needs no snapshot.
 * Does not own: whether a warm run is current; the store says so by its sequence number.
 *
 * I1 Bounded by count and by the bytes of the snapshots; the run not used for longest goes first.
 */
import type { ActiveRun } from "./turn.ts";

export class WarmRuns {
  readonly #runs = new Map<string, ActiveRun>();
  readonly #seqs = new Map<string, number>();
  readonly #most: { readonly runs: number; readonly bytes: number };
  #bytes = 0;

  constructor(most: { readonly runs: number; readonly bytes: number }) {
    this.#most = most;
  }

  /** What a claim tells the store: run ids with sequence numbers. */
  get seqs(): ReadonlyMap<string, number> {
    return this.#seqs;
  }

  put(run: ActiveRun): void {
    this.take(run.id);
    this.#runs.set(run.id, run);
    this.#seqs.set(run.id, run.seq);
    this.#bytes += run.pace.lastSnapshotBytes;
    for (const [id] of this.#runs) {
      if (this.#runs.size <= this.#most.runs && this.#bytes <= this.#most.bytes) break;
      this.take(id);
    }
  }

  all(): Iterable<ActiveRun> {
    return this.#runs.values();
  }

  get(id: string): ActiveRun | undefined {
    return this.#runs.get(id);
  }

  take(id: string): ActiveRun | undefined {
    const run = this.#runs.get(id);
    if (run === undefined) return undefined;
    this.#runs.delete(id);
    this.#seqs.delete(id);
    this.#bytes -= run.pace.lastSnapshotBytes;
    return run;
  }

  clear(): void {
    this.#runs.clear();
    this.#seqs.clear();
    this.#bytes = 0;
  }
}
