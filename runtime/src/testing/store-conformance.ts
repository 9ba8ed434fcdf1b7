/**
 * Owns: the list of what every store must do, for whatever test runner, and the rule for leaving a case out.
 * Does not own: the cases (conformance/), what only one store promises (the tests of that store).
 *
 * F1. Every case runs on an empty store of its own and closes what it opened.
 * F2. A case is left out only with a reason; a reason for a case that does not exist is an error.
 */
import assert from "node:assert/strict";
import type { Store } from "../store/store.ts";
import { claimCases } from "./conformance/claim.ts";
import { closingCases } from "./conformance/closing.ts";
import { commitCases } from "./conformance/commit.ts";
import { inboxCases } from "./conformance/inbox.ts";
import type { Bench, Case, StoreSubject } from "./conformance/kit.ts";
import { ManualClock } from "./conformance/kit.ts";
import { leaseCases } from "./conformance/lease.ts";
import { viewCases } from "./conformance/view.ts";

export type { StoreSubject, StoreUnderTest } from "./conformance/kit.ts";

/** A case made for one store: register it with a test runner. */
export interface ConformanceTest {
  readonly name: string;
  /** Why this store need not pass it; undefined: it must. */
  readonly skip: string | undefined;
  /** Rejects when the store does not conform. */
  run(): Promise<void>;
}

const cases: readonly Case[] = [
  ...claimCases,
  ...commitCases,
  ...closingCases,
  ...leaseCases,
  ...inboxCases,
  ...viewCases,
];

async function runCase(subject: StoreSubject, { run }: Case): Promise<void> {
  const store = await subject.create();
  const handles: Store[] = [];
  const clock = new ManualClock();
  const open: Bench["open"] = async (own = clock) => {
    const handle = await store.open(own);
    handles.push(handle);
    assert.deepEqual(handle.capabilities, subject.capabilities, "a store has the capabilities that it declares");
    return handle;
  };
  try {
    await run({ clock, open });
  } finally {
    for (const handle of handles) await handle.close();
    await store.destroy();
  }
}

/**
 * Lists the tests that a store must pass.
 * @param subject how to make an empty store, its capabilities, and reasons for cases it leaves out.
 * @returns one test per case, in a fixed order.
 * @example for (const { name, skip, run } of testStoreConformance(subject)) test(name, { skip: skip !== undefined }, run);
 */
export function testStoreConformance(subject: StoreSubject): ConformanceTest[] {
  const skips = subject.skips ?? {};
  const names = new Set(cases.map(({ name }) => name));
  for (const name of Object.keys(skips)) assert.ok(names.has(name), `there is no case "${name}" to skip`);
  return cases.map((one) => ({
    name: `${one.name} (${one.invariants})`,
    skip: skips[one.name],
    run: () => runCase(subject, one),
  }));
}
