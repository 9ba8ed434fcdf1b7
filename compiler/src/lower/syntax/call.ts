// Owns: awaited calls (docs/abi.md 5): of durable functions directly, of everything else through the runtime.
// Does not own: what surrounds them (suspension.ts).
// I1. Callee and receiver are evaluated once, before the arguments; arguments before the callee is tested.
// I2. A call is static only for a function declaration of the module that nothing reassigns and nothing here shadows.
import * as t from "@babel/types";
import { applyOf, markOf } from "../../analyze/lift/marks.ts";
import type { Point } from "../../analyze/point.ts";
import { listOf } from "../list.ts";
import type { Lowering } from "../lowering.ts";
import { and, assign, call, compare, id, member, num, set, undef } from "../nodes.ts";
import { textOf } from "../text.ts";

type Args = (t.Expression | t.SpreadElement)[];

/** A call taken apart: `before` evaluates what must be evaluated first. */
interface Parts {
  before: t.Statement[];
  fn: t.Expression;
  self: t.Expression;
  args: Args;
  text: string;
}

/** Statements that call and park if need be; undefined if the operand is no call that can be taken apart. */
export function issueCall(operand: t.Expression, point: Point, lowering: Lowering): t.Statement[] | undefined {
  const direct = staticCall(operand, lowering);
  if (direct !== undefined) return [t.ifStatement(isSuspended(direct, lowering), lowering.park(point))];
  const parts = partsOf(operand, lowering);
  return parts && dynamicCall(parts, point, lowering);
}

/** What is awaited in the place of a returned value: `return` calls the `then` of a promise, `await` does not. */
export function asResult(value: t.Expression, point: Point, lowering: Lowering): t.Expression {
  return point.isReturned ? lowering.abiCall("returned", value) : value;
}

/** `($t = made) === $R.SUSPEND` */
function isSuspended(made: t.Expression, lowering: Lowering): t.Expression {
  return compare(t.assignmentExpression("=", lowering.value, made), "===", lowering.suspend);
}

function staticCall(operand: t.Expression, lowering: Lowering): t.Expression | undefined {
  if (!t.isCallExpression(operand) || !t.isIdentifier(operand.callee)) return undefined;
  const { callee } = operand;
  const { module, unit } = lowering.durable;
  const target = module.context.declared.get(callee.name);
  const isOutside = module.analysis.uses.get(callee) === undefined && !unit.foreign.has(callee.name);
  if (target?.kind !== "async" || !isOutside) return undefined;
  const args = operand.arguments.map((arg) => lowering.native.node(arg)) as Args;
  const made = call(id(target.run), t.nullLiteral(), undef(), ...args);
  // The depth is charged last: evaluating an argument may call durable code as well.
  return args.every(isTrivial) ? t.sequenceExpression([lowering.charge(), made]) : undefined;
}

function isTrivial(node: t.Node): boolean {
  if (t.isSpreadElement(node)) return t.isIdentifier(node.argument) && markOf(node, "list") === undefined;
  if (t.isMemberExpression(node)) return t.isIdentifier(node.object) && t.isIdentifier(node.property, { name: "v" });
  return (
    t.isIdentifier(node) ||
    t.isThisExpression(node) ||
    (t.isLiteral(node) && !t.isTemplateLiteral(node)) ||
    isUndefined(node)
  );
}

function isUndefined(node: t.Node): boolean {
  return t.isUnaryExpression(node, { operator: "void" }) && t.isNumericLiteral(node.argument);
}

function partsOf(operand: t.Expression, lowering: Lowering): Parts | undefined {
  const apply = applyOf(operand);
  if (apply !== undefined) return partsOfApply(apply, lowering);
  if (!t.isCallExpression(operand) || lowering.isCombinator(operand)) return undefined;
  const { callee } = operand;
  if (t.isSuper(callee) || t.isImport(callee) || t.isV8IntrinsicIdentifier(callee)) return undefined;
  const text = textOf(callee, lowering.durable.module);
  const args = operand.arguments.map((arg) => lowering.native.node(arg)) as Args;
  if (!t.isMemberExpression(callee)) return { ...readCallee(callee, lowering), args, text };
  if (t.isSuper(callee.object)) return undefined;
  return { ...readMethod(callee, lowering), args, text };
}

