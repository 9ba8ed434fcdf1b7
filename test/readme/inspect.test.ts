// The program of docs/inspect.md prints what stands below it there.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { compile } from "@coldframe/compiler";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

test("what consoles show of coroutines, snapshots and runs", () => {
  const text = readFileSync(join(root, "docs/inspect.md"), "utf8");
  const [, file = "", source = ""] = /^```ts file=(\S+)\n([\s\S]*?)^```$/m.exec(text) ?? [];
  const [, output = ""] = /^```text output\n([\s\S]*?)^```$/m.exec(text) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "coldframe-inspect-"));
  try {
    const { code, diagnostics } = compile(source, { filename: file, moduleId: "shop/src/checkout" });
    expect(diagnostics).toEqual([]);
    mkdirSync(join(folder, dirname(file)));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const built = join(folder, file.replace(/ts$/, "js"));
    writeFileSync(built, stripTypeScriptTypes(code));
    const args = ["--no-warnings", "--conditions=coldframe-source", built];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect(stderr).toBe("");
    const shown = stdout.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-11-28T11:19:48.256Z");
    expect(shown).toBe(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
