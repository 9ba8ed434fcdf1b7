// Which writes share a transaction, and so an fsync (writer.ts W1 to W4).
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { errors } from "../../runtime/src/errors.ts";
import type { Connection } from "../../runtime/src/store/sqlite/connection.ts";
import { connect } from "../../runtime/src/store/sqlite/connection.ts";
import { Refusal } from "../../runtime/src/store/sqlite/fault.ts";
import type { Handler } from "../../runtime/src/store/sqlite/writer.ts";
import { NOT_NOW, Writer } from "../../runtime/src/store/sqlite/writer.ts";
import { makeFolder } from "./subjects.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let c: Connection;
let writer: Writer;
let commits: number;

beforeEach(async () => {
  folder = await makeFolder();
  const connection = await connect(folder.file, systemClock, "1-000000000000");
  connection.db.exec("CREATE TABLE t (n INTEGER PRIMARY KEY)");
  commits = 0;
  const commit = {
    run: () => {
      commits++;
      return connection.run.commit.run();
    },
  };
  c = { ...connection, run: { ...connection.run, commit: commit as never } };
  writer = new Writer(
    c,
    () => {},
    () => false,
  );
});
afterEach(async () => {
  await writer.idle();
  c.db.close();
  await folder.remove();
});

const REFUSED = -13;
const MALFORMED = -14;
const insert: Handler<number, string> = ({ db }, n) => {
  db.prepare("INSERT INTO t VALUES (?)").run(n);
  if (n === REFUSED) throw new Refusal("refused late");
  if (n === MALFORMED) throw new TypeError("a malformed request");
  return `wrote ${n}`;
};
const stored = () =>
  c.db
    .prepare("SELECT n FROM t ORDER BY n")
    .all()
    .map((row) => Number(row.n));

test("a write that comes alone is done and durable when the call returns", () => {
  expect(writer.now(insert, 1)).toBe("wrote 1");
  expect([commits, c.db.isTransaction, stored()]).toEqual([1, false, [1]]);
});

test("writes of one turn of the event loop share a transaction, in their order, up to a cap", async () => {
  const order: number[] = [];
  const write = async (n: number) => {
    await writer.soon(insert, n);
    order.push(n);
  };
  await Promise.all(Array.from({ length: 300 }, (_, i) => write(i)));
  expect(commits).toBe(2);
  expect(order).toEqual(Array.from({ length: 300 }, (_, i) => i));
});

test("a batch is bounded in bytes, and one large write goes alone", async () => {
  await Promise.all([1, 2, 3].map((n) => writer.soon(insert, n, 600_000)));
  expect(commits).toBe(3);
  await writer.soon(insert, 4, 50_000_000);
  expect(stored()).toEqual([1, 2, 3, 4]);
});

test("nobody hears of a write before its transaction has ended", async () => {
  const seen: boolean[] = [];
  await Promise.all(
    [1, 2, 3].map(async (n) => {
      await writer.soon(insert, n);
      seen.push(c.db.isTransaction);
    }),
  );
  expect(seen).toEqual([false, false, false]);
});

test("refused and failing writes leave those beside them", async () => {
  const results = await Promise.allSettled([1, REFUSED, 2, MALFORMED, 1, 3].map((n) => writer.soon(insert, n)));
  expect(results.map((result) => (result.status === "fulfilled" ? result.value : "failed"))).toEqual([
    "wrote 1",
    "refused late",
    "wrote 2",
    "failed",
    "failed",
    "wrote 3",
  ]);
  expect(stored()).toEqual([1, 2, 3]);
  expect(writer.now(insert, REFUSED), "alone").toBe("refused late");
  expect(() => writer.now(insert, MALFORMED)).toThrow(expect.objectContaining({ code: errors.storeRefused.code }));
  expect([stored(), c.db.isTransaction]).toEqual([[1, 2, 3], false]);
});

test("while another connection holds the lock, writes wait without blocking and none is lost", async () => {
  const other = await connect(folder.file, systemClock, "2-000000000000");
  other.db.exec("BEGIN IMMEDIATE");
  expect(writer.now(insert, 1)).toBe(NOT_NOW);
  const writes = Promise.all([1, 2].map((n) => writer.soon(insert, n)));
  let turns = 0;
  while (turns++ < 50) await new Promise((done) => setImmediate(done));
  expect(stored()).toEqual([]);
  expect(writer.now(insert, 3), "not past those that wait").toBe(NOT_NOW);
  other.db.exec("COMMIT");
  expect(await writes).toEqual(["wrote 1", "wrote 2"]);
  other.db.close();
});

test("on a full disk every write of the batch fails, what was acknowledged stays, and later writes go on", async () => {
  await writer.soon(insert, 1);
  const pages = Number(Object.values(c.db.prepare("PRAGMA page_count").get() ?? {})[0]);
  c.db.exec(`PRAGMA max_page_count = ${pages}`);
  const grow: Handler<number, string> = ({ db }, n) => {
    db.prepare("INSERT INTO cf_meta VALUES (?, zeroblob(100000))").run(`big ${n}`);
    return "grown";
  };
  const results = await Promise.allSettled([writer.soon(insert, 2), writer.soon(grow, 1), writer.soon(insert, 3)]);
  for (const result of results) {
    expect(result).toMatchObject({ status: "rejected", reason: { code: errors.storeFailed.code } });
  }
  expect(() => writer.now(grow, 2)).toThrow(expect.objectContaining({ code: errors.storeFailed.code }));
  expect([stored(), c.db.isTransaction]).toEqual([[1], false]);
  c.db.exec("PRAGMA max_page_count = 1000000");
  expect(await writer.soon(insert, 2)).toBe("wrote 2");
  expect(stored()).toEqual([1, 2]);
});
