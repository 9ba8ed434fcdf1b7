/**
 * Owns: telling listeners that something may have changed (store.ts S17), by this handle or by another.
 * Does not own: what they do about it.
 *
 * N1. Own writes are told after they are durable. Writes of other handles are seen by polling `PRAGMA data_version`, which reads
 *     a counter in shared memory (1 µs); only while somebody listens.
 * N2. The interval doubles from 2 to 64 ms while nothing happens and starts again after a change.
 */
import type { CancelTimer } from "../../clock.ts";
import type { Hint } from "../store.ts";
import type { Connection } from "./connection.ts";

const SHORTEST_MS = 2;
const LONGEST_MS = 64;

export class Watch {
  readonly #c: Connection;
  readonly #listeners = new Set<(hint: Hint) => void>();
  #version = 0;
  #position = 0;
  #intervalMs = SHORTEST_MS;
  #cancel: CancelTimer | undefined;

  constructor(c: Connection) {
    this.#c = c;
  }

  subscribe(listener: (hint: Hint) => void): () => void {
    const own = (hint: Hint): void => listener(hint); // the same function may subscribe twice
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.#begin();
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#end();
    };
  }

  /** Tells what the last transaction of this handle touched. */
  readonly tellOwn = (): void => {
    const { touched } = this.#c;
    if (touched.watched && (touched.ready || touched.runs.length > 0)) {
      this.#tell({ ready: touched.ready, runs: [...new Set(touched.runs)], elsewhere: false });
      touched.runs = [];
    }
    touched.ready = false;
  };

  close(): void {
    this.#listeners.clear();
    this.#end();
  }

  #begin(): void {
    this.#c.touched.watched = true;
    try {
      this.#version = this.#readVersion();
      this.#position = this.#readPosition();
    } catch {
      // As in `#poll`; until a look succeeds, all that lies in the inboxes counts as new.
    }
    this.#again(SHORTEST_MS);
  }

  #end(): void {
    this.#c.touched.watched = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #again(intervalMs: number): void {
    this.#intervalMs = Math.min(intervalMs, LONGEST_MS);
    this.#cancel = this.#c.clock.setDelay(this.#intervalMs, this.#poll);
  }

  readonly #poll = (): void => {
    let changed = false;
    try {
      changed = this.#look();
    } catch {
      // Locked for a moment, or failing: whoever reads or writes next hears of it; a hint may be lost (S17).
    }
    if (this.#listeners.size > 0) this.#again(changed ? SHORTEST_MS : this.#intervalMs * 2);
  };

  /** @returns whether another connection has written since the last look. */
  #look(): boolean {
    const version = this.#readVersion();
    if (version === this.#version) return false;
    this.#version = version;
    const messages = this.#c.run.messagedSince.all(this.#position);
    this.#position = Number(messages.at(-1)?.position ?? this.#position);
    this.#tell({ ready: true, runs: [...new Set(messages.map((row) => String(row.id)))], elsewhere: true });
    return true;
  }

  #readVersion(): number {
    return Number(this.#c.run.dataVersion.get()?.data_version);
  }

  #readPosition(): number {
    return Number(this.#c.run.lastPosition.get()?.position);
  }

  #tell(hint: Hint): void {
    for (const listener of [...this.#listeners]) listener(hint);
  }
}
