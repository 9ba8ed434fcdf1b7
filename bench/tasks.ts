// Claim: 10,000 tasks that user code holds (genuine promises) take at most 1.3 times what they took when they were none, from the
// call over two snapshots and restores, one while they wait and one when they have settled, to the last result.
// `npm run bench -- tasks <folder>` compares with the checkout in that folder; without one only with native promises and v8.serialize
// of as many plain records, which store no promise and nothing of the code.
import { once } from "node:events";
import { resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { compare, print, type Side } from "./kit/compare.ts";

const tasks = 10_000;
const rounds = Number(process.env.BENCH_ROUNDS ?? 21);
const [folder] = process.argv.slice(2).filter((arg) => !arg.startsWith("-"));
const workers: Worker[] = [];

/** One round of a thread's work. */
async function open(root: string, plain = false): Promise<Side> {
  const worker = new Worker(new URL("./kit/task-side.ts", import.meta.url), { workerData: { root, tasks, plain } });
  workers.push(worker);
  await once(worker, "message");
  return async () => {
    worker.postMessage("go");
    const [took] = await once(worker, "message");
    return took as number;
  };
}

const here = resolve(import.meta.dirname, "..");
const ours = await open(here);
const names = { bench: "tasks", unit: "ns/task" };
for (let round = 0; round < 4; round++) await ours(); // until its code is compiled
print(
  await compare({ ...names, case: "10,000 tasks / native promises and records" }, ours, await open(here, true), rounds),
);
if (folder !== undefined) {
  const theirs = await open(resolve(folder));
  for (let round = 0; round < 4; round++) await theirs();
  print(await compare({ ...names, case: `10,000 tasks / ${folder}` }, ours, theirs, rounds), { atMost: 1.3 });
}
for (const worker of workers) await worker.terminate();
