// Owns: which names a block, a function body or a pattern declares, before anything in it is evaluated.
// Does not own: what becomes of them (resolve.ts).
import * as t from "@babel/types";

/** Identifiers that a pattern binds or assigns, in order of evaluation; members are left out. */
export function patternIdentifiers(pattern: t.Node | null | undefined): t.Identifier[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern];
    case "AssignmentPattern":
      return patternIdentifiers(pattern.left);
    case "RestElement":
      return patternIdentifiers(pattern.argument);
    case "ArrayPattern":
      return pattern.elements.flatMap(patternIdentifiers);
    case "ObjectPattern":
      return pattern.properties.flatMap((p) => patternIdentifiers(t.isRestElement(p) ? p : p.value));
    default:
      return [];
  }
}

export function declaredIdentifiers(declaration: t.VariableDeclaration): t.Identifier[] {
  return declaration.declarations.flatMap(({ id }) => patternIdentifiers(id));
}

/** `var` declarations of a function, those of its nested functions left out. */
export function collectVars(node: t.Node, found: t.Identifier[] = []): t.Identifier[] {
  if (t.isFunction(node) || t.isClass(node) || t.isExpression(node)) return found;
  if (t.isVariableDeclaration(node)) {
    if (node.kind === "var") found.push(...declaredIdentifiers(node));
    return found;
  }
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const child = (node as unknown as Record<string, unknown>)[key];
    for (const item of Array.isArray(child) ? child : [child]) if (item) collectVars(item as t.Node, found);
  }
  return found;
}

/** What a list of statements declares for its own block. */
export function lexicalDeclarations(body: readonly t.Statement[]) {
  const names: { id: t.Identifier; kind: "let" | "const" | "class" }[] = [];
  const functions: t.FunctionDeclaration[] = [];
  for (const statement of body) {
    if (t.isFunctionDeclaration(statement)) functions.push(statement);
    else if (t.isClassDeclaration(statement) && statement.id) names.push({ id: statement.id, kind: "class" });
    else if (t.isVariableDeclaration(statement) && statement.kind !== "var") {
      const kind = statement.kind === "const" ? "const" : "let";
      names.push(...declaredIdentifiers(statement).map((id) => ({ id, kind }) as const));
    }
  }
  return { names, functions };
}

/** Only identifiers, so that arguments can be taken as they come. */
export function hasSimpleParams(fn: t.Function): boolean {
  return fn.params.every((param) => t.isIdentifier(param));
}

/** Parameters hold an expression: then they have a scope apart from the body's variables (ECMA-262 10.2.11). */
export function hasParameterExpressions(node: t.Node | null): boolean {
  switch (node?.type) {
    case "AssignmentPattern":
      return true;
    case "RestElement":
      return hasParameterExpressions(node.argument);
    case "ArrayPattern":
      return node.elements.some(hasParameterExpressions);
    case "ObjectPattern":
      return node.properties.some((p) =>
        t.isRestElement(p) ? false : p.computed || hasParameterExpressions(p.value as t.Node),
      );
    default:
      return false;
  }
}

/** Does a method use `super`, itself or in its arrows? */
export function usesSuper(node: t.Node): boolean {
  if (t.isSuper(node)) return true;
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const child = (node as unknown as Record<string, unknown>)[key];
    for (const item of (Array.isArray(child) ? child : [child]) as (t.Node | null)[]) {
      if (!item || t.isClass(item) || (t.isFunction(item) && !t.isArrowFunctionExpression(item))) continue;
      if (usesSuper(item)) return true;
    }
  }
  return false;
}
