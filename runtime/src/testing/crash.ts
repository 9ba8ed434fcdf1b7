/**
 * Owns: starting a real process that drives an engine, and ending it by SIGKILL at a named point or when the caller says so.
 * Does not own: what is checked afterwards.
 *
 * I1 The process ends itself, synchronously, where the engine announces the point: not a moment sooner or later.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { EnginePoint } from "../engine/channel.ts";
import { type Names, readOptions } from "../options.ts";

/** Where the process ends. */
export interface CrashPoint {
  /** Name of the point; default: any. */
  readonly point?: EnginePoint;
  /** Only points whose detail (step, status of a commit) contains this. */
  readonly detail?: string;
  /** At the how-manieth such point; default the first. */
  readonly count?: number;
}

/** A process to be crashed. */
export interface CrashOptions {
  /** The module it runs. */
  readonly script: string | URL;
  readonly args?: readonly string[];
  /** Where it ends; absent: it runs to its end. */
  readonly at?: CrashPoint | undefined;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node, such as `--import @coldframe/compiler/node`. */
  readonly execArgv?: readonly string[];
  /** It is ended after this time in any case; default 60,000 ms. */
  readonly timeoutMs?: number;
  /** Told of each piece of its output; may end it. */
  readonly onOutput?: (text: string, kill: () => void) => void;
}

const pointNames: Names<CrashPoint> = { point: true, detail: true, count: true };
const names: Names<CrashOptions> = {
  ...{ script: true, args: true, at: true, env: true, execArgv: true, timeoutMs: true, onOutput: true },
};

/** How it ended. */
export interface CrashResult {
  /** By SIGKILL, rather than by itself. */
  readonly killed: boolean;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment variable through which the agent in the process learns its point. */
export const crashVariable = "COLDFRAME_CRASH_AT";

const agent = fileURLToPath(new URL(`./crash-agent${import.meta.url.slice(-3)}`, import.meta.url));

/**
 * Runs a module in a process of its own and ends it by SIGKILL at a point of the engine's work.
 *
 * @param options what to run and where to end it
 * @returns how it ended, and what it printed
 * @example
 * const { killed } = await crash({ script: "worker.ts", at: { point: "step:effect", count: 3 } });
 */
export function crash(options: CrashOptions): Promise<CrashResult> {
  const {
    script,
    args = [],
    env = {},
    execArgv = [],
    timeoutMs = 60_000,
    onOutput,
    ...rest
  } = readOptions("crash", options, names);
  const at = readOptions("`at` of crash", rest.at, pointNames);
  const file = script instanceof URL ? fileURLToPath(script) : script;
  const child = spawn(process.execPath, [...execArgv, "--import", agent, file, ...args], {
    env: { ...process.env, ...env, [crashVariable]: JSON.stringify(rest.at === undefined ? null : at) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = (): void => void child.kill("SIGKILL");
  const timer = setTimeout(kill, timeoutMs);
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
      onOutput?.(text, kill);
    });
  }
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ killed: signal === "SIGKILL", code, ...output });
    });
  });
}
