// Owns: the parts that patterns of all forms have: target and default.
// Does not own: where the value comes from (pattern.ts, array-pattern.ts).
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { assignment, isAnonymousFunction, isUndefinedTest, withName, withoutName } from "./nodes.ts";

/** How the names of a pattern come to their values: by assignment if null. */
export type DeclarationKind = t.VariableDeclaration["kind"] | null;

/** Gives a value, held in a simple expression, to a target of any form. */
export type Bind = (target: t.Node, value: t.Expression, kind: DeclarationKind, lift: Lift) => void;

export function splitDefault<N extends t.Node | null>(node: N): { target: t.Node | N; initial: t.Expression | null } {
  return t.isAssignmentPattern(node) ? { target: node.left, initial: node.right } : { target: node, initial: null };
}

/** Replaces a value that is undefined by a default; a function there is named after the target. */
export function useDefault(value: t.Identifier, initial: t.Expression | null, target: t.Node, lift: Lift): void {
  if (!initial) return;
  const replace = lift.block(() => {
    if (!isAnonymousFunction(initial)) return lift.into(value, initial, true);
    const fn = lift.value(initial);
    const named = t.isIdentifier(target) ? withName(fn, t.stringLiteral(target.name)) : withoutName(fn);
    lift.emit(assignment(lift.again(value), named));
  });
  lift.emit(t.ifStatement(isUndefinedTest(lift.again(value)), replace));
}
