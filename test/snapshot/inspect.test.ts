// What a snapshot says of itself without the code that wrote it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { inspect } from "../../runtime/src/snapshot/inspect.ts";
import { Failure, helper, Point } from "./kit/classes.ts";
import { makeAdd, makeFrame } from "./kit/code.ts";
import { build, descriptions } from "./kit/graphs.ts";
import { write } from "./kit/roundtrip.ts";

test("frames with function, place, caller and variables; the head; the root", () => {
  const bottom = makeFrame("work", 1, { item: { id: 7, tags: ["a", new Set([1n])] }, index: -0 });
  const leaf = makeFrame("work", 2, { rest: new Map([["k", [helper, new Point()]]]) }, bottom, makeAdd({ v: 1 }, 2));
  const { header, frames, root } = inspect(write({ task: leaf, when: new Date(0) }));
  expect(header).toMatchObject({ format: "1.0", runId: "run-1", seq: 7 });
  expect(root).toMatch(/^\{ task: frame \d+ of test\/code#work, when: 1970-01-01T00:00:00.000Z \}$/);
  expect(frames.map(({ node, caller, ...frame }) => frame)).toEqual([
    {
      function: "test/code#work",
      at: "3:14",
      awaits: "test/code#outer.c1({ v: 1 }, 2)",
      variables: { rest: 'Map("k", [test/classes#helper, Point { x: 1, y: 2 }])' },
    },
    {
      function: "test/code#work",
      at: "3:14",
      awaits: "null",
      variables: { item: '{ id: 7, tags: ["a", Set(0x1n)] }', "index@1": "-0" },
    },
  ]);
  expect(frames[0]?.caller).toBe(frames[1]?.node);
  expect(frames[1]?.caller).toBeNull();
});

test("wide frames, long texts, deep and cyclic values are described in bounds", () => {
  const cyclic: unknown[] = ["x".repeat(5000), new Failure("no")];
  cyclic.push(cyclic);
  const frame = makeFrame("wide", 0, Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`v${i}`, cyclic])));
  const { frames, root } = inspect(write([frame, Array.from({ length: 1000 }, () => cyclic)]));
  expect(Object.keys(frames[0]?.variables ?? {})).toHaveLength(40);
  expect(frames[0]?.variables["v0@1"]).toContain("… (5002)");
  expect(root.length).toBeLessThan(20_000);
});

test("any graph can be described", () => {
  fc.assert(
    fc.property(descriptions, (list) => {
      expect(inspect(write(build(list))).root).toMatch(/^\[/);
    }),
    { numRuns: 500, seed: 3 },
  );
});
