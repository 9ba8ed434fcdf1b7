// Owns: normal form. After `lift` every await and yield of a function stands alone in a statement; the function is still
// ordinary JavaScript and does the same.
// Does not own: what is made of it (lower/), functions nested in it: each is lifted by itself.
//
// Normal form, checked by verify.ts:
// N1. An await or yield is all of an expression statement, the right side of an assignment to a name that is one, or the
//     value of a declaration of one name. The operand of an await is a call of which only loads are left to evaluate, a
//     call of `Promise.all` or its like, or an expression without suspensions.
// N2. Operands evaluated before a suspension of the same expression are kept in temporaries, in order.
// N3. What chooses or repeats is a statement; heads of loops and switches do not suspend.
// N4. `return f(x)` of an async function is `return await f(x)`, except where something acts on the way out (jump.ts).
//     Of an async generator `return x` is `return await x`. Arrow functions have blocks.
// N5. Declarations keep kind and order. Functions keep their names.
// N6. Temporaries are declared once, at the top of the body, and marked with what they stand for (marks.ts).
// N7. What cannot be done so that nobody can tell is refused.
import * as t from "@babel/types";
import { Lift, type LiftContext } from "./lift.ts";
import { resolveNames } from "./resolve.ts";
import { table } from "./table.ts";

export type { LiftContext } from "./lift.ts";
export { applyOf, isTemp, markOf } from "./marks.ts";
export { isNormal } from "./verify.ts";

/**
 * Brings the body of an async function or generator to normal form, in place.
 * @param fn types have been erased
 * @throws what `context.refuse` makes
 */
export function lift(fn: t.Function, context: LiftContext): void {
  if (!t.isBlockStatement(fn.body)) useBlock(fn as t.ArrowFunctionExpression);
  const lifting = new Lift(fn, resolveNames(fn), context, table);
  const body = fn.body as t.BlockStatement;
  const made = lifting.collect(() => lifting.statements(body.body));
  if (lifting.temps.length > 0) made.unshift(declare(lifting.temps, body));
  body.body = made;
}

function useBlock(fn: t.ArrowFunctionExpression): void {
  const value = fn.body as t.Expression;
  const statement = t.returnStatement(value);
  const block = t.blockStatement([statement]);
  statement.loc = value.loc;
  block.loc = value.loc;
  fn.body = block;
  fn.expression = false;
}

function declare(temps: t.VariableDeclarator[], { loc }: t.Node): t.VariableDeclaration {
  const declaration = t.variableDeclaration("let", temps);
  declaration.loc = loc;
  return declaration;
}
