// Owns: assignments with a suspension in target or value: `=`, compound and logical ones.
// Does not own: patterns whose parts suspend (pattern.ts).
// I1. The place and, of a compound assignment, its old value are evaluated before the new value.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { Place } from "./member.ts";
import { assignment, copyNode, rightTest } from "./nodes.ts";
import { runInOrder, ValueOperand } from "./operands.ts";
import { destructure } from "./pattern.ts";

const isLogical = (operator: string): boolean => /^(?:&&|\|\||\?\?)=$/.test(operator);

export function liftAssignment(node: t.AssignmentExpression, lift: Lift): t.Expression {
  const target = targetOf(node);
  if (isLogical(node.operator)) return liftLogicalAssignment(node, lift);
  if (node.operator !== "=") return liftCompound(node, target, lift);
  if (t.isPattern(target) && lift.suspends(target)) {
    const source = lift.holdSimple(lift.value(node.right), [target], "v", node.right);
    destructure(target, source, null, lift);
    return source;
  }
  if (!t.isMemberExpression(target)) return copyNode(node, { right: lift.value(node.right) });
  const [place, value] = [new Place(lift, target), new ValueOperand(lift, node.right)];
  runInOrder(lift, [place, value]);
  return copyNode(node, { left: place.take(), right: value.result });
}

export function effectOfAssignment(node: t.AssignmentExpression, lift: Lift): void {
  const target = targetOf(node);
  const isLocal = t.isIdentifier(target) && node.operator === "=" && lift.names.of(target) !== undefined;
  if (isLogical(node.operator)) liftLogicalAssignment(node, lift, false);
  else if (isLocal && !isClass(node.right)) lift.into(target, node.right, false);
  else lift.emitEffect(liftAssignment(node, lift));
}

/** A class takes its name from the target: it must stay where it is. */
function isClass(node: t.Expression): boolean {
  return t.isParenthesizedExpression(node) ? isClass(node.expression) : t.isClassExpression(node);
}

function targetOf({ left }: t.AssignmentExpression): t.Identifier | t.MemberExpression | t.Pattern {
  let target = left as t.Node;
  while (t.isParenthesizedExpression(target)) target = target.expression;
  return target as t.Identifier | t.MemberExpression | t.Pattern;
}

function liftCompound(node: t.AssignmentExpression, target: t.Expression | t.Pattern, lift: Lift): t.Expression {
  const operator = node.operator.slice(0, -1) as t.BinaryExpression["operator"];
  if (t.isIdentifier(target)) {
    const old = lift.hold(lift.again(target), [node.right], "v", target);
    const right = lift.value(node.right);
    // Nothing changes the variable in between: it is read when it is written.
    if (t.isIdentifier(old, { name: target.name })) return copyNode(node, { right });
    return copyNode(node, { operator: "=", right: t.binaryExpression(operator, old, right) });
  }
  const place = new Place(lift, target as t.MemberExpression);
  place.run();
  if (!lift.suspends(node.right)) return copyNode(node, { left: place.take() });
  place.fix([node.right]);
  const old = lift.save(place.again(), "v", target);
  const right = lift.value(node.right);
  return copyNode(node, { operator: "=", left: place.take(), right: t.binaryExpression(operator, old, right) });
}

/** @returns its value, if that is used */
function liftLogicalAssignment(node: t.AssignmentExpression, lift: Lift, isUsed = true): t.Expression {
  const target = targetOf(node) as t.Identifier | t.MemberExpression;
  const place = t.isIdentifier(target) ? null : new Place(lift, target);
  place?.run();
  if (place && !lift.suspends(node.right)) {
    const rest = copyNode(node, { left: place.take() });
    if (!isUsed) lift.emit(t.expressionStatement(rest));
    return rest;
  }
  place?.fix([node.right]);
  const again = () => place?.again() ?? lift.again(target as t.Identifier);
  const old = isUsed ? lift.save(again(), "v", target) : lift.holdSimple(again(), [], "v", target);
  const right = lift.block(() => {
    const write = copyNode(node, { operator: "=", left: again() });
    if (isUsed) lift.emit(assignment(lift.again(old) as t.Identifier, liftAssignedValue(write, lift)));
    else effectOfAssignment(write, lift);
  });
  const operator = node.operator.slice(0, -1) as t.LogicalExpression["operator"];
  lift.emit(t.ifStatement(rightTest(operator, lift.again(old)), right));
  return old;
}

function liftAssignedValue(node: t.AssignmentExpression, lift: Lift): t.Expression {
  return copyNode(node, { right: lift.value(node.right) });
}
