// Owns: the rest of an object pattern whose properties have been taken one by one.
// Does not own: the pattern (pattern.ts).
// I1. As CopyDataProperties (ECMA-262 7.3.26): keys once, then of each that was not taken descriptor and value.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";

/**
 * Copies what is left of an object.
 * @param source a simple expression, neither null nor undefined
 * @param taken property keys, simple expressions
 */
export function collectRest(source: t.Expression, taken: readonly t.Expression[], lift: Lift): t.Identifier {
  const object = lift.save(t.callExpression(t.identifier("Object"), [lift.again(source)]), "b", "object of a rest");
  const rest = lift.save(t.objectExpression([]), "v", "rest of an object");
  const key = lift.temp("k", "key of a rest");
  const body = lift.block(() => copyProperty(object, rest, key, lift));
  const isLeft = taken.map((each) => t.binaryExpression("!==", lift.again(key), each) as t.Expression);
  const test = isLeft.length > 0 ? isLeft.reduce((left, right) => t.logicalExpression("&&", left, right)) : null;
  const step = test ? t.blockStatement([t.ifStatement(test, body)]) : body;
  lift.emit(t.forOfStatement(lift.again(key), reflect("ownKeys", lift.again(object)), step));
  return rest;
}

function copyProperty(object: t.Identifier, rest: t.Identifier, key: t.Identifier, lift: Lift): void {
  const [of, at] = [() => lift.again(object), () => lift.again(key)];
  const found = lift.save(reflect("getOwnPropertyDescriptor", of(), at()), "v", "property of a rest");
  const isThere = t.binaryExpression("!==", lift.again(found), t.unaryExpression("void", t.numericLiteral(0)));
  const isEnumerable = t.memberExpression(lift.again(found), t.identifier("enumerable"));
  const flags = ["writable", "enumerable", "configurable"].map((name) => property(name, t.booleanLiteral(true)));
  const value = property("value", t.memberExpression(of(), at(), true));
  const copy = reflect("defineProperty", lift.again(rest), at(), t.objectExpression([value, ...flags]));
  lift.emit(t.ifStatement(t.logicalExpression("&&", isThere, isEnumerable), t.expressionStatement(copy)));
}

function property(name: string, value: t.Expression): t.ObjectProperty {
  return t.objectProperty(t.identifier(name), value);
}

function reflect(name: string, ...args: t.Expression[]): t.CallExpression {
  return t.callExpression(t.memberExpression(t.identifier("Reflect"), t.identifier(name)), args);
}
