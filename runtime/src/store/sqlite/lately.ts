/**
 * Owns: which runs this handle has written lately, and so whether a commit is cheaper written at once or with others'.
 * Does not own: the write (index.ts L1, writer.ts).
 */

/** Writes that are remembered. */
const REMEMBERED = 32;
/** To share a transaction, a run waits for a turn of the event loop. */
const LOOP_MS = 0.05;

export class Lately {
  /** "": of a run that has ended. */
  readonly #runs: string[] = [];
  #next = 0;

  note(run: string): void {
    this.#runs[this.#next] = run;
    this.#next = (this.#next + 1) % REMEMBERED;
  }

  /** The run writes no more. */
  forget(run: string): void {
    for (let at = 0; at < this.#runs.length; at++) if (this.#runs[at] === run) this.#runs[at] = "";
  }

  /**
   * Does it cost less if the run waits for no others, and they then write for themselves?
   * @param writeMs what a transaction of its own costs
   */
  isCheaperAlone(run: string, writeMs: number): boolean {
    let others = 0;
    for (const one of this.#runs) if (one !== run && one !== "") others++;
    return others * writeMs <= (this.#runs.length - others) * LOOP_MS;
  }
}
