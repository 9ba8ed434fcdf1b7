// Owns: calls in the tail of an expression, whose value is the expression's: those of `a ? f(x) : b && g(y)`.
// Does not own: what is done with the value (await.ts, jump.ts).
// I1. Tails are separated only if one of them is a call; otherwise the expression stays whole.
import * as t from "@babel/types";
import { finishAwaitedCall, liftAwaitedCall, liftAwaitedTagged } from "./call.ts";
import { liftChainCall } from "./chain.ts";
import type { Lift } from "./lift.ts";
import { rightTest, undefinedNode } from "./nodes.ts";

/** What becomes of each tail; both are given what is left of it, and a call what it was. */
export interface Ends {
  call(call: t.Expression, of: t.Expression): void;
  other(value: t.Expression): void;
}

/** Whether a call is among the tails. */
export function hasTailCall(node: t.Node, isCall: (node: t.Node) => boolean = isAnyCall): boolean {
  const test = (inner: t.Node) => hasTailCall(inner, isCall);
  if (t.isParenthesizedExpression(node)) return test(node.expression);
  if (t.isConditionalExpression(node)) return test(node.consequent) || test(node.alternate);
  if (t.isLogicalExpression(node)) return test(node.right);
  if (t.isSequenceExpression(node)) return test(node.expressions.at(-1) as t.Expression);
  return isCall(node);
}

export function isAnyCall(node: t.Node): boolean {
  if (t.isOptionalCallExpression(node) || t.isTaggedTemplateExpression(node)) return true;
  return t.isCallExpression(node) && !t.isSuper(node.callee);
}

/** Whether `liftTail` may call its ends more than once. */
export function isDivided(node: t.Node): boolean {
  if (t.isParenthesizedExpression(node)) return isDivided(node.expression);
  if (t.isSequenceExpression(node)) return isDivided(node.expressions.at(-1) as t.Expression);
  if (t.isConditionalExpression(node) || t.isLogicalExpression(node)) return hasTailCall(node);
  return t.isOptionalCallExpression(node);
}

type Lifters = {
  [T in t.Expression["type"]]?: (node: Extract<t.Expression, { type: T }>, ends: Ends, lift: Lift) => void;
};

/** Lifts an expression so that every call in its tail stands by itself. */
export function liftTail(node: t.Expression, ends: Ends, lift: Lift): void {
  const separate = lifters[node.type] as ((node: t.Expression, ends: Ends, lift: Lift) => void) | undefined;
  if (separate && hasTailCall(node)) separate(node, ends, lift);
  else ends.other(lift.value(node));
}

const lifters: Lifters = {
  CallExpression: (node, ends, lift) => ends.call(liftAwaitedCall(node, lift), node),
  OptionalCallExpression: (node, { call, other }, lift) =>
    liftChainCall(
      node,
      (callee, { arguments: args }) => finishAwaitedCall(callee, args, lift),
      { reached: (value) => call(value, node), missing: () => other(undefinedNode()) },
      lift,
    ),
  TaggedTemplateExpression: (node, ends, lift) => ends.call(liftAwaitedTagged(node, lift), node),
  ParenthesizedExpression: (node, ends, lift) => liftTail(node.expression, ends, lift),
  ConditionalExpression: ({ test, consequent, alternate }, ends, lift) => {
    const residue = lift.value(test);
    const branches = [consequent, alternate].map((branch) => lift.block(() => liftTail(branch, ends, lift)));
    lift.emit(t.ifStatement(residue, branches[0] as t.BlockStatement, branches[1]));
  },
  LogicalExpression: ({ operator, left, right }, ends, lift) => {
    const value = lift.holdSimple(lift.value(left), [], "v", left);
    const whole = lift.block(() => liftTail(right, ends, lift));
    const half = lift.block(() => ends.other(lift.again(value)));
    lift.emit(t.ifStatement(rightTest(operator, value), whole, half));
  },
  SequenceExpression: ({ expressions }, ends, lift) => {
    for (const expression of expressions.slice(0, -1)) lift.effect(expression);
    liftTail(expressions.at(-1) as t.Expression, ends, lift);
  },
};
