/**
 * Owns: the leases this process holds: renewing them, and noticing in time that one may be gone.
 * Does not own: how long others wait (the store), what a loss means for a run (worker.ts).
 *
 * I1 A lease counts as held only for a part of its length after the moment at which its renewal was asked for, by the
 *    monotonic clock. So this process lets go before the store lets another take over, however clocks jump.
 * I2 Renewals leave only from the main thread: a process that hangs loses its leases.
 */
import type { CancelTimer } from "../clock.ts";
import type { Lease } from "../store/store.ts";
import type { Parts } from "./parts.ts";

/** Renewals per lease length. */
const BEATS = 3;
/** Looks at the clock per lease length. */
const LOOKS = 6;
/** Part of a lease that counts (I1). */
const SAFE_PART = 0.8;

interface HeldLease {
  readonly epoch: number;
  /** By the monotonic clock. */
  safeUntilMs: number;
}

export class Leases {
  readonly #parts: Pick<Parts, "store" | "clock" | "limits" | "notify">;
  readonly #onLost: (id: string, epoch: number) => void;
  readonly #held = new Map<string, HeldLease>();
  #timer: CancelTimer | undefined;
  #beatAtMs = 0;
  #beating: Promise<void> | undefined;
  /** By the wall clock: when the store takes the lease that was renewed first for one that has run out. */
  #renewAt = 0;

  constructor(
    parts: Pick<Parts, "store" | "clock" | "limits" | "notify">,
    onLost: (id: string, epoch: number) => void,
  ) {
    this.#parts = parts;
    this.#onLost = onLost;
  }

  /** Takes in a lease. @param askedAtMs monotonic time before the store was asked */
  add(id: string, epoch: number, askedAtMs: number): void {
    this.#held.set(id, { epoch, safeUntilMs: askedAtMs + this.#safeMs });
    if (this.#timer === undefined) {
      this.#renewAt = this.#parts.clock.now() + this.#parts.limits.leaseMs;
      this.#beatAtMs = askedAtMs + this.#parts.limits.leaseMs / BEATS;
      this.#look();
    }
  }

  remove(id: string): void {
    this.#held.delete(id);
    if (this.#held.size === 0) this.close();
  }

  /** Is the lease surely held (I1)? */
  isSafe(id: string, epoch: number): boolean {
    const lease = this.#held.get(id);
    return lease !== undefined && lease.epoch === epoch && this.#parts.clock.monotonic() < lease.safeUntilMs;
  }

  close(): void {
    this.#timer?.();
    this.#timer = undefined;
  }

  get #safeMs(): number {
    return this.#parts.limits.leaseMs * SAFE_PART;
  }

  readonly #look = (): void => {
    const { clock, limits } = this.#parts;
    const now = clock.monotonic();
    for (const [id, { epoch, safeUntilMs }] of this.#held) if (now >= safeUntilMs) this.#lose(id, epoch);
    if (this.#held.size === 0) {
      this.#timer = undefined;
      return;
    }
    if (now >= this.#beatAtMs) void this.renew();
    this.#timer = clock.setDelay(limits.leaseMs / LOOKS, this.#look);
  };

  /**
   * Renews the leases first if by the wall clock they have run out: it was set ahead, or stood by with the machine. Who ticks does
   * this, as nobody but the own ticks need take them then.
   */
  async renewOverdue(): Promise<void> {
    if (this.#held.size > 0 && this.#parts.clock.now() >= this.#renewAt) await this.renew();
  }

  async renew(): Promise<void> {
    this.#beating ??= this.#beat(this.#parts.clock.monotonic());
    await this.#beating;
  }

  async #beat(askedAtMs: number): Promise<void> {
    const { store, clock, limits, notify } = this.#parts;
    const held = [...this.#held].filter(([, { safeUntilMs }]) => askedAtMs < safeUntilMs);
    const leases: Lease[] = held.map(([id, { epoch }]) => ({ id, epoch }));
    this.#renewAt = clock.now() + limits.leaseMs;
    this.#beatAtMs = askedAtMs + limits.leaseMs / BEATS;
    try {
      const lost = new Set(await store.heartbeat(leases, limits.leaseMs));
      for (const { id, epoch } of leases) {
        const lease = this.#held.get(id);
        if (lease?.epoch !== epoch) continue;
        if (lost.has(id)) this.#lose(id, epoch);
        else lease.safeUntilMs = askedAtMs + this.#safeMs;
      }
    } catch (error) {
      notify({ kind: "store-failed", message: `Leases could not be renewed: ${error}`, error });
    } finally {
      this.#beating = undefined;
    }
  }

  #lose(id: string, epoch: number): void {
    this.#held.delete(id);
    this.#onLost(id, epoch);
  }
}
