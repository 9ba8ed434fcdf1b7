/**
 * Owns: the command by which programs are tried by hand.
 *   node --conditions=coldframe-source test/property/explore.ts --from 1 --count 100 --modes volatile,cut --without generator --shrink 20 --out dir
 *   … --print 42   the program of a seed
 *   … --file x.js  checks that text (it may begin with "// sloppy", "// sloppy timed", "// strict timed")
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { allModes, type CompiledMode, signature } from "./failure.ts";
import { makeProgram, refused } from "./program/program.ts";
import { checkRange, describeReport } from "./range.ts";

const { values } = parseArgs({
  options: {
    from: { type: "string", default: "1" },
    count: { type: "string", default: "100" },
    modes: { type: "string", default: allModes.join(",") },
    without: { type: "string", default: "" },
    shrink: { type: "string", default: "0" },
    most: { type: "string", default: "20" },
    out: { type: "string" },
    print: { type: "string" },
    file: { type: "string" },
  },
});
const modes = values.modes.split(",").filter(Boolean) as CompiledMode[];
const without = [...refused, ...values.without.split(",").filter(Boolean)];
process.on("unhandledRejection", () => {});

if (values.print !== undefined) console.log(makeProgram(Number(values.print), without).text);
else if (values.file !== undefined) await checkFile(values.file);
else await explore();

async function checkFile(file: string): Promise<void> {
  const text = readFileSync(file, "utf8");
  const { check } = await import("./check.ts"); // the compiler, in this thread, only if asked for
  console.log(
    await check(
      { text, strict: !text.startsWith("// sloppy"), timed: /^\/\/ \w+ timed/.test(text), name: "file" },
      modes,
    ),
  );
  process.exit(0);
}

async function explore(): Promise<void> {
  const from = Number(values.from);
  const to = from + Number(values.count);
  const report = await checkRange({ from, to, without, modes, most: Number(values.most) });
  console.log(describeReport(report));
  const groups = Map.groupBy(report.failures, ({ failure }) => signature(failure));
  for (const [key, failures] of groups) {
    const seeds = failures.map(({ seed }) => seed);
    console.log(`\n${failures.length}x ${key}\n  seeds ${seeds.slice(0, 10).join(" ")}`);
    console.log(failures[0]?.failure.what.split("\n").slice(0, 6).join("\n"));
    if (Number(values.shrink) > 0) await printSmaller(seeds[0] as number);
  }
}

async function printSmaller(seed: number): Promise<void> {
  const shrinkMs = Number(values.shrink) * 1000;
  const { failures } = await checkRange({ from: seed, to: seed + 1, without, modes, shrinkMs });
  for (const { failure, small = "" } of failures) {
    const shown = `${small}// ${failure.mode}: ${failure.what.split("\n").join("\n// ")}\n`;
    console.log(shown);
    if (values.out !== undefined) writeFileSync(`${values.out}/${seed}.js`, shown);
  }
}
