// Owns: `for … of` and `for … in` around points (docs/abi.md 11).
// I1. The iterator is closed by whatever leaves the loop but its own end; after a throw in silence.
// I2. `done` is set before a foreign `next` runs, so that closing after a failure of its own does nothing.
import * as t from "@babel/types";
import type { Lower, Lowering } from "../lowering.ts";
import { withLabels } from "../native.ts";
import { call, compare, id, label, num, set, undef, when } from "../nodes.ts";
import { lowerLoopBody } from "./loop.ts";

/** `for (; $pc !== 0 || $i.next(); ) { if ($pc === 0) x = $i.value; … }` */
function lowerIteration(node: t.ForXStatement, lowering: Lowering, iterator: string, labels: readonly string[]) {
  const bound = lowering.native.bindHead(node, lowering.part(iterator, "value"));
  const body = lowerLoopBody(node, lowering, labels, bound);
  const next = call(lowering.part(iterator, "next"));
  const test = t.logicalExpression("||", compare(lowering.pc, "!==", num(0)), next);
  return withLabels(labels, { ...t.forStatement(null, test, null, body), loc: node.loc ?? null });
}

function open(node: t.ForXStatement, lowering: Lowering, helper: string, iterator: string): t.Statement {
  return set(id(iterator), lowering.abiCall(helper, lowering.expression(node.right)));
}

const parts = new Set(["entries", "keys", "values"]);

/** `for (… of x.entries())`: of a Map or Set the runtime can store the iterator, but not one that is made outside it. */
function openOf(node: t.ForOfStatement, lowering: Lowering, iterator: string): t.Statement {
  const { right } = node;
  if (!t.isCallExpression(right) || right.arguments.length > 0) return open(node, lowering, "iter", iterator);
  const { callee } = right;
  if (!t.isMemberExpression(callee) || callee.computed || t.isSuper(callee.object)) {
    return open(node, lowering, "iter", iterator);
  }
  const part = t.isIdentifier(callee.property) ? callee.property.name : "";
  if (!parts.has(part)) return open(node, lowering, "iter", iterator);
  const base = lowering.expression(callee.object);
  return set(id(iterator), lowering.abiCall("iterMethod", base, t.stringLiteral(part), t.arrayExpression([])));
}

export const lowerForIn: Lower<t.ForInStatement> = (node, lowering, before, labels) => {
  const iterator = lowering.durable.name(lowering.durable.hidden(node)?.iterator);
  const begin = [...before, ...lowering.enter(lowering.scopeOf(node)), open(node, lowering, "keys", iterator)];
  return [...lowering.onEntry(begin), lowerIteration(node, lowering, iterator, labels)];
};

export const lowerForOf: Lower<t.ForOfStatement> = (node, lowering, before, labels) => {
  const iterator = lowering.durable.name(lowering.durable.hidden(node)?.iterator);
  const begin = [...before, ...lowering.enter(lowering.scopeOf(node)), openOf(node, lowering, iterator)];
  const { region, lowered } = lowering.inLoopRegion(() => lowerIteration(node, lowering, iterator, labels));
  const caught = lowering.local("x", null);
  const close = (helper: string) => t.expressionStatement(lowering.abiCall(helper, id(iterator)));
  const handler = t.catchClause(
    id(caught),
    t.blockStatement([
      when(lowering.abiCall("abrupt", id(caught)), [close("close")], [close("closeQuietly")]),
      t.throwStatement(id(caught)),
    ]),
  );
  const guarded = t.tryStatement(t.blockStatement([lowered]), handler);
  const resets = region.left ? [set(id(region.completion), num(0)), set(id(region.result), undef())] : [];
  const out = region.left ? lowering.jumps.dispatch(region).slice(1) : [];
  const whole = region.left ? label(region.label, guarded) : guarded;
  return [...lowering.onEntry(begin), ...resets, whole, close("close"), ...out];
};
