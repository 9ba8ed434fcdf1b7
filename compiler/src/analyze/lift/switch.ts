// Owns: `switch` with suspensions in what is compared.
// Does not own: those in the bodies only: their statements are lifted, the switch stays.
// I1. If a case suspends, the cases are compared one by one, up to the first that matches, before a switch on the index.
import * as t from "@babel/types";
import { lexicalIds } from "./declared.ts";
import type { Lift } from "./lift.ts";
import { assignment, copyNode } from "./nodes.ts";

export function liftSwitch(node: t.SwitchStatement, lift: Lift): void {
  const discriminant = lift.value(node.discriminant);
  const tests = node.cases.map(({ test }) => test).filter((test) => test != null);
  if (tests.some(lift.suspends)) compareFirst(node, discriminant, tests, lift);
  else lift.emit(copyNode(node, { discriminant, cases: liftBodies(node, lift) }));
}

/** I1 */
function compareFirst(node: t.SwitchStatement, discriminant: t.Expression, tests: t.Expression[], lift: Lift): void {
  checkNames(node, tests, lift);
  const value = lift.holdSimple(discriminant, tests, "v", node.discriminant);
  const index = lift.temp("n", "case of a switch");
  const set = (count: number) => assignment(lift.again(index), t.numericLiteral(count));
  lift.emit(assignment(lift.again(index), t.unaryExpression("-", t.numericLiteral(1))));
  for (const [count, { test }] of node.cases.entries()) {
    if (!test) continue;
    const compare = () => {
      const isEqual = t.binaryExpression("===", lift.again(value), lift.value(test));
      lift.emit(t.ifStatement(isEqual, t.blockStatement([set(count)])));
    };
    const isOpen = t.binaryExpression("<", lift.again(index), t.numericLiteral(0));
    lift.emit(t.ifStatement(isOpen, lift.block(compare)));
  }
  const cases = liftBodies(node, lift).map((each, count) =>
    each.test ? copyNode(each, { test: t.numericLiteral(count) }) : each,
  );
  lift.emit(copyNode(node, { discriminant: lift.again(index), cases }));
}

function liftBodies({ cases }: t.SwitchStatement, lift: Lift): t.SwitchCase[] {
  return cases.map((each) => copyNode(each, { consequent: lift.collect(() => lift.statements(each.consequent)) }));
}

/** The cases are compared outside of the scope that they have in common with the bodies. */
function checkNames({ cases }: t.SwitchStatement, tests: t.Expression[], lift: Lift): void {
  const declared = lexicalIds(cases.flatMap(({ consequent }) => consequent)).map(({ id }) => id);
  const using = tests.find((test) => lift.names.mentions([test], declared));
  if (using) lift.refuse(using, "A name declared in a `switch`, used in a case where a case has an await or yield,");
}
