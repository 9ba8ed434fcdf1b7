// Owns: which imports the durable functions of a module use as values.
// Does not own: how they are referred to in snapshots (docs/abi.md 13).
// I1. An import that only types use is never named: to name it would keep an import alive that must vanish.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import type { FoundFunction } from "./types.ts";

/** Names of imports, in the order of their first use. Types must have been erased. */
export function findImports(functions: readonly FoundFunction[]): string[] {
  const names = new Set<string>();
  for (const { path } of functions)
    path.traverse({
      ReferencedIdentifier({ node, scope }: NodePath) {
        if (!t.isIdentifier(node) && !t.isJSXIdentifier(node)) return;
        if (scope.getBinding(node.name)?.kind === "module") names.add(node.name);
      },
    } as never);
  return [...names];
}
