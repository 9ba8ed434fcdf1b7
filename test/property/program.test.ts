// The generator of random programs and the shrinker, by themselves.
import { expect, test } from "vitest";
import { evaluate } from "../kit/evaluate.ts";
import { grammar, makeProgram, type Program, refused } from "./program/program.ts";
import { shrink } from "./shrink.ts";

test("the same seed gives the same program", () => {
  expect(makeProgram(5).text).toBe(makeProgram(5).text);
  expect(makeProgram(5).text).not.toBe(makeProgram(6).text);
});

test("every production is used, and what is left out is not", () => {
  const used = new Set<string>();
  for (let seed = 0; seed < 400; seed++) for (const feature of makeProgram(seed).features.keys()) used.add(feature);
  const unused = Object.values(grammar)
    .flat()
    .map((production) => production.feature)
    .filter((feature) => !used.has(feature));
  expect(unused).toEqual([]);
  const family = (feature: string) => feature.split(".")[0];
  expect([...used].map(family)).not.toContain(refused[0]);
  expect([...makeProgram(1, ["promise"]).features.keys()].map(family)).not.toContain("promise");
});

test("a failing program is made smaller and still fails", async () => {
  const programs = Array.from({ length: 20 }, (_, seed) => makeProgram(seed));
  const { text, strict } = programs.find((one) => one.text.includes("finally {")) as Program;
  const fails = async (candidate: string) => {
    try {
      evaluate(candidate, strict);
    } catch {
      return false; // no program any more
    }
    return candidate.includes("finally {");
  };
  expect(await fails(text)).toBe(true);
  const small = await shrink(text, fails, { limitMs: 20_000 });
  expect(await fails(small)).toBe(true);
  expect(small.length).toBeLessThan(text.length / 8);
});
