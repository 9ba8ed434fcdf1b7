// Owns: turning `continue` of a loop into a `break` of what is its body.
// Does not own: why (loop.ts).
import * as t from "@babel/types";
import { ownChildrenOf } from "./children.ts";
import { fillPlaces } from "./nodes.ts";

/**
 * Turns every `continue` in `body` that goes to the loop with these labels into a `break` to a label for the body.
 * @returns the label, if there is such a `continue`
 */
export function retargetContinue(
  body: t.Statement,
  labels: readonly t.LabeledStatement[],
  makeLabel: () => string,
): string | undefined {
  const names = new Set(labels.map(({ label }) => label.name));
  const found = continuesIn(body, names, false);
  if (found.length === 0) return undefined;
  const name = makeLabel();
  for (const node of found)
    Object.assign(node, { type: "BreakStatement", label: fillPlaces(t.identifier(name), node.loc) });
  return name;
}

function continuesIn(node: t.Node, names: ReadonlySet<string>, isInner: boolean): t.ContinueStatement[] {
  if (t.isContinueStatement(node)) {
    const isOurs = node.label ? names.has(node.label.name) : !isInner;
    return isOurs ? [node] : [];
  }
  if (t.isExpression(node)) return [];
  return ownChildrenOf(node).flatMap((child) => continuesIn(child, names, isInner || t.isLoop(node)));
}
