// Owns: `for-of`, `for-in` and `for await` with suspensions in their heads.
// Does not own: their iterators: the loop stays, and with it what closes them.
// I1. A target that suspends is taken apart in the body, where the loop closes the iterator if that fails.
// I2. The right side cannot read what the head declares, nor what is called so around: where it suspends, it is evaluated in
//     a block whose names are never initialized.
import * as t from "@babel/types";
import { withLabels } from "./branch.ts";
import { declaredIds } from "./declared.ts";
import type { Lift } from "./lift.ts";
import { Place } from "./member.ts";
import { assignment, canonicalText, copyNode } from "./nodes.ts";
import { destructure } from "./pattern.ts";

type ForEach = t.ForOfStatement | t.ForInStatement;

export function liftForEach<N extends ForEach>(node: N, lift: Lift, labels: readonly t.LabeledStatement[]): void {
  const right = liftRight(node, lift);
  const liftParts = () => (lift.suspends(node.left) ? takeTarget(node, lift) : { body: lift.body(node.body) });
  // What is returned within for-of is not awaited there: the iterator is closed first.
  const parts = t.isForOfStatement(node) ? lift.shielded(liftParts) : liftParts();
  lift.emit(withLabels(labels, copyNode(node, { right, ...parts } as Partial<N>)));
}

function liftRight({ left, right }: ForEach, lift: Lift): t.Expression {
  if (!lift.suspends(right)) return right;
  const hidden = t.isVariableDeclaration(left) && left.kind !== "var" ? declaredIds(left) : [];
  return lift.names.mentions([right], hidden) ? liftInDeadZone(right, hidden, lift) : lift.value(right);
}

/** I2: `zone: { $v = right; break zone; let x; }` */
function liftInDeadZone(right: t.Expression, hidden: readonly t.Identifier[], lift: Lift): t.Expression {
  const value = lift.temp("v", right);
  const zone = () => t.identifier(label);
  const label = lift.context.unique("$zone");
  const block = lift.block(() => {
    lift.into(value, right, true);
    lift.emit(t.breakStatement(zone()));
    lift.emit(
      t.variableDeclaration(
        "let",
        hidden.map((id) => t.variableDeclarator(lift.names.copy(id))),
      ),
    );
  });
  lift.emit(t.labeledStatement(zone(), block));
  return lift.again(value);
}

function takeTarget({ left, body }: ForEach, lift: Lift): Pick<ForEach, "left" | "body"> {
  const value = lift.temp("v", `each ${canonicalText(left)}`);
  const inner = lift.block(() => {
    giveTo(left, value, lift);
    lift.statement(body);
  });
  return { left: value, body: inner };
}

function giveTo(left: t.Node, value: t.Identifier, lift: Lift): void {
  if (t.isMemberExpression(left)) {
    const place = new Place(lift, left);
    place.run();
    lift.emit(assignment(place.take(), lift.again(value)));
  } else if (t.isVariableDeclaration(left)) {
    const [declarator] = left.declarations as [t.VariableDeclarator];
    if (declarator.init) lift.refuse(left, "A variable with a value in the head of for-in");
    destructure(declarator.id, value, left.kind, lift);
  } else destructure(left, value, null, lift);
}
