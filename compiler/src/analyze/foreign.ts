// Owns: the warning for durable functions that use variables of functions which are not durable.
// Does not own: cells and captures between durable functions (capture.ts), what a snapshot says at run time.
// I1. One warning per variable and function, where it is read first.
// I2. Only where the user marked the function: where all are durable, the marks promise nothing about this one.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import type { Diagnostics } from "../diagnostic.ts";
import { errors } from "../errors.ts";
import { nameOf } from "../find/names.ts";
import type { FoundFunction } from "./types.ts";

/** Warns of variables that cannot be restored with the function. Types must still be in the tree, or gone for good. */
export function warnForeign({ path, isExplicit, isModuleLevel }: FoundFunction, diagnostics: Diagnostics): void {
  if (!isExplicit || isModuleLevel) return;
  const reported = new Set<unknown>();
  path.traverse({
    ReferencedIdentifier(use: NodePath) {
      const { node } = use;
      if (!t.isIdentifier(node)) return;
      const binding = use.scope.getBinding(node.name);
      if (binding === undefined || reported.has(binding) || !isForeign(binding.scope.path, path)) return;
      reported.add(binding);
      const owner = describeOwner(binding.scope.path);
      diagnostics.add("warning", node, errors.unrestorableCapture({ variable: node.name, owner }));
    },
  } as never);
}

/** Whether a scope encloses the function without being the module's. */
function isForeign(scope: NodePath, fn: NodePath): boolean {
  return !scope.isProgram() && scope !== fn && !scope.isDescendant(fn);
}

function describeOwner(scope: NodePath): string {
  const fn = t.isFunction(scope.node) ? scope : scope.getFunctionParent();
  if (fn === null) return "a block of the module";
  const name = nameOf(fn);
  return name === "" ? "a function without a name" : `the function \`${name}\``;
}
