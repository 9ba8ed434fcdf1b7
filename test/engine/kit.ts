/**
 * Owns: what the engine's tests share: stores with a log and a switch, modules compiled from text, waiting without sleeping.
 * Does not own: what is tested.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { compile } from "@coldframe/compiler";
import { FakeClock } from "@coldframe/runtime/testing";
import { afterEach } from "vitest";
import type { SnapshotCodec } from "../../runtime/src/engine/codec.ts";
import { type Engine, openEngine } from "../../runtime/src/engine/engine.ts";
import type { EngineOptions } from "../../runtime/src/engine/options.ts";
import { createMemory } from "../../runtime/src/store/memory/index.ts";
import { openSqlite } from "../../runtime/src/store/sqlite/index.ts";
import type { CommitItem, Store } from "../../runtime/src/store/store.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Calls of a store, as they were made. */
export interface StoreLog {
  readonly commits: CommitItem[];
  readonly calls: string[];
  /** Bytes written: snapshots, arguments, results, messages. */
  bytes: number;
}

export interface TestEngine {
  readonly engine: Engine;
  readonly store: Store;
  /** The store without log and switch. */
  readonly inner: Store;
  readonly log: StoreLog;
  readonly notices: { kind: string; message: string }[];
  isDead(): boolean;
  /** From now on the store answers nothing: to the others this process is gone. */
  kill(): void;
  /** As `kill`, at the store call with this number; it may still be done, though nobody hears of it. */
  killAt(call: number, isDone: boolean): void;
}

export interface Place {
  readonly clock: FakeClock;
  /** Opens an engine over the same runs, as another process would. */
  open(options?: EngineOptions, codec?: SnapshotCodec): Promise<TestEngine>;
}

/** A place for runs, in memory or in a file. */
export async function makePlace(kind: "memory" | "sqlite"): Promise<Place> {
  const clock = new FakeClock();
  const openStore = kind === "memory" ? openMemoryHandles(clock) : await openFileHandles(clock);
  return {
    clock,
    async open(options = {}, codec) {
      const notices: TestEngine["notices"] = [];
      const watched = watch(await openStore(), clock);
      const engine = openEngine(
        watched.store,
        { clock, onNotice: (notice) => notices.push(notice), ...options },
        codec,
      );
      cleanups.push(async () => {
        const closed = watched.isDead() ? watched.inner.close() : engine.close();
        await clock.jump(60_000);
        await closed;
      });
      return { engine, notices, ...watched };
    },
  };
}

function openMemoryHandles(clock: FakeClock): () => Promise<Store> {
  const open = createMemory(clock);
  return async () => open();
}

async function openFileHandles(clock: FakeClock): Promise<() => Promise<Store>> {
  const folder = await mkdtemp(join(tmpdir(), "coldframe-engine-"));
  cleanups.push(() => rm(folder, { recursive: true, force: true }));
  return () => openSqlite(join(folder, "runs.db"), clock);
}

function watch(inner: Store, clock: FakeClock) {
  const log: StoreLog = { commits: [], calls: [], bytes: 0 };
  let dead = false;
  let calls = 0;
  let fatal = { call: Number.POSITIVE_INFINITY, isDone: false };
  const store = new Proxy(inner, {
    get(target, name) {
      const method = Reflect.get(target, name) as unknown;
      if (typeof method !== "function") return method;
      return (...args: unknown[]) => {
        if (dead) return new Promise(() => {});
        dead = ++calls >= fatal.call;
        if (dead && !fatal.isDone) return new Promise(() => {});
        note(log, String(name), args);
        const answer = (method as (...all: unknown[]) => unknown).apply(target, args);
        if (!(answer instanceof Promise)) return answer;
        const held = clock.hold(answer);
        return dead ? new Promise(() => {}) : held;
      };
    },
  });
  const kill = () => {
    dead = true;
  };
  const killAt = (call: number, isDone: boolean) => {
    fatal = { call: calls + call, isDone };
  };
  return { store, inner, log, kill, killAt, isDead: () => dead };
}

function note(log: StoreLog, name: string, args: unknown[]): void {
  log.calls.push(name);
  if (name === "commit") log.commits.push(args[0] as CommitItem);
  if (name === "commit" || name === "send") log.bytes += sizeOf(args[0]);
}

function sizeOf(value: unknown): number {
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 8;
  return Object.values(value).reduce((sum: number, one) => sum + sizeOf(one), 0);
}

/** Both kinds of store, for `describe.each`. */
export const kinds = ["memory", "sqlite"] as const;

/** Lets the event loop turn until something is so. */
export async function until(what: () => unknown | Promise<unknown>): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!(await what())) {
    if (performance.now() > deadline) throw new Error(`never so: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A promise and its handles. */
export function deferred<T = void>() {
  return Promise.withResolvers<T>();
}

const folder = resolve(import.meta.dirname, `../../out/test-engine/${process.pid}`);
let loaded = 0;
cleanupAtExit();

function cleanupAtExit(): void {
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
}

/** Compiles and loads a module. @param id its module id: a later text under the same id is its next version */
export async function load<T = Record<string, never>>(source: string, id = "test/program"): Promise<T> {
  const { code, diagnostics } = compile(source, {
    filename: `${id}.ts`,
    moduleId: id,
    sourceType: "module",
    mark: "tagged",
    abi: "import",
  });
  const faults = diagnostics.filter(({ severity }) => severity === "error");
  if (faults.length > 0) throw new SyntaxError(faults.map(({ message }) => message).join("\n"));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${loaded++}.ts`);
  writeFileSync(file, code);
  return (await import(/* @vite-ignore */ file)) as T;
}
