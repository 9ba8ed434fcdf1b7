// Every store keeps the invariants of runtime/src/store/store.ts. A new store is one entry in subjects.ts.
import { describe, expect, test } from "vitest";
import { testStoreConformance } from "../../runtime/src/testing/store-conformance.ts";
import { subjects } from "./subjects.ts";

for (const subject of subjects) {
  describe(subject.name, () => {
    for (const { name, skip, run } of testStoreConformance(subject)) {
      test(skip === undefined ? name : `${name}: ${skip}`, { skip: skip !== undefined }, run);
    }
  });
}

test("a skip of a case that does not exist is an error", () => {
  const [subject] = subjects;
  expect(() =>
    testStoreConformance({ ...(subject as (typeof subjects)[0]), skips: { "no such case": "why" } }),
  ).toThrow("no such case");
});
