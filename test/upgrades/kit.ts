/**
 * Owns: the pairs of fixtures/upgrades: two versions of a module, a snapshot that was kept of the first, what must come of it.
 * Does not own: what is tested; engines and stores (test/engine/kit.ts).
 *
 * K1. A version is loaded as another process would load it: into an empty registry, under the id that both versions have.
 * K2. Kept bytes are made once, with COLDFRAME_MAKE_SNAPSHOTS=1, and never overwritten: to make them anew is to delete them.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Coroutine, type CoroutineResult, coroutine, snapshot } from "@coldframe/runtime";
import { vi } from "vitest";
import { R } from "../../runtime/src/realm.ts";
import { registry } from "../../runtime/src/registry.ts";
import type { Verdict } from "../../runtime/src/snapshot/match.ts";
import { load } from "../engine/kit.ts";

const folder = resolve(import.meta.dirname, "../../fixtures/upgrades");
const isMaking = process.env.COLDFRAME_MAKE_SNAPSHOTS === "1";

/** What every version of a fixture may export; it is gone where the fixture is about that. */
export interface Program {
  main?: (price: number) => Promise<unknown>;
}

export interface Pair {
  readonly name: string;
  readonly verdict: Verdict;
  /** Of a run that goes on: its result, as JSON. Else what is said of the change. */
  readonly expected: string;
}

/** The argument that every `main` gets. */
export const price = 10;

/** The id of a fixture's module, in both versions. */
export function moduleOf(name: string): string {
  return `upgrades/${name}`;
}

/** All pairs, by name. */
export function pairs(): Pair[] {
  return readdirSync(folder)
    .sort()
    .map((name) => ({
      name,
      verdict: read(name, "verdict.txt").trim() as Verdict,
      expected: read(name, "expected.txt").trim(),
    }));
}

function read(name: string, file: string): string {
  return readFileSync(join(folder, name, file), "utf8");
}

/** Forgets all code that is loaded, as a process that begins (K1). */
export function forgetCode(): void {
  const own = ["@coldframe/runtime#nextMacrotask"];
  const former = registry();
  R.registry = null;
  for (const name of own) registry().register(name, former.resolve(name));
}

/** Loads one version, and nothing else. */
export async function loadVersion(name: string, version: "v1" | "v2"): Promise<Program> {
  forgetCode();
  return load<Program>(read(name, `${version}.ts`), moduleOf(name));
}

/** The bytes that version 1 was parked with, long ago. */
export async function keptSnapshot(name: string): Promise<Uint8Array> {
  const file = join(folder, name, "snapshot-v1.bin");
  if (isMaking && !existsSync(file)) writeFileSync(file, await makeSnapshot(name));
  return readFileSync(file);
}

/** What version 1 is parked with by today's build. */
export async function makeSnapshot(name: string): Promise<Uint8Array> {
  const { main } = await loadVersion(name, "v1");
  const parked = coroutine(main as NonNullable<Program["main"]>, price);
  withoutTimers(() => parked.next());
  return snapshot(parked);
}

/** Ends its sleeps and gives it what else it waits for, until it has ended. @returns its result */
export function driveToEnd(parked: Coroutine): unknown {
  return withoutTimers(() => {
    let step: CoroutineResult<unknown> = { done: false, value: undefined };
    while (!step.done) step = parked.next(step.value instanceof Promise ? undefined : step.value);
    return step.value;
  });
}

/** What a fresh call of a version comes to. */
export function runFresh({ main }: Program): unknown {
  return driveToEnd(coroutine(main as NonNullable<Program["main"]>, price));
}

/** Sleeps that it begins are never ended by a timer of this process. */
function withoutTimers<T>(body: () => T): T {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    return body();
  } finally {
    vi.useRealTimers();
  }
}
