// Each example as its README says: in processes of their own.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "coldframe-example-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test("counter: saved in one process, continued in another", { timeout: 60_000 }, () => {
  const file = join(makeFolder(), "counter.bin");
  const run = (program: string) =>
    execFileSync(
      process.execPath,
      ["--conditions=coldframe-source", "--import", "@coldframe/compiler/node", program, file],
      { cwd: join(root, "examples/00-counter"), encoding: "utf8" },
    ).replaceAll(/process \d+/g, "process");
  expect(run("save.ts")).toMatch(/^process: 1\nprocess: saved \d+ bytes to /);
  expect(run("continue.ts")).toBe("process: 2\nprocess: 3\nprocess: done\n");
  expect(run("continue.ts")).toBe("process: 2\nprocess: 3\nprocess: done\n"); // the file is as it was
});

test("census: two workers killed, the same report, and only steps in flight ran again", { timeout: 120_000 }, () => {
  const folder = join(makeFolder(), "<b>project & co</b>");
  for (let i = 0; i < 300; i++) {
    const file = join(folder, `${"part".repeat(1 + (i % 12))}-${i % 20}`, `file-${i}.ts`);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, `${"export const one: number = 1;\n".repeat(i)}export function f() {}\n`);
  }
  execFileSync("tsc", ["-b", "compiler", "runtime"], { cwd: root, stdio: "pipe" });
  const out = execFileSync(process.execPath, [join(root, "examples/01-census/demo.ts"), folder], {
    cwd: root,
    encoding: "utf8",
  });
  expect(out).toContain("300 files, 16 at a time");
  expect(out).toContain("Reports of both runs: equal, byte for byte.");
  expect(out).toMatch(/Kill 1: SIGKILL with steps in flight; \d\d steps had begun/);
  expect(out).toContain("Kill 2: SIGKILL after an effect, before its commit");
  const page = readFileSync(join(root, "out/census/killed/report.html"), "utf8");
  expect(page).toContain("<h1>Census of b&#62;</h1>");
  expect(page).not.toContain("<b>");
  expect(page).toContain("prefers-color-scheme: dark");
});
