/**
 * Owns: waiting for the outcome of runs, and for their end, wherever they are driven.
 * Does not own: what an outcome means (run.ts).
 *
 * I1 One subscription and one timer serve all who wait; both end with the last of them.
 * I2 Hints say where to look; every `pollMs` all are looked at (hints may be lost).
 * I3 Looking reads no blobs of runs without an outcome, and while others write takes a fraction of the time.
 * I4 Who waits no longer (time, signal) is forgotten; if a look is under way, after what that finds.
 */
import type { CancelTimer, Clock } from "../clock.ts";
import { errors } from "../errors.ts";
import type { Names } from "../options.ts";
import type { FinalStatus, Hint, Hold, RunDetail, RunRecord, Store } from "../store/store.ts";
import type { Outcome } from "./ending.ts";

/** How a result is waited for. */
export interface ResultOptions {
  /** After so long it rejects with CF2431; the run goes on. Default: no limit. */
  readonly timeoutMs?: number;
  /** When it aborts, waiting ends with its reason; the run goes on. */
  readonly signal?: AbortSignal;
  /**
   * What a held run means: `throw` rejects with CF2430, `wait` waits until it was released and has ended. Default: `throw`; in the
   * code of a run, and of its steps, `wait`.
   */
  readonly whenHeld?: "throw" | "wait";
}

export const resultOptions: Names<ResultOptions> = { timeoutMs: true, signal: true, whenHeld: true };

interface Waiter {
  /** Waits for the end, not only for the outcome. */
  readonly toTheEnd: boolean;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
  readonly refusesHeld: boolean;
  /** It rejects with this after the look that is under way (I4). */
  late?: { readonly error: unknown };
  /** Ends time limit and signal. */
  stop?: () => void;
}

const none = new Uint8Array(0);
/** After looking at all, so many times as long passes before the next look that a hint asks for. */
const COST_FACTOR = 4;

export class Results {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #pollMs: number;
  readonly #willTry: (build: string) => boolean;
  readonly #waiters = new Map<string, Waiter[]>();
  /** Runs being read; true: to be read again, since a hint came meanwhile. */
  readonly #looking = new Map<string, boolean>();
  #unsubscribe: (() => void) | undefined;
  #timer: CancelTimer | undefined;
  #soon: CancelTimer | undefined;
  #costMs = 0;
  #closed = false;

  /** @param willTry whether this process is about to try the runs again that a build has held: then they are held no more */
  constructor(store: Store, clock: Clock, pollMs: number, willTry: (build: string) => boolean) {
    this.#store = store;
    this.#clock = clock;
    this.#pollMs = pollMs;
    this.#willTry = willTry;
  }

  /**
   * Resolves when the run has its outcome, or, to the end, when it has ended.
   * @param options read and checked
   * @throws CF2409, CF2404, CF2430, CF2431, the reason of a signal, or what the store throws
   */
  wait(id: string, options: ResultOptions = {}, toTheEnd = false): Promise<Outcome> {
    const { signal, whenHeld } = options;
    if (this.#closed) return Promise.reject(errors.engineClosed({ what: `the result of run ${id} was awaited` }));
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = { toTheEnd, resolve, reject, refusesHeld: whenHeld === "throw" };
      const waiters = this.#waiters.get(id);
      if (waiters === undefined) this.#waiters.set(id, [waiter]);
      else waiters.push(waiter);
      this.#limit(id, waiter, options);
      this.#listen();
      void this.#look([id]);
    });
  }

  #limit(id: string, waiter: Waiter, { timeoutMs, signal }: ResultOptions): void {
    const stops: (() => void)[] = [];
    if (timeoutMs !== undefined) {
      const onTime = () => this.#end(id, waiter, errors.resultTimedOut({ run: id, timeoutMs }));
      stops.push(this.#clock.setDelay(timeoutMs, onTime));
    }
    if (signal !== undefined) {
      const onAbort = () => this.#end(id, waiter, signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      stops.push(() => signal.removeEventListener("abort", onAbort));
    }
    if (stops.length > 0)
      waiter.stop = () => {
        for (const stop of stops) stop();
      };
  }

  /** Who waits has had enough (I4). */
  #end(id: string, waiter: Waiter, error: unknown): void {
    if (this.#looking.has(id)) waiter.late ??= { error };
    else
      this.#take(
        id,
        () => waiter.reject(error),
        (one) => one === waiter,
      );
  }

  /** A run of this process may have been held, or has ended. */
  lookAt(id: string): void {
    if (this.#waiters.has(id)) void this.#look([id]);
  }

  /** A run of this process has its outcome: nobody need ask the store. */
  tell(id: string, outcome: Outcome): void {
    this.#take(
      id,
      (waiter) => waiter.resolve(outcome),
      ({ toTheEnd }) => !toTheEnd,
    );
  }

  close(): void {
    this.#closed = true;
    for (const id of [...this.#waiters.keys()]) {
      this.#take(id, (waiter) => waiter.reject(errors.engineClosed({ what: `the result of run ${id} was awaited` })));
    }
    this.#rest();
  }

  /** Takes those who wait for a run, or some of them. */
  #take(id: string, each: (waiter: Waiter) => void, isMeant: (waiter: Waiter) => boolean = () => true): void {
    const { taken = [], left = [] } = Object.groupBy(this.#waiters.get(id) ?? [], (one) =>
      isMeant(one) ? "taken" : "left",
    );
    if (left.length === 0) this.#waiters.delete(id);
    else this.#waiters.set(id, left);
    for (const waiter of taken) {
      waiter.stop?.();
      each(waiter);
    }
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
      for (const id of free)
        this.#take(
          id,
          ({ reject, late }) => reject(late?.error),
          ({ late }) => late !== undefined,
        );
      const again = free.filter((id) => this.#looking.get(id) === true && this.#waiters.has(id));
      for (const id of free) this.#looking.delete(id);
      if (again.length > 0) void this.#look(again);
    }
  }

  async #note(id: string, run: RunRecord | undefined): Promise<void> {
    if (run === undefined) return this.#take(id, (waiter) => waiter.reject(errors.runUnknown({ run: id })));
    if (run.hold !== undefined && !this.#willTry(run.hold.build)) this.#refuse(id, run.hold, run.closing !== undefined);
    const hasEnded = run.endedAt !== undefined;
    const isKnown = ({ toTheEnd }: Waiter): boolean => hasEnded || (!toTheEnd && run.closing !== undefined);
    if (!this.#waiters.get(id)?.some(isKnown)) return;
    const { outcome = none } = (await this.#store.get(id)) as RunDetail;
    const status = run.closing ?? (run.status as FinalStatus);
    this.#take(id, (waiter) => waiter.resolve({ status, outcome }), isKnown);
  }

  /** @param isGiven the outcome is there: only the end is not */
  #refuse(id: string, { reason, build }: Hold, isGiven: boolean): void {
    const [line = ""] = reason.split("\n");
    const error = () => errors.runHeld({ run: id, reason: line, build });
    this.#take(
      id,
      ({ reject }) => reject(error()),
      ({ refusesHeld, toTheEnd }) => refusesHeld && (toTheEnd || !isGiven),
    );
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
