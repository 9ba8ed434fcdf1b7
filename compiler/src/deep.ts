// Owns: a file whose expressions or statements are nested too deeply for the stack of the thread that asks: it is compiled in a
// thread with a larger one, while the caller waits.
// Does not own: what that thread does (deep-thread.ts).
// I1. The result is that of `compile`, which is plain data; questions to the host are answered by the caller's thread.
// I2. Where no such thread can be had, or it gives no answer, nothing is thrown: the file is refused as before.
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
  workerData,
} from "node:worker_threads";
import type { CompileResult } from "./index.ts";
import type { CompileOptions } from "./options.ts";

/** What the thread is started with. */
export interface DeepTask {
  coldframe: "deep";
  port: MessagePort;
  /** How many messages each side has sent: the thread, the caller. */
  sent: Int32Array;
  source: string;
  options: Omit<CompileOptions, "constEnumValue">;
  asks: boolean;
}

/** What the thread says: a question, the result, or that it has failed. */
export type DeepMessage = { ask: [start: number, end: number] } | { result: CompileResult } | { failed: true };

/** Enough for 5,000 calls that stand in each other, each awaited; only what is used is taken. */
const STACK_MB = 32;
/** How long the thread may be silent. */
const PATIENCE_MS = 300_000;

/** Compiles in a thread with a larger stack. @returns undefined: it can't be had, or is too small as well */
export function compileDeep(source: string, options: CompileOptions): CompileResult | undefined {
  if (!isMainThread && (workerData as Partial<DeepTask> | null)?.coldframe === "deep") return undefined;
  try {
    return ask(source, options);
  } catch {
    return undefined; // I2
  }
}

function ask(source: string, { constEnumValue, ...options }: CompileOptions): CompileResult | undefined {
  const { port1, port2 } = new MessageChannel();
  const sent = new Int32Array(new SharedArrayBuffer(8));
  const asks = constEnumValue !== undefined;
  const task: DeepTask = { coldframe: "deep", port: port2, sent, source, options, asks };
  const file = import.meta.url.endsWith(".ts") ? "./deep-thread.ts" : "./deep-thread.js";
  const resourceLimits = { stackSizeMb: STACK_MB, maxOldGenerationSizeMb: 8192 };
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: task,
    transferList: [port2],
    resourceLimits,
    execArgv: [],
  });
  worker.unref();
  try {
    for (let heard = 0; ; heard++) {
      if (Atomics.wait(sent, 0, heard, PATIENCE_MS) === "timed-out") return undefined;
      const { message } = receiveMessageOnPort(port1) as { message: DeepMessage };
      if ("result" in message) return message.result;
      if ("failed" in message) return undefined;
      port1.postMessage(constEnumValue?.(...message.ask));
      Atomics.add(sent, 1, 1);
      Atomics.notify(sent, 1);
    }
  } finally {
    port1.close();
    void worker.terminate();
  }
}
