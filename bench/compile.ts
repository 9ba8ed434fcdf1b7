// Claim: what compiling a function costs grows with its length, not with its square. Emitted bytes (code, module record and all)
// and CPU time per byte of source are at most 3 times as much at n = 2,000 as at n = 50, in each of many shapes, also of such
// as are as deep as long; of closures in each other, whose ids hold those of all around them, at n = 200.
import { compile } from "@coldframe/compiler";
import { type Figure, print } from "./kit/compare.ts";
import { deepFunctions, longFunctions } from "./kit/long-functions.ts";

const SMALL = 50;
const large = Number(process.env.BENCH_SIZE ?? 2_000);
/** At n = 200. */
const shallow = new Set(["deep closures"]);
const BAR = 3;

const only = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));

interface Cost {
  bytes: number;
  nanoseconds: number;
}

/** Per byte of source, of the cheapest of some rounds. */
function measure(source: string, rounds: number): Cost | undefined {
  let nanoseconds = Number.POSITIVE_INFINITY;
  let bytes = 0;
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    const before = process.cpuUsage();
    const { code, diagnostics } = compile(source, { filename: "src/long.js", moduleId: "bench/long" });
    const { user, system } = process.cpuUsage(before);
    const fault = diagnostics.find(({ severity }) => severity === "error");
    if (fault) {
      console.log(`refused at ${source.length} bytes: ${fault.code} ${fault.message}`);
      return undefined;
    }
    nanoseconds = Math.min(nanoseconds, ((user + system) * 1000) / source.length);
    bytes = code.length / source.length;
  }
  return { bytes, nanoseconds };
}

function figure(name: string, unit: string, ours: number, reference: number): Figure {
  const ratio = ours / reference;
  return { bench: "compile", case: name, ours, reference, ratio, unit, spread: [ratio, ratio] };
}

// The compiler itself is warm before anything is measured.
for (const make of Object.values(longFunctions)) measure(make(SMALL), 1);

for (const [name, make] of Object.entries({ ...longFunctions, ...deepFunctions })) {
  if (only.length > 0 && !only.includes(name)) continue;
  const small = measure(make(SMALL), 9);
  const long = measure(make(shallow.has(name) ? 200 : large), 2);
  if (small === undefined || long === undefined) continue;
  print(figure(`${name}, output`, "bytes/byte", long.bytes, small.bytes), { atMost: BAR });
  print(figure(`${name}, time`, "ns/byte", long.nanoseconds, small.nanoseconds), { atMost: BAR });
}
