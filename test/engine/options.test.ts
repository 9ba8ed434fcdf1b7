// Names and words that are none are refused wherever the runtime takes options; each type of options has a row.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { coroutine, inspect, open, restore, snapshot, step } from "@coldframe/runtime";
import { crash, cut } from "@coldframe/runtime/testing";
import { describe, expect, test } from "vitest";
import type { Engine } from "../../runtime/src/index.ts";
import { load } from "./kit.ts";

const { main } = await load<{ main(): Promise<number> }>(`
export async function main() { "use durable"; await null; return 1; }`);
const bytes = snapshot(coroutine(main));

async function withEngine<T>(use: (engine: Engine) => T): Promise<Awaited<T>> {
  await using engine = await open("memory:", { work: false });
  return await use(engine);
}

interface Row {
  take(options: never): unknown;
  /** What is given rightly, of all names. */
  good: object;
  /** A misspelt name, and what was meant. */
  near: readonly [name: string, meant: string];
}

/** By the name of the type in the sources, or of what a nested one stands in. */
const rows: Record<string, Row> = {
  EngineOptions: {
    take: async (options) => (await open("memory:", options))[Symbol.asyncDispose](),
    good: { work: false, queue: "q", leaseMs: 1_000, pollMs: 10, rollback: "hold", build: "b", onNotice: () => {} },
    near: ["leaseMS", "leaseMs"],
  },
  "EngineOptions.concurrency": {
    take: async (options) => (await open("memory:", { concurrency: options }))[Symbol.asyncDispose](),
    good: { runs: 5, steps: 7 },
    near: ["run", "runs"],
  },
  "EngineOptions.warm": {
    take: async (options) => (await open("memory:", { warm: options }))[Symbol.asyncDispose](),
    good: { runs: 5, bytes: 7 },
    near: ["byte", "bytes"],
  },
  StartOptions: {
    take: (options) => withEngine((engine) => engine.start(main, [], options)),
    good: { id: "a", queue: "q", priority: 1, startAt: 5 },
    near: ["idd", "id"],
  },
  ListOptions: {
    take: (options) => withEngine((engine) => engine.list(options)),
    good: { status: ["held", "done"], function: main, queue: "q", limit: 5, cursor: "7" },
    near: ["statuses", "status"],
  },
  ResultOptions: {
    take: async (options) => {
      await using engine = await open("memory:");
      const run = await engine.start(main, []);
      return await run.result(options).catch((error) => {
        if (error.code !== "CF2431") throw error; // a busy machine takes its time
      });
    },
    good: { timeoutMs: 1, signal: new AbortController().signal, whenHeld: "wait" },
    near: ["timeOut", "timeoutMs"],
  },
  StepOptions: {
    take: (options) => step(async () => 1, options),
    good: { name: "of-options", retry: {}, timeoutMs: 5 },
    near: ["retries", "retry"],
  },
  RetryOptions: {
    take: (options) => step(async () => 1, { retry: options }),
    good: { maxAttempts: 1, initialMs: 1, maxMs: 2, factor: 1, jitter: 0 },
    near: ["maxAttempt", "maxAttempts"],
  },
  RestoreOptions: { take: (options) => restore(bytes, options), good: { limits: {} }, near: ["limit", "limits"] },
  Limits: {
    take: (options) => restore(bytes, { limits: options }),
    good: { bytes: 10_000, nodes: 1_000 },
    near: ["node", "nodes"],
  },
  "Limits of inspect": {
    take: (options) => inspect(bytes, options),
    good: { bytes: 10_000, nodes: 1_000 },
    near: ["node", "nodes"],
  },
  CutOptions: {
    take: (options) => cut(main, [], { at: "every", ...(options as object) }),
    good: { at: [1], limit: 100, onCut: () => {} },
    near: ["oncut", "onCut"],
  },
  CrashOptions: {
    take: (options) => crash({ script: "data:text/javascript,", timeoutMs: 1, ...(options as object) }),
    good: { args: [], env: {} },
    near: ["environment", "env"],
  },
  CrashPoint: {
    take: (options) => crash({ script: "data:text/javascript,", timeoutMs: 1, at: options }),
    good: { count: 1 },
    near: ["counts", "count"],
  },
};

