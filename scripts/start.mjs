// npm start: installs what is missing, builds, runs the example. Arguments go to the example.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail, prepare, root, run } from "./prepare.mjs";

const entry = "examples/01-census/demo.ts";

prepare();
if (!existsSync(join(root, entry))) fail(`${entry} does not exist: this checkout has no example to start`);
if ((await run("tsc", ["-b"])) !== 0) fail("tsc -b failed: see above");
process.exitCode = await run(entry, process.argv.slice(2));
