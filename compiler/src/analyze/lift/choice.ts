// Owns: expressions that evaluate some of their parts only: `a ? b : c`, `a && b`, and those in a row: `a, b`.
// Does not own: optional chains (chain.ts), logical assignments (assign.ts).
// I1. Parts that may not be evaluated are lifted into the branches of an `if`.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { assignment, copyNode, rightTest, withoutName } from "./nodes.ts";

export function liftConditional(node: t.ConditionalExpression, lift: Lift): t.Expression {
  if (!lift.suspends(node.consequent) && !lift.suspends(node.alternate))
    return copyNode(node, { test: lift.value(node.test) });
  return toTemp(node, lift);
}

export function conditionalInto(node: t.ConditionalExpression, target: t.Identifier, isOwn: boolean, lift: Lift): void {
  branch(node, (part) => lift.into(target, part, isOwn), lift);
}

export function effectOfConditional(node: t.ConditionalExpression, lift: Lift): void {
  branch(node, (part) => lift.effect(part), lift);
}

function branch(
  { test, consequent, alternate }: t.ConditionalExpression,
  run: (part: t.Expression) => void,
  lift: Lift,
) {
  const residue = lift.value(test);
  const [whenTrue, whenFalse] = [consequent, alternate].map((part) => lift.block(() => run(part)));
  lift.emit(t.ifStatement(residue, whenTrue as t.BlockStatement, whenFalse?.body.length === 0 ? null : whenFalse));
}

export function liftLogical(node: t.LogicalExpression, lift: Lift): t.Expression {
  if (!lift.suspends(node.right)) return copyNode(node, { left: lift.value(node.left) });
  return toTemp(node, lift);
}

export function logicalInto(node: t.LogicalExpression, target: t.Identifier, isOwn: boolean, lift: Lift): void {
  // The left side may not show in a variable of the user before the right side has been evaluated.
  if (!isOwn) {
    lift.emit(assignment(lift.again(target), liftLogical(node, lift)));
    return;
  }
  lift.into(target, node.left, isOwn);
  const right = lift.block(() => lift.into(target, node.right, isOwn));
  lift.emit(t.ifStatement(rightTest(node.operator, lift.again(target)), right));
}

export function effectOfLogical({ operator, left, right }: t.LogicalExpression, lift: Lift): void {
  const value = lift.value(left);
  const test = rightTest(operator, operator === "??" ? lift.holdSimple(value, [], "v", left) : value);
  lift.emit(
    t.ifStatement(
      test,
      lift.block(() => lift.effect(right)),
    ),
  );
}

export function liftSequence({ expressions }: t.SequenceExpression, lift: Lift): t.Expression {
  const last = expressions.findLastIndex(lift.suspends);
  for (const expression of expressions.slice(0, last)) lift.effect(expression);
  const [residue, ...rest] = expressions.slice(last) as [t.Expression, ...t.Expression[]];
  if (rest.length === 0) return lift.value(residue);
  lift.effect(residue);
  return rest.length === 1 ? withoutName(rest[0] as t.Expression) : t.sequenceExpression(rest);
}

export function sequenceInto(node: t.SequenceExpression, target: t.Identifier, isOwn: boolean, lift: Lift): void {
  lift.into(target, lastOf(node, lift), isOwn);
}

export function effectOfSequence(node: t.SequenceExpression, lift: Lift): void {
  lift.effect(lastOf(node, lift));
}

function lastOf({ expressions }: t.SequenceExpression, lift: Lift): t.Expression {
  for (const expression of expressions.slice(0, -1)) lift.effect(expression);
  return expressions.at(-1) as t.Expression;
}

function toTemp(node: t.Expression, lift: Lift): t.Expression {
  const result = lift.temp("v", node);
  lift.into(result, node, true);
  return result;
}
