// What npm would publish: complete by itself, and nothing that only this repository needs.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, posix, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");

interface Package {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly license: string;
}

beforeAll(() => void execFileSync("tsc", ["-b", "compiler", "runtime"], { cwd: root, stdio: "pipe" }), 180_000);

describe.each(["compiler", "runtime"])("%s", (workspace) => {
  const folder = join(root, workspace);
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  const manifest = JSON.parse(read("package.json")) as Package;
  let files: Set<string>;
  beforeAll(() => {
    const args = ["pack", "--dry-run", "--json", "--ignore-scripts", "-w", workspace];
    const listing = execFileSync("npm", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const packed = Object.values(JSON.parse(listing) as Record<string, { files: { path: string }[] }>)[0];
    files = new Set(packed?.files.map(({ path }) => path));
  }, 60_000);

  test("licence and a page for the registry are in it", () => {
    expect([...files]).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    expect(read("LICENSE")).toBe(readFileSync(join(root, "LICENSE"), "utf8"));
    expect(manifest.license).toBe("Apache-2.0");
  });

  test("every export leads to a file in it, types first and default last", () => {
    for (const [name, target] of Object.entries(manifest.exports)) {
      if (typeof target === "string") continue;
      expect(Object.keys(target), name).toEqual(["coldframe-source", "types", "default"]);
      for (const file of Object.values(target)) expect(files, name).toContain(posix.normalize(file));
    }
  });

  test("every source map leads to a source in it", () => {
    const maps = [...files].filter((file) => file.endsWith(".map"));
    expect(maps.length).toBeGreaterThan(0);
    for (const map of maps) {
      const { sources } = JSON.parse(read(map)) as { sources: string[] };
      for (const source of sources) expect(files, map).toContain(posix.join(dirname(map), source));
    }
  });

  test("nothing else is in it", () => {
    const known = /^(?:dist|src)\/[\w/.-]+\.(?:js|ts|map)$|^(?:LICENSE|README\.md|package\.json)$/;
    expect([...files].filter((file) => !known.test(file) || /\.tsbuildinfo|\.test\./.test(file))).toEqual([]);
  });
});
