/** Owns: a range of seeds checked in a thread, and the report on it. */
import { Thread } from "../kit/thread.ts";
import type { CompiledMode, Failure } from "./failure.ts";
import type { Answer, Question } from "./worker.ts";

export interface Report {
  programs: number;
  failures: { seed: number; failure: Failure; small?: string }[];
  /** Seeds of programs that the compiler refuses. */
  refused: number[];
  /** Awaits that the native runs came to, in no order. */
  suspensions: number[];
  cuts: number;
  largestBytes: number;
  features: Map<string, number>;
}

export interface RangeOptions {
  from: number;
  /** Not included. */
  to: number;
  without?: string[];
  modes: readonly CompiledMode[];
  /** Stops after so many failures; default 1. */
  most?: number;
  /** Time to make each failing program smaller, in ms. */
  shrinkMs?: number;
}

/** Longest time for one program, in ms: only one that loops for ever without a turn of the event loop takes it. */
const patienceMs = 240_000;

/** Checks the seeds from `from` up to `to`. */
export async function checkRange({ from, to, without, modes, most = 1, shrinkMs = 0 }: RangeOptions): Promise<Report> {
  const report: Report = {
    programs: 0,
    failures: [],
    refused: [],
    suspensions: [],
    cuts: 0,
    largestBytes: 0,
    features: new Map(),
  };
  const thread = new Thread<Question, Answer>(new URL("./worker.ts", import.meta.url), patienceMs + shrinkMs);
  for (let seed = from; seed < to && report.failures.length < most; seed++) {
    try {
      add(report, seed, await thread.ask({ seed, modes, without, shrinkMs }));
    } catch (error) {
      report.failures.push({ seed, failure: { mode: "harness", what: (error as Error).message } });
    }
  }
  await thread.close();
  return report;
}

function add(report: Report, seed: number, answer: Answer): void {
  report.programs += 1;
  report.suspensions.push(answer.suspensions);
  report.cuts += answer.cuts;
  report.largestBytes = Math.max(report.largestBytes, answer.largestBytes);
  for (const [name, count] of answer.features) report.features.set(name, (report.features.get(name) ?? 0) + count);
  if (answer.failure?.mode === "refused") report.refused.push(seed);
  else if (answer.failure !== undefined) report.failures.push({ seed, failure: answer.failure, small: answer.small });
}

/** One report of several. */
export function mergeReports(reports: readonly Report[]): Report {
  const features = new Map<string, number>();
  for (const [name, count] of reports.flatMap((report) => [...report.features]))
    features.set(name, (features.get(name) ?? 0) + count);
  return {
    programs: reports.reduce((sum, report) => sum + report.programs, 0),
    failures: reports.flatMap((report) => report.failures),
    refused: reports.flatMap((report) => report.refused),
    suspensions: reports.flatMap((report) => report.suspensions),
    cuts: reports.reduce((sum, report) => sum + report.cuts, 0),
    largestBytes: Math.max(0, ...reports.map((report) => report.largestBytes)),
    features,
  };
}

/** Lines on what was run: programs, suspensions, and how often each feature occurred. */
export function describeReport(report: Report): string {
  const sorted = [...report.suspensions].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  const average = sorted.reduce((sum, count) => sum + count, 0) / Math.max(1, sorted.length);
  const features = [...report.features].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
  const share = ((report.refused.length / Math.max(1, report.programs)) * 100).toFixed(2);
  return [
    `${report.programs} programs, ${report.failures.length} failures, ${share} % refused (${report.refused.slice(0, 10).join(" ")}), ${report.cuts} cuts, largest snapshot ${report.largestBytes} bytes`,
    `suspensions: average ${average.toFixed(1)}, 5 % ${at(0.05)}, median ${at(0.5)}, 95 % ${at(0.95)}, most ${at(1)}`,
    `features: ${features.join(", ")}`,
  ].join("\n");
}
