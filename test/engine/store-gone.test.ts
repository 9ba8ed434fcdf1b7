// A store that is taken away, or damaged, while an engine works on it: everybody who waits hears of it, with a code.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open } from "@coldframe/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { errors } from "../../runtime/src/errors.ts";
import { deferred, load, makePlace, until } from "./kit.ts";

const world = globalThis as unknown as { w: Record<string, (...args: never[]) => unknown> };

const program = `
import { step } from "@coldframe/runtime";
const work = step(async (i: number) => w.work(i));
export async function once(i: number) { "use durable"; return await work(i); }
export async function twice(i: number) { "use durable"; return [await work(i), await work(i + 1)]; }`;

type Program = Record<"once" | "twice", (i: number) => Promise<unknown>>;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "coldframe-gone-"));
  file = join(folder, "runs.db");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const gone = { code: errors.storeGone.code };
const ways: Record<string, () => void> = {
  deleted: () => rmSync(file),
  replaced: () => {
    renameSync(file, `${file}.old`);
    writeFileSync(file, readFileSync(`${file}.old`));
  },
  "without its log": () => rmSync(`${file}-wal`),
  "without its folder": () => rmSync(folder, { recursive: true }),
};

describe.each(Object.keys(ways))("a database %s", (way) => {
  test("starts, results and waits reject with a code, one notice says it, and close ends", async () => {
    const { once, twice } = await load<Program>(program);
    const gate = deferred();
    world.w = { work: async (i: number) => (i === 1 ? gate.promise.then(() => i) : i) };
    const notices: { kind: string }[] = [];
    const engine = await open(`sqlite:${file}`, { onNotice: (notice) => notices.push(notice), pollMs: 20 });
    const before = await engine.start(once, [5], { id: "before" });
    expect(await before.result()).toBe(5);
    const under = await engine.start(twice, [1], { id: "under" });
    const result = under.result().catch((error: unknown) => error);
    ways[way]?.();
    await expect(engine.start(once, [3], { id: "after" })).rejects.toMatchObject(gone);
    await expect(engine.start(once, [4])).rejects.toMatchObject(gone);
    gate.resolve();
    expect(await result).toMatchObject(gone);
    await expect(before.result()).rejects.toMatchObject(gone);
    await expect(under.status()).rejects.toMatchObject(gone);
    await expect(engine.get("before")).rejects.toMatchObject(gone);
    await expect(engine.list()).rejects.toMatchObject(gone);
    await engine.close();
    expect(notices.filter(({ kind }) => kind === "store-gone").length).toBe(1);
    expect(notices.filter(({ kind }) => kind === "lease-lost")).toEqual([]);
  });
});

test("a start that was first when the database went away settles, and nothing lands in the new one", async () => {
  const { once } = await load<Program>(program);
  world.w = { work: async (i: number) => i };
  const engine = await open(`sqlite:${file}`, { onNotice: () => {} });
  const other = `${file}.old`;
  renameSync(file, other);
  const second = await open(`sqlite:${file}`, { work: false });
  await expect(engine.start(once, [1], { id: "a" })).rejects.toMatchObject(gone);
  await engine.close();
  expect((await second.list()).runs).toEqual([]);
  await second.close();
});

test.each(["storeDamaged", "storeRefused"] as const)(
  "a run that the store can never keep is refused: %s",
  async (name) => {
    const { open: openHere } = await makePlace("memory");
    const { engine, inner } = await openHere();
    const { once } = await load<Program>(program);
    world.w = { work: async (i: number) => i };
    const commit = inner.commit.bind(inner);
    inner.commit = async () => {
      throw name === "storeDamaged" ? errors.storeDamaged({ file, detail: "x" }) : errors.storeRefused({ detail: "x" });
    };
    await expect(engine.start(once, [1], { id: "a" })).rejects.toMatchObject({ code: errors[name].code });
    inner.commit = commit;
    const run = await engine.start(once, [1], { id: "a" });
    expect(await run.result()).toBe(1);
  },
);

test("a store that fails for a while is tried again, and the start resolves", async () => {
  const { open: openHere, clock } = await makePlace("memory");
  const { engine, inner, notices } = await openHere();
  const { once } = await load<Program>(program);
  world.w = { work: async (i: number) => i };
  const commit = inner.commit.bind(inner);
  let failures = 2;
  inner.commit = async (item) => {
    if (failures-- > 0) throw errors.storeFailed({ detail: "disk is full" });
    return commit(item);
  };
  const started = engine.start(once, [1], { id: "a" });
  await until(async () => {
    await clock.advance(100);
    return failures < 0;
  });
  expect(await (await started).result()).toBe(1);
  expect(notices.map(({ kind }) => kind)).toEqual(["store-failed", "store-failed"]);
});
