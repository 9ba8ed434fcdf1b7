// Owns: the user's text of an expression, also where lifting has put temporaries into it.
// Does not own: messages.
import generate from "@babel/generator";
import * as t from "@babel/types";
import { applyOf, markOf } from "../analyze/lift/marks.ts";
import { withoutHashes } from "../analyze/lift/text.ts";
import type { LoweringModule } from "./module.ts";

/** Source text of a node; of one that was made by lifting, with what its temporaries stand for. */
export function textOf(node: t.Node, { context }: LoweringModule): string {
  const mark = markOf(node, "temp");
  if (mark !== undefined) return withoutHashes(mark.of);
  if (node.start != null && node.end != null) return context.textOf(node);
  const apply = applyOf(node);
  if (apply !== undefined) return textOfCall(apply.text, apply.args);
  return generate(restore(node), { comments: false, compact: true }).code;
}

function textOfCall(callee: string, args: readonly t.Node[]): string {
  return `${callee}(${args.map((arg) => generate(restore(arg), { comments: false, compact: true }).code).join(",")})`;
}

/** A copy with the texts of temporaries in the place of their names. */
function restore(node: t.Node): t.Node {
  const copy = t.cloneNode(node, true);
  t.traverseFast(copy, (child) => {
    const mark = markOf(child, "temp");
    if (mark !== undefined && t.isIdentifier(child)) child.name = withoutHashes(mark.of);
  });
  return copy;
}
