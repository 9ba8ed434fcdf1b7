/**
 * Owns: the runs this process drives: claims them, keeps them, lets go of them.
 * Does not own: how one is driven (turn.ts), taken up (restore.ts) or committed (commit.ts); leases (lease.ts).
 *
 * I1 Claims stop at the cap of runs driven at a time, and when the engine closes. A run that only waits for its steps, sleeps or
 *    messages takes no place, since the step may wait for another run; of such ones memory holds a number of times the cap.
 * I2 Hints and own timers only make claims come sooner: ticks and claims happen at least every `pollMs`.
 * I3 A run is in memory at most once: either driven or warm.
 * I4 A run that was claimed again and again and got no further may be what ends its processes. Such ones are taken up in groups of
 *    half of them, so that those which only shared the processes of another part from it; one more time, and each is tried alone:
 *    the worker drives nothing else until the run has recorded something, or has gone on for `SUSPECT_MS`, which it records.
 */
import type { CancelTimer } from "../clock.ts";
import { errors, isColdframeError } from "../errors.ts";
import {
  type Claim,
  type Hint,
  LONE_CLAIMS,
  type RejectReason,
  type RunState,
  type StartRequest,
  SUSPECT_CLAIMS,
  type Tick,
} from "../store/store.ts";
import { announce } from "./channel.ts";
import type { Outcome } from "./ending.ts";
import type { Hosted } from "./hosted.ts";
import { Leases } from "./lease.ts";
import type { Keeper, Parts } from "./parts.ts";
import { PlaceWatch } from "./places.ts";
import { takeUp, wakeUp } from "./restore.ts";
import type { Results } from "./results.ts";
import { ActiveRun } from "./turn.ts";
import { WarmRuns } from "./warm.ts";

const CLAIM_LIMIT = 64;
const TICK_LIMIT = 1_000;
const SUSPECT_MS = 5_000;
/** Suspects that are tried beside each other. */
const MOST_SUSPECTS = 64;
/** So long claims rest for a suspect that is to be tried alone; then runs without steps under way are handed over. */
const QUIET_MS = 5_000;
const QUIET_AGAIN_MS = 30_000;
/** Runs in memory, per place (I1). */
const WAITING_FACTOR = 16;

interface Birth {
  resolve(refused: RejectReason | undefined): void;
  reject(error: unknown): void;
}

export class Worker implements Keeper {
  readonly #parts: Parts;
  readonly #hosted: Hosted;
  readonly #results: Pick<Results, "tell" | "lookAt">;
  readonly #runs = new Map<string, ActiveRun>();
  readonly #births = new Map<ActiveRun, Birth>();
  readonly #leases: Leases;
  readonly #warm: WarmRuns;
  readonly #places: PlaceWatch;
  /** The suspect that is being tried alone. */
  #lone: ActiveRun | undefined;
  #quietUntilMs = 0;
  /** It is as alone here as it will be. */
  #isQuietEnough = false;
  #quietAgainMs = 0;
  /** How often a run has left. */
  #moves = 0;
  #unsubscribe: (() => void) | undefined;
  #timer: { atMs: number; cancel: CancelTimer } | undefined;
  /** Ends the wait for the next tick that comes in any case (I2). */
  #poll: CancelTimer | undefined;
  #claiming = false;
  #again = false;
  /** There may be more to claim than the last claim took. */
  #mayFindMore = true;
  #closing = false;
  #isStoreGone = false;
  #released = "";
  #claimedAtMs = Number.NEGATIVE_INFINITY;
  readonly #emptied: (() => void)[] = [];

