// Claim: looking before each acknowledgement whether the store's three files are still the ones that were opened costs at most
// 5 % of a commit. Looks and commits are timed in turn, since commits differ by more than a look from one to the next.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../runtime/src/clock.ts";
import { type Connection, connect } from "../runtime/src/store/sqlite/connection.ts";
import { Writer } from "../runtime/src/store/sqlite/writer.ts";
import { compare, print, type Side } from "./kit/compare.ts";

const COMMITS = 500;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 21);
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? tmpdir(), "coldframe-bench-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

const looking = await connect(join(folder, "runs.db"), systemClock, "1-000000000000");
looking.db.exec("CREATE TABLE t (n INTEGER PRIMARY KEY, value BLOB)");
const insert = looking.db.prepare("INSERT INTO t (value) VALUES (?)");
const value = new Uint8Array(300);

/** Microseconds per commit. */
function commits(c: Connection): Side {
  const tellNobody = (): void => {};
  const writer = new Writer(c, tellNobody, () => false);
  return async () => {
    const begun = performance.now();
    for (let done = 0; done < COMMITS; done++) writer.now(() => insert.run(value), undefined);
    return ((performance.now() - begun) / COMMITS) * 1_000;
  };
}

/** Microseconds per look. */
const looks: Side = async () => {
  const begun = performance.now();
  for (let done = 0; done < 20 * COMMITS; done++) looking.files.refuseGone();
  return ((performance.now() - begun) / (20 * COMMITS)) * 1_000;
};
const names = { bench: "files", case: "a look / a commit", unit: "µs" };
print(await compare(names, looks, commits(looking), ROUNDS), { atMost: 0.05 });
