// What `npm start` runs: a census without interruption, and one whose worker is killed twice. They must agree.
import { execFileSync, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Presets, SingleBar } from "cli-progress";
import { globSync } from "tinyglobby";

const here = dirname(fileURLToPath(import.meta.url));
const home = resolve(here, "../..");
const folder = resolve(process.argv[2] ?? join(home, "node_modules/echarts"));
const out = join(home, "out/census");
const inFlight = 16;

/** When a worker kills itself; see src/worker.ts. */
type Kill = "in-flight" | "effect";

interface Death {
  moment: string;
  files: string[];
}
type Message = { type: "recorded" } | { type: "done" };

/** Fewer files are done before the second kill. */
const fewestFiles = 250;

function refuse(why: string): never {
  console.error(`census: ${why}\nUsage: npm start [folder with at least ${fewestFiles} source files]`);
  process.exit(1);
}

if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) refuse(`${folder} is no folder`);

const journalOf = (name: string, suffix = "") => join(out, `${name}.journal${suffix}`);

/** Runs one worker process until it ends; tells how it died, if it was killed. */
function work(name: string, bar: SingleBar, death: Kill | undefined): Promise<Death | null> {
  const args = [
    `sqlite:${join(out, name)}.db`,
    "census",
    folder,
    join(out, name),
    String(inFlight),
    ...(death ? [death] : []),
  ];
  const child = fork(join(here, "dist/worker.js"), args, {
    env: { ...process.env, CENSUS_JOURNAL: journalOf(name) },
  });
  return new Promise((done, fail) => {
    child.on("message", (message: Message) => {
      if (message.type === "recorded") bar.increment();
    });
    child.on("exit", (code, signal) => {
      if (code === 0) done(null);
      else if (signal === "SIGKILL" && death !== undefined)
        done(JSON.parse(readFileSync(journalOf(name, ".death"), "utf8")));
      else fail(new Error(`the worker ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

const sha256 = (file: string) => createHash("sha256").update(readFileSync(file)).digest("hex");

/** How often each file was begun, or finished, over all workers of a run. */
function count(name: string, what: "began" | "finished"): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of readFileSync(journalOf(name), "utf8").trimEnd().split("\n")) {
    if (!line.startsWith(`${what} `)) continue;
    const file = line.slice(what.length + 1);
    counts.set(file, (counts.get(file) ?? 0) + 1);
  }
  return counts;
}

const repeated = (counts: Map<string, number>) => [...counts].filter(([, times]) => times > 1).map(([file]) => file);

const files = globSync("**/*.{js,mjs,cjs,ts,mts,cts}", { cwd: folder, ignore: ["**/dist/**", "**/*.d.ts"] });
if (files.length < fewestFiles) refuse(`${folder} has ${files.length} source files; too few to kill a worker twice`);
execFileSync("tspc", ["-p", here], { stdio: "inherit" });
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
console.log(`Census of ${relative(home, folder) || folder}: ${files.length} files, ${inFlight} at a time.\n`);

/** Runs workers until one comes to the end, and shows how far they are. */
async function run(name: string, title: string, plan: readonly (Kill | undefined)[]): Promise<Death[]> {
  const bar = new SingleBar(
    { format: `${title.padEnd(16)} {bar} {value}/{total}`, hideCursor: true },
    Presets.shades_grey,
  );
  const began = Date.now();
  bar.start(files.length, 0);
  const deaths: Death[] = [];
  for (const kill of plan) {
    const death = await work(name, bar, kill);
    if (death === null) continue;
    deaths.push(death);
    if (!process.stderr.isTTY) console.log(`${title}: worker ${deaths.length} was killed by SIGKILL, another goes on.`);
  }
  bar.stop();
  console.log(
    `${title}: finished after ${((Date.now() - began) / 1000).toFixed(1)} s, ${plan.length} worker process${plan.length === 1 ? "" : "es"}.`,
  );
  return deaths;
}

await run("uninterrupted", "Left alone", [undefined]);
const deaths = await run("killed", "Killed twice", ["in-flight", "effect", undefined]);
console.log();

for (const [i, { moment, files: open }] of deaths.entries()) {
  console.log(`Kill ${i + 1}: SIGKILL ${moment}; ${open.length} steps had begun and were not recorded.`);
}

const open = new Set(deaths.flatMap((death) => death.files));
const began = count("killed", "began");
const finished = count("killed", "finished");
const again = repeated(began);
const unexpected = again.filter((file) => !open.has(file));
const same = sha256(join(out, "killed/report.json")) === sha256(join(out, "uninterrupted/report.json"));

const lost = again.filter((file) => finished.get(file) === 1);
const twice = again.filter((file) => finished.get(file) !== 1);
console.log(`\n${finished.size} files examined. ${again.length} steps ran again; each had been in flight at a kill.`);
console.log(`${lost.length} of them had not finished:`);
for (const file of lost) console.log(`  ${file}`);
console.log(`${twice.length} had finished, but its result was not recorded yet:`);
for (const file of twice) console.log(`  ${file}`);
if (unexpected.length > 0) console.error(`Ran again though recorded: ${unexpected.join(", ")}`);
console.log(`\nReports of both runs: ${same ? "equal, byte for byte" : "DIFFERENT"}.`);
console.log(`See ${relative(process.cwd(), join(out, "killed/report.html"))}`);
process.exitCode = same && unexpected.length === 0 && deaths.length === 2 ? 0 : 1;
