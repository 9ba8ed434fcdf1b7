// Owns: plain functions nested in durable code: their parameters and bodies over cells.
// Does not own: how they are made and captured (closure.ts).
// I1. `length`, `arguments` and the order in which parameters are evaluated stay as they are.
import * as t from "@babel/types";
import { hasSimpleParams } from "../analyze/declare.ts";
import type { Binding, Unit } from "../analyze/scope.ts";
import { Native } from "./native.ts";
import { call, declare, id, num, undef } from "./nodes.ts";
import type { Emitters, Nested } from "./rewrite.ts";
import type { View } from "./view.ts";

/** The function itself, to be put where its captures are parameters. */
export function rewritePlain(node: Nested, view: View, emitters: Emitters): Nested {
  const native = new Native(view, emitters, null);
  const { unit } = view;
  for (const binding of unit.bindings) if (hidesParameter(binding)) view.names.rename(binding, binding.name);
  const { params, before } = rewriteParams(node, view, native);
  before.push(...openVars(unit, view));
  if (!t.isBlockStatement(node.body)) {
    const value = native.expression(node.body);
    const body = before.length === 0 ? value : t.blockStatement([...before, t.returnStatement(value)]);
    return { ...node, params, body } as Nested;
  }
  const statements = native.scoped(unit.body, node.body.body);
  return { ...node, params, body: { ...node.body, body: [...before, ...statements] } } as Nested;
}

/** A variable or function of the body beside a parameter of its name, where both have scopes of their own. */
function hidesParameter({ name, scope, unit }: Binding): boolean {
  return scope === unit.body && scope !== unit.params && unit.params.bindings.has(name);
}

/** Variables of the body that begin with the value of a parameter of the same name. */
function openVars(unit: Unit, view: View): t.Statement[] {
  return unit.bindings.flatMap((binding) => {
    if (binding.initFrom === null || binding.cell) return [];
    return [declare("var", view.names.of(binding), view.first(binding))];
  });
}

function rewriteParams(node: Nested, view: View, native: Native) {
  const cells = view.unit.bindings.filter((binding) => binding.kind === "param" && binding.cell);
  if (cells.length === 0) return { params: node.params.map((p) => native.target(p) as t.Identifier), before: [] };
  if (!hasSimpleParams(node)) return spreadParams(node, view, native, cells);
  const before: t.Statement[] = [];
  const params = (node.params as t.Identifier[]).map((param, index, all) => {
    const { binding } = view.use(param) ?? {};
    if (!binding?.cell) return param;
    const name = view.names.fresh(binding.name);
    // Of sloppy parameters with one name the last one counts.
    if (all.slice(index + 1).some((later) => later.name === param.name)) return id(name);
    before.push(...openParam(binding, id(name), view));
    return id(name);
  });
  return { params, before };
}

function openParam(binding: Binding, value: t.Expression, view: View): t.Statement[] {
  return binding.early ? [view.open(binding), view.initialize(binding, value)] : [view.initialize(binding, value)];
}

/** Patterns over cells are run in the body, from arguments taken as they come. */
function spreadParams(node: Nested, view: View, native: Native, cells: readonly Binding[]) {
  const counted = node.params.findIndex((param) => t.isAssignmentPattern(param) || t.isRestElement(param));
  const names = node.params.slice(0, counted < 0 ? undefined : counted).map(() => view.names.fresh("$p"));
  const rest = view.names.fresh("$p");
  const before = cells.map((binding): t.Statement => view.open(binding));
  const plain = view.unit.bindings.filter((binding) => binding.kind === "param" && !binding.cell);
  for (const binding of plain) before.push(declare("let", view.names.of(binding)));
  for (const [index, param] of node.params.entries()) {
    const own = names[index];
    const value = own ? id(own) : t.memberExpression(id(rest), num(index - names.length), true);
    before.push(...assignParam(param, value, index - names.length, native));
  }
  return { params: [...names.map(id), t.restElement(id(rest))], before };
}

/** Gives a parameter its argument, all of whose names exist already. */
export function assignParam(param: t.Node, value: t.Expression, from: number, native: Native): t.Statement[] {
  if (t.isRestElement(param)) {
    const list = t.isMemberExpression(value)
      ? call(native.view.abi("slice"), value.object as t.Expression, num(from))
      : value;
    return native.bind(param.argument, list, "assign");
  }
  if (!t.isAssignmentPattern(param)) return native.bind(param, value, "assign");
  const test = t.binaryExpression("===", value, undef());
  const chosen = t.conditionalExpression(test, native.expression(param.right), t.cloneNode(value));
  return native.bind(param.left, chosen, "assign");
}
