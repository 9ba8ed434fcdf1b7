// Owns: the traversal of a parsed file with its scopes.
// Does not own: what is done at a node (find.ts).
// I1. What may be declared twice is the parser's judgement. Babel's scopes know neither functions in branches and handlers of
//     sloppy code (ECMA-262 B.3) nor all that TypeScript merges, and would throw.
import traverse, { Scope, type Visitor } from "@babel/traverse";
import type * as t from "@babel/types";

type Collisions = { checkBlockScopedCollisions(...args: unknown[]): void };

/** Visits the nodes of a file whose scopes are not known yet. */
export function traverseFile(file: t.File, visitor: Visitor): void {
  const scopes = Scope.prototype as unknown as Collisions;
  const { checkBlockScopedCollisions } = scopes;
  // For this call only: others use the same Babel.
  scopes.checkBlockScopedCollisions = () => {};
  try {
    traverse(file, visitor);
  } finally {
    scopes.checkBlockScopedCollisions = checkBlockScopedCollisions;
  }
}
