/**
 * Owns: a process that goes on with snapshots of another one: a fixture's path, then a file of snapshots.
 * The fixture comes through the compiler's own host for Node, given by --import.
 */
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { deserialize } from "node:v8";
import { restore } from "@coldframe/runtime";
import { beginWorld, observe } from "./world.ts";

const [fixture, file] = process.argv.slice(2) as [string, string];
const snapshots = deserialize(readFileSync(file)) as { bytes: Uint8Array; log: string[] }[];

beginWorld();
await import(pathToFileURL(fixture).href);
const observed = [];
for (const { bytes, log } of snapshots) {
  const run = () => (restore(bytes) as { drive(): Promise<unknown> }).drive();
  observed.push(await observe(run, beginWorld(log)));
}
process.stdout.write(JSON.stringify(observed));
