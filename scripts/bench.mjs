// npm run bench -- <name> [arguments]: runs bench/<name>.ts from source; its arguments (--json) go to it.
import { fail, listFolder, prepare, run } from "./prepare.mjs";

const [name, ...rest] = process.argv.slice(2);
const names = listFolder("bench").flatMap((file) => (file.endsWith(".ts") ? [file.slice(0, -3)] : []));

if (name === undefined || !names.includes(name))
  fail(`usage: npm run bench -- <name> [--json]; names: ${names.join(", ") || "none yet"}`);
prepare();
process.exitCode = await run(`bench/${name}.ts`, rest, { flags: ["--conditions=coldframe-source", "--expose-gc"] });