  constructor(parts: Parts, hosted: Hosted, results: Pick<Results, "tell" | "lookAt">) {
    this.#parts = parts;
    this.#hosted = hosted;
    this.#results = results;
    this.#leases = new Leases(
      parts,
      (id, epoch) => this.#onLeaseLost(id, epoch),
      (id, epoch) => this.#onLeaseSafe(id, epoch),
    );
    const { attempts } = parts;
    this.#places = new PlaceWatch(parts, [
      { kind: "runs", isFull: () => this.#room === 0, moves: () => this.#moves },
      { kind: "steps", isFull: () => attempts.isFull(), moves: () => attempts.moves },
    ]);
    this.#warm = new WarmRuns({ runs: parts.limits.warmRuns, bytes: parts.limits.warmBytes });
  }

  /** Begins to claim. */
  open(): void {
    this.#unsubscribe = this.#parts.store.subscribe((hint) => this.#onHint(hint));
    this.#tickAt(this.#parts.clock.now());
    this.kick();
  }

  /** Is there room for one more run (I1)? */
  get hasRoom(): boolean {
    if (this.#closing || this.#isStoreGone || this.#lone !== undefined) return false;
    const isQuiet = this.#runs.size > 0 && this.#parts.clock.monotonic() < this.#quietUntilMs;
    return !isQuiet && this.#room > 0;
  }

  /** How many runs there is room for (I1). */
  get #room(): number {
    const { runs: most } = this.#parts.limits;
    const { size } = this.#runs;
    if (size < most) return most - size;
    let taken = 0;
    for (const run of this.#runs.values()) if (run.takesPlace() && ++taken >= most) return 0;
    return Math.max(Math.min(most - taken, most * WAITING_FACTOR - size), 0);
  }

  /** A run in memory, driven or parked. */
  find(id: string): ActiveRun | undefined {
    return this.#runs.get(id) ?? this.#warm.get(id);
  }

  /**
   * Starts a run here: its first turn runs before its first commit.
   * @returns why it could not be created; undefined: it is.
   */
  start(request: StartRequest, run: (run: ActiveRun) => void): Promise<RejectReason | undefined> {
    const { id, fn } = request;
    // It was created elsewhere a moment ago, and claimed here since.
    if (this.find(id) !== undefined) return Promise.resolve({ code: "exists", id });
    const active = new ActiveRun({ id, fn, epoch: 1, generation: 0, seq: 0 }, this.#parts, this);
    active.unborn = request;
    this.#runs.set(id, active);
    return new Promise((resolve, reject) => {
      this.#births.set(active, { resolve, reject });
      run(active);
    });
  }

  // ---- claiming

  #onHint({ ready, elsewhere }: Hint): void {
    if (ready) this.kick();
    if (elsewhere) this.#tickAt(this.#parts.clock.now());
  }

  /** Claims what there is to claim. */
  kick(): void {
    if (this.#claiming) this.#again = true;
    else if (this.hasRoom) void this.#claim();
    else this.#mayFindMore = true;
  }

  async #claim(): Promise<void> {
    this.#claiming = true;
    this.#claimedAtMs = this.#parts.clock.monotonic();
    try {
      await this.#releaseForBuild();
      do {
        this.#again = false;
        while (this.hasRoom && (await this.#claimSome()) === CLAIM_LIMIT);
      } while (this.#again && this.hasRoom);
      this.#mayFindMore ||= this.#again;
    } catch (error) {
      this.#mayFindMore = true;
      this.#storeFailed("Runs could not be claimed", error);
    } finally {
      this.#claiming = false;
    }
  }

  /** A new build tries the runs again that another held. */
  async #releaseForBuild(): Promise<void> {
    const { build } = this.#hosted;
    if (build === this.#released) return;
    await this.#parts.store.release({ otherThanBuild: build });
    this.#released = build;
  }

  /** Is this worker about to try the runs again that a build has held? */
  willTry(held: string): boolean {
    const { build } = this.#hosted;
    return !this.#closing && build !== held && build !== this.#released;
  }

  async #claimSome(): Promise<number> {
    const { store, clock, limits, queue } = this.#parts;
    const { functions } = this.#hosted;
    if (functions.length === 0) return 0;
    const limit = Math.min(CLAIM_LIMIT, this.#room);
    const askedAtMs = clock.monotonic();
    const { leaseMs } = limits;
    const suspects = Math.max(MOST_SUSPECTS - this.#suspects(askedAtMs), 0);
    const request = { functions, queues: [queue], limit, leaseMs, suspects, warm: this.#warm.seqs };
    const lone = this.#runs.size === 0 || this.#isQuietEnough;
    this.#isQuietEnough = false;
    const claims = await store.claim({ ...request, lone });
    const isSuspectHere = suspects < MOST_SUSPECTS || claims.some((claim) => claim.claims > SUSPECT_CLAIMS);
    this.#mayFindMore = claims.length === limit || isSuspectHere;
    if (this.#closing) return 0; // the store gives them back when it closes
    for (const claim of claims) this.#take(claim, askedAtMs);
    return claims.length;
  }

  /** Runs here that may be what ends their processes, so far as nothing has cleared them. */
  #suspects(now: number): number {
    let count = 0;
    for (const { suspectUntilMs } of this.#runs.values()) if (suspectUntilMs > now) count++;
    return count;
  }

  #take(claim: Claim, askedAtMs: number): void {
    const { id, fn, epoch, generation, seq } = claim;
    announce("claim:after", id, claim.warm ? "warm" : "cold");
    this.#supersede(id);
    const warm = this.#warm.take(id);
    if (claim.warm && warm !== undefined) {
      warm.epoch = epoch;
      warm.state = "running";
      this.#keep(warm, askedAtMs);
      wakeUp(warm, claim).catch((error) => this.#storeFailed(`Run ${id} could not be read`, error));
      return;
    }
    const run = new ActiveRun({ id, fn, epoch, generation, seq }, this.#parts, this);
    if (claim.claims > SUSPECT_CLAIMS) run.suspectUntilMs = askedAtMs + SUSPECT_MS;
    if (claim.claims > LONE_CLAIMS) this.#lone = run;
    this.#keep(run, askedAtMs);
    void takeUp(run, claim);
  }

  /** What has gone on for a while has got further, and says so: if it ends its process later, that is counted anew. */
  #clearOld(now: number): void {
    for (const run of this.#runs.values())
      if (run.suspectUntilMs > 0 && run.suspectUntilMs <= now) run.commits.request();
  }

  /** A suspect waits for a worker that drives nothing else: claims rest for a while, so that this becomes one (I4). */
  #makeRoomFor(lone: NonNullable<Tick["lone"]>): void {
    const now = this.#parts.clock.monotonic();
    const isOurs = lone.some(({ fn, queue }) => queue === this.#parts.queue && this.#hosted.has(fn));
    if (!isOurs || this.#runs.size === 0 || now < this.#quietAgainMs) return;
    this.#quietUntilMs = now + QUIET_MS;
    this.#quietAgainMs = now + QUIET_AGAIN_MS;
  }

  /** The rest is over, and some are still here. */
  #endQuiet(now: number): void {
    if (this.#quietUntilMs === 0 || now < this.#quietUntilMs) return;
    this.#quietUntilMs = 0;
    for (const run of [...this.#runs.values()]) if (run.book.underWay === 0) run.drain();
    this.#isQuietEnough = true; // what is still here has long steps: the suspect cannot wait for them
    this.kick();
  }

  /** A run in memory that was claimed anew: its lease was lost and nobody had noticed yet, or it is about to be refused as new (I3). */
  #supersede(id: string): void {
    const former = this.#runs.get(id);
    former?.drop();
    if (former?.unborn !== undefined) this.born(former, { refused: { code: "exists", id } });
  }

  #keep(run: ActiveRun, askedAtMs: number): void {
    this.#runs.set(run.id, run);
    this.#leases.add(run.id, run.epoch, askedAtMs);
  }

  // ---- ticks

  /** Makes sure that the next tick comes by then (I2). */
  #tickAt(atMs: number): void {
    if (this.#closing || this.#isStoreGone || (this.#timer !== undefined && this.#timer.atMs <= atMs)) return;
    this.#timer?.cancel();
    const cancel = this.#parts.clock.setTimer(atMs, () => {
      this.#timer = undefined;
      void this.#tick();
    });
    this.#timer = { atMs, cancel };
  }

  async #tick(): Promise<void> {
    const { store, clock, limits } = this.#parts;
    try {
      await this.#leases.renewOverdue();
      const tick = await store.tick(TICK_LIMIT);
      if (tick.lone !== undefined) this.#makeRoomFor(tick.lone);
      // Code that was loaded late, or a lost hint: nothing else tells of runs that are ready for it (I2).
      const isLongAgo = clock.monotonic() - this.#claimedAtMs >= limits.pollMs / 2;
      if (tick.ready > 0 || isLongAgo) this.kick();
      if (tick.nextAt !== undefined) this.#tickAt(Math.max(tick.nextAt, clock.now() + 1));
    } catch (error) {
      this.#storeFailed("The store could not be asked what is due", error);
    }
    this.#lookAround();
    this.#poll?.();
    if (!this.#closing && !this.#isStoreGone) this.#poll = clock.setDelay(limits.pollMs, () => void this.#tick());
  }

  #lookAround(): void {
    const now = this.#parts.clock.monotonic();
    this.#places.look();
    this.#clearOld(now);
    this.#endQuiet(now);
  }

  #storeFailed(what: string, error: unknown): void {
    if (isColdframeError(error, errors.storeGone.code)) this.storeGone(error);
    else if (!this.#closing) this.#parts.notify({ kind: "store-failed", message: `${what}: ${error}`, error });
  }

  // ---- Keeper

  born(run: ActiveRun, born: { refused: RejectReason } | { askedAtMs: number }): void {
    const refused = "refused" in born ? born.refused : undefined;
    this.#births.get(run)?.resolve(refused);
    this.#births.delete(run);
    if ("askedAtMs" in born) this.#leases.add(run.id, run.epoch, born.askedAtMs);
    else this.#forget(run);
  }

  cleared(run: ActiveRun): void {
    run.suspectUntilMs = 0;
    if (this.#lone === run) this.#lone = undefined;
    this.kick();
  }

  waits(): void {
    if (this.#mayFindMore && this.hasRoom) this.kick();
  }

  gave(run: ActiveRun, outcome: Outcome): void {
    this.#results.tell(run.id, outcome);
  }

  left(run: ActiveRun, status: RunState): void {
    this.#forget(run);
    if (status === "waiting" || (status === "ready" && run.state === "parked")) {
      this.#warm.put(run);
      const wakeAt = run.book.nextDueAt();
      if (status === "ready") this.kick();
      else if (wakeAt !== undefined) this.#tickAt(wakeAt);
    }
    if (status === "done" || status === "failed" || status === "cancelled") this.#results.lookAt(run.id);
    // An idle claim costs a one-step run a third of its time.
    if (this.#mayFindMore && !this.#closing) this.kick();
  }

  lost(run: ActiveRun, reason?: unknown): void {
    this.#births.get(run)?.reject(reason ?? errors.leaseLost({ run: run.id }));
    this.#births.delete(run);
    this.#forget(run);
    if (this.#closing || this.#isStoreGone || reason !== undefined) return;
    this.#parts.notify({
      ...{ kind: "lease-lost", run: run.id },
      message: `Run ${run.id} is no longer driven here: its lease was lost.`,
    });
  }

  storeGone(error: unknown): void {
    if (!this.#isStoreGone)
      this.#parts.notify({ kind: "store-gone", message: `Nothing is driven here any more: ${error}`, error });
    this.#isStoreGone = true;
    this.#rest();
    for (const run of [...this.#runs.values()]) run.commits.lose(error);
    this.#warm.clear();
  }

  isHeld(run: ActiveRun): boolean {
    return run.unborn !== undefined || this.#leases.isHeld(run.id, run.epoch);
  }

  isSafe(run: ActiveRun): boolean {
    return run.unborn !== undefined || this.#leases.isSafe(run.id, run.epoch);
  }

  /** A commit that gives the lease up may have been faster than the heartbeat: its outcome says how it is. */
  #onLeaseLost(id: string, epoch: number): void {
    const run = this.#runs.get(id);
    if (run?.epoch === epoch && run.state !== "leaving") run.commits.lose();
  }

  #onLeaseSafe(id: string, epoch: number): void {
    const run = this.#runs.get(id);
    if (run?.epoch === epoch) run.resume();
  }

  #forget(run: ActiveRun): void {
    if (this.#runs.get(run.id) !== run) return;
    this.#runs.delete(run.id);
    if (this.#lone === run) this.#lone = undefined;
    this.#moves++;
    this.#leases.remove(run.id);
    if (this.#runs.size === 0) for (const emptied of this.#emptied.splice(0)) emptied();
  }

  // ---- closing

  /** Says which runs have not ended though their outcome is given. */
  #nameClosing(): void {
    const open = [...this.#runs.values(), ...this.#warm.all()].filter(({ ending }) => ending.given !== undefined);
    if (open.length === 0) return;
    const names = open.map(({ id }) => id).join(", ");
    const message = `The engine was closed before what these runs had begun has ended; it goes on in whatever worker takes them: ${names}`;
    this.#parts.notify({ kind: "closing", run: open.length === 1 ? open[0]?.id : undefined, message });
  }

  /** Neither claims nor ticks come any more. */
  #rest(): void {
    this.#unsubscribe?.();
    this.#timer?.cancel();
    this.#poll?.();
    this.#timer = undefined;
    this.#poll = undefined;
  }

  /** Stops claiming, lets turns and attempts end for a while, and runs that are closing, then lets go of all. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#rest();
    const { clock, limits } = this.#parts;
    if (this.#runs.size > 0) {
      await new Promise<void>((resolve) => {
        const cancel = clock.setDelay(limits.drainMs, resolve);
        this.#emptied.push(() => {
          cancel();
          resolve();
        });
        for (const run of [...this.#runs.values()]) if (!run.ending.hasReturned) run.drain();
      });
    }
    this.#nameClosing();
    const reason = errors.engineClosed({ what: "a step was under way" });
    for (const run of this.#runs.values()) run.drop(reason);
    for (const birth of this.#births.values()) birth.reject(errors.engineClosed({ what: "a run was being started" }));
    this.#runs.clear();
    this.#warm.clear();
    this.#leases.close();
  }
}
