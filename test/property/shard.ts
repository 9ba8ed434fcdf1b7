/**
 * Owns: the random programs as tests: a share of them per test file, some dozen per test.
 * COLDFRAME_PROGRAMS: how many in all (1,000; 20,000 in the long run). COLDFRAME_SEED: the first seed (1).
 */
import { afterAll, expect, test } from "vitest";
import { allModes } from "./failure.ts";
import { checkRange, describeReport, mergeReports, type Report } from "./range.ts";

const long = process.env.COLDFRAME_TEST === "long";
const count = Number(process.env.COLDFRAME_PROGRAMS ?? (long ? 20_000 : 1_000));
const first = Number(process.env.COLDFRAME_SEED ?? 1);
const perTest = 50;

/** Declares the tests of one file. @param index from 0 @param of how many files there are */
export function testShard(index: number, of: number): void {
  const share = Math.ceil(count / of);
  const end = Math.min(first + count, first + (index + 1) * share);
  const starts: number[] = [];
  for (let seed = first + index * share; seed < end; seed += perTest) starts.push(seed);
  const reports: Report[] = [];

  test.each(starts)(
    "random programs from seed %i on do the same natively and compiled",
    { timeout: 1_800_000 },
    async (from) => {
      const report = await checkRange({ from, to: Math.min(end, from + perTest), modes: allModes, shrinkMs: 15_000 });
      reports.push(report);
      const told = report.failures.map(
        ({ seed, failure, small }) => `seed ${seed}, ${failure.mode}: ${failure.what}\n${small ?? ""}`,
      );
      expect(told).toEqual([]);
    },
  );

  afterAll(() => {
    const report = mergeReports(reports);
    console.log(`seeds ${first + index * share} to ${end - 1}: ${describeReport(report)}`);
    const average = report.suspensions.reduce((sum, one) => sum + one, 0) / report.programs;
    expect(average, "suspensions on average").toBeGreaterThanOrEqual(5);
    expect(report.refused.length / report.programs, "share that is refused").toBeLessThanOrEqual(0.01);
  });
}
