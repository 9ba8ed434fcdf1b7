// One worker process: opens the store, starts the census or finds it there, works until it is done.
// node dist/worker.js <store> <run id> <folder> <out> <files in flight> [in-flight | effect]
// The last argument is for the demonstration: at which moment this process kills itself with SIGKILL.
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import { open } from "@coldframe/runtime";
import { census, underWay } from "./census.ts";

const [store, id, folder, out, inFlight, death] = process.argv.slice(2) as string[];

/** What the engine says at each point of its work, as far as this example listens. */
interface EngineEvent {
  point: string;
  keys: readonly string[];
}

let recorded = 0;

/** Leaves a note of what was in flight and ends this process as a power cut would: nothing runs after this. */
function die(moment: string): void {
  writeFileSync(`${process.env.CENSUS_JOURNAL}.death`, JSON.stringify({ moment, files: [...underWay.values()] }));
  process.kill(process.pid, "SIGKILL");
}

subscribe("coldframe:engine", (message) => {
  const { point, keys } = message as EngineEvent;
  if (point === "commit:after" || point === "deposit:after") {
    for (const key of keys) {
      if (!underWay.delete(key)) continue;
      recorded++;
      process.send?.({ type: "recorded" });
    }
  }
  if (recorded < 100) return;
  if (death === "in-flight" && underWay.size >= 10) die("with steps in flight");
  if (death === "effect" && point === "step:effect") die("after an effect, before its commit");
});

await using engine = await open(store as string);
const run = await engine.start(census, [folder as string, out as string, Number(inFlight)], { id: id as string });
const totals = await run.result();
process.send?.({ type: "done", totals });
