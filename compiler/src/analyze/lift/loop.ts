// Owns: `while`, `do` and `for` with suspensions in their heads.
// Does not own: for-of and its like (for-each.ts).
// I1. A test or update that suspends moves into the body; `continue` still leads to it.
// I2. Closures see the variables of `let` as before: those of the first values, then new ones for each turn, made before
//     the update. So an update that suspends comes first in the next turn if closures can tell.
import * as t from "@babel/types";
import { withLabels } from "./branch.ts";
import { retargetContinue } from "./continue.ts";
import { declaredIds } from "./declared.ts";
import type { Lift } from "./lift.ts";
import { assignment, copyNode, not } from "./nodes.ts";

type Labels = readonly t.LabeledStatement[];

export function liftWhile(node: t.WhileStatement, lift: Lift, labels: Labels): void {
  const emit = (changes: Partial<t.WhileStatement>) => lift.emit(withLabels(labels, copyNode(node, changes)));
  if (!lift.suspends(node.test)) emit({ body: lift.body(node.body) });
  else {
    const body = lift.block(() => {
      leaveUnless(node.test, lift);
      lift.statement(node.body);
    });
    emit({ test: t.booleanLiteral(true), body });
  }
}

export function liftDoWhile(node: t.DoWhileStatement, lift: Lift, labels: Labels): void {
  const emit = (changes: Partial<t.DoWhileStatement>) => lift.emit(withLabels(labels, copyNode(node, changes)));
  if (!lift.suspends(node.test)) emit({ body: lift.body(node.body) });
  else {
    let { test } = node;
    const body = lift.block(() => {
      emitTurn(node.body, labels, lift);
      test = lift.value(test);
    });
    emit({ test, body });
  }
}

export function liftFor(node: t.ForStatement, lift: Lift, labels: Labels): void {
  const { init } = node;
  const isCaptured = t.isVariableDeclaration(init) && init.kind === "let" && hasCaptured(init, lift);
  const emitRest = (init: t.ForStatement["init"]) => emitFor(copyNode(node, { init }), isCaptured, lift, labels);
  if (!init || !lift.suspends(init)) emitRest(init);
  else if (!t.isVariableDeclaration(init)) {
    lift.effect(init);
    emitRest(null);
  } else if (init.kind === "var") {
    lift.statement(init);
    emitRest(null);
  } else if (isFirstOnly(init, lift)) emitRest(withFirst(init, lift));
  else {
    const scope = lift.block(() => {
      lift.statement(init);
      emitRest(isCaptured ? copiesOf(init, lift) : null);
    });
    lift.emit(scope);
  }
}

function hasCaptured(init: t.VariableDeclaration, lift: Lift): boolean {
  return declaredIds(init).some((id) => lift.names.isCaptured(id));
}

/** Whether nothing but the value of the first name suspends, and it uses no name of the head. */
function isFirstOnly(node: t.VariableDeclaration, lift: Lift): boolean {
  const [first, ...others] = node.declarations as [t.VariableDeclarator, ...t.VariableDeclarator[]];
  if (!first.init || lift.suspends(first.id) || others.some(lift.suspends)) return false;
  return !lift.names.mentions([first.init], declaredIds(node));
}

function withFirst(node: t.VariableDeclaration, lift: Lift): t.VariableDeclaration {
  const [first, ...others] = node.declarations as [t.VariableDeclarator, ...t.VariableDeclarator[]];
  const init = lift.value(first.init as t.Expression);
  return copyNode(node, { declarations: [copyNode(first, { init }), ...others] });
}

/** I2: closures made in the head keep the first variables, the loop has copies. */
function copiesOf(node: t.VariableDeclaration, lift: Lift): t.VariableDeclaration {
  const pairs = declaredIds(node).map((id) => [lift.names.copy(id), lift.save(lift.names.copy(id), "v", id)] as const);
  return copyNode(node, { declarations: pairs.map(([id, value]) => t.variableDeclarator(id, value)) });
}

function emitFor(node: t.ForStatement, isCaptured: boolean, lift: Lift, labels: Labels): void {
  const [hasTest, hasUpdate] = [lift.suspends(node.test), lift.suspends(node.update)];
  if (hasUpdate && isCaptured) emitUpdateFirst(node, lift, labels);
  else {
    const test = hasTest ? null : node.test;
    const update = hasUpdate ? null : node.update;
    const body = hasTest || hasUpdate ? emitBody(node, labels, lift) : lift.body(node.body);
    lift.emit(withLabels(labels, copyNode(node, { test, update, body })));
  }
}

/** The body with what suspends of test and update. */
function emitBody({ test, update, body }: t.ForStatement, labels: Labels, lift: Lift): t.BlockStatement {
  return lift.block(() => {
    if (test && lift.suspends(test)) leaveUnless(test, lift);
    if (update && lift.suspends(update)) {
      emitTurn(body, labels, lift);
      lift.effect(update);
    } else lift.statement(body);
  });
}

/** I2 */
function emitUpdateFirst(node: t.ForStatement, lift: Lift, labels: Labels): void {
  const { test, update } = node;
  const isFirst = lift.save(t.booleanLiteral(true), "n", "first turn of a loop");
  const body = lift.block(() => {
    const begin = assignment(lift.again(isFirst), t.booleanLiteral(false));
    const next = lift.block(() => lift.effect(update as t.Expression));
    lift.emit(t.ifStatement(lift.again(isFirst), t.blockStatement([begin]), next));
    if (test) leaveUnless(test, lift);
    lift.statement(node.body);
  });
  lift.emit(withLabels(labels, copyNode(node, { test: null, update: null, body })));
}

function leaveUnless(test: t.Expression, lift: Lift): void {
  lift.emit(t.ifStatement(not(lift.value(test)), t.breakStatement()));
}

/** The body of a loop whose turn goes on after it: `continue` ends the body. */
function emitTurn(node: t.Statement, labels: Labels, lift: Lift): void {
  const made = lift.collect(() => lift.statement(node));
  const body = made.length === 1 ? (made[0] as t.Statement) : t.blockStatement(made);
  const label = retargetContinue(body, labels, () => lift.context.unique("$turn"));
  if (label) lift.emit(t.labeledStatement(t.identifier(label), body));
  else lift.emit(body);
}
