// Owns: the run function (docs/abi.md 4): arguments, locals, reload, entry check, parameters, body, settling of the result.
// Does not own: the statements of the body (regions.ts, syntax/).
// I1. Locals are declared once, at the head, with a first value of their kind.
// I2. Parameters are evaluated at first entry only, in their order.
import * as t from "@babel/types";
import type { Point } from "../analyze/point.ts";
import type { Binding } from "../analyze/scope.ts";
import {
  type DescriptorPath,
  frameName,
  makeConstructor,
  makeEntrySave,
  makeSaves,
  oneSaveName,
  saveName,
} from "./frame.ts";
import { Lowering, type LowerTable } from "./lowering.ts";
import { call, compare, declare, endsAbruptly, id, label, member, num, set, undef, when } from "./nodes.ts";
import { assignParam } from "./plain.ts";
import { lowerList } from "./regions.ts";
import type { Emitters } from "./rewrite.ts";
import { dummyValue } from "./slots.ts";
import type { DurableUnit } from "./unit.ts";
import { findFault } from "./verify.ts";

/** Stack that the run function of a deep recursion may take, in bytes (docs/abi.md 4). */
const STACK_BUDGET = 400_000;
const BASE_COST = 100;
const COST_PER_LOCAL = 8;

export interface RunFunction {
  params: (t.Identifier | t.RestElement)[];
  body: t.BlockStatement;
}

/** Lowers a durable function; adds constructor and saves to the module. @param descriptor how it reaches its own */
export function lowerUnit(
  durable: DurableUnit,
  emitters: Emitters,
  table: LowerTable,
  descriptor: DescriptorPath,
): RunFunction {
  const lowering = new Lowering(durable, emitters, table, descriptor);
  const { frame } = lowering;
  const self = durable.thisBinding ? durable.name(durable.thisBinding) : lowering.local("0", null);
  const statements = lowering.parkAll(lowerWhole(durable, lowering));
  const head = makeHead(durable, lowering);
  const args = durable.args.map(({ binding, rest }) =>
    rest ? t.restElement(id(durable.name(binding))) : id(durable.name(binding)),
  );
  const functions = [
    makeConstructor(durable),
    ...(durable.unit.kind === "async" ? [makeEntrySave(durable, descriptor)] : []),
    ...makeSaves(durable, descriptor),
  ];
  durable.module.hoisted.push(...functions);
  const made = { params: [frame, id(self), ...args], body: t.blockStatement([...head, ...statements]) };
  if (globalThis.process?.env.COLDFRAME_VERIFY === "1") verify(durable, lowering, made, functions);
  return made;
}

/** @throws CF1081 if what was emitted breaks the protocol */
function verify(durable: DurableUnit, lowering: Lowering, made: RunFunction, functions: t.FunctionDeclaration[]): void {
  const { list } = durable.points;
  const { hasOneSave } = durable.layout;
  const nameOf = (binding: Binding) => durable.name(binding);
  const detail = findFault({
    ...made,
    pc: lowering.pc.name,
    frame: lowering.frame.name,
    saves: [
      saveName(durable, 0),
      ...list.map((point) => (hasOneSave ? oneSaveName(durable) : saveName(durable, point.number))),
    ],
    park: hasOneSave ? lowering.local("park", null) : null,
    functions: new Map(functions.map((fn) => [fn.id?.name ?? "", fn])),
    live: [durable.entryBindings().map(nameOf), ...list.map((point) => durable.live.at(point).map(nameOf))],
    constructorName: frameName(durable),
    kind: durable.unit.kind,
    points: list.map(({ kind }) => kind),
  });
  if (detail !== null) throw durable.module.fail(durable.unit.node, detail);
}

