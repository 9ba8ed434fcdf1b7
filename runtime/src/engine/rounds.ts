/**
 * Owns: whose turn it is in this process, and for how long work goes on before the event loop gets its turn.
 * Does not own: what is done then (turn.ts, steps.ts), how long one stretch of user code takes.
 *
 * I1 Work that begins while there is time left is done at once, on the stack of who brought it: a lone run needs no turn of the
 *    event loop for its next step, as long as the budget lasts.
 * I2 The budget is one for all that goes on between two turns of the event loop, chains of promises included. Once it is spent, all
 *    new work waits for the next one; timers, I/O and heartbeats come before it.
 * I3 Lanes take turns. Within a lane works are done in their order.
 * I4 A lane that has used up much of a budget gets the next one alone, with the chain of promises that it begins; the others share
 *    one, so that what they commit shares a transaction. So time is shared, not works: many that do little cost the one that does
 *    much no more than what they take.
 * I5 Each lane in line gets at least one work done when its turn comes: nothing starves, however slow the machine.
 */
import type { Clock } from "../clock.ts";

/** Time between two turns of the event loop. A turn of the loop costs about 10 µs; people notice 100 ms. */
const BUDGET_MS = 10;
/** Lanes that share a budget are served for the first half of it; the chains that they begin have the rest. */
const SERVE_MS = BUDGET_MS / 2;
/** Who has used so much would use all (I4); promises that pass between works are not measured. */
const MUCH_MS = BUDGET_MS / 4;
/** And so many looks at the clock, or works, for clocks that stand still meanwhile. They seldom take a machine less than 1 ms. */
const MOST_LOOKS = 4_000;
const MOST_WORKS = 1_000;

type Work = () => void;

/** The works of one run, which are done in their order. */
export class Lane {
  readonly works: Work[] = [];
  isWorking = false;
  isInLine = false;
  /** The budget in which it has last worked, and how much of it it took. */
  budget = 0;
  usedMs = 0;
}

export class Rounds {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #turnLoop: (next: () => void) => void;
  readonly #line: Lane[] = [];
  #isOpen = false;
  /** Number of the present budget. */
  #budget = 0;
  #openedMs = 0;
  #looks = 0;

  /** @param turnLoop calls back once timers and I/O had their turn */
  constructor(clock: Pick<Clock, "monotonic">, turnLoop: (next: () => void) => void = setImmediate) {
    this.#clock = clock;
    this.#turnLoop = turnLoop;
  }

  /** Is the budget spent (I2)? */
  get isSpent(): boolean {
    return this.#isUsed(BUDGET_MS);
  }

  #isUsed(ms: number): boolean {
    return ++this.#looks >= MOST_LOOKS || this.#clock.monotonic() - this.#openedMs >= ms;
  }

  /** Does work of a lane: now (I1), or when it is its turn. */
  enter(lane: Lane, work: Work): void {
    if (!this.#isOpen) this.#open();
    const { isSpent } = this;
    const isNext = this.#line.length === 0 || lane.budget === this.#budget;
    if (isNext && !isSpent && !lane.isWorking && lane.works.length === 0) this.#perform(lane, work);
    else this.later(lane, work);
  }

  /** Does work when it is the lane's turn again, after what it has to do already. */
  later(lane: Lane, work: Work): void {
    if (!this.#isOpen) this.#open();
    lane.works.push(work);
    this.#standInLine(lane);
  }

  #standInLine(lane: Lane): void {
    if (lane.isInLine) return;
    lane.isInLine = true;
    this.#line.push(lane);
  }

  /** A budget begins; with the next turn of the loop it ends. */
  #open(): void {
    this.#isOpen = true;
    this.#budget++;
    this.#openedMs = this.#clock.monotonic();
    this.#looks = 0;
    this.#turnLoop(this.#next);
  }

  readonly #next = (): void => {
    this.#isOpen = false;
    if (this.#line.length === 0) return;
    this.#open(); // first: what throws below must not end the rounds
    for (let at = 0, count = this.#line.length; at < count; at++) {
      const lane = this.#line[0] as Lane;
      const isAlone = lane.usedMs >= MUCH_MS;
      if (isAlone && at > 0) return;
      this.#line.shift();
      lane.isInLine = false;
      this.#serve(lane);
      if (isAlone || this.#isUsed(SERVE_MS)) return;
    }
  };

  /** Lets a lane work until all is done or the budget is spent (I5). */
  #serve(lane: Lane): void {
    const { works } = lane;
    try {
      for (let work = works.shift(); work !== undefined; work = this.isSpent ? undefined : works.shift())
        this.#perform(lane, work);
    } finally {
      if (works.length > 0) this.#standInLine(lane);
    }
  }

  #perform(lane: Lane, work: Work): void {
    if (lane.budget !== this.#budget) lane.usedMs = 0;
    lane.budget = this.#budget;
    lane.isWorking = true;
    this.#looks += MOST_LOOKS / MOST_WORKS;
    const begunMs = this.#clock.monotonic();
    try {
      work();
    } finally {
      lane.isWorking = false;
      lane.usedMs += this.#clock.monotonic() - begunMs;
    }
  }
}
