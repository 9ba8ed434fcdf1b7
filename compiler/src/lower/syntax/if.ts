// Owns: `if` around points.
import * as t from "@babel/types";
import type { Lower } from "../lowering.ts";
import { and, block } from "../nodes.ts";
import { lowerBody } from "../regions.ts";

/** `if ($pc === 0 ? test : $pc <= lastOfThen)`: re-entry goes to the branch that holds the point. */
export const lowerIf: Lower<t.IfStatement> = (node, lowering, before) => {
  const { consequent, alternate } = node;
  const then = lowering.rangeOf(consequent);
  const test = lowering.expression(node.test);
  const again = lowering.rangeOf(alternate) === undefined ? t.booleanLiteral(true) : then && lowering.upTo(then[1]);
  const chosen = again ? t.conditionalExpression(lowering.isFresh, test, again) : and(lowering.isFresh, test);
  const lowered = block(lowerBody(consequent, lowering));
  const otherwise = alternate ? elseOf(lowerBody(alternate, lowering)) : null;
  return [...lowering.onEntry(before), { ...node, test: chosen, consequent: lowered, alternate: otherwise }];
};

/** `else if` stays that: with a block for each, V8 runs out of stack in a chain half as long. */
function elseOf(statements: t.Statement[]): t.Statement {
  const [only] = statements;
  return statements.length === 1 && t.isIfStatement(only) ? only : block(statements);
}
