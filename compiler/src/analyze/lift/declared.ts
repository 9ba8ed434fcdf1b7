// Owns: which names a list of statements, a pattern or a function body declares.
// Does not own: scopes (resolve.ts).
import * as t from "@babel/types";
import { ownChildrenOf } from "./children.ts";

/** The names that a pattern binds, in order. */
export function idsOf(pattern: t.Node | null | undefined): t.Identifier[] {
  if (!pattern) return [];
  if (t.isIdentifier(pattern)) return [pattern];
  if (t.isArrayPattern(pattern)) return pattern.elements.flatMap(idsOf);
  if (t.isObjectPattern(pattern)) return pattern.properties.flatMap(idsOf);
  if (t.isObjectProperty(pattern)) return idsOf(pattern.value);
  if (t.isRestElement(pattern)) return idsOf(pattern.argument);
  return t.isAssignmentPattern(pattern) ? idsOf(pattern.left) : [];
}

/** The names that a declaration declares. */
export function declaredIds(node: t.VariableDeclaration): t.Identifier[] {
  return node.declarations.flatMap(({ id }) => idsOf(id));
}

/** The names that a list of statements declares for its block; functions are there from its beginning. */
export function lexicalIds(statements: readonly t.Statement[]): { id: t.Identifier; isFunction: boolean }[] {
  return statements.flatMap((statement): { id: t.Identifier; isFunction: boolean }[] => {
    let inner: t.Statement = statement;
    while (t.isLabeledStatement(inner)) inner = inner.body;
    if (t.isFunctionDeclaration(inner) && inner.id) return [{ id: inner.id, isFunction: true }];
    if (t.isClassDeclaration(inner) && inner.id) return [{ id: inner.id, isFunction: false }];
    if (!t.isVariableDeclaration(inner) || inner.kind === "var") return [];
    return declaredIds(inner).map((id) => ({ id, isFunction: false }));
  });
}

/** The names of `var` declarations anywhere in a body, those of nested functions aside. */
export function varIds(node: t.Node): t.Identifier[] {
  if (t.isExpression(node)) return [];
  const own = t.isVariableDeclaration(node) && node.kind === "var" ? declaredIds(node) : [];
  return [...own, ...ownChildrenOf(node).flatMap(varIds)];
}
