/**
 * Owns: a worker thread that answers questions one at a time, loaded by Node itself and not by the test runner, so that
 * there is one copy of the runtime in it; and the watchdog over it: compiled code that loops for ever can only be ended.
 */
import { parentPort, Worker } from "node:worker_threads";

/** The question was not answered in time; the thread has been ended, the next question gets a new one. */
export class Stuck extends Error {}

export class Thread<Question, Answer> {
  readonly #url: URL;
  readonly #patienceMs: number;
  #worker: Worker | undefined;

  /** @param url a module that calls `answer` */
  constructor(url: URL, patienceMs: number) {
    this.#url = url;
    this.#patienceMs = patienceMs;
  }

  /** @throws Stuck, or whatever the thread fails with */
  ask(question: Question): Promise<Answer> {
    this.#worker ??= this.#open();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        worker.off("message", take).off("error", giveUp).off("exit", left);
      };
      const take = (reply: Reply<Answer>) => {
        leave();
        if ("error" in reply) reject(new Error(reply.error));
        else resolve(reply.answer);
      };
      const giveUp = (error: unknown) => {
        leave();
        void this.close();
        reject(error);
      };
      const left = (code: number) => giveUp(new Error(`the thread ended with code ${code}`));
      const timer = setTimeout(() => giveUp(new Stuck(`no answer within ${this.#patienceMs} ms`)), this.#patienceMs);
      worker.on("message", take).on("error", giveUp).on("exit", left);
      worker.postMessage(question);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  #open(): Worker {
    return new Worker(this.#url, {
      execArgv: ["--conditions=coldframe-source", "--disable-warning=ExperimentalWarning"],
    });
  }
}

type Reply<Answer> = { answer: Answer } | { error: string };

/** In the thread: answers each question. */
export function answer<Question, Answer>(respond: (question: Question) => Promise<Answer>): void {
  parentPort?.on("message", (question: Question) => {
    respond(question).then(
      (given) => parentPort?.postMessage({ answer: given }),
      (error: unknown) => parentPort?.postMessage({ error: (error as Error)?.stack ?? String(error) }),
    );
  });
}
