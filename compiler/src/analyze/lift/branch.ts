// Owns: statements that hold others and are no loops: blocks, `if`, `try`, labels.
// Does not own: loops (loop.ts, for-each.ts), `switch` (switch.ts).
// I1. A label stays on its loop: what is evaluated before the loop comes before the label.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { copyNode } from "./nodes.ts";
import { destructure } from "./pattern.ts";

export function liftBlock(node: t.BlockStatement, lift: Lift): void {
  lift.emit(copyNode(node, { body: lift.collect(() => lift.statements(node.body)) }));
}

export function liftIf(node: t.IfStatement, lift: Lift): void {
  const test = lift.value(node.test);
  lift.emit(copyNode(node, { test, consequent: lift.body(node.consequent), alternate: lift.body(node.alternate) }));
}

export function liftLabeled(node: t.LabeledStatement, lift: Lift, labels: readonly t.LabeledStatement[]): void {
  const all = [...labels, node];
  if (t.isLoop(node.body) || t.isLabeledStatement(node.body)) lift.statement(node.body, all);
  else lift.emit(withLabels(all, lift.body(node.body)));
}

export function withLabels(labels: readonly t.LabeledStatement[], statement: t.Statement): t.Statement {
  return labels.reduceRight((body, label) => copyNode(label, { body }), statement);
}

/** A value that is returned within is not awaited there: its failure would be caught, and `finally` would come later. */
export function liftTry(node: t.TryStatement, lift: Lift): void {
  const block = lift.shielded(() => lift.body(node.block)) as t.BlockStatement;
  const handler = node.finalizer ? lift.shielded(() => liftCatch(node, lift)) : liftCatch(node, lift);
  lift.emit(copyNode(node, { block, handler, finalizer: lift.body(node.finalizer) }));
}

function liftCatch({ handler }: t.TryStatement, lift: Lift): t.CatchClause | null | undefined {
  if (!handler) return handler;
  const { param } = handler;
  if (!param || !lift.suspends(param)) return copyNode(handler, { body: lift.body(handler.body) });
  const caught = lift.context.unique("$e");
  const body = lift.block(() => {
    destructure(param, lift.save(t.identifier(caught), "v", "error"), "let", lift);
    lift.statement(handler.body);
  });
  return copyNode(handler, { param: t.identifier(caught), body });
}
