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
import { wrapDeclaration, wrapMethod } from "../emit/wrapper.ts";
import { errors } from "../errors.ts";
import { isTransparent } from "../find/names.ts";
import { Closures } from "./closure.ts";
import { Members } from "./members.ts";
import { LoweringModule } from "./module.ts";
import { call, declare, id, member, num } from "./nodes.ts";
import { type Putting, planPutting } from "./put.ts";
import { describeUnit, kindOf } from "./record.ts";
import { lowerUnit } from "./run.ts";
import { refuseSloppy } from "./sloppy.ts";
import { syntax } from "./syntax/index.ts";
import { DurableUnit } from "./unit.ts";

/** Lowers a durable function in normal form; its record goes to the context. @throws a refusal located at its node */
export function lowerFunction(fn: DurableFunction, context: ModuleContext): LoweredFunction {
  const { node } = fn.path;
  giveBodies(node);
  const putting = planPutting(fn, context);
  const members = new Members(fn, context);
  const origin = (name: string) => (name === putting?.superHome ? "foreign" : originOf(fn.path, name, members));
  const analysis = resolveScopes(node, origin, hasThisAround(fn.path));
  decideCaptures(analysis);
  if (isBeforeSuper(fn.path)) for (const binding of analysis.root.captures) binding.cell = true;
  const module = new LoweringModule(context, analysis, members, fn);
  refuseSloppy(module);
  const closures = new Closures();
  const base = `${(fn.lexicalPath.label || "anonymous").replace(/[^\w$]|^(?=\d)/g, "_")}$`;
  closures.register(analysis.root, fn.id, base);
  const durable = new DurableUnit(module, analysis.root, base);
  if (t.isClassMethod(node) || t.isClassPrivateMethod(node)) return lowerMethod(durable, closures, putting);
  const isWrapped = fn.isDeclaration && fn.isModuleLevel;
  const replacement = isWrapped ? lowerDeclaration(durable, closures) : lowerExpression(durable, closures);
  if (t.isObjectMethod(node)) return { hoisted: module.hoisted, replacement, form: "value" };
  if (isWrapped || !fn.isDeclaration) return { hoisted: module.hoisted, replacement };
  const name = (node as t.FunctionDeclaration).id?.name as string;
  // At the top of a function a declaration may share its name with a parameter, a `var` or another declaration.
  const kind = t.isFunction(fn.path.parentPath?.parent) ? "var" : "let";
  const prelude = [declare(kind, name, replacement as t.Expression)];
  return { hoisted: module.hoisted, replacement: t.emptyStatement(), prelude };
}

/** A declaration of the module's scope: a wrapper in its place, the run function at module level. */
function lowerDeclaration(durable: DurableUnit, closures: Closures): t.FunctionDeclaration {
  const { fn, context } = durable.module;
  hoistRun(durable, closures);
  const wrapper = wrapDeclaration(fn, context, durable.module.strictness(durable.unit));
  const self = (wrapper.id as t.Identifier).name;
  context.setRecord(fn.record, { ...rootRecord(durable), ...describeUnit(durable), run: fn.run, self });
  return wrapper;
}

/** The run function at module level, of a function that is made once. */
function hoistRun(durable: DurableUnit, closures: Closures): void {
  const { fn, context, hoisted } = durable.module;
  const descriptor = { isStatic: true, reach: () => member(recordOf(context.abi.m, fn.record), "d") };
  const { params, body } = lowerUnit(durable, closures, syntax, descriptor);
  body.directives = durable.module.strictness(durable.unit);
  hoisted.push(
    t.functionDeclaration(
      id(fn.run),
      body.directives.length > 0 ? simplify(params, body, durable.view.abi("slice")) : params,
      body,
    ),
  );
}

/** A function that says "use strict" takes simple parameters only: a rest parameter becomes a variable. */
function simplify(params: (t.Identifier | t.RestElement)[], body: t.BlockStatement, abi: t.Expression): t.Identifier[] {
  const simple = params.filter((param) => t.isIdentifier(param));
  const rest = params.at(-1);
  if (!t.isRestElement(rest)) return simple;
  const list = call(abi, id("arguments"), num(simple.length));
  body.body.unshift(declare("let", (rest.argument as t.Identifier).name, list));
  return simple;
}

/**
 * A method stays a member, whose body starts the run function. Of a class that is not made once by the module the class puts
 * a function in its place, or, where it can't, the method makes the run function anew for each call: only there are the
 * variables around it.
 */
function lowerMethod(durable: DurableUnit, closures: Closures, putting: Putting | null): LoweredFunction {
  const { fn, context, hoisted, members } = durable.module;
  const node = fn.path.node as t.ClassMethod | t.ClassPrivateMethod;
  if (putting !== null) {
    putting.home.made.push({ node, fn: lowerExpression(durable, closures) });
    return { hoisted, replacement: t.functionExpression(null, [], t.blockStatement([])), form: "put" };
  }
  const record = { ...rootRecord(durable), ...describeUnit(durable) };
  if (fn.cls !== null && durable.unit.foreign.size === 0) {
    hoistRun(durable, closures);
    context.setRecord(fn.record, { ...record, run: fn.run });
    members.home?.methods.push({ node, record: fn.record });
    return { hoisted, replacement: wrapMethod(fn, context, null), form: "method" };
  }
  const made = closures.makeRun(durable, fn.id, madeRecord(context, fn.record));
  context.setRecord(fn.record, { ...record, captures: [], reason: NOT_ONCE });
  return { hoisted, replacement: wrapMethod(fn, context, made.body), form: "method" };
}

