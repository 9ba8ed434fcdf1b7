// A store of a newer Coldframe, and an SQLite that is too old: refused when opened, and the file stays as it is.
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { open } from "@coldframe/runtime";
import { expect, onTestFinished, test } from "vitest";
import { SCHEMA_VERSION } from "../../runtime/src/store/sqlite/schema.ts";
import { OLDEST_SQLITE, refuseOldSqlite } from "../../runtime/src/store/sqlite/version.ts";
import { load } from "../engine/kit.ts";
import { expectCoded, failureOf } from "./kit.ts";

test("a newer schema: open() names file and versions, and what is in it can be read again by who knows it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "coldframe-newer-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, "orders.db");
  const { main } = await load<{ main(): Promise<number> }>(`export async function main() { "use durable"; return 7; }`);
  {
    await using engine = await open(`sqlite:${file}`);
    await (await engine.start(main, [], { id: "a" })).result();
  }
  setSchema(file, SCHEMA_VERSION + 1);
  const before = readFileSync(file);
  expectCoded(await failureOf(() => open(`sqlite:${file}`)), "CF2201", {
    what: `${file} has schema ${SCHEMA_VERSION + 1}; this version of Coldframe knows up to ${SCHEMA_VERSION}`,
    why: "left untouched",
    fix: "Upgrade `@coldframe/runtime`",
  });
  expect(readFileSync(file).equals(before)).toBe(true);

  setSchema(file, SCHEMA_VERSION);
  await using engine = await open(`sqlite:${file}`);
  expect(await (await engine.get("a"))?.result()).toBe(7);
});

function setSchema(file: string, version: number): void {
  using db = new DatabaseSync(file);
  db.exec(`UPDATE cf_meta SET value = ${version} WHERE name = 'schema'; PRAGMA wal_checkpoint(TRUNCATE)`);
}

test("an SQLite older than 3.51.3 is refused, with the Node to use instead", async () => {
  expect(OLDEST_SQLITE).toBe("3.51.3");
  expectCoded(await failureOf(() => refuseOldSqlite("3.51.2")), "CF2202", {
    what: `The SQLite in this Node (${process.version}) is 3.51.2; Coldframe needs 3.51.3 or newer`,
    why: "can damage a database in WAL mode",
    fix: "Use Node 24.21.0 or newer",
  });
  expect(() => refuseOldSqlite(process.versions.sqlite as string)).not.toThrow();
});