function makeHead(durable: DurableUnit, lowering: Lowering): t.Statement[] {
  const depth = lowering.local("h", null);
  const isAsync = durable.unit.kind === "async";
  const { pc, frame } = lowering;
  const locals = declareLocals(durable, lowering);
  const reload = durable.layout.fields.map((binding) => {
    const name = durable.name(binding);
    return set(id(name), member(frame, name));
  });
  const restore = [set(pc, member(frame, "$pc")), ...reload];
  const resumed = compare(frame, "!==", t.nullLiteral());
  const head = [locals.declaration];
  lowering.settleCosts(BASE_COST + COST_PER_LOCAL * locals.count);
  const charged = t.variableDeclaration("const", [t.variableDeclarator(id(depth), lowering.abi("depth"))]);
  // A frame that has been made at its start needs no check; calls below it are charged all the same.
  if (!isAsync) return [...head, ...(lowering.isCharging ? [charged] : []), when(resumed, restore)];
  const full = t.binaryExpression(">", id(depth), num(STACK_BUDGET));
  const tired = t.binaryExpression("<", t.updateExpression("--", lowering.abi("gas"), true), num(0));
  const entry = durable.entryBindings().map((binding) => id(durable.name(binding)));
  const reached = lowering.descriptor.isStatic ? [] : [lowering.descriptor.reach()];
  const parked = t.returnStatement(call(id(saveName(durable, 0)), ...reached, ...entry));
  const check = t.ifStatement(t.logicalExpression("||", full, tired), parked);
  return [...head, charged, t.ifStatement(resumed, t.blockStatement(restore), check)];
}

function declareLocals(durable: DurableUnit, lowering: Lowering) {
  const taken = new Set(durable.entryBindings().map((binding) => durable.name(binding)));
  const own = new Map<string, t.Expression>();
  const add = (binding: Binding) => {
    const name = durable.name(binding);
    if (!taken.has(name)) own.set(name, dummyValue(durable.dummy(binding)));
  };
  for (const binding of durable.view.hoisted) add(binding);
  for (const binding of durable.layout.fields) add(binding);
  for (const binding of durable.usedHidden) add(binding);
  const arguments_ = durable.unit.params.bindings.get("arguments");
  if (arguments_?.kind === "arguments") add(arguments_);
  const hidden = lowering.declaredLocals().map(({ name, dummy }) => [name, dummyValue(dummy)] as const);
  const all = [...hidden, ...own];
  const isUndefined = (value: t.Expression) => t.isUnaryExpression(value, { operator: "void" });
  const declarators = all.map(([name, value]) => t.variableDeclarator(id(name), isUndefined(value) ? null : value));
  return { declaration: t.variableDeclaration("let", declarators), count: all.length + taken.size };
}

/** Everything that runs: parameters, hoisted declarations, start of a generator, body, settling. */
function lowerWhole(durable: DurableUnit, lowering: Lowering): t.Statement[] {
  const fn = durable.unit.node as t.Function & { body: t.BlockStatement };
  lowering.local("pc", "number"); // declared first
  const before = [...bindParameters(durable, lowering), ...openVars(durable), ...lowering.enter(durable.unit.body)];
  const start = durable.points.list.find(({ kind }) => kind === "start");
  if (start !== undefined) {
    const started = startGenerator(start, lowering, before);
    const rest = lowerList(fn.body.body, lowering);
    return [when(lowering.upTo(start.number), started), ...rest];
  }
  const body = lowerList(fn.body.body, lowering, before);
  return durable.points.settle ? settleResult(durable.points.settle, lowering, body) : body;
}

function startGenerator(start: Point, lowering: Lowering, before: t.Statement[]): t.Statement[] {
  const parked = [...before, lowering.park(start, undef())];
  return [when(lowering.isFresh, parked), ...lowering.take()];
}

