// Owns: the lowering of one outermost durable function, with all that is nested in it, from normal form to emitted code.
// Does not own: what comes before (analyze/lift) and after (emit/print).
// I1. The tree that comes in is not changed, arrows without a block aside: they get one.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import { decideCaptures } from "../analyze/capture.ts";
import { isAnonymous, keyName } from "../analyze/fn-name.ts";
import type { Origin } from "../analyze/scope.ts";
import type { DurableFunction, LoweredFunction, ModuleContext } from "../analyze/types.ts";
import { resolveScopes } from "../analyze/walk.ts";
import { wrapDeclaration } from "../emit/wrapper.ts";
import { Closures } from "./closure.ts";
import { LoweringModule } from "./module.ts";
import { call, declare, id, member, num } from "./nodes.ts";
import { describeUnit, kindOf } from "./record.ts";
import { lowerUnit } from "./run.ts";
import { refuseSloppy } from "./sloppy.ts";
import { syntax } from "./syntax/index.ts";
import { DurableUnit } from "./unit.ts";

/** Lowers a durable function in normal form; its record goes to the context. @throws a refusal located at its node */
export function lowerFunction(fn: DurableFunction, context: ModuleContext): LoweredFunction {
  const { node } = fn.path;
  giveBodies(node);
  const analysis = resolveScopes(node, (name) => originOf(fn.path, name));
  decideCaptures(analysis);
  const module = new LoweringModule(context, analysis, fn, isSloppy(fn.path, context));
  refuseSloppy(module);
  const closures = new Closures();
  const base = `${(fn.lexicalPath.label || "anonymous").replace(/[^\w$]|^(?=\d)/g, "_")}$`;
  closures.register(analysis.root, fn.id, base);
  const durable = new DurableUnit(module, analysis.root, base);
  const isWrapped = fn.isDeclaration && fn.isModuleLevel;
  const replacement = isWrapped ? lowerDeclaration(durable, closures) : lowerExpression(durable, closures);
  if (isWrapped || !fn.isDeclaration) return { hoisted: module.hoisted, replacement };
  const name = (node as t.FunctionDeclaration).id?.name as string;
  // At the top of a function a declaration may share its name with a parameter, a `var` or another declaration.
  const kind = t.isFunction(fn.path.parentPath?.parent) ? "var" : "let";
  const prelude = [declare(kind, name, replacement as t.Expression)];
  return { hoisted: module.hoisted, replacement: t.emptyStatement(), prelude };
}

/** A declaration of the module's scope: a wrapper in its place, the run function at module level. */
function lowerDeclaration(durable: DurableUnit, closures: Closures): t.FunctionDeclaration {
  const { fn, context, hoisted } = durable.module;
  const descriptor = { isStatic: true, reach: () => member(recordOf(context.abi.m, fn.record), "d") };
  const { params, body } = lowerUnit(durable, closures, syntax, descriptor);
  hoisted.push(t.functionDeclaration(id(fn.run), params, body));
  const wrapper = wrapDeclaration(fn, context);
  const self = (wrapper.id as t.Identifier).name;
  context.setRecord(fn.record, { ...rootRecord(durable), ...describeUnit(durable), run: fn.run, self });
  return wrapper;
}

/** A function whose name only run time knows would get none: the key is not there where it is made. */
function refuseDynamicName({ module: { fn }, module }: DurableUnit): void {
  const { node, parent } = fn.path;
  const isValue = t.isObjectProperty(parent, { computed: true }) && parent.value === node;
  if (!isValue || fn.name !== "" || !isAnonymous(node) || keyName(parent) !== null) return;
  const instead = "Assign the function to a variable first, and use that as the value.";
  throw module.refuse(node, "A durable function that takes its name from a computed key", instead);
}

/** An expression: what a factory makes, at module level if it needs nothing of functions around it. */
function lowerExpression(durable: DurableUnit, closures: Closures): t.Expression {
  const { fn, context, hoisted } = durable.module;
  refuseDynamicName(durable);
  const record = t.memberExpression(member(call(id(context.abi.M)), "f"), num(fn.record), true);
  const isFree = fn.isModuleLevel && durable.unit.foreign.size === 0;
  const made = closures.makeRun(durable, fn.id, record, isFree);
  const own = { ...rootRecord(durable), ...describeUnit(durable), captures: [] };
  if (!isFree) {
    const reason = "It was made inside of a function that is not durable.";
    context.setRecord(fn.record, { ...own, reason });
    return call(t.arrowFunctionExpression([], t.blockStatement(made.body)));
  }
  context.setRecord(fn.record, { ...own, make: fn.run });
  hoisted.push(t.functionDeclaration(id(fn.run), [], t.blockStatement(made.body)));
  return call(id(fn.run));
}

function rootRecord({ module: { fn, context }, unit }: DurableUnit) {
  const { id: own, name, length, loc } = fn;
  return { id: own, name, length, loc, kind: kindOf(unit), hash: context.hashOf(fn.path.node) };
}

function recordOf(m: string, record: number): t.Expression {
  return t.memberExpression(member(id(m), "f"), num(record), true);
}

/** Arrows with an expression for a body get a block, so that there is one form to lower. */
function giveBodies(root: t.Function): void {
  t.traverseFast(root, (node) => {
    if (!t.isArrowFunctionExpression(node) || !node.async || t.isBlockStatement(node.body)) return;
    const { body } = node;
    node.body = { ...t.blockStatement([{ ...t.returnStatement(body), loc: body.loc ?? null }]), loc: body.loc ?? null };
    node.expression = false;
  });
}

/** Where a name comes from that the function does not declare. */
function originOf(path: NodePath, name: string): Origin {
  const scope = path.parentPath?.scope ?? path.scope;
  const binding = scope.getBinding(name);
  if (binding === undefined) return "global";
  return binding.scope.path.isProgram() ? "module" : "foreign";
}

function isSloppy(path: NodePath, { sourceType }: ModuleContext): boolean {
  if (sourceType === "module") return false;
  const isStrict = (body: { directives: t.Directive[] }) =>
    body.directives.some(({ value }) => value.value === "use strict");
  for (let outer: NodePath | null = path; outer !== null; outer = outer.parentPath) {
    const { node } = outer;
    if (t.isClass(node)) return false;
    if (t.isProgram(node) && isStrict(node)) return false;
    if (t.isFunction(node) && t.isBlockStatement(node.body) && isStrict(node.body)) return false;
  }
  return true;
}