function partsOfApply({ fn, self, args, text }: NonNullable<ReturnType<typeof applyOf>>, lowering: Lowering): Parts {
  const callee = id(lowering.local("g"));
  return {
    before: [set(callee, lowering.expression(fn))],
    fn: callee,
    self: lowering.expression(self),
    args: args.map((arg) => lowering.native.node(arg)) as Args,
    text,
  };
}

function readCallee(callee: t.Expression, lowering: Lowering) {
  const fn = id(lowering.local("g"));
  return { before: [set(fn, lowering.expression(callee))], fn, self: undef() };
}

function readMethod(node: t.MemberExpression, lowering: Lowering) {
  const { object, property, computed } = node;
  const fn = id(lowering.local("g"));
  const base = lowering.expression(object as t.Expression);
  const key = computed ? lowering.expression(property as t.Expression) : property;
  const isSimple = t.isIdentifier(base) || t.isThisExpression(base);
  const self = isSimple ? base : id(lowering.local("o"));
  const before = isSimple ? [] : [set(self, base)];
  const { members } = lowering.durable.module;
  const method = lowering.native.isOuter(node)
    ? call(members.private((property as t.PrivateName).id.name, "get"), t.cloneNode(self))
    : t.memberExpression(self, key as t.Identifier, computed);
  before.push(set(fn, method));
  return { before, fn, self: t.cloneNode(self) };
}

/**
 * `if (durable ? ($R.depth = …, ($t = $e.run(null, self, …args)) === $R.SUSPEND) : ($t = foreign, true)) return …park`.
 * A plain function that is called without a scheduler is called in place: a helper would cost a list of arguments.
 */
function dynamicCall(parts: Parts, point: Point, lowering: Lowering): t.Statement[] {
  const { fn, self, text } = parts;
  const before = [...parts.before];
  let { args } = parts;
  let list: t.Expression = listOf(args, lowering.durable.module.context.abi.R);
  let spread: t.Expression | null = null; // a list of any length
  if (!args.every(isTrivial)) {
    const kept = id(lowering.local("a"));
    before.push(set(kept, list));
    const isSpread = args.some((arg) => t.isSpreadElement(arg));
    args = isSpread ? [] : args.map((_, index) => t.memberExpression(kept, num(index), true));
    spread = isSpread ? kept : null;
    list = kept;
  }
  const entry = id(lowering.local("e"));
  const isFunction = () => compare(t.unaryExpression("typeof", fn), "===", t.stringLiteral("function"));
  const carried = t.memberExpression(fn, lowering.abi("DURABLE"), true);
  before.push(set(entry, t.conditionalExpression(isFunction(), carried, undef())));
  const isDurable = and(
    compare(entry, "!==", undef()),
    compare(member(entry, "self"), "===", fn),
    compare(member(entry, "kind"), "===", num(0)),
  );
  const run = member(entry, "run");
  // A spread of our own list would go through `Array.prototype[Symbol.iterator]`, which users can replace.
  const direct = spread ? lowering.abiCall("run", run, self, spread) : call(run, t.nullLiteral(), self, ...args);
  const asked = lowering.abiCall("call", fn, self, list, t.stringLiteral(text));
  const isPlain = and(compare(lowering.abi("ops"), "===", t.nullLiteral()), isFunction());
  const foreign = isUndefined(self) && !spread ? t.conditionalExpression(isPlain, call(fn, ...args), asked) : asked;
  const issued = assign(lowering.value, asResult(foreign, point, lowering));
  const parks = t.conditionalExpression(
    isDurable,
    t.sequenceExpression([lowering.charge(), isSuspended(direct, lowering)]),
    t.sequenceExpression([issued, t.booleanLiteral(true)]),
  );
  return [...before, t.ifStatement(parks, lowering.park(point))];
}
