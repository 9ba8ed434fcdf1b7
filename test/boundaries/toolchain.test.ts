// The tools run on the Node of node_modules, and the packages come from their sources, here and in child processes.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import lock from "../../package-lock.json" with { type: "json" };

const resolve = "process.stdout.write(process.version + ' ' + import.meta.resolve('@coldframe/runtime'))";

test("tests run on the pinned Node", () => {
  expect(process.version).toBe(`v${lock.packages["node_modules/node"].version}`);
});

test("tests import the packages from source", () => {
  expect(import.meta.resolve("@coldframe/runtime")).toMatch(/runtime\/src\/index\.ts$/);
});

test("so do the processes that tests start, by name from PATH", () => {
  const output = execFileSync("node", ["--input-type=module", "-e", resolve], { encoding: "utf8" });
  expect(output).toMatch(new RegExp(`^${process.version} file:.*/runtime/src/index\\.ts$`));
});

test.each(["", "compiler", "runtime"])(
  "package.json of %s says where the sources and reports of faults are",
  (folder) => {
    const file = new URL(`../../${folder && `${folder}/`}package.json`, import.meta.url);
    const { homepage, repository, bugs } = JSON.parse(readFileSync(file, "utf8"));
    const home = "https://github.com/coldframe/coldframe";
    const directory = folder === "" ? {} : { directory: folder };
    expect({ homepage, repository, bugs }).toEqual({
      ...{ homepage: "https://coldframe.dev", bugs: `${home}/issues` },
      repository: { type: "git", url: `git+${home}.git`, ...directory },
    });
  },
);
