// Owns: operators that evaluate all of their operands: `a + b`, `typeof a`, `delete a.b`.
// Does not own: those that choose (choice.ts), assignments (assign.ts).
import * as t from "@babel/types";
import { deleteChain } from "./chain.ts";
import type { Lift } from "./lift.ts";
import { liftMember } from "./member.ts";
import { copyNode, undefinedNode } from "./nodes.ts";
import { runInOrder, ValueOperand } from "./operands.ts";

export function liftBinary(node: t.BinaryExpression, lift: Lift): t.Expression {
  const right = new ValueOperand(lift, node.right);
  // `#name in object`: the name is no operand.
  const left = t.isPrivateName(node.left) ? null : new ValueOperand(lift, node.left);
  runInOrder(lift, left ? [left, right] : [right]);
  return copyNode(node, { left: left?.result ?? node.left, right: right.result });
}

export function liftUnary(node: t.UnaryExpression, lift: Lift): t.Expression {
  if (node.operator === "delete") return liftDelete(node, lift);
  if (node.operator !== "void") return copyNode(node, { argument: lift.value(node.argument) });
  lift.effect(node.argument);
  return undefinedNode();
}

function liftDelete(node: t.UnaryExpression, lift: Lift): t.Expression {
  const argument = withoutParentheses(node.argument);
  if (t.isMemberExpression(argument)) return copyNode(node, { argument: liftMember(argument, lift) });
  if (t.isOptionalMemberExpression(argument)) return deleteChain(argument, lift);
  lift.effect(argument);
  return t.booleanLiteral(true);
}

function withoutParentheses(node: t.Expression): t.Expression {
  return t.isParenthesizedExpression(node) ? withoutParentheses(node.expression) : node;
}
