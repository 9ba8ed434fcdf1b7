/** Owns: one program run as it stands, compiled without a scheduler, as a coroutine and on an engine, with what it logged. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { inspect } from "node:util";
import { coroutine } from "@coldframe/runtime";
import { load, makePlace } from "../engine/kit.ts";

type Main = () => Promise<unknown>;
interface Program {
  main: Main;
}

export interface Seen {
  log: string[];
  /** Messages of rejections that the process heard of as unhandled. */
  unhandled: string[];
}

const folder = resolve(`out/test-ways/${process.pid}`);
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
let written = 0;

async function loadNative(source: string): Promise<Program> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${written++}.mjs`);
  writeFileSync(file, source);
  return import(/* @vite-ignore */ file);
}

/** How durable code can be run that must look native. */
export const ways: Readonly<Record<string, (source: string) => Promise<() => Promise<unknown>>>> = {
  volatile: async (source) => (await load<Program & Record<string, never>>(source)).main,
  coroutine: async (source) => {
    const { main } = await load<Program & Record<string, never>>(source);
    return () => coroutine(main as Main).drive();
  },
  engine: async (source) => {
    const { main } = await load<Program & Record<string, never>>(source);
    const { open, clock } = await makePlace("memory");
    const { engine } = await open();
    return async () => {
      const run = await engine.start(main as Main, []);
      let isOver = false;
      const result = run.result();
      const end = () => {
        isOver = true;
      };
      result.then(end, end);
      while (!isOver) await clock.advance(1);
      return result;
    };
  },
};

/** What the program logs as it stands. */
export async function runNative(source: string): Promise<Seen> {
  return observe((await loadNative(source)).main);
}

/** What it logs in another way. */
export async function runAs(way: string, source: string): Promise<Seen> {
  return observe(await (ways[way] as (source: string) => Promise<Main>)(source));
}

async function observe(main: Main): Promise<Seen> {
  const seen: Seen = { log: [], unhandled: [] };
  (globalThis as { log?: unknown }).log = (...values: unknown[]) =>
    void seen.log.push(values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" "));
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => void seen.unhandled.push((reason as Error).message));
  try {
    const outcome = await main().then(
      (value) => `returned ${inspect(value)}`,
      (error) => `threw ${error}`,
    );
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
    seen.log.push(outcome);
  } finally {
    process.removeAllListeners("unhandledRejection");
    for (const listener of listeners) process.on("unhandledRejection", listener);
  }
  return seen;
}
