// Random functions do the same as written and as lifted. The seed is printed by fast-check when one does not.
import { parseExpression } from "@babel/parser";
import fc from "fast-check";
import { expect, test } from "vitest";
import { liftText, observe, print, Refused } from "./harness.ts";
import { program } from "./programs.ts";

const runs = Number(process.env.COLDFRAME_LIFT_RUNS ?? 1000);
const seed = Number(process.env.COLDFRAME_LIFT_SEED ?? 20_261_121);

async function check(kind: "await" | "yield"): Promise<Map<string, number>> {
  const refused = new Map<string, number>();
  const property = fc.asyncProperty(program(kind), async (source) => {
    fc.pre(parses(source));
    const lifted = tryLift(source, refused);
    if (!lifted) return;
    expect(lifted.fault, lifted.code).toBeNull();
    const native = await observe(source);
    expect(await observe(lifted.code), lifted.code).toEqual(native);
  });
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: false });
  return refused;
}

function parses(source: string): boolean {
  try {
    new Function(`return (${print(parseExpression(source))})`);
    return true;
  } catch {
    return false;
  }
}

function tryLift(source: string, refused: Map<string, number>) {
  try {
    return liftText(source);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused.set(error.message, (refused.get(error.message) ?? 0) + 1);
    return undefined;
  }
}

test.each(["await", "yield"] as const)(`${runs} random functions that %s`, { timeout: 300_000 }, async (kind) => {
  const refused = await check(kind);
  console.log(`${runs} random functions that ${kind}; refused: ${[...refused].join("; ") || "none"}`);
  const count = [...refused.values()].reduce((sum, each) => sum + each, 0);
  expect(count).toBeLessThan(runs / 5);
});
