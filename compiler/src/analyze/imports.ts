// Owns: which imports the durable functions of a module use as values, or its classes extend, and what snapshots call them.
// Does not own: how they are found again (docs/abi.md 13).
// I1. An import that only types use is never named: to name it would keep an import alive that must vanish.
// I2. A name says where the value comes from, not who imports it: any module that imports it too can give it back.
import { posix } from "node:path";
import type { NodePath, Scope } from "@babel/traverse";
import * as t from "@babel/types";
import { classesOf } from "./shape.ts";
import type { FoundFunction } from "./types.ts";

/** One import that is used as a value. */
export interface UsedImport {
  /** Name in this module. */
  local: string;
  /** `module#export`, "default" and "*" included. */
  ref: string;
}

/** The imports, in the order of their first use. Types must have been erased. */
export function findImports(
  program: NodePath<t.Program>,
  functions: readonly FoundFunction[],
  moduleId: string,
): UsedImport[] {
  const used = new Map<string, UsedImport>();
  const add = (name: string, scope: Scope) => {
    const binding = scope.getBinding(name);
    if (binding?.kind !== "module" || used.has(name)) return;
    used.set(name, { local: name, ref: refOf(binding.path, moduleId) ?? `${moduleId}#${name}` });
  };
  for (const { path } of functions)
    path.traverse({
      ReferencedIdentifier({ node, scope }: NodePath) {
        if (t.isIdentifier(node) || t.isJSXIdentifier(node)) add(node.name, scope);
      },
    } as never);
  for (const { node } of classesOf(program.node))
    if (t.isIdentifier(node.superClass)) add(node.superClass.name, program.scope);
  return [...used.values()];
}

function refOf({ node, parent }: NodePath, moduleId: string): string | undefined {
  if (!t.isImportDeclaration(parent)) return undefined;
  return `${sourceOf(parent.source.value, moduleId)}#${exportedName(node)}`;
}

function exportedName(node: t.Node): string {
  if (t.isImportNamespaceSpecifier(node)) return "*";
  if (!t.isImportSpecifier(node)) return "default";
  return t.isIdentifier(node.imported) ? node.imported.name : node.imported.value;
}

/** The id of the module that a relative specifier names; of any other, the specifier. */
function sourceOf(specifier: string, moduleId: string): string {
  if (!specifier.startsWith(".")) return specifier;
  return posix.join(posix.dirname(moduleId), specifier).replace(/\.[cm]?[jt]sx?$/, "");
}