const NOT_ONCE = "It was made inside of a function that is not durable.";

/** A function whose name only run time knows would get none: the key of a field is not there where it is made. */
function refuseDynamicName({ module: { fn }, module }: DurableUnit): void {
  let path: NodePath = fn.path;
  while (path.parentPath && isTransparent(path.parent)) path = path.parentPath;
  const { node, parent } = path;
  const isField =
    t.isClassProperty(parent, { computed: true }) || t.isClassAccessorProperty(parent, { computed: true });
  const isKept = t.isObjectProperty(parent) && node === fn.path.node;
  if (!(isField || (t.isObjectProperty(parent, { computed: true }) && !isKept)) || parent.value !== node) return;
  if (fn.name !== "" || !isAnonymous(fn.path.node) || keyName(parent as t.ObjectProperty) !== null) return;
  const instead = "Assign the function to a variable first, and use that as the value.";
  throw module.refuse(node, "A durable function that takes its name from a computed key", instead);
}

/** An expression: what a factory makes, at module level if it needs nothing of functions around it but their `this`. */
function lowerExpression(durable: DurableUnit, closures: Closures): t.Expression {
  const { fn, context, hoisted } = durable.module;
  refuseDynamicName(durable);
  const { node } = fn.path;
  if (t.isObjectMethod(node) && durable.unit.foreign.has("super"))
    throw context.refuse(node, errors.outerClassMember({ member: "super" }));
  const isFree = durable.unit.foreign.size === 0;
  const made = closures.makeRun(durable, fn.id, madeRecord(context, fn.record), isFree && fn.isModuleLevel);
  const captures = [...durable.unit.captures];
  const own = { ...rootRecord(durable), ...describeUnit(durable), captures: captures.map(({ name }) => name) };
  const taken = captures.map(({ cell }) => (cell ? askForThis(context) : t.thisExpression()));
  const body = t.blockStatement(made.body, durable.module.strictness(durable.unit));
  if (!isFree) {
    context.setRecord(fn.record, { ...own, reason: NOT_ONCE });
    return call(t.arrowFunctionExpression(made.names.map(id), body), ...taken);
  }
  context.setRecord(fn.record, { ...own, make: fn.run });
  hoisted.push(t.functionDeclaration(id(fn.run), made.names.map(id), body));
  return call(id(fn.run), ...taken);
}

/** `$M().f[k]`, also where the module's own code has not run yet. */
function madeRecord({ abi }: ModuleContext, record: number): t.Expression {
  return t.memberExpression(member(call(id(abi.M)), "f"), num(record), true);
}

/** Whether the `this` of an arrow is that of a function or class around it, not the module's. */
function hasThisAround(path: NodePath<t.Function>): boolean {
  return path.isArrowFunctionExpression() && ownerOfThis(path) !== null;
}

/** What gives an arrow its `this`. Keys, decorators and the heritage of a class have that of what is around. */
function ownerOfThis(path: NodePath): NodePath | null {
  let inner = path;
  return path.findParent((outer) => {
    const { node } = outer;
    const isOutside = inner.key === "key" || inner.listKey === "decorators";
    inner = outer;
    if (isOutside || t.isArrowFunctionExpression(node)) return false;
    return t.isFunction(node) || t.isStaticBlock(node) || t.isClassProperty(node) || isOtherField(node);
  });
}

function isOtherField(node: t.Node): boolean {
  return t.isClassPrivateProperty(node) || t.isClassAccessorProperty(node);
}

/** `super()` may not have returned where the arrow is made: there is no `this` yet. */
function isBeforeSuper(path: NodePath<t.Function>): boolean {
  if (!path.isArrowFunctionExpression()) return false;
  const owner = ownerOfThis(path);
  const cls = owner?.parentPath?.parent;
  return t.isClassMethod(owner?.node, { kind: "constructor" }) && t.isClass(cls) && Boolean(cls.superClass);
}

/** `$R.lateThis(() => this)` */
function askForThis({ abi }: ModuleContext): t.Expression {
  return call(member(id(abi.R), "lateThis"), t.arrowFunctionExpression([], t.thisExpression()));
}

function rootRecord({ module: { fn, context }, unit, thisBinding }: DurableUnit) {
  const { id: own, name, length, loc, path } = fn;
  const isMethod = t.isMethod(path.node) || t.isClassPrivateMethod(path.node);
  const receiver = isMethod && thisBinding ? { receiver: true as const } : {};
  return { id: own, name, length, loc, kind: kindOf(unit), hash: context.hashOf(path.node), ...receiver };
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
function originOf(path: NodePath, name: string, members: Members): Origin {
  if (name === "super" || name.startsWith("#")) return members.reaches(name) ? "module" : "foreign";
  const scope = path.parentPath?.scope ?? path.scope;
  const binding = scope.getBinding(name);
  if (binding === undefined) return "global";
  if (binding.scope.path.isProgram()) return "module";
  return binding.scope.path.isClass() && members.reaches(name) ? "module" : "foreign";
}
