// What `npm start` runs: a census without interruption, and one whose worker is killed twice. They must agree.
import { execFileSync, fork } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { MultiBar, Presets, type SingleBar } from "cli-progress";
import { globSync } from "tinyglobby";

const here = dirname(fileURLToPath(import.meta.url));
const home = resolve(here, "../..");
const folder = resolve(process.argv[2] ?? join(home, "node_modules/echarts"));
const out = join(home, "out/census");
const inFlight = 16;

interface Death {
  moment: string;
  files: string[];
}
type Message = { type: "recorded" } | { type: "done" };

if (!existsSync(folder)) {
  console.error(`census: ${folder} does not exist. Usage: npm start [folder]`);
  process.exit(1);
}

const journalOf = (name: string, suffix = "") => join(out, `${name}.journal${suffix}`);

/** Runs one worker process until it ends; tells how it died, if it was killed. */
function work(name: string, bar: SingleBar | undefined, death?: "in-flight" | "effect"): Promise<Death | null> {
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
      if (message.type === "recorded") bar?.increment();
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
const journal = (name: string) => readFileSync(journalOf(name), "utf8").trimEnd().split("\n");

function countRepeats(name: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const file of journal(name)) counts.set(file, (counts.get(file) ?? 0) + 1);
  return new Map([...counts].filter(([, count]) => count > 1));
}

execFileSync("tspc", ["-p", here], { stdio: "inherit" });
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const files = globSync("**/*.{js,mjs,cjs,ts,mts,cts}", { cwd: folder, ignore: ["**/dist/**", "**/*.d.ts"] });
console.log(`Census of ${relative(home, folder) || folder}: ${files.length} files, ${inFlight} at a time.\n`);

const bars = new MultiBar(
  { format: "{name} {bar} {value}/{total}", noTTYOutput: false, hideCursor: true },
  Presets.shades_grey,
);
const bar = (name: string) => bars.create(files.length, 0, { name: name.padEnd(14) });

const plain = bar("uninterrupted");
await work("uninterrupted", plain);

const interrupted = bar("killed twice");
const deaths: Death[] = [];
for (const death of ["in-flight", "effect", undefined] as const) {
  const killed = await work("killed", interrupted, death);
  if (killed !== null) deaths.push(killed);
}
bars.stop();

for (const [i, { moment, files: open }] of deaths.entries()) {
  console.log(`Kill ${i + 1}: SIGKILL ${moment}; ${open.length} steps had begun and were not recorded.`);
}

const repeats = countRepeats("killed");
const open = new Set(deaths.flatMap((death) => death.files));
const unexpected = [...repeats.keys()].filter((file) => !open.has(file));
const same = sha256(join(out, "killed/report.json")) === sha256(join(out, "uninterrupted/report.json"));

console.log(`\nFiles examined: ${new Set(journal("killed")).size}. Effects: ${journal("killed").length}.`);
console.log(`Steps that ran again, ${repeats.size}, all of them in flight at a kill:`);
for (const [file, count] of repeats) console.log(`  ${file} (${count} times)`);
if (unexpected.length > 0) console.error(`Ran again though recorded: ${unexpected.join(", ")}`);
console.log(`\nReports: ${same ? "equal, byte for byte" : "DIFFERENT"}.`);
console.log(`See ${relative(process.cwd(), join(out, "killed/report.html"))}`);
process.exitCode = same && unexpected.length === 0 && deaths.length === 2 ? 0 : 1;
