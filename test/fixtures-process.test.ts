// Snapshots of fixtures, taken at every await, go on in another process, where the compiler's host for Node loads the code.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { serialize } from "node:v8";
import { afterAll, expect, test } from "vitest";
import type { FixtureReport } from "./kit/fixture.ts";
import { Thread } from "./kit/thread.ts";

const here = dirname(fileURLToPath(import.meta.url));
const chosen = [
  "syntax/async-generator-for-await",
  "syntax/async-generator-requests",
  "syntax/call-nested",
  "syntax/closure-cell",
  "syntax/cross-module",
  "syntax/for-of-map",
  "syntax/generator-delegate",
  "syntax/try-catch-finally",
  "values/class-instance",
  "values/closure-durable",
  "values/cycle",
  "values/error",
  "values/generator",
  "values/shared-across-frames",
  "values/template-object",
];
const thread = new Thread<string, FixtureReport>(new URL("./kit/fixture-thread.ts", import.meta.url), 20_000);

afterAll(() => thread.close());

test.each(chosen)("%s goes on in another process", async (name) => {
  const file = resolve(here, `../fixtures/${name}/input.ts`);
  const { native, snapshots } = await thread.ask(file);
  expect(snapshots.length).toBeGreaterThan(0);
  const observed = await resumeElsewhere(file, snapshots);
  expect(observed).toEqual(snapshots.map(() => native));
});

async function resumeElsewhere(file: string, snapshots: FixtureReport["snapshots"]): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "coldframe-"));
  try {
    const stored = join(folder, "snapshots");
    await writeFile(stored, serialize(snapshots));
    const flags = ["--conditions=coldframe-source", "--import", "@coldframe/compiler/node"];
    const { stdout } = await promisify(execFile)("node", [...flags, resolve(here, "kit/resume.ts"), file, stored]);
    return JSON.parse(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
