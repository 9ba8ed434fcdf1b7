// npm test: installs what is missing, then the stages below, one after the other; ends at the first that fails.
//   --check  all but the tests (npm run check)
//   --long   the tests in full size, in shards; a second call goes on after the last shard that passed (npm run test:long)
// Other arguments go to vitest.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fail, prepare, root, run } from "./prepare.mjs";

const shards = 8;
// Processes and threads that tests start load the same sources: from the cache of Node that takes 2 s of processor time each, else 3.
process.env.NODE_COMPILE_CACHE ??= join(root, "out/compile-cache");

const options = new Set(["--check", "--long"]);
const given = new Set(process.argv.slice(2).filter((arg) => options.has(arg)));
const rest = process.argv.slice(2).filter((arg) => !options.has(arg));
const colors = process.stdout.isTTY ? [] : ["--colors=off"];

const stages = [
  ["error documents", () => run("scripts/errors.ts", ["--check"])],
  ["biome", () => run("biome", ["ci", "--error-on-warnings", ...colors])],
  ["tsc", () => run("tsc", ["-b"])],
];
if (given.has("--long")) stages.push(...longStages());
else if (!given.has("--check")) stages.push(["vitest", () => run("vitest", ["run", ...rest])]);

prepare();
const begun = performance.now();
for (const [name, stage] of stages) {
  const stageBegun = performance.now();
  const code = await stage();
  console.log(`${code === 0 ? "✓" : "✗"} ${name} ${seconds(stageBegun)}`);
  if (code !== 0) fail(`stage "${name}" failed, exit code ${code}`);
}
console.log(`✓ all ${stages.length} stages passed in ${seconds(begun)}`);

function seconds(since) {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

/** One stage per shard that has not passed yet in this state of the tree. */
function longStages() {
  const file = join(root, "out/test-long.json");
  const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  const changes = createHash("sha256")
    .update(git("diff", "HEAD") + git("status", "--porcelain"))
    .digest("hex");
  const state = `${git("rev-parse", "HEAD")} ${changes}`;
  let passed = [];
  try {
    const kept = JSON.parse(readFileSync(file, "utf8"));
    if (kept.state === state && kept.shards === shards) passed = kept.passed;
  } catch {} // none yet
  if (passed.length === shards) passed = [];
  if (passed.length > 0) console.log(`• going on: shards ${passed.join(", ")} of ${shards} have passed before`);
  const all = Array.from({ length: shards }, (_, index) => index + 1);
  return all
    .filter((shard) => !passed.includes(shard))
    .map((shard) => [
      `vitest, shard ${shard} of ${shards}`,
      async () => {
        const args = ["run", "--passWithNoTests", `--shard=${shard}/${shards}`, ...rest];
        const code = await run("vitest", args, { env: { COLDFRAME_TEST: "long" } });
        if (code === 0) passed.push(shard);
        mkdirSync(join(root, "out"), { recursive: true });
        writeFileSync(file, JSON.stringify({ state, shards, passed }));
        return code;
      },
    ]);
}
