// Bytes of every version that was released stay readable. The files are kept, never made again: a change that needs new ones
// is a new version of the format.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { matchSnapshot } from "../../runtime/src/snapshot/read.ts";
import { goldenGraph } from "./kit/golden.ts";
import { read, registry } from "./kit/roundtrip.ts";
import { findDifference } from "./kit/same.ts";

const folder = join(import.meta.dirname, "golden");

test.each(["1.0-plain.bin", "1.0-compressed.bin"])("%s is read as it was written", (file) => {
  const bytes = readFileSync(join(folder, file));
  expect(matchSnapshot(bytes, { registry }).header).toMatchObject({ format: "1.0", abi: 1, runId: "run-1", seq: 7 });
  expect(findDifference(goldenGraph(), read(bytes))).toBeNull();
});
