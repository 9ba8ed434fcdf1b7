// Owns: the thread in which a deeply nested file is compiled.
// Does not own: who waits for it (deep.ts).
// I1. Whatever happens here is told: the caller's thread stands still meanwhile.
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import type { DeepMessage, DeepTask } from "./deep.ts";

const { port, sent, source, options, asks } = workerData as DeepTask;

function tell(message: DeepMessage): void {
  port.postMessage(message);
  Atomics.add(sent, 0, 1);
  Atomics.notify(sent, 0);
}

function constEnumValue(start: number, end: number): string | number | undefined {
  const heard = Atomics.load(sent, 1);
  tell({ ask: [start, end] });
  Atomics.wait(sent, 1, heard);
  return receiveMessageOnPort(port)?.message;
}

try {
  const { compile } = await import("./index.ts");
  tell({ result: compile(source, asks ? { ...options, constEnumValue } : options) });
} catch {
  tell({ failed: true });
}
