// Claim: of 100,000 runs a page by status, function or queue, also of several of them and of values that few have, takes at most a
// fifth of what reading the row of every run takes; and with the indexes for it a run of two commits takes at most 1.3 of the CPU time.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../runtime/src/clock.ts";
import { connect } from "../runtime/src/store/sqlite/connection.ts";
import { openSqlite } from "../runtime/src/store/sqlite/index.ts";
import type { ListFilter, StartRequest, Store } from "../runtime/src/store/store.ts";
import { compare, cpuTime, print, type Side } from "./kit/compare.ts";

const RUNS = 100_000;
const WRITES = 2_000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "coldframe-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

function request(id: string, values: Partial<StartRequest> = {}): StartRequest {
  return {
    id,
    fn: "shop/orders#fulfil",
    version: "v",
    queue: "default",
    priority: 0,
    input: new Uint8Array(200),
    ...values,
  };
}

/** Starts runs and ends them. */
async function endMany(store: Store, name: string, count: number): Promise<void> {
  const commits: Promise<unknown>[] = [];
  for (let n = 0; n < count; n++) {
    const id = `${name}${n}`;
    const first = store.commit({ id, epoch: 1, seq: 0, commitId: id, create: request(id), leaseMs: 60_000 });
    commits.push(first.then(() => store.commit({ id, epoch: 1, seq: 1, commitId: `${id}.`, status: "done" })));
    if (commits.length === 1_000) await Promise.all(commits.splice(0));
  }
  await Promise.all(commits);
}

const file = join(folder, "runs.db");
const store = await openSqlite(file, systemClock);
await store.start([request("old", { fn: "shop/orders#rare", queue: "rare" })]);
await endMany(store, "done", RUNS / 2);
const startAt = Date.now() + 10 ** 9;
await store.start(Array.from({ length: RUNS / 2 }, (_, n) => request(`waiting${n}`, { startAt })));

const c = await connect(file, systemClock, "1-000000000000");
const everyRow = c.db.prepare("SELECT count(*) FROM cf_run NOT INDEXED WHERE holdBuild = 'none' OR createdAt = 1");
const readAll: Side = () => {
  const begun = performance.now();
  everyRow.get();
  return performance.now() - begun;
};

/** Milliseconds for one page, whatever the number of reads that an engine needs for it. */
function page(filter: ListFilter): Side {
  return async () => {
    const begun = performance.now();
    let cursor: string | undefined;
    let found = 0;
    do {
      const { runs, cursor: next } = await store.list(filter, { cursor, limit: 100 - found });
      found += runs.length;
      cursor = next;
    } while (cursor !== undefined && found < 100);
    return performance.now() - begun;
  };
}

const filters: Readonly<Record<string, ListFilter>> = {
  "status ready, which one has": { status: ["ready"] },
  "status held, which none has": { status: ["held"] },
  "status waiting, which half have": { status: ["waiting"] },
  "a function that one has": { fn: "shop/orders#rare" },
  "a queue that one has": { queue: "rare" },
  "waiting, of a function that one has": { status: ["waiting"], fn: "shop/orders#rare" },
  "done, in a queue": { status: ["done"], queue: "default" },
};
for (const [name, filter] of Object.entries(filters)) {
  const names = { bench: "list", case: `${name} / every row`, unit: "ms" };
  print(await compare(names, page(filter), readAll, ROUNDS), { atMost: 0.2 });
}

/** A store without the indexes for pages. */
async function withoutIndexes(): Promise<Store> {
  const bare = join(folder, "bare.db");
  const made = await openSqlite(bare, systemClock);
  const connection = await connect(bare, systemClock, "1-000000000000");
  for (const index of ["cf_run_fn", "cf_run_queue", "cf_run_status"]) connection.db.exec(`DROP INDEX ${index}`);
  connection.db.close();
  return made;
}

let written = 0;
const writes = (target: Store): Side => cpuTime(WRITES, () => endMany(target, `w${written++}-`, WRITES));
const bare = await withoutIndexes();
const own = await openSqlite(join(folder, "own.db"), systemClock);
const names = { bench: "list", case: "a run of two commits / without the indexes", unit: "CPU ns" };
print(await compare(names, writes(own), writes(bare), ROUNDS), { atMost: 1.3 });