/** Types of options that only the package itself fills in. */
const inner = ["WriterOptions", "SnapshotOptions", "ReaderOptions", "ReadOptions"];
/** The engine's own bounds, made of its options. */
const made = ["runtime/src/engine/parts.ts Limits"];

const codeOf = async (take: () => unknown) =>
  (async () => take())().then(
    () => "taken",
    (error) => error,
  );

function hostile(name: string): object {
  return {
    get [name]() {
      return JSON.parse("{");
    },
  };
}

describe.each(Object.entries(rows))("%s", (type, { take, good, near: [name, meant] }) => {
  test("what is right is taken, also with names whose values are undefined", async () => {
    expect(await codeOf(() => take(good as never))).toBe("taken");
    const blank = Object.fromEntries(Object.keys(good).map((key) => [key, undefined]));
    delete blank.at; // `cut` must be told
    expect(await codeOf(() => take(blank as never))).toBe("taken");
    if (!/^Cut|^Crash/.test(type)) expect(await codeOf(() => take(undefined as never))).toBe("taken");
  });

  test("an unknown name is refused, with what was meant if that is near", async () => {
    const near = await codeOf(() => take({ [name]: undefined } as never));
    expect(near).toMatchObject({ code: "CF2432", params: { option: name } });
    expect(near.message).toContain(`Did you mean \`${meant}\`?`);
    expect(near.fix).toContain(meant);
    const far = await codeOf(() => take({ completelyDifferent: 1 } as never));
    expect(far).toMatchObject({ code: "CF2432" });
    expect(far.message).not.toContain("Did you mean");
  });

  test("what is no object, and what fails when it is read, is refused", async () => {
    const [first = ""] = Object.keys(good);
    if (!/^Cut|^Crash/.test(type))
      for (const none of [null, 5, [], "x"])
        expect(await codeOf(() => take(none as never))).toMatchObject({ code: "CF2405" });
    if (!/^Cut|^CrashO/.test(type))
      expect(await codeOf(() => take(hostile(first) as never))).toMatchObject({ code: "CF2405" });
  });
});

test("every type of options in the sources has a row", () => {
  const root = resolve(import.meta.dirname, "../..");
  const found = readdirSync(join(root, "runtime/src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const text = readFileSync(join(root, "runtime/src", file), "utf8");
      return [...text.matchAll(/(?:interface|type) (\w*(?:Options|Limits)|CrashPoint)\b/g)].map(([, name]) => ({
        place: `runtime/src/${file} ${name}`,
        name: name as string,
      }));
    })
    .filter(({ place, name }) => !inner.includes(name) && !made.includes(place));
  expect(found.length).toBeGreaterThan(9);
  expect(found.filter(({ name }) => !(name in rows))).toEqual([]);
});

test("unknown words and statuses are refused, with what was meant", async () => {
  const list = (status: unknown) => codeOf(() => withEngine((engine) => engine.list({ status } as never)));
  expect((await list("hold")).message).toMatch(/`status` is hold; it must be one of .*\. Did you mean `held`\?/);
  for (const wrong of ["", "HELD", ["done", "finished"], 5, {}, null, [undefined], Object.create(null)]) {
    expect(await list(wrong)).toMatchObject({ code: "CF2405" });
  }
  expect(await list([])).toBe("taken");
  const opening = (options: object) => codeOf(() => open("memory:", options));
  expect((await opening({ rollback: "alwyas" })).message).toContain("Did you mean `always`?");
  for (const wrong of [
    { work: "no" },
    { queue: 5 },
    { build: 7 },
    { onNotice: {} },
    { leaseMs: Object.create(null) },
  ]) {
    expect(await opening(wrong)).toMatchObject({ code: "CF2405" });
  }
});
