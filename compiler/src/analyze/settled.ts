// Owns: which expressions surely give no thenable, so that an async function can return them as they are.
// Does not own: what happens to the others (point.ts).
// I1. Doubt means no: one test too many costs a nanosecond.
import * as t from "@babel/types";
import type { Unit } from "./scope.ts";

/** Functions of the realm that give primitives, or arrays and objects of their own making. */
const plainFunctions = new Set(["String", "Number", "Boolean", "BigInt", "Symbol", "parseInt", "parseFloat", "isNaN"]);
const plainObjects = new Set(["Math", "JSON", "Number", "String", "BigInt"]);

type Test<N> = (node: N, unit: Unit) => boolean;

const always = () => true;

const tests: { [Type in t.Expression["type"]]?: Test<Extract<t.Expression, { type: Type }>> } = {
  StringLiteral: always,
  NumericLiteral: always,
  BooleanLiteral: always,
  NullLiteral: always,
  BigIntLiteral: always,
  TemplateLiteral: always,
  RegExpLiteral: always,
  UnaryExpression: always,
  BinaryExpression: always,
  UpdateExpression: always,
  ArrayExpression: always,
  ArrowFunctionExpression: always,
  FunctionExpression: always,
  Identifier: ({ name }, unit) => name === "undefined" && unit.globals.has(name),
  ObjectExpression: ({ properties }) => properties.every((p) => !t.isSpreadElement(p) && !p.computed && !isThen(p.key)),
  ConditionalExpression: ({ consequent, alternate }, unit) => isSettled(consequent, unit) && isSettled(alternate, unit),
  LogicalExpression: ({ left, right }, unit) => isSettled(left, unit) && isSettled(right, unit),
  SequenceExpression: ({ expressions }, unit) => isSettled(expressions.at(-1) ?? null, unit),
  AssignmentExpression: ({ operator, right }, unit) =>
    operator === "=" ? isSettled(right, unit) : !/^(?:&&|\|\||\?\?)/.test(operator),
  CallExpression: (node, unit) => isPlainCall(node, unit),
};

function isThen(key: t.Node): boolean {
  const name = t.isIdentifier(key) ? key.name : t.isStringLiteral(key) ? key.value : "";
  return name === "then" || name === "__proto__";
}

/** Surely no thenable. `null` is a return without a value. */
export function isSettled(node: t.Expression | null, unit: Unit): boolean {
  if (node === null) return true;
  const test = tests[node.type] as Test<t.Expression> | undefined;
  return test?.(node, unit) ?? false;
}

/** A call of a function of the realm that surely gives no thenable. */
export function isPlainCall({ callee }: t.CallExpression, unit: Unit): boolean {
  if (t.isIdentifier(callee)) return unit.globals.has(callee.name) && plainFunctions.has(callee.name);
  if (!t.isMemberExpression(callee) || callee.computed || !t.isIdentifier(callee.object)) return false;
  const { name } = callee.object;
  // JSON.parse may give an object with a `then`, but not a callable one.
  return plainObjects.has(name) && unit.globals.has(name);
}
