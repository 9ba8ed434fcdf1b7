/**
 * Owns: 10,000 tasks that user code holds, from the call to the last result, in a thread and so in a realm of its own: two
 * checkouts of the runtime can be measured in one run.
 */
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";

const { root, tasks, plain } = workerData as { root: string; tasks: number; plain: boolean };
const source = `
  const ask = (i) => i;
  async function work(i) { "use durable"; return (await ask(i)) + 1; }
  export async function main(n) {
    "use durable";
    const held = [];
    for (let i = 0; i < n; i++) held.push(work(i));
    await ask("created");
    await ask("settled");
    let sum = 0;
    for (const task of held) sum += await task;
    return sum;
  }`;

// biome-ignore lint/suspicious/noExplicitAny: the runtime of whichever checkout
type Runtime = any;

/** All that a program's tasks go through. */
async function makeTasks(): Promise<() => void> {
  const { coroutine, snapshot, restore }: Runtime = await import(pathToFileURL(`${root}/runtime/src/index.ts`).href);
  const { compile }: Runtime = await import(pathToFileURL(`${root}/compiler/src/index.ts`).href);
  const { code } = compile(source, { filename: "bench/tasks.js", sourceType: "module", abi: "import" });
  const abi = JSON.stringify(pathToFileURL(`${root}/runtime/src/abi/v1.ts`).href);
  const text = code.replace('"@coldframe/runtime/abi/v1"', abi);
  const { main } = await import(`data:text/javascript,${encodeURIComponent(text)}`);
  const again = (co: Runtime): Runtime => restore(snapshot(co));
  return () => {
    let co = coroutine(main, tasks);
    co.next();
    co = again(co);
    const [, ...calls] = co.waits();
    for (const [i, wait] of calls.entries()) co.arrive(wait, 0, i);
    co.next();
    co = again(co);
    const { done, value } = co.next();
    if (!done || value !== (tasks * (tasks + 1)) / 2) throw new Error(`${value} of ${tasks} tasks`);
  };
}

/** The same number of native promises, and the same number of plain objects written and read twice by v8. */
async function makePlain(): Promise<() => Promise<void>> {
  const { serialize, deserialize } = await import("node:v8");
  const work = async (i: number) => (await i) + 1;
  const record = (i: number) => ({ id: i, state: 0, value: undefined, leaf: { point: 1, i }, call: ["ask", i] });
  return async () => {
    const held = Array.from({ length: tasks }, (_, i) => work(i));
    const records = held.map((_, i) => record(i));
    if (deserialize(serialize(deserialize(serialize(records)))).length !== tasks) throw new Error("lost records");
    let sum = 0;
    for (const task of held) sum += await task;
    if (sum !== (tasks * (tasks + 1)) / 2) throw new Error(`${sum} of ${tasks} promises`);
  };
}

const body = await (plain ? makePlain() : makeTasks());
parentPort?.on("message", async () => {
  globalThis.gc?.();
  const before = process.cpuUsage();
  await body();
  const { user, system } = process.cpuUsage(before);
  parentPort?.postMessage(((user + system) * 1000) / tasks);
});
parentPort?.postMessage("ready");
