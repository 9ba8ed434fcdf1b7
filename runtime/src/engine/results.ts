/**
 * Owns: waiting for the end of runs, wherever they are driven.
 * Does not own: what an outcome means (run.ts).
 *
 * I1 One subscription and one timer serve all who wait; both end with the last of them.
 * I2 Hints say where to look; every `pollMs` all are looked at (hints may be lost).
 */
import type { CancelTimer, Clock } from "../clock.ts";
import { errors } from "../errors.ts";
import type { Hint, RunStatus, Store } from "../store/store.ts";

/** How a run ended. */
export interface End {
  readonly status: RunStatus;
  readonly outcome: Uint8Array;
}

interface Waiter {
  resolve(end: End): void;
  reject(error: unknown): void;
}

const none = new Uint8Array(0);

export class Results {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #waiters = new Map<string, Waiter[]>();
  /** Runs being read; true: to be read again, since a hint came meanwhile. */
  readonly #looking = new Map<string, boolean>();
  #unsubscribe: (() => void) | undefined;
  #timer: CancelTimer | undefined;
  #closed = false;

  constructor(store: Store, clock: Clock, pollMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#pollMs = pollMs;
  }

  /** Resolves when the run has ended. @throws CF2409, CF2404, or what the store throws */
  wait(id: string): Promise<End> {
    if (this.#closed) return Promise.reject(errors.engineClosed({ what: `the result of run ${id} was awaited` }));
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(id);
      if (waiters === undefined) this.#waiters.set(id, [{ resolve, reject }]);
      else waiters.push({ resolve, reject });
      this.#listen();
      void this.#look(id);
    });
  }

  /** A run of this process has ended: nobody need ask the store. */
  tell(id: string, end: End): void {
    this.#take(id, (waiter) => waiter.resolve(end));
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#waiters.keys()]) {
      this.#take(id, (waiter) => waiter.reject(errors.engineClosed({ what: `the result of run ${id} was awaited` })));
    }
    this.#rest();
  }

  #take(id: string, each: (waiter: Waiter) => void): void {
    const waiters = this.#waiters.get(id) ?? [];
    this.#waiters.delete(id);
    for (const waiter of waiters) each(waiter);
    if (this.#waiters.size === 0) this.#rest();
  }

  #listen(): void {
    this.#unsubscribe ??= this.#store.subscribe((hint) => this.#onHint(hint));
    if (this.#timer === undefined) this.#poll();
  }

  #poll(): void {
    this.#timer = this.#clock.setDelay(this.#pollMs, () => {
      this.#poll();
      this.#lookAtAll();
    });
  }

  #onHint({ runs, elsewhere }: Hint): void {
    if (elsewhere) this.#lookAtAll();
    else for (const id of runs) void this.#look(id);
  }

  #lookAtAll(): void {
    for (const id of this.#waiters.keys()) void this.#look(id);
  }

  async #look(id: string): Promise<void> {
    if (!this.#waiters.has(id)) return;
    const isLooking = this.#looking.has(id);
    this.#looking.set(id, isLooking);
    if (isLooking) return;
    try {
      const run = await this.#store.get(id);
      if (run === undefined) throw errors.runUnknown({ run: id });
      const { endedAt, status, outcome = none } = run;
      if (endedAt !== undefined) this.tell(id, { status, outcome });
    } catch (error) {
      this.#take(id, (waiter) => waiter.reject(error));
    } finally {
      const again = this.#looking.get(id);
      this.#looking.delete(id);
      if (again === true) void this.#look(id);
    }
  }

  #rest(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#timer?.();
    this.#timer = undefined;
  }
}
