/** Owns: a process that opens a store with one run in it, and prints how long it took to open it, and from then to the run's next step (ms). */
import { open } from "@coldframe/runtime";

await import("@coldframe/compiler/node");
const { gate } = (await import("../store-program.ts")) as typeof import("../store-program.ts");
const reached = Promise.withResolvers<number>();
gate.reached = () => {
  reached.resolve(performance.now());
  return new Promise(() => {});
};
const begun = performance.now();
const engine = await open(process.argv[2] as string, { drainMs: 0 });
const opened = performance.now();
console.log(JSON.stringify([opened - begun, (await reached.promise) - opened]));
await engine.close();
