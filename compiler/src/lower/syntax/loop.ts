// Owns: `for`, `while` and `do` around points.
// I1. A loop stays native; on re-entry its test is passed over (docs/abi.md 7).
import * as t from "@babel/types";
import type { Lower, Lowering } from "../lowering.ts";
import { withLabels } from "../native.ts";
import { block, compare, num } from "../nodes.ts";
import { lowerBody } from "../regions.ts";

/** The body of a loop, in which `break` and `continue` mean it. */
export function lowerLoopBody(node: t.Loop, lowering: Lowering, labels: readonly string[], first: t.Statement[] = []) {
  return block(lowering.jumps.inside({ type: "loop", labels }, () => lowerBody(node.body, lowering, first)));
}

function orAgain(test: t.Expression, lowering: Lowering): t.Expression {
  return t.logicalExpression("||", compare(lowering.pc, "!==", num(0)), test);
}

export const lowerFor: Lower<t.ForStatement> = (node, lowering, before, labels) => {
  const head = lowering.native.forHead(node, false);
  const body = lowerLoopBody(node, lowering, labels);
  const begin = [...before, ...head.before, ...(head.init ? [t.expressionStatement(head.init as t.Expression)] : [])];
  const test = head.test && orAgain(head.test, lowering);
  return [...lowering.onEntry(begin), withLabels(labels, { ...node, init: null, test, update: head.update, body })];
};

export const lowerWhile: Lower<t.WhileStatement> = (node, lowering, before, labels) => {
  const test = lowering.expression(node.test);
  const isEndless = t.isBooleanLiteral(test, { value: true });
  const body = lowerLoopBody(node, lowering, labels);
  const loop = { ...node, test: isEndless ? test : orAgain(test, lowering), body };
  return [...lowering.onEntry(before), withLabels(labels, loop)];
};

/** The test stands behind the body: there `$pc` is 0. */
export const lowerDoWhile: Lower<t.DoWhileStatement> = (node, lowering, before, labels) => {
  const body = lowerLoopBody(node, lowering, labels);
  const loop = { ...node, test: lowering.expression(node.test), body };
  return [...lowering.onEntry(before), withLabels(labels, loop)];
};
