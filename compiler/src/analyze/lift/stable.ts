// Owns: the question whether evaluating an expression later would make a difference.
// Does not own: what is known of a name (bindings.ts).
// I1. Stable means: it has no effect, cannot throw, calls nothing, and has the same value after what comes later.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { isTemp } from "./marks.ts";
import { isLiteral } from "./nodes.ts";

type Later = readonly t.Node[];
type Tests = {
  [T in t.Expression["type"]]?: (node: Extract<t.Expression, { type: T }>, later: Later, lift: Lift) => boolean;
};

const always = () => true;

/** Whether an expression, left as it is, has the same value and no effect after `later` has been evaluated. */
export function isStable(node: t.Expression, later: Later, lift: Lift): boolean {
  if (isLiteral(node)) return true;
  const test = tests[node.type] as ((node: t.Expression, later: Later, lift: Lift) => boolean) | undefined;
  return test?.(node, later, lift) ?? false;
}

const tests: Tests = {
  Identifier: isStableName,
  // An arrow function in a constructor may ask for `this` before there is one.
  ThisExpression: (_, __, { fn }) => !t.isArrowFunctionExpression(fn),
  // When a function or a fresh object comes into being, nobody can see.
  ArrowFunctionExpression: always,
  FunctionExpression: always,
  RegExpLiteral: always,
  MetaProperty: always,
  TemplateLiteral: ({ expressions }) => expressions.length === 0,
  ParenthesizedExpression: ({ expression }, later, lift) => isStable(expression, later, lift),
  ArrayExpression: ({ elements }, later, lift) =>
    elements.every((element) => element === null || (!t.isSpreadElement(element) && isStable(element, later, lift))),
  ObjectExpression: ({ properties }, later, lift) =>
    properties.every((property) => isStableMember(property, later, lift)),
  UnaryExpression: ({ operator, argument }, later, lift) =>
    pureOperators.has(operator) || t.isNumericLiteral(argument) ? isStable(argument, later, lift) : false,
  BinaryExpression: ({ operator, left, right }, later, lift) =>
    (operator === "===" || operator === "!==") &&
    isStable(left as t.Expression, later, lift) &&
    isStable(right, later, lift),
};

/** Operators that call nothing, whatever their operand is. */
const pureOperators = new Set(["!", "typeof", "void"]);

/** Names that nobody can assign, unless something hides them. */
const constants = new Set(["undefined", "NaN", "Infinity"]);

function isStableName(node: t.Identifier, later: Later, { names, context }: Lift): boolean {
  if (isTemp(node)) return true;
  if (names.of(node) !== undefined) return names.isSteady(node, later);
  return context.isConstant?.(node) ?? constants.has(node.name);
}

function isStableMember(member: t.ObjectExpression["properties"][number], later: Later, lift: Lift): boolean {
  if (t.isSpreadElement(member) || (member.computed && !isLiteral(member.key))) return false;
  return t.isObjectMethod(member) || isStable(member.value as t.Expression, later, lift);
}

/** Whether the value is surely none that can be asked for anything: neither object nor function. */
export function isPrimitive(node: t.Node): boolean {
  if (isLiteral(node) || t.isTemplateLiteral(node) || t.isUpdateExpression(node)) return true;
  if (t.isBinaryExpression(node)) return true;
  return t.isUnaryExpression(node);
}
