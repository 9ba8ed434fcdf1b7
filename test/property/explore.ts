/**
 * Owns: the command by which programs are tried by hand.
 *   node --conditions=coldframe-source test/property/explore.ts --from 1 --count 100 --modes volatile,cut --without generator --shrink 20 --out dir
 *   … --print 42   the program of a seed
 *   … --file x.js  checks that text (sloppy if it begins with "// sloppy")
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { allModes, check, signature } from "./check.ts";
import type { Mode } from "./modes.ts";
import { prelude } from "./program/prelude.ts";
import { makeProgram, refused } from "./program/program.ts";
import { checkRange, describeReport } from "./range.ts";
import { shrinkFailure } from "./shrink-failure.ts";

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
const modes = values.modes.split(",") as Exclude<Mode, "native">[];
const without = [...refused, ...values.without.split(",").filter(Boolean)];
process.on("unhandledRejection", () => {});

if (values.print !== undefined) console.log(makeProgram(Number(values.print), without).text);
else if (values.file !== undefined) await checkFile(values.file);
else await explore();

async function checkFile(file: string): Promise<void> {
  const text = readFileSync(file, "utf8");
  const whole = text.includes("function trace(") ? text : `${prelude}\n${text}`;
  console.log(await check({ text: whole, strict: !text.startsWith("// sloppy"), name: "file" }, modes));
  process.exit(0);
}

async function explore(): Promise<void> {
  const from = Number(values.from);
  const to = from + Number(values.count);
  const report = await checkRange({ from, to, without, modes, most: Number(values.most) });
  console.log(describeReport(report));
  const groups = new Map<string, typeof report.failures>();
  for (const one of report.failures) {
    const key = signature(one.failure);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  for (const [key, failures] of groups) {
    console.log(
      `\n${failures.length}x ${key}\n  seeds ${failures
        .slice(0, 8)
        .map((one) => one.seed)
        .join(" ")}`,
    );
    const shortest = failures[0] as (typeof failures)[number];
    console.log(shortest.failure.what.split("\n").slice(0, 6).join("\n"));
    if (Number(values.shrink) > 0 && !shortest.failure.what.startsWith("no end"))
      await shrinkAndPrint(shortest.seed, shortest.failure);
  }
  process.exit(0);
}

async function shrinkAndPrint(seed: number, failure: Parameters<typeof signature>[0]): Promise<void> {
  const { text, strict } = makeProgram(seed, without);
  const small = await shrinkFailure({ text, strict, name: `p${seed}` }, failure, Number(values.shrink) * 1000);
  const shown = `${strict ? "// strict" : "// sloppy"}, seed ${seed}, ${small.failure.mode}: ${small.failure.what.split("\n")[0]}\n${small.text}\n`;
  console.log(shown);
  if (values.out !== undefined) writeFileSync(`${values.out}/${seed}.js`, shown);
}
