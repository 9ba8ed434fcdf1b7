// The README's quick start, as a new user follows it: packed packages, an empty folder, the printed commands. A fence says
// what it is: `file=` a complete file, `run=N` commands, `output=N` what run N prints on stdout.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { setImmediate as nextMacrotask } from "node:timers/promises";
import { open } from "@coldframe/runtime";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** Fenced blocks by what their first line says. */
const blocks = new Map<string, string>();
for (const [, info, body] of readme.matchAll(/^```(\S+(?: \S+)?)\n([\s\S]*?)^```$/gm)) {
  const name = info?.split(" ")[1];
  if (name !== undefined) blocks.set(name, body as string);
}
const installs = [...readme.matchAll(/^npm install .*$/gm)].map(([line]) => line);

let folder: string;
const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
delete env.NODE_OPTIONS; // the packages as built, not from source

const shell = (command: string) =>
  execFileSync(command, { cwd: folder, env, shell: true, encoding: "utf8", stdio: "pipe" });

function pack(workspace: string): string {
  const listing = execFileSync("npm", ["pack", "--json", "--pack-destination", folder, "-w", workspace], {
    cwd: root,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const packed = JSON.parse(listing) as { filename: string }[] | Record<string, { filename: string }>;
  return join(folder, (Object.values(packed)[0] as { filename: string }).filename);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "coldframe-readme-"));
  execFileSync("tsc", ["-b", "compiler", "runtime"], { cwd: root, env, stdio: "pipe" });
  const tarballs = { "@coldframe/runtime": pack("runtime"), "@coldframe/compiler": pack("compiler") };
  writeFileSync(join(folder, "package.json"), '{ "name": "breakfast", "private": true, "type": "module" }\n');
  for (const line of installs) {
    shell(line.replace(/@coldframe\/(runtime|compiler)/g, (name) => tarballs[name as keyof typeof tarballs]));
  }
  for (const [name, body] of blocks) {
    if (!name.startsWith("file=")) continue;
    const file = join(folder, name.slice("file=".length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, body);
  }
}, 180_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Waits until a run is parked in the store, as a person does who presses Ctrl-C some time after the prompt for it. */
async function untilWaiting(id: string): Promise<void> {
  await using client = await open(`sqlite:${join(folder, "breakfast.db")}`, { work: false });
  while ((await (await client.get(id))?.status())?.status !== "waiting") await nextMacrotask();
}

/** Runs the last command of a block; once it has printed `until` and parked, sends Ctrl-C. */
function run(number: number, until?: string): Promise<{ stdout: string; stderr: string }> {
  const commands = (blocks.get(`run=${number}`) as string).trim().split("\n");
  for (const command of commands.slice(0, -1)) shell(command);
  const [program, ...args] = (commands.at(-1) as string).split(" ");
  const child = spawn(program as string, args, { cwd: folder, env });
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  return new Promise((done, fail) => {
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      if (until === undefined || !stdout.includes(until)) return;
      untilWaiting(args[1] ?? "monday").then(() => child.kill("SIGINT"), fail);
    });
    child.on("error", fail);
    child.on("close", () => done({ stdout, stderr }));
  });
}

const expected = (number: number) => blocks.get(`output=${number}`);

test("the quick start prints what the README says", { timeout: 120_000 }, async () => {
  const first = await run(1, "Ctrl-C");
  expect(first).toEqual({ stdout: expected(1), stderr: "" });
  const second = await run(2);
  expect(second).toEqual({ stdout: expected(2), stderr: "" });

  expect((await run(3, "Ctrl-C")).stdout).toBe(expected(3));
  const [, before, after] = /change `([^`]+)` to `([^`]+)`/.exec(readme) as unknown as [string, string, string];
  const source = join(folder, "src/breakfast.ts");
  const text = readFileSync(source, "utf8");
  expect(text).toContain(before);
  writeFileSync(source, text.replace(before, after));
  const fourth = await run(4);
  expect(fourth.stdout).toBe(expected(4));
  expect(fourth.stderr).toContain("Incompatible state: breakfast/src/breakfast#breakfast has changed");
});
