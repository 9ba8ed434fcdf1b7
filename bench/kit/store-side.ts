/**
 * Owns: runs of no-op steps on an SQLite store of its own, in a thread and so in a realm of its own: two checkouts of the runtime can
 * be measured in one run.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

const { root, folder } = workerData as { root: string; folder: string };
const source = `
  const nothing = step(async (index) => index, { name: "nothing" });
  export async function sequential(steps) {
    "use durable";
    let sum = 0;
    for (let index = 0; index < steps; index++) sum += await nothing(index);
    return sum;
  }`;

const url = (path: string) => JSON.stringify(pathToFileURL(`${root}/${path}`).href);
// biome-ignore lint/suspicious/noExplicitAny: the runtime of whichever checkout
const { open }: any = await import(pathToFileURL(`${root}/runtime/src/index.ts`).href);
const { compile } = await import(pathToFileURL(`${root}/compiler/src/index.ts`).href);
const text = `import { step } from ${url("runtime/src/index.ts")};${source}`;
const { code } = compile(text, { filename: "bench/store.js", sourceType: "module", abi: "import" });
const program = code.replace('"@coldframe/runtime/abi/v1"', url("runtime/src/abi/v1.ts"));
const { sequential } = await import(`data:text/javascript,${encodeURIComponent(program)}`);
const engine = await open(`sqlite:${join(folder, "side.db")}`);

/** So many runs at once of so many steps, several times over; the milliseconds of the median time. */
async function measure({ runs, steps, times }: { runs: number; steps: number; times: number }): Promise<number> {
  const took: number[] = [];
  for (let time = 0; time < times; time++) {
    const begun = performance.now();
    if (runs === 1) await (await engine.start(sequential, [steps])).result();
    else {
      const started = await Promise.all(Array.from({ length: runs }, () => engine.start(sequential, [steps])));
      await Promise.all(started.map((run) => run.result()));
    }
    took.push(performance.now() - begun);
  }
  return took.sort((a, b) => a - b)[times >> 1] as number;
}

parentPort?.on("message", async (what) => {
  if (what !== "close") return parentPort?.postMessage(await measure(what));
  await engine.close();
  parentPort?.close();
});
parentPort?.postMessage(0);
