// Owns: `return` and `throw`.
// Does not own: which calls are awaited anyway (await.ts).
// I1. `return f(x)` of an async function becomes `return await f(x)`, unless something acts on the way out: then a failure
//     would be caught that JavaScript does not catch there, or a `finally` would wait for it.
// I2. A call whose result is surely no promise is left alone: awaiting it would cost a tick.
// I3. `return x` of an async generator is `return await x`, everywhere.
import * as t from "@babel/types";
import { liftSuspension } from "./await.ts";
import type { Lift } from "./lift.ts";
import { applyOf, setMark } from "./marks.ts";
import { assignment, copyNode } from "./nodes.ts";
import { hasTailCall, isAnyCall, liftTail } from "./tail.ts";

export function liftReturn(node: t.ReturnStatement, lift: Lift): void {
  const { argument } = node;
  const leave = (value: t.Expression) => lift.emit(value === argument ? node : copyNode(node, { argument: value }));
  const awaitFirst = (operand: t.Expression, of: t.Expression) => {
    const result = lift.temp("t", t.awaitExpression(of));
    lift.emit(assignment(lift.again(result), setMark(t.awaitExpression(operand), { kind: "returned" })));
    leave(result);
  };
  if (!argument) lift.emit(node);
  else if (awaitsResult(node, lift.fn)) leave(liftSuspension(t.awaitExpression(argument), lift));
  else if (!returnsPromise(node, lift.fn) || lift.shields > 0) leave(lift.value(argument));
  else
    liftTail(
      argument,
      { call: (call, of) => (isPlainCall(of) ? leave(call) : awaitFirst(call, of)), other: leave },
      lift,
    );
}

export function liftThrow(node: t.ThrowStatement, lift: Lift): void {
  lift.emit(copyNode(node, { argument: lift.value(node.argument) }));
}

/** Whether a statement returns what a call gives, which may be a promise, from an async function. */
export function returnsPromise(node: t.Node, fn: t.Function): boolean {
  if (!t.isReturnStatement(node) || !node.argument || !fn.async || fn.generator) return false;
  return hasTailCall(node.argument, (call) => isAnyCall(call) && !isPlainCall(call));
}

/** Whether a statement returns a value from an async generator, which awaits it there, handlers around it or not. */
export function awaitsResult(node: t.Node, fn: t.Function): boolean {
  return t.isReturnStatement(node) && node.argument != null && fn.async === true && fn.generator === true;
}

/** Functions that are global, and return neither promises nor objects of the user. */
const plainFunctions = new Set([
  ..."Boolean Number String BigInt Symbol parseInt parseFloat isNaN isFinite".split(" "),
  ..."encodeURIComponent decodeURIComponent encodeURI decodeURI".split(" "),
]);
const plainObjects = new Set([
  "Math",
  "JSON.stringify",
  "Number",
  "Date.now",
  "Array.isArray",
  "Object.is",
  "Object.hasOwn",
]);

function isPlainCall(node: t.Node): boolean {
  if (!t.isCallExpression(node)) return false;
  const name = applyOf(node)?.text ?? nameOf(node.callee);
  return plainFunctions.has(name) || plainObjects.has(name) || plainObjects.has(name.replace(/\.\w+$/, ""));
}

/** `a` or `a.b`. */
function nameOf(node: t.Node): string {
  if (t.isIdentifier(node)) return node.name;
  if (!t.isMemberExpression(node) || node.computed || !t.isIdentifier(node.object)) return "";
  return `${node.object.name}.${(node.property as t.Identifier).name}`;
}
