// Owns: `var`, `let` and `const` with suspensions in value or pattern.
// Does not own: those in the head of a loop (loop.ts, for-each.ts).
// I1. `const a = await x` is a form of its own. Kinds stay, and the order of declarations: so does the time before they
//     are initialized.
import * as t from "@babel/types";
import { suspend } from "./await.ts";
import { isSuspension } from "./children.ts";
import type { Lift } from "./lift.ts";
import { copyNode } from "./nodes.ts";
import { destructure } from "./pattern.ts";
import { isDivided } from "./tail.ts";

export function liftDeclaration(node: t.VariableDeclaration, lift: Lift): void {
  let together: t.VariableDeclarator[] = [];
  const flush = () => {
    if (together.length > 0) lift.emit(copyNode(node, { declarations: together }));
    together = [];
  };
  for (const declarator of node.declarations) {
    if (!lift.suspends(declarator)) together.push(declarator);
    else {
      flush();
      liftDeclarator(node, declarator, lift);
    }
  }
  flush();
}

function liftDeclarator(declaration: t.VariableDeclaration, declarator: t.VariableDeclarator, lift: Lift): void {
  const { id, init } = declarator as t.VariableDeclarator & { init: t.Expression };
  const declare = (value: t.Expression) =>
    copyNode(declaration, { declarations: [copyNode(declarator, { init: value })] });
  if (lift.suspends(id)) takeApart(declaration, id, init, lift);
  else if (t.isIdentifier(id) && isSuspension(init) && !isDivided(init.argument ?? init)) suspend(init, declare, lift);
  else lift.emit(declare(lift.value(init)));
}

function takeApart({ kind }: t.VariableDeclaration, id: t.Node, init: t.Expression, lift: Lift): void {
  destructure(id, lift.holdSimple(lift.value(init), [id], "v", init), kind, lift);
}
