// Owns: the rest of an object pattern whose properties have been taken one by one.
// Does not own: the pattern (pattern.ts), the copying of what is left (runtime: language/member).
// I1. It is one call: nothing in it suspends.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";

/**
 * Copies what is left of an object.
 * @param source a simple expression, neither null nor undefined
 * @param taken property keys, simple expressions
 */
export function collectRest(source: t.Expression, taken: readonly t.Expression[], lift: Lift): t.Identifier {
  const helper = t.memberExpression(t.identifier(lift.context.abi.R), t.identifier("rest"));
  const keys = t.arrayExpression([...taken]);
  return lift.save(t.callExpression(helper, [lift.again(source), keys]), "v", "rest of an object");
}
