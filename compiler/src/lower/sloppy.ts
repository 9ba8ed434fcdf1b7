// Owns: what sloppy code may do that lowering does not keep: it is refused.
// Does not own: `with` and direct `eval` (analyze/supported.ts).
// I1. A function declared in a block is also a variable of the function (Annex B.3.2): not kept, where somebody could see it.
// I2. `arguments` of simple parameters writes them, and the other way round (10.4.4): not kept where somebody writes.
import * as t from "@babel/types";
import { hasSimpleParams } from "../analyze/declare.ts";
import type { Scope, Unit } from "../analyze/scope.ts";
import type { LoweringModule } from "./module.ts";

const STRICT = 'Begin the file with "use strict".';

/** @throws a refusal */
export function refuseSloppy(module: LoweringModule): void {
  if (!module.sloppy) return;
  const { scopes, units } = module.analysis;
  for (const scope of scopes.values()) {
    if ((scope.kind !== "block" && scope.kind !== "switch") || !module.isSloppy(scope.unit)) continue;
    const fn = scope.functions.find((each) => isSeenOutside(each, scope));
    if (fn) throw module.refuse(fn, "A function declared in a block of sloppy code, and used outside of it,", STRICT);
  }
  for (const unit of units.values()) {
    if (!module.isSloppy(unit)) continue;
    if (unit.kind === "plain" && !unit.bindings.some(({ kind, cell }) => kind === "param" && cell)) continue;
    const object = unit.params.bindings.get("arguments");
    if (object?.kind === "arguments" && object.captured && object.uses.some(({ write }) => write))
      throw module.refuse(unit.node, "An assignment to `arguments` beside a nested function that uses it", STRICT);
    if (writesArguments(unit)) throw module.refuse(unit.node, "A parameter that sloppy `arguments` shares", STRICT);
  }
}

/** Does anything but the block mean the variable that the function would also be? */
function isSeenOutside({ id, async, generator }: t.FunctionDeclaration, { parent, unit }: Scope): boolean {
  const name = (id as t.Identifier).name;
  // Only of plain functions there is a second variable, and not beside a parameter of the name.
  if (async || generator || unit.params.bindings.get(name)?.kind === "param") return false;
  for (let outer = parent; outer !== null && outer.unit === unit; outer = outer.parent) {
    const binding = outer.bindings.get(name);
    if (binding?.kind === "let" || binding?.kind === "const" || binding?.kind === "class") return false;
    if (binding !== undefined && binding.uses.length > 0) return true;
  }
  return name === "arguments" || unit.free.has(name) || [...unit.captures].some((binding) => binding.name === name);
}

function writesArguments(unit: Unit): boolean {
  if (!t.isFunction(unit.node) || !hasSimpleParams(unit.node)) return false;
  const object = unit.params.bindings.get("arguments");
  if (object?.kind !== "arguments") return false;
  const isWritten = unit.bindings.some(
    ({ kind, uses }) => kind === "param" && uses.some((use) => use.write && !use.init),
  );
  return isWritten || storesTo(unit.node, new Set(object.uses.map(({ node }) => node)));
}

/** `arguments[0] = x`, and whatever else assigns or deletes a member of it. */
function storesTo(root: t.Node, objects: ReadonlySet<t.Node>): boolean {
  let found = false;
  t.traverseFast(root, (node) => {
    const target = t.isAssignmentExpression(node)
      ? node.left
      : t.isUpdateExpression(node) || t.isUnaryExpression(node, { operator: "delete" })
        ? node.argument
        : null;
    if (t.isMemberExpression(target) && objects.has(target.object)) found = true;
  });
  return found;
}
