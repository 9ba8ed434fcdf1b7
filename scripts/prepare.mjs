// Owns: from a fresh clone to a tree that runs: what is missing is installed, and everything then runs on the Node of
// node_modules. Plain JavaScript for Node 20, and only its own modules: nothing else is there yet.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

export const root = fileURLToPath(new URL("..", import.meta.url));
const node = join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
const tools = {
  tsc: "node_modules/typescript/bin/tsc",
  biome: "node_modules/@biomejs/biome/bin/biome",
  vitest: "node_modules/vitest/vitest.mjs",
};

/** Ends the process with one clear line. */
export function fail(text) {
  console.error(`\n✗ ${text}`);
  process.exit(1);
}

/** Installs if anything is missing. */
export function prepare() {
  const reason = findMissing();
  if (reason === undefined) return;
  console.log(`• ${reason}: running npm install`);
  const install = "npm install --no-audit --no-fund --loglevel=error";
  const { status } = spawnSync(install, { cwd: root, stdio: "inherit", shell: true });
  if (status !== 0) fail("npm install failed: see its output above");
  const still = findMissing();
  if (still !== undefined)
    fail(`after npm install, still: ${still}. If npm is told to ignore scripts, run: npm rebuild node`);
}

/** Says what is not installed as package-lock.json asks, by looking at the packages themselves; undefined if all is well. */
export function findMissing() {
  const { packages } = readJson("package-lock.json");
  for (const [path, wanted] of Object.entries(packages)) {
    const found = readJson(join(path, "package.json"));
    if (!path.includes("node_modules/")) {
      if (!isDeepStrictEqual(asked(found), asked(wanted)))
        return `${path || "root"}: package.json asks for other packages than the lock`;
    } else if (
      found === undefined ? !wanted.optional && !wanted.peer : !wanted.link && found.version !== wanted.version
    ) {
      return `${path} ${wanted.version ?? ""} is not installed`;
    }
  }
  for (const name of listFolder("examples")) {
    const workspace = `examples/${name}`;
    if (existsSync(join(root, workspace, "package.json")) && !packages[workspace])
      return `${workspace} is not in the lock`;
  }
  const { version } = packages["node_modules/node"];
  const { stdout } = spawnSync(node, ["--version"], { encoding: "utf8" });
  if (stdout?.trim() !== `v${version}`) return `Node ${version} is not installed`;
  return undefined;
}

/** Names in a folder; none if it does not exist. */
export function listFolder(path) {
  return existsSync(join(root, path)) ? readdirSync(join(root, path)) : [];
}

function asked(manifest) {
  return [manifest?.dependencies ?? {}, manifest?.devDependencies ?? {}];
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Runs a file, or a tool by its name, on the Node of node_modules; output goes to the terminal.
 * @returns its exit code; Ctrl-C and SIGTERM are left to it to answer
 */
export function run(file, args = [], { flags = [], env = {} } = {}) {
  const path = join(root, "node_modules/.bin") + delimiter + process.env.PATH;
  const child = spawn(node, [...flags, join(root, tools[file] ?? file), ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH: path, ...env },
  });
  const ignore = () => {}; // the terminal sends it to the child as well
  const forward = (signal) => child.kill(signal);
  process.on("SIGINT", ignore).on("SIGTERM", forward);
  return new Promise((done) => {
    child.on("close", (code, signal) => {
      process.off("SIGINT", ignore).off("SIGTERM", forward);
      if (signal) console.error(`${file} ended by ${signal}`);
      done(code ?? 1);
    });
  });
}
