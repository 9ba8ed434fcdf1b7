// Each fixture does the same natively, volatile, as a coroutine, cut at every await, and killed and restored at each.
import { globSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { FixtureReport } from "./kit/fixture.ts";
import { Thread } from "./kit/thread.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../fixtures");
const files = globSync(`${root}/{syntax,values,combinators}/*/input.{ts,cjs}`).sort();
const thread = new Thread<string, FixtureReport>(new URL("./kit/fixture-thread.ts", import.meta.url), 20_000);
const totals = { fixtures: 0, cuts: 0, kills: 0, deaths: 0 };

afterAll(async () => {
  await thread.close();
  console.log(
    `${totals.fixtures} fixtures, ${totals.cuts} cuts, ${totals.kills} kills, ${totals.deaths} deaths of workers`,
  );
});

describe.each(["syntax", "values", "combinators"])("%s", (area) => {
  const own = files.filter((file) => file.startsWith(`${root}/${area}/`));
  test.each(own.map((file) => [relative(root, dirname(file)), file]))("%s", async (_, file) => {
    const report = await thread.ask(file);
    expect(report.native.log, "a fixture shows something").not.toEqual([]);
    expect(report.differences, `native log:\n${report.native.log.join("\n")}`).toEqual({});
    expect(report.cuts, "a fixture suspends").toBeGreaterThan(0);
    totals.fixtures += 1;
    totals.cuts += report.cuts;
    totals.kills += report.kills;
    totals.deaths += report.deaths;
  });
});
