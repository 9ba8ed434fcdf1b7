// Owns: `switch` around points.
// I1. On the way in the discriminant is compared natively, or, where a case is no literal or has another's, once and in order to
//     an index: a value must lead to one case only.
// I2. Re-entry gives a value that leads to the case with the point: its literal or index; for `default` one that no case has.
import * as t from "@babel/types";
import type { Lower, Lowering } from "../lowering.ts";
import { compare, id, num, set } from "../nodes.ts";
import { lowerList } from "../regions.ts";

export const lowerSwitch: Lower<t.SwitchStatement> = (node, lowering, before) => {
  const isLiteral = haveOwnLiterals(node.cases);
  const entered = lowering.enter(lowering.scopeOf(node));
  const prepared = isLiteral ? prepareLiteral(node, lowering, entered) : prepareIndex(node, lowering, entered);
  const bodies = lowering.jumps.inside({ type: "switch" }, () =>
    node.cases.map(({ consequent }) => lowerList(consequent, lowering)),
  );
  const cases = node.cases.map((each, index) => ({
    ...each,
    test: prepared.tests[index] ?? null,
    consequent: bodies[index] as t.Statement[],
  }));
  const again = chooseAgain(node, lowering, prepared.tests);
  const discriminant = t.conditionalExpression(lowering.isFresh, prepared.value, again);
  return [...lowering.onEntry([...before, ...prepared.before]), { ...node, discriminant, cases }];
};

interface Prepared {
  before: t.Statement[];
  value: t.Expression;
  tests: (t.Expression | null)[];
}

function prepareLiteral(node: t.SwitchStatement, lowering: Lowering, entered: t.Statement[]): Prepared {
  const tests = node.cases.map(({ test }) => test ?? null);
  const value = lowering.expression(node.discriminant);
  if (entered.length === 0) return { before: [], value, tests };
  // The discriminant is evaluated before the scope of the cases is entered.
  return { before: [set(lowering.value, value), ...entered], value: lowering.value, tests };
}

function prepareIndex(node: t.SwitchStatement, lowering: Lowering, entered: t.Statement[]): Prepared {
  const subject = id(lowering.local("s"));
  const fallback = node.cases.findIndex(({ test }) => !test);
  const last: t.Expression = num(fallback < 0 ? node.cases.length : fallback);
  const index = node.cases.reduceRight<t.Expression>((otherwise, { test }, at) => {
    if (!test) return otherwise;
    return t.conditionalExpression(compare(subject, "===", lowering.expression(test)), num(at), otherwise);
  }, last);
  const chosen = id(lowering.local("k", "number"));
  const before = [set(subject, lowering.expression(node.discriminant)), ...entered, set(chosen, index)];
  return { before, value: chosen, tests: node.cases.map((_, at) => num(at)) };
}

/** `$pc <= 2 ? "a" : $pc <= 5 ? "b" : …` over the cases that hold points. */
function chooseAgain(node: t.SwitchStatement, lowering: Lowering, tests: (t.Expression | null)[]): t.Expression {
  const held = node.cases.flatMap((each, index) => {
    const range = lowering.rangeOf(each);
    // SUSPEND is equal to nothing that a program can have.
    return range ? [{ last: range[1], value: tests[index] ? t.cloneNode(tests[index]) : lowering.suspend }] : [];
  });
  return held.reduceRight<t.Expression | null>(
    (otherwise, { last, value }) =>
      otherwise === null ? value : t.conditionalExpression(lowering.upTo(last), value, otherwise),
    null,
  ) as t.Expression;
}

function haveOwnLiterals(cases: readonly t.SwitchCase[]): boolean {
  const keys = cases.flatMap(({ test }) => (test ? [literalKey(test)] : []));
  return !keys.includes(null) && new Set(keys).size === keys.length;
}

/** The same for literals that are `===`, 0 and -0 among them; null for anything else. */
function literalKey(node: t.Node): string | null {
  if (t.isNullLiteral(node)) return "null";
  const sign = t.isUnaryExpression(node, { operator: "-" }) ? -1 : 1;
  const literal = t.isUnaryExpression(node) && sign === -1 ? node.argument : node;
  if (t.isNumericLiteral(literal)) return `number ${sign * literal.value}`;
  if (sign === -1) return null;
  if (t.isStringLiteral(literal) || t.isBooleanLiteral(literal)) return `${typeof literal.value} ${literal.value}`;
  return t.isBigIntLiteral(literal) ? `bigint ${BigInt(literal.value)}` : null;
}