/** What an async function returns may be a promise: it is awaited here, outside of every handler. */
function settleResult(settle: Point, lowering: Lowering, body: t.Statement[]): t.Statement[] {
  const { pc } = lowering;
  const last = body.at(-1);
  const name = lowering.local("ret", null);
  // A return at the very end falls through to where it leads.
  if (t.isBreakStatement(last) && last.label?.name === name) body.pop();
  else if (!endsAbruptly(body)) body.push(t.returnStatement());
  const whole = t.blockStatement(body);
  const guarded =
    settle.number > 1
      ? t.ifStatement(compare(pc, "<", num(settle.number)), whole)
      : t.ifStatement(lowering.isFresh, whole);
  const awaited = id(lowering.local("w", null));
  const issue = [
    declare("const", awaited.name, lowering.abiCall("adopt", lowering.value)),
    t.ifStatement(compare(awaited, "!==", undef()), lowering.park(settle, id(awaited.name))),
  ];
  return [
    label(name, guarded),
    t.ifStatement(lowering.isFresh, t.blockStatement(issue), t.blockStatement(lowering.take())),
    t.returnStatement(lowering.value),
  ];
}

function bindParameters(durable: DurableUnit, lowering: Lowering): t.Statement[] {
  const { native } = lowering;
  const { view } = durable;
  const statements: t.Statement[] = [];
  if (durable.module.isSloppy(durable.unit) && durable.thisBinding)
    statements.push(coerceThis(durable.name(durable.thisBinding), durable.view.abi("object")));
  const early = durable.unit.bindings.filter((binding) => binding.kind === "param" && binding.early);
  statements.push(...early.map((binding) => view.open(binding)));
  const openCells = durable.unit.bindings.filter((b) => b.kind === "param" && b.cell && !b.early);
  const [all] = durable.args;
  if (durable.unit.params.bindings.get("arguments")?.kind === "arguments" && all) {
    statements.push(...openCells.map((binding) => view.open(binding)), ...bindArguments(durable, lowering));
    return statements;
  }
  for (const { binding, param, fallback } of durable.args) {
    if (fallback !== null) {
      const test = compare(view.variable(binding), "===", undef());
      statements.push(when(test, [set(view.variable(binding), native.expression(fallback))]));
    }
    if (param === null) continue;
    statements.push(...openIn(param, openCells, durable));
    statements.push(...assignParam(param, view.variable(binding), 0, native));
  }
  return statements;
}

/** Variables of the body that begin with the value of a parameter of the same name. */
function openVars({ unit, view }: DurableUnit): t.Statement[] {
  const named = unit.bindings.filter((binding) => binding.initFrom !== null && !binding.cell);
  return named.map((binding) => set(view.variable(binding), view.first(binding)));
}

/** Cells for what a parameter binds. */
function openIn(param: t.Node, cells: Binding[], durable: DurableUnit): t.Statement[] {
  const named = new Set(Object.keys(t.getBindingIdentifiers(param)));
  return cells.filter(({ name }) => named.has(name)).map((binding) => durable.view.open(binding));
}

/** The arguments object, and the parameters from all arguments. */
function bindArguments(durable: DurableUnit, lowering: Lowering): t.Statement[] {
  const { view, unit } = durable;
  const list = () => view.variable((durable.args[0] as { binding: Binding }).binding);
  const object = unit.params.bindings.get("arguments") as Binding;
  const maker = t.functionExpression(null, [], t.blockStatement([t.returnStatement(id("arguments"))]));
  const statements: t.Statement[] = [set(view.variable(object), call(view.abi("apply"), maker, undef(), list()))];
  for (const [index, param] of (unit.node as t.Function).params.entries()) {
    const value = t.memberExpression(list(), num(index), true);
    statements.push(...assignParam(param, value, index, lowering.native));
  }
  return statements;
}

/** In sloppy code `this` is an object. */
function coerceThis(name: string, realm: t.Expression): t.Statement {
  const isNothing = t.binaryExpression("==", id(name), t.nullLiteral());
  const object = call(realm, id(name));
  return set(id(name), t.conditionalExpression(isNothing, id("globalThis"), object));
}
