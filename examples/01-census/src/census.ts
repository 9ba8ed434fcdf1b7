/** A durable function that counts the source files of a folder, some of them at a time. */
import { appendFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { step, stepContext } from "@coldframe/runtime";
import { glob } from "tinyglobby";
import { countFacts, type FileFacts } from "./facts.ts";
import { type Report, reduce, render } from "./report.ts";

/** Where the steps note what they really do; outside the store, so that repetitions can be counted. */
const journal = process.env.CENSUS_JOURNAL;
const note = (what: "began" | "finished", file: string) => {
  if (journal !== undefined) appendFileSync(journal, `${what} ${file}\n`);
};

/** Files whose examination has begun here, by idempotency key; the demonstration takes out what has been recorded. */
export const underWay = new Map<string, string>();

const list = step(async function list(folder: string): Promise<string[]> {
  const files = await glob("**/*.{js,mjs,cjs,ts,mts,cts}", { cwd: folder, ignore: ["**/dist/**", "**/*.d.ts"] });
  return files.sort();
});

const examine = step(async function examine(folder: string, file: string): Promise<FileFacts> {
  underWay.set(stepContext().idempotencyKey, file);
  note("began", file);
  const facts = countFacts(file, await readFile(join(folder, file)));
  note("finished", file);
  return facts;
});

const publish = step(async function publish(folder: string, report: Report): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, "report.html"), render(report));
});

/**
 * @param folder what to count
 * @param out where the report goes
 * @param inFlight files examined at the same time
 */
export async function census(folder: string, out: string, inFlight: number): Promise<Report["totals"]> {
  "use durable";
  const files = await list(folder);
  const facts: FileFacts[] = [];
  let next = 0;

  const lane = async () => {
    while (next < files.length) {
      const index = next++;
      facts[index] = await examine(folder, files[index] as string);
    }
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, files.length) }, lane));

  const report = reduce(folder, facts);
  await publish(out, report);
  return report.totals;
}
