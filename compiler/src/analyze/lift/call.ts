// Owns: calls, `new`, tagged templates and `import()` with suspensions in them; the form of calls that are awaited.
// Does not own: callees (callee.ts), calls in optional chains (chain.ts), the await itself (await.ts).
// I1. Of an awaited call nothing is left to be evaluated but loads of variables, literals and `this`.
// I2. Except for `Promise.all` and its like, whose arguments stay: lower/ looks into them (docs/abi.md 12).
import * as t from "@babel/types";
import { Callee, isLoad } from "./callee.ts";
import { ChainCallee } from "./chain.ts";
import type { Lift } from "./lift.ts";
import { applyOf, setMark } from "./marks.ts";
import { applyCall, copyNode, undefinedNode } from "./nodes.ts";
import { argumentsOf, runInOrder, ValueOperand } from "./operands.ts";
import { isStable } from "./stable.ts";

type AnyCallee = Callee | ChainCallee;

function calleeOf(node: t.Expression, lift: Lift): AnyCallee {
  return t.isOptionalMemberExpression(node) ? new ChainCallee(lift, node) : new Callee(lift, node);
}

export function liftCall(node: t.CallExpression, lift: Lift): t.Expression {
  if (t.isSuper(node.callee)) return lift.refuse(node, "A call of `super` with an await or yield in it");
  const callee = calleeOf(node.callee as t.Expression, lift);
  const args = argumentsOf(lift, node.arguments);
  const operands = isCombinator(node, lift) ? args : [callee, ...args];
  runInOrder(lift, operands);
  return callee.call(args.map(({ result }) => result));
}

/** Brings a call that is awaited to its form (I1), with or without suspensions in it. */
export function liftAwaitedCall(node: t.CallExpression, lift: Lift): t.Expression {
  if (applyOf(node)) return node;
  if (isCombinator(node, lift)) return lift.value(node);
  return finishAwaitedCall(calleeOf(node.callee as t.Expression, lift), node.arguments, lift);
}

export function finishAwaitedCall(callee: AnyCallee, nodes: readonly t.Node[], lift: Lift): t.Expression {
  const args = argumentsOf(lift, nodes);
  const isDue = (node: t.Node) => !isLoad(node) && !(t.isExpression(node) && isStable(node, [], lift));
  runInOrder(lift, [callee, ...args], nodes.findLastIndex(isDue) + 1);
  callee.simplify();
  for (const arg of args) arg.simplify();
  return callee.call(args.map(({ result }) => result));
}

const combinators = new Set(["all", "allSettled", "any", "race"]);

/** Whether a call is one of `Promise.all` or its like, which nobody replaces. */
export function isCombinator(node: t.Node, { names }: Lift): boolean {
  if (!t.isCallExpression(node) || !t.isMemberExpression(node.callee) || node.callee.computed) return false;
  const { object, property } = node.callee;
  if (!t.isIdentifier(object, { name: "Promise" }) || names.of(object)) return false;
  return t.isIdentifier(property) && combinators.has(property.name);
}

export function liftNew(node: t.NewExpression, lift: Lift): t.Expression {
  const callee = new ValueOperand(lift, node.callee as t.Expression, "f");
  const args = argumentsOf(lift, node.arguments);
  runInOrder(lift, [callee, ...args]);
  return copyNode(node, { callee: callee.result, arguments: args.map(({ result }) => result) });
}

export function liftImport(node: t.ImportExpression, lift: Lift): t.Expression {
  const operands = [node.source, node.options]
    .filter((part) => part != null)
    .map((part) => new ValueOperand(lift, part));
  runInOrder(lift, operands);
  const [source, options] = operands.map(({ result }) => result);
  return copyNode(node, { source, options });
}

/** The place stays one place, so that its template object stays one object. */
export function liftTagged(node: t.TaggedTemplateExpression, lift: Lift): t.Expression {
  const tag = calleeOf(node.tag, lift);
  const values = node.quasi.expressions.map((part) => new ValueOperand(lift, part as t.Expression));
  runInOrder(lift, [tag, ...values]);
  const expressions = values.map(({ result }) => result);
  if (tag.isDirect) return copyNode(node, { tag: tag.take(), quasi: copyNode(node.quasi, { expressions }) });
  return tag.call([templateObject(node.quasi), ...expressions]);
}

/** Brings a tagged template that is awaited to its form: it stays one, unless it had to become a call. */
export function liftAwaitedTagged(node: t.TaggedTemplateExpression, lift: Lift): t.Expression {
  const rest = lift.value(node);
  const apply = applyOf(rest);
  if (!apply) return rest;
  const args = argumentsOf(lift, apply.args);
  runInOrder(
    lift,
    args,
    apply.args.findLastIndex((arg) => !isLoad(arg)),
  );
  for (const arg of args) arg.simplify();
  return applyCall(
    apply.fn,
    apply.self,
    args.map(({ result }) => result),
    apply.text,
  );
}

function templateObject(quasi: t.TemplateLiteral): t.Expression {
  const strings = t.arrowFunctionExpression([t.identifier("strings")], t.identifier("strings"));
  const expressions = quasi.expressions.map(undefinedNode);
  return t.taggedTemplateExpression(setMark(strings, { kind: "strings" }), copyNode(quasi, { expressions }));
}
