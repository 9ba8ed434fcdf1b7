// Emitted code and the runtime agree on names: what is emitted is listed, what is listed exists.
import { R } from "@coldframe/runtime/abi/v1";
import { expect, test } from "vitest";
import { ABI_MEMBERS } from "../../compiler/src/emit/abi.ts";
import { compile } from "../../compiler/src/index.ts";
import { listFiles, readText } from "../boundaries/source.ts";

test("the realm record has every member that emitted code may use", () => {
  expect(ABI_MEMBERS.filter((name) => !(name in R))).toEqual([]);
});

test("emitted code uses no other members", () => {
  const inputs = listFiles("fixtures/*/*/input.ts", "fixtures/*/*/input.js");
  const used = new Set<string>();
  for (const input of inputs) {
    const { code, map } = compile(readText(input), { filename: input });
    if (map !== null) for (const [, name = ""] of code.matchAll(/\$R(?:\$\d+)?\.(\w+)/g)) used.add(name);
  }
  expect(used.size).toBeGreaterThan(10);
  expect([...used].filter((name) => !ABI_MEMBERS.includes(name))).toEqual([]);
});
