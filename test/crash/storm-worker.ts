/** A worker of the storm: drives what there is until it is killed, or told to close. */
import { open } from "@coldframe/runtime";
import "./storm-program.ts";

const [url, leaseMs] = process.argv.slice(2) as [string, string];
const engine = await open(url, {
  leaseMs: Number(leaseMs),
  drainMs: 1_000,
  concurrency: { runs: 50 },
  onNotice: () => {},
});
process.stdout.write("open\n");
process.stdin.once("data", () => void engine.close().then(() => process.exit(0)));
