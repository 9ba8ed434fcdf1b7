// msgpackr reads strings otherwise once its native addon is loaded, and whoever imports its main entry loads it for all.
import { expect, test } from "vitest";
import { goldenGraph } from "./kit/golden.ts";
import { read, roundtrip, write } from "./kit/roundtrip.ts";
import { findDifference } from "./kit/same.ts";

const texts = [63, 64, 65, 300, 5000].flatMap((length) =>
  ["x", "é", "日", "😀", "\ufeff", "\ud800"].map((unit) => `${unit.repeat(length)}end`),
);
const marked = texts.map((text) => `\ufeff${text}`);

async function isNative(): Promise<boolean> {
  return (await import("msgpackr/unpack" as string)).isNativeAccelerationEnabled;
}

test("the same values with and without the addon, whichever side wrote them", async () => {
  const value = [texts, marked, Object.fromEntries(texts.map((text, i) => [`${text}${i}`, text])), goldenGraph()];
  expect(await isNative()).toBe(false);
  expect(findDifference(value, roundtrip(value))).toBeNull();
  const before = write(value);
  await import("msgpackr");
  expect(await isNative()).toBe(true);
  expect(findDifference(value, read(before))).toBeNull();
  expect(findDifference(value, roundtrip(value))).toBeNull();
  expect(Buffer.from(write(value)).equals(before)).toBe(true);
});
