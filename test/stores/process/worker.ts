// A process that works on the runs of one database until it is killed. Each run counts: step n appends a line to a file
// outside the store (an effect) and commits. Arguments: database, effects file, point at which to die (or "never").
// Points: "begun" after a claim, "effect" between an effect and its commit, "committed" right after a commit.
import { appendFileSync } from "node:fs";
import { systemClock } from "../../../runtime/src/clock.ts";
import { openSqlite } from "../../../runtime/src/store/sqlite/index.ts";
import type { Claim, Store } from "../../../runtime/src/store/store.ts";

const [file = "", effects = "", point = "never", skip = "0"] = process.argv.slice(2);
const STEPS = 10;
let left = Number(skip);

/** Dies like a machine does, once the named point has been passed often enough. */
function reach(name: string): void {
  if (name === point && left-- === 0) process.kill(process.pid, "SIGKILL");
}

/** A snapshot whose every byte says the same, so that a torn one shows. */
function write(n: number): Uint8Array {
  return new Uint8Array(2_000 + n * 500).fill(n);
}

function read(snapshot: Uint8Array | undefined): number {
  if (snapshot === undefined) return 0;
  const n = snapshot[0] ?? 0;
  if (snapshot.length !== 2_000 + n * 500 || snapshot.some((byte) => byte !== n)) throw new Error("torn snapshot");
  return n;
}

async function work(store: Store, claim: Claim): Promise<void> {
  const { id, epoch } = claim;
  reach("begun");
  let { seq } = claim;
  for (let n = read(claim.snapshot) + 1; n <= STEPS; n++) {
    appendFileSync(effects, `${id} ${n}\n`);
    reach("effect");
    const end = n === STEPS ? ({ status: "done", outcome: write(n) } as const) : {};
    const outcome = await store.commit({ id, epoch, seq, commitId: `${epoch}/${seq}`, snapshot: write(n), ...end });
    if (outcome.kind === "stale") return; // another took over
    if (outcome.kind !== "ok") throw new Error(JSON.stringify(outcome));
    process.stdout.write(`${id} ${n}\n`);
    reach("committed");
    seq++;
  }
}

const store = await openSqlite(file, systemClock);
const wanted = { functions: [{ fn: "count" }], queues: ["q"], limit: 3, leaseMs: 60_000 };
while ((await store.count()).length > 0) {
  await store.tick(100);
  await Promise.all((await store.claim(wanted)).map((claim) => work(store, claim)));
}
await store.close();
