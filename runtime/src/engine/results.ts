/**
 * Owns: waiting for the end of runs, wherever they are driven.
 * Does not own: what an outcome means (run.ts).
 *
 * I1 One subscription and one timer serve all who wait; both end with the last of them.
 * I2 Hints say where to look; every `pollMs` all are looked at (hints may be lost).
 * I3 Looking reads no blobs of runs that go on, and while others write takes a fraction of the time.
 */
import type { CancelTimer, Clock } from "../clock.ts";
import { errors } from "../errors.ts";
import type { Hint, RunDetail, RunRecord, RunStatus, Store } from "../store/store.ts";

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
/** After looking at all, so many times as long passes before the next look that a hint asks for. */
const COST_FACTOR = 4;

export class Results {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #waiters = new Map<string, Waiter[]>();
  /** Runs being read; true: to be read again, since a hint came meanwhile. */
  readonly #looking = new Map<string, boolean>();
  #unsubscribe: (() => void) | undefined;
  #timer: CancelTimer | undefined;
  #soon: CancelTimer | undefined;
  #costMs = 0;
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
      void this.#look([id]);
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
    if (elsewhere) this.#lookAtAllSoon();
    else void this.#look(runs.filter((id) => this.#waiters.has(id)));
  }

  /** Another process writes, perhaps all the time: looking must not take all of this one's (I3). */
  #lookAtAllSoon(): void {
    this.#soon ??= this.#clock.setDelay(this.#costMs * COST_FACTOR, () => {
      this.#soon = undefined;
      this.#lookAtAll();
    });
  }

  #lookAtAll(): void {
    void this.#look([...this.#waiters.keys()]);
  }

  /** Reads runs, at most once at a time each. */
  async #look(ids: readonly string[]): Promise<void> {
    const free = ids.filter((id) => !this.#looking.has(id));
    for (const id of ids) this.#looking.set(id, !free.includes(id));
    if (free.length === 0) return;
    const begunMs = this.#clock.monotonic();
    try {
      const found = new Map((await this.#store.find(free)).map((run) => [run.id, run]));
      this.#costMs = this.#clock.monotonic() - begunMs;
      for (const id of free) await this.#note(id, found.get(id));
    } catch (error) {
      for (const id of free) this.#take(id, (waiter) => waiter.reject(error));
    } finally {
      const again = free.filter((id) => this.#looking.get(id) === true && this.#waiters.has(id));
      for (const id of free) this.#looking.delete(id);
      if (again.length > 0) void this.#look(again);
    }
  }

  async #note(id: string, run: RunRecord | undefined): Promise<void> {
    if (run === undefined) return this.#take(id, (waiter) => waiter.reject(errors.runUnknown({ run: id })));
    if (run.endedAt === undefined || !this.#waiters.has(id)) return;
    const { status, outcome = none } = (await this.#store.get(id)) as RunDetail;
    this.tell(id, { status, outcome });
  }

  #rest(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#timer?.();
    this.#timer = undefined;
    this.#soon?.();
    this.#soon = undefined;
  }
}
