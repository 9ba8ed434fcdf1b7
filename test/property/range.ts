/** Owns: a range of seeds checked in a worker under a watchdog, and the report on it. */
import { Worker } from "node:worker_threads";
import type { Failure } from "./check.ts";
import type { Mode } from "./modes.ts";
import type { Message, Task } from "./worker.ts";

export interface Report {
  programs: number;
  failures: { seed: number; failure: Failure }[];
  /** Awaits that the native runs came to, in no order. */
  suspensions: number[];
  cuts: number;
  largestBytes: number;
  features: Map<string, number>;
}

export interface RangeOptions {
  from: number;
  to: number;
  without?: string[];
  modes: Exclude<Mode, "native">[];
  /** Stops after so many failures; default 1. */
  most?: number;
  onSeed?(message: Message): void;
}

/** Longest time for one program, in ms; a slow one takes a second. */
const patienceMs = 30_000;

/** Checks the seeds from `from` up to `to`, which is not included. */
export async function checkRange(options: RangeOptions): Promise<Report> {
  const report: Report = { programs: 0, failures: [], suspensions: [], cuts: 0, largestBytes: 0, features: new Map() };
  const { most = 1 } = options;
  for (let from = options.from; from < options.to && report.failures.length < most; ) {
    from = await runWorker({ ...options, from }, report, most);
  }
  return report;
}

/** @returns the seed to go on with */
function runWorker(options: RangeOptions, report: Report, most: number): Promise<number> {
  const { from, to, without, modes } = options;
  const workerData: Task = { from, to, without, modes };
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData,
      execArgv: ["--conditions=coldframe-source"],
    });
    let current = from;
    let timer: NodeJS.Timeout | undefined;
    const end = (next: number) => {
      clearTimeout(timer);
      void worker.terminate();
      resolve(next);
    };
    const fail = (what: string) => {
      report.failures.push({ seed: current, failure: { mode: "compile", what } });
      end(current + 1);
    };
    worker.on("message", (message: Message) => {
      clearTimeout(timer);
      current = message.seed;
      options.onSeed?.(message);
      if (message.verdict !== undefined) add(report, message);
      if (report.failures.length >= most) return end(current + 1);
      timer = setTimeout(() => fail(`no end after ${patienceMs} ms`), patienceMs);
    });
    worker.on("error", (error) => (error instanceof Error ? fail(`worker: ${error.stack}`) : reject(error)));
    worker.on("exit", () => end(to));
  });
}

function add(report: Report, { seed, verdict, suspensions = 0, features = [] }: Message): void {
  report.programs += 1;
  report.suspensions.push(suspensions);
  report.cuts += verdict?.cuts ?? 0;
  report.largestBytes = Math.max(report.largestBytes, verdict?.largestBytes ?? 0);
  for (const [name, count] of features) report.features.set(name, (report.features.get(name) ?? 0) + count);
  if (verdict?.failure !== undefined) report.failures.push({ seed, failure: verdict.failure });
}

/** Lines on what was run: programs, suspensions, and how often each feature occurred. */
export function describeReport(report: Report): string {
  const sorted = [...report.suspensions].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const average = sorted.reduce((sum, count) => sum + count, 0) / Math.max(1, sorted.length);
  const features = [...report.features].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
  return [
    `${report.programs} programs, ${report.failures.length} failures, ${report.cuts} cuts, largest snapshot ${report.largestBytes} bytes`,
    `suspensions: average ${average.toFixed(1)}, 5 % ${at(0.05)}, median ${at(0.5)}, 95 % ${at(0.95)}, most ${at(1)}`,
    `features: ${features.join(", ")}`,
  ].join("\n");
}
