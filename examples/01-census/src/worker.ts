// One worker process: opens the store, starts the census or finds it there, works until it is done.
// node dist/worker.js <store> <run id> <folder> <out> <files in flight> [in-flight | effect]
// The last argument is for the demonstration: at which moment this process kills itself with SIGKILL.
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import { open } from "@coldframe/runtime";
import { census } from "./census.ts";

const [store, id, folder, out, inFlight, death] = process.argv.slice(2) as string[];

/** What the engine says of a step, as far as this example listens. */
interface EngineEvent {
  type: string;
  step?: string;
  args?: unknown[];
}

const begun = new Set<string>();
let recorded = 0;

/** Leaves a note of what was in flight and ends this process as a power cut would: nothing runs after this. */
function die(moment: string): void {
  writeFileSync(`${process.env.CENSUS_JOURNAL}.death`, JSON.stringify({ moment, files: [...begun] }));
  process.kill(process.pid, "SIGKILL");
}

subscribe("coldframe:engine", (message) => {
  const { type, step, args } = message as EngineEvent;
  if (step !== "examine") return;
  const file = args?.[1] as string;
  if (type === "step:before") begun.add(file);
  if (type === "step:after") {
    begun.delete(file);
    recorded++;
    process.send?.({ type: "recorded" });
  }
  if (death === "in-flight" && recorded >= 100 && begun.size >= 10) die("with steps in flight");
  if (death === "effect" && recorded >= 100 && type === "step:effect") die("after an effect, before its commit");
});

await using engine = await open(store as string);
const run = await engine.start(census, [folder as string, out as string, Number(inFlight)], { id: id as string });
const totals = await run.result();
process.send?.({ type: "done", totals });
