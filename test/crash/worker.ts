/** A worker process: starts the runs, or finds them, and waits for their results. */
import { open } from "@coldframe/runtime";
import { work } from "./program.ts";

const [url, runs, lanes, steps] = process.argv.slice(2) as [string, string, string, string];

await using engine = await open(url, { leaseMs: 60_000, drainMs: 0 });
const started = await Promise.all(
  Array.from({ length: Number(runs) }, (_, index) => {
    const id = `r${index}`;
    return engine.start(work, [id, Number(lanes), Number(steps)], { id });
  }),
);
console.log("started");
console.log(JSON.stringify(await Promise.all(started.map((run) => run.result()))));
