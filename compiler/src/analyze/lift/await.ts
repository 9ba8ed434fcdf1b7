// Owns: await and yield in every position: they come out as statements of their own.
// Does not own: the form of awaited calls (call.ts).
// I1. `await (a ? f(x) : g(y))` becomes two awaits, so that each call stands by itself; so do `&&`, `||`, `??`, `?.`.
// I2. `yield f(x)` of an async generator is `yield await f(x)`, whose yield awaits no more.
import * as t from "@babel/types";
import type { Suspension } from "./children.ts";
import type { Lift } from "./lift.ts";
import { setMark } from "./marks.ts";
import { assignment, copyNode } from "./nodes.ts";
import { hasTailCall, liftTail } from "./tail.ts";

/** Its value goes to a temporary. */
export function liftSuspension(node: Suspension, lift: Lift): t.Expression {
  const result = lift.temp("t", node);
  suspend(node, (operand) => assignment(lift.again(result), operand), lift);
  return result;
}

export function effectOfSuspension(node: Suspension, lift: Lift): void {
  suspend(node, t.expressionStatement, lift);
}

export function suspendInto(node: Suspension, target: t.Identifier, _isOwn: boolean, lift: Lift): void {
  suspend(node, (operand) => assignment(lift.again(target), operand), lift);
}

/** Emits the suspension, or one of several, in the statement that `wrap` makes of it. */
export function suspend(node: Suspension, wrap: (operand: t.Expression) => t.Statement, lift: Lift): void {
  if (t.isYieldExpression(node)) {
    lift.emit(wrap(liftYield(node, lift)));
  } else {
    const emit = (argument: t.Expression) => lift.emit(wrap(copyNode(node, { argument })));
    liftTail(node.argument, { call: emit, other: emit }, lift);
  }
}

function liftYield(node: t.YieldExpression, lift: Lift): t.YieldExpression {
  const { argument } = node;
  if (!argument) return copyNode(node, {});
  if (!lift.fn.async || node.delegate || !hasTailCall(argument))
    return copyNode(node, { argument: lift.value(argument) });
  const value = liftSuspension(t.awaitExpression(argument), lift);
  return setMark(copyNode(node, { argument: value }), { kind: "awaited" });
}
