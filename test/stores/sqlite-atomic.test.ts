// A disk that fails at any one statement of a commit leaves nothing of it (store.ts S1), and a second try succeeds (S3, S18).
import { expect, test } from "vitest";
import { systemClock } from "../../runtime/src/clock.ts";
import { errors } from "../../runtime/src/errors.ts";
import { commit } from "../../runtime/src/store/sqlite/commit.ts";
import type { Connection } from "../../runtime/src/store/sqlite/connection.ts";
import { connect } from "../../runtime/src/store/sqlite/connection.ts";
import { deliver } from "../../runtime/src/store/sqlite/inbox.ts";
import { start } from "../../runtime/src/store/sqlite/start.ts";
import type { Statements } from "../../runtime/src/store/sqlite/statements.ts";
import { Writer } from "../../runtime/src/store/sqlite/writer.ts";
import type { CommitItem, Message } from "../../runtime/src/store/store.ts";
import { begin, bytes, completion, request, settle, signal } from "../../runtime/src/testing/conformance/kit.ts";
import { makeFolder } from "./subjects.ts";

/** What SQLite says (https://sqlite.org/rescode.html), and at which statement it can say so first: who is busy at BEGIN just waits. */
const faults = { IOERR: [10, 1], FULL: [13, 1], READONLY: [8, 1], NOMEM: [7, 1], BUSY: [5, 2] } as const;

/** The same statements, of which the `failAt`-th call fails as if the disk did. */
function breakAt(run: Statements, state: { calls: number; failAt: number }, errcode: number): Statements {
  const broken = Object.entries(run).map(([name, statement]) => {
    const count = () => {
      if (name !== "rollback" && ++state.calls === state.failAt) {
        throw Object.assign(new Error("the disk failed"), { code: "ERR_SQLITE_ERROR", errcode });
      }
    };
    const call =
      (method: "run" | "get" | "all") =>
      (...args: never[]) => {
        count();
        return statement[method](...args);
      };
    return [name, { run: call("run"), get: call("get"), all: call("all") }];
  });
  return Object.fromEntries(broken);
}

const tables = ["cf_run", "cf_content", "cf_snapshot", "cf_operation", "cf_result", "cf_inbox"];
const dump = ({ db }: Connection) => tables.map((table) => db.prepare(`SELECT * FROM ${table}`).all());

const ids = { id: "run", epoch: 1 };
const first: CommitItem = {
  ...ids,
  seq: 0,
  commitId: "1",
  create: request("run"),
  leaseMs: 1e9,
  begin: [begin("a"), begin("b", "k")],
};
const parts: Partial<CommitItem> = {
  snapshot: bytes("second"),
  settle: [settle("a", "key a")],
  begin: [begin("c")],
  consume: [1, 2],
  send: [signal("target", "1")],
  spawn: [request("child", { parent: { run: "run", generation: 0, operation: "c" } })],
};
const items: Record<string, Partial<CommitItem>> = {
  "in mid-run": parts,
  "that parks": { ...parts, status: "waiting", wakeAt: 1e15 },
  "that ends the run": { ...parts, status: "done", outcome: bytes("end") },
  "that rolls back": { rollback: true, begin: [begin("c")] },
};
const messages: Message[] = [signal("run", "1"), completion("run", "b", { key: "k" })];

const cases = Object.keys(items).flatMap((what) =>
  Object.keys(faults).map((fault) => [what, fault as keyof typeof faults] as const),
);

test.each(cases)("a commit %s fails as a whole at each of its statements: %s", async (what, fault) => {
  const [errcode, begun] = faults[fault];
  const { file, remove } = await makeFolder();
  const connection = await connect(file, systemClock, "1-000000000000");
  const state = { calls: 0, failAt: 0 };
  const c = { ...connection, run: breakAt(connection.run, state, errcode) };
  const hear = () => {};
  const isAlone = () => false;
  const writer = new Writer(c, hear, isAlone);
  writer.now(start, [request("target")]);
  expect(writer.now(commit, first)).toMatchObject({ kind: "ok" });
  for (const message of messages) expect(writer.now(deliver, message)).toMatchObject({ kind: "ok" });

  const item: CommitItem = { ...ids, seq: 1, commitId: "2", ...items[what] };
  const before = dump(connection);
  let failures = 0;
  for (;;) {
    Object.assign(state, { calls: 0, failAt: failures + begun });
    const outcome = await (failures % 2 === 0
      ? attempt(() => writer.now(commit, item))
      : attempt(() => writer.soon(commit, item)));
    if (!(outcome instanceof Error)) {
      expect(outcome).toMatchObject({ kind: "ok", seq: 2 });
      break;
    }
    expect(outcome).toMatchObject({ code: errors.storeFailed.code });
    expect(dump(connection), `failure at statement ${failures + begun}`).toEqual(before);
    expect(connection.db.isTransaction).toBe(false);
    failures++;
  }
  expect(failures, "statements of the commit").toBeGreaterThan(5);
  expect(dump(connection)).not.toEqual(before);
  state.failAt = 0;
  expect(writer.now(commit, item)).toEqual({ kind: "duplicate", seq: 2 });
  connection.db.close();
  await remove();
});

async function attempt(write: () => unknown): Promise<unknown> {
  try {
    return await write();
  } catch (error) {
    return error;
  }
}
