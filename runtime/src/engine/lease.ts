/**
 * Owns: the leases this process holds: renewing them, and noticing in time that one may be gone.
 * Does not own: how long others wait (the store), what follows for a run (turn.ts I4, worker.ts).
 *
 * States of a lease: safe <-> unsure -> lost; it leaves when the run gives it up.
 * I1 A lease is safe only for a part of its length after the moment at which its renewal was asked for, by the monotonic clock. So
 *    this process stops to begin things before the store lets another take over, however clocks jump.
 * I2 Renewals leave only from the main thread: a process that hangs loses its leases if anybody wants them.
 * I3 Past that part a lease is unsure, not lost: what no `tick` took is still ours (store.ts S6). A renewal that is acknowledged
 *    makes it safe again; only the store says that it is lost.
 */
import type { CancelTimer } from "../clock.ts";
import type { Lease } from "../store/store.ts";
import type { Parts } from "./parts.ts";

/** Renewals per lease length. */
const BEATS = 3;
/** Looks at the clock per lease length. */
const LOOKS = 6;
/** Part of a lease that is safe (I1). */
const SAFE_PART = 0.8;

interface HeldLease {
  readonly epoch: number;
  /** By the monotonic clock. */
  safeUntilMs: number;
}

export class Leases {
  readonly #parts: Pick<Parts, "store" | "clock" | "limits" | "notify">;
  readonly #onLost: (id: string, epoch: number) => void;
  readonly #onSafe: (id: string, epoch: number) => void;
  readonly #held = new Map<string, HeldLease>();
  #timer: CancelTimer | undefined;
  #beatAtMs = 0;
  #beating: Promise<void> | undefined;
  /** By the wall clock: when the store takes the lease that was renewed first for one that has run out. */
  #renewAt = 0;

  constructor(
    parts: Pick<Parts, "store" | "clock" | "limits" | "notify">,
    onLost: (id: string, epoch: number) => void,
    onSafe: (id: string, epoch: number) => void,
  ) {
    this.#parts = parts;
    this.#onLost = onLost;
    this.#onSafe = onSafe;
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

  /** Is the lease held, as far as the store has said (I3)? */
  isHeld(id: string, epoch: number): boolean {
    return this.#held.get(id)?.epoch === epoch;
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
    const leases: Lease[] = [...this.#held].map(([id, { epoch }]) => ({ id, epoch }));
    this.#renewAt = clock.now() + limits.leaseMs;
    this.#beatAtMs = askedAtMs + limits.leaseMs / BEATS;
    try {
      const lost = new Set(await store.heartbeat(leases, limits.leaseMs));
      for (const { id, epoch } of leases) {
        const lease = this.#held.get(id);
        if (lease?.epoch !== epoch) continue;
        if (lost.has(id)) this.#lose(id, epoch);
        else this.#renewed(id, lease, askedAtMs + this.#safeMs);
      }
    } catch (error) {
      notify({ kind: "store-failed", message: `Leases could not be renewed: ${error}`, error });
    } finally {
      this.#beating = undefined;
    }
  }

  #renewed(id: string, lease: HeldLease, safeUntilMs: number): void {
    lease.safeUntilMs = safeUntilMs;
    this.#onSafe(id, lease.epoch);
  }

  #lose(id: string, epoch: number): void {
    this.#held.delete(id);
    this.#onLost(id, epoch);
  }
}
