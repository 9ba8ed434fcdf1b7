// A process that commits one run as fast as it can for a while, then prints how often it could. Arguments: file, ms.
import { systemClock } from "../../../runtime/src/clock.ts";
import { openSqlite } from "../../../runtime/src/store/sqlite/index.ts";

const [file = "", ms = "0"] = process.argv.slice(2);
const store = await openSqlite(file, systemClock);
const id = `run of ${process.pid}`;
const input = new Uint8Array(10);
const create = { id, fn: "f", version: "v1", queue: "q", priority: 0, input };
const snapshot = new Uint8Array(300);
await store.commit({ id, epoch: 1, seq: 0, commitId: "0", create, leaseMs: 60_000, snapshot });
process.stdout.write("ready\n");
await new Promise((go) => process.stdin.once("data", go));
process.stdin.destroy();

const until = performance.now() + Number(ms);
let seq = 1;
let longestMs = 0;
while (performance.now() < until) {
  const begun = performance.now();
  const outcome = await store.commit({ id, epoch: 1, seq, commitId: String(seq), snapshot });
  if (outcome.kind !== "ok") throw new Error(`commit ${seq}: ${JSON.stringify(outcome)}`);
  longestMs = Math.max(longestMs, performance.now() - begun);
  seq++;
}
process.stdout.write(`${JSON.stringify({ commits: seq - 1, longestMs })}\n`);
await store.close();
