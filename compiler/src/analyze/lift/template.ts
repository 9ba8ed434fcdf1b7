// Owns: template literals with suspensions in them.
// Does not own: tagged templates (call.ts).
// I1. Each part becomes a string before the next is evaluated: what precedes a suspension is kept as one string.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { copyNode } from "./nodes.ts";

export function liftTemplate(node: t.TemplateLiteral, lift: Lift): t.Expression {
  let { quasis } = node;
  let expressions = node.expressions as t.Expression[];
  for (let next = nextOf(expressions, lift); next >= 0; next = nextOf(expressions, lift)) {
    if (next > 0) {
      const head = copyNode(node, { quasis: quasis.slice(0, next + 1), expressions: expressions.slice(0, next) });
      const start = lift.save(head, "v", head);
      expressions = [start, ...expressions.slice(next)];
      quasis = [emptyQuasi(), emptyQuasi(), ...quasis.slice(next + 1)];
      next = 1;
    }
    expressions = expressions.with(next, lift.value(expressions[next] as t.Expression));
  }
  return copyNode(node, { quasis, expressions });
}

function nextOf(expressions: t.Expression[], lift: Lift): number {
  return expressions.findIndex(lift.suspends);
}

function emptyQuasi(): t.TemplateElement {
  return t.templateElement({ raw: "", cooked: "" });
}
