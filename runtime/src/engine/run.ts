/**
 * Owns: the handle of a run, and how a run looks from outside.
 * Does not own: driving it (turn.ts), waiting for its end (results.ts).
 */
import { errors } from "../errors.ts";
import { fromCaller } from "../machinery.ts";
import { check, checkWord, readOptions } from "../options.ts";
import type { FinalStatus, RunRecord, RunStatus, Store } from "../store/store.ts";
import { surroundings } from "./foreign.ts";
import { describeHandle, inspectRun, type RunInspection } from "./inspection.ts";
import { type ResultOptions, type Results, resultOptions } from "./results.ts";
import type { ActiveRun } from "./turn.ts";
import type { Values } from "./values.ts";

/** A run as `status` and `list` show it. Times are epoch milliseconds. */
export interface RunInfo {
  readonly id: string;
  /** Id of its function: `package/path#name`. */
  readonly function: string;
  /**
   * `ready`: a worker may take it · `running`: a worker has it · `waiting`: for a time or a message · `held`: it cannot
   * go on, see `reason` · `closing`: its outcome is there, and what it began goes on · `done`, `failed`, `cancelled`: it has ended.
   */
  readonly status: RunStatus;
  readonly queue: string;
  readonly createdAt: number;
  /** Undefined until it has ended. */
  readonly endedAt: number | undefined;
  /** Of a waiting run: when it goes on at the latest; undefined: not by itself. */
  readonly wakesAt: number | undefined;
  /** Times it has begun again from its input, because its code had changed. */
  readonly generation: number;
  /** Of a closing run: how it will end. */
  readonly closing: FinalStatus | undefined;
  /** The first failure of something that the run had begun and that its outcome does not show. */
  readonly lateFailure: string | undefined;
  /** Of a run that is held, or held while closing: why it cannot go on, in one sentence. */
  readonly reason: string | undefined;
  /** Of a held run: more on the reason, how to fix it, and where to read on, as lines of text. */
  readonly details: string | undefined;
  /** Of a running run: the worker. */
  readonly worker: string | undefined;
}

export function toInfo(record: RunRecord): RunInfo {
  const { id, fn, status, queue, createdAt, endedAt, dueAt, generation, hold, owner, closing, lateFailure } = record;
  const isAsleep = status === "waiting" || (status === "closing" && owner === undefined && hold === undefined);
  const [reason, ...details] = hold?.reason.split("\n") ?? [];
  return {
    ...{ id, function: fn, status, queue, createdAt, endedAt, generation },
    wakesAt: isAsleep ? dueAt : undefined,
    ...{ closing, lateFailure },
    reason,
    details: details.length === 0 ? undefined : details.join("\n").replace(/^ {2}/gm, ""),
    worker: owner,
  };
}

function readResultOptions(given: ResultOptions | undefined): ResultOptions {
  const options = readOptions("result", given, resultOptions);
  const { timeoutMs, signal, whenHeld } = options;
  if (whenHeld !== undefined) checkWord("whenHeld", whenHeld, ["throw", "wait"]);
  check(
    timeoutMs === undefined || (typeof timeoutMs === "number" && timeoutMs >= 0),
    "timeoutMs",
    timeoutMs,
    "a number of at least 0",
  );
  check(signal === undefined || isSignal(signal), "signal", signal, "an AbortSignal");
  // A run that waits for another goes on waiting, in a step too: who mends that one mends both.
  const isInRun = ["turn", "foreign", "step"].includes(surroundings.getStore()?.kind ?? "");
  return { whenHeld: isInRun ? "wait" : "throw", ...options };
}

/** Of whatever realm. */
function isSignal(value: AbortSignal): boolean {
  try {
    return typeof value.aborted === "boolean" && typeof value.addEventListener === "function";
  } catch {
    return false;
  }
}

/** What a handle needs of its engine. */
export interface RunAccess {
  readonly store: Store;
  readonly values: Values;
  readonly results: Results;
  /** The run in the memory of this process, if it is there. */
  readonly active: (id: string) => ActiveRun | undefined;
}

/** A run, in whatever process it is driven. Made by `engine.start` and `engine.get`. */
export class Run<T = unknown> {
  /** Its id, unique in the store. */
  readonly id: string;
  readonly #access: RunAccess;

  /** Not meant for users. */
  constructor(id: string, access: RunAccess) {
    this.id = id;
    this.#access = access;
  }

  /**
   * Waits for the outcome of the run, in this or any other process. It is there as soon as the function has returned and that is
   * stored; what the function began may still go on: see `closed`.
   *
   * @param options how long, until which signal, and what a held run means
   * @returns a copy of what its function returned
   * @throws what its function threw; CF2430 if it is held; CF2431 after `timeoutMs`; the reason of `signal`; CF2404 if the engine is
   * closed first; CF2409 if there is no such run; CF2405, CF2432 for an option that is none
   * @example const receipt = await run.result();
   */
  async result(options?: ResultOptions): Promise<T> {
    const { results, values } = this.#access;
    const { status, outcome } = await results.wait(
      this.id,
      fromCaller(this.result, () => readResultOptions(options)),
    );
    const value = values.decode(outcome);
    if (status === "done") return value as T;
    throw value;
  }

  /**
   * Waits until the run has ended: until all that it began has, too, which `result` does not wait for.
   *
   * @param options as those of `result`
   * @returns how it ended; it does not throw what the function threw
   * @throws CF2430 if it is held; CF2431 after `timeoutMs`; the reason of `signal`; CF2404 if the engine is closed first; CF2409 if
   * there is no such run; CF2405, CF2432 for an option that is none
   * @example const { lateFailure } = await run.closed();
   */
  async closed(options?: ResultOptions): Promise<RunInfo> {
    const read = fromCaller(this.closed, () => readResultOptions(options));
    await this.#access.results.wait(this.id, read, true);
    return this.status();
  }

  /**
   * Reads where the run stands.
   *
   * @throws CF2409 if there is no such run
   * @example const { status, reason } = await run.status();
   */
  async status(): Promise<RunInfo> {
    const [record] = await this.#access.store.find([this.id]);
    if (record === undefined) throw errors.runUnknown({ run: this.id });
    return toInfo(record);
  }

  /**
   * Reads where the run stands, whatever process drives it: status, frames with function, place, the source text of the await and
   * variables, and what it waits for. Its code need not be loaded. Of a running run it is the last commit that is shown.
   *
   * @throws CF2409 if there is no such run; as `inspect`, if what is stored is damaged
   * @example console.log(await run.inspect());
   */
  async inspect(): Promise<RunInspection> {
    const detail = await this.#access.store.get(this.id);
    if (detail === undefined) throw errors.runUnknown({ run: this.id });
    return inspectRun(toInfo(detail), detail, this.#access.values.limits);
  }

  /** What a console shows: its frames, if it is driven or kept in this process. */
  [Symbol.for("nodejs.util.inspect.custom")](depth = 0): string {
    return depth < 0 ? `[Run ${this.id}]` : describeHandle(this.id, this.#access.active(this.id));
  }

  /**
   * Lets a held run be tried again.
   *
   * @returns false if it was not held
   * @example if ((await run.status()).status === "held") await run.release();
   */
  async release(): Promise<boolean> {
    return (await this.#access.store.release({ id: this.id })) > 0;
  }
}
