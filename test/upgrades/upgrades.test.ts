// What becomes of a run that was parked under one version of its code and meets another one: by the API, from bytes made now and
// bytes that were kept, and on an engine. Each pair of fixtures/upgrades is one edit.
import { restore } from "@coldframe/runtime";
import { describe, expect, test } from "vitest";
import { DURABLE } from "../../runtime/src/realm.ts";
import { registry } from "../../runtime/src/registry.ts";
import { matchSnapshot } from "../../runtime/src/snapshot/read.ts";
import { kinds, makePlace, type Place, type TestEngine, until } from "../engine/kit.ts";
import {
  driveToEnd,
  keptSnapshot,
  loadVersion,
  makeSnapshot,
  moduleOf,
  type Pair,
  type Program,
  pairs,
  price,
  runFresh,
} from "./kit.ts";

const HOUR = 3_600_000;

const all = pairs();
const goesOn = ({ verdict }: Pair) => verdict === "same" || verdict === "compatible";

test("today's build of each version 1 is the one that the bytes were kept of", async () => {
  const changed: string[] = [];
  for (const { name } of all) {
    const bytes = await keptSnapshot(name);
    await loadVersion(name, "v1");
    if (verdictOn(bytes).verdict !== "same") changed.push(name);
  }
  // After a release: such a change rolls back what users have stored. Before the first: delete the bytes and make them anew.
  expect(changed, "the compiler gives the same source another stamp").toEqual([]);
});

describe.each([
  ["made just now", makeSnapshot],
  ["that were kept", keptSnapshot],
])("the verdict on bytes %s", (_, bytesOf) => {
  for (const pair of all) {
    test(`${pair.name}: ${pair.verdict}`, async () => judge(pair, await bytesOf(pair.name)));
  }
});

/** Compares verdict and what follows from it. */
async function judge(pair: Pair, bytes: Uint8Array): Promise<void> {
  await loadVersion(pair.name, "v2");
  const match = verdictOn(bytes);
  expect(match.verdict).toBe(pair.verdict);
  if (goesOn(pair)) {
    expect(JSON.stringify(driveToEnd(restore(bytes) as never))).toBe(pair.expected);
    return;
  }
  const worst = match.codes.find(({ verdict }) => verdict === match.verdict);
  expect(withoutHashes(worst?.reason ?? "")).toBe(pair.expected);
  const code = pair.verdict === "missing" ? "CF2006" : "CF2101";
  const message = expect.stringMatching(new RegExp(`^\\[${code}\\] .*${worst?.ref.id}`));
  const why = pair.verdict === "missing" ? expect.anything() : expect.stringContaining(worst?.reason ?? "");
  expect(() => restore(bytes)).toThrow(expect.objectContaining({ code, message, why }));
}

/** A closure's id ends with a hash of its text. */
const withoutHashes = (text: string) => text.replace(/~[0-9a-f]{8}/g, "~");

function verdictOn(bytes: Uint8Array) {
  return matchSnapshot(bytes, { registry: registry() }).match;
}

/** A verdict does not depend on the store; what follows from each of them is shown on both. */
const onSqlite = ["comment-changed", "code-before-changed", "constant-changed", "closure-body-changed", "module-empty"];

describe.each(kinds)("a run parked under version 1, on %s", (kind) => {
  for (const pair of all.filter(({ name }) => kind === "memory" || onSqlite.includes(name))) {
    test(`${pair.name}: ${pair.verdict}`, async () => {
      const place = await makePlace(kind);
      await park(place, pair.name);
      const program = await loadVersion(pair.name, "v2");
      const second = await place.open();
      if (goesOn(pair)) await expectGoingOn(place, second, pair);
      else if (!isDurable(program.main)) await expectWaiting(place, second, pair);
      else await expectRolledBack(place, second, pair, program);
    });
  }
});

async function park(place: Place, name: string): Promise<void> {
  const { main } = await loadVersion(name, "v1");
  const { engine } = await place.open();
  const run = await engine.start(main as NonNullable<Program["main"]>, [price], { id: "a" });
  await until(async () => (await run.status()).status === "waiting");
  await engine.close();
}

async function expectGoingOn(place: Place, { engine, notices }: TestEngine, { expected }: Pair): Promise<void> {
  await jumpToEnd(place, engine);
  const run = await engine.get("a");
  expect(await run?.status()).toMatchObject({ status: "done", generation: 0 });
  expect(JSON.stringify(await run?.result())).toBe(expected);
  expect(notices).toEqual([]);
}

async function expectRolledBack(
  place: Place,
  { engine, notices }: TestEngine,
  { name, expected }: Pair,
  program: Program,
): Promise<void> {
  await jumpToEnd(place, engine);
  const run = await engine.get("a");
  expect(await run?.status()).toMatchObject({ status: "done", generation: 1 });
  expect(await run?.result()).toEqual(runFresh(program));
  expect(notices).toMatchObject([{ kind: "rolled-back", run: "a" }]);
  expect(withoutHashes(notices[0]?.message ?? "")).toContain(expected);
  expect(notices[0]?.message).toContain(`${moduleOf(name)}#`);
}

/** Its root is not there, so nobody takes it: it is told of, and goes on when that is back. */
async function expectWaiting(place: Place, second: TestEngine, { name }: Pair): Promise<void> {
  await place.clock.jump(HOUR);
  await place.clock.advance(61_000); // how long it takes at most to be told of
  const run = await second.engine.get("a");
  expect(await run?.status()).toMatchObject({ status: "ready", generation: 0 });
  const message = `1 run waits for ${moduleOf(name)}#main, not loaded here: import its module in some worker, before it opens the store`;
  expect(second.notices).toEqual([{ kind: "waiting-for-code", message }]);
  await second.engine.close();

  const program = await loadVersion(name, "v1");
  const third = await place.open();
  await jumpToEnd(place, third.engine);
  const again = await third.engine.get("a");
  expect(await again?.status()).toMatchObject({ status: "done", generation: 0 });
  expect(await again?.result()).toEqual(runFresh(program));
}

async function jumpToEnd({ clock }: Place, engine: TestEngine["engine"]): Promise<void> {
  const isDone = async () => (await (await engine.get("a"))?.status())?.status === "done";
  for (let hours = 0; hours < 10 && !(await isDone()); hours++) {
    await until(async () => (await (await engine.get("a"))?.status())?.status !== "running");
    await clock.jump(HOUR);
  }
}

function isDurable(fn: Function | undefined): boolean {
  return fn !== undefined && DURABLE in fn;
}
