// Owns: blocks and labels around points.
import type * as t from "@babel/types";
import type { Lower } from "../lowering.ts";
import { withLabels } from "../native.ts";
import { block } from "../nodes.ts";
import { lowerBlock } from "../regions.ts";

/** Its names have been moved out of it, so nothing is left of a block. */
export const lowerBlockStatement: Lower<t.BlockStatement> = (node, lowering, before) =>
  lowerBlock(node, lowering, before);

/** Loops carry their labels themselves. */
export const lowerLabeled: Lower<t.LabeledStatement> = (node, lowering, before, outer) => {
  const labels = [...outer, node.label.name];
  const { body } = node;
  if (body.type === "LabeledStatement" || loops.has(body.type)) return lowering.statement(body, before, labels);
  const lowered = lowering.jumps.inside({ type: "label", labels }, () => lowering.statement(body));
  return [...lowering.onEntry(before), withLabels(labels, block(lowered))];
};

const loops = new Set(["ForStatement", "WhileStatement", "DoWhileStatement", "ForInStatement", "ForOfStatement"]);
