// Owns: the `name` that a nested function or class gets from where it stands (ECMA-262 8.4, NamedEvaluation).
// Does not own: how the name is given to the emitted function (lower/closure.ts).
import * as t from "@babel/types";
import { constantKey, isProtoKey } from "../find/names.ts";

/** A function or class that takes its name from its place. */
export function isAnonymous(node: t.Node): boolean {
  if (t.isArrowFunctionExpression(node)) return true;
  return (t.isFunctionExpression(node) || t.isClassExpression(node)) && !node.id;
}

/** The name that assigning to a target gives; hidden temporaries and parenthesized targets give none. */
export function inferName(target: t.Node): string {
  if (!t.isIdentifier(target)) return "";
  const extra = target.extra as { parenthesized?: boolean; coldframe?: { name?: string } } | undefined;
  if (extra?.coldframe !== undefined) return extra.coldframe.name ?? "";
  return extra?.parenthesized ? "" : target.name;
}

type Keyed =
  | t.ObjectProperty
  | t.ObjectMethod
  | t.ClassMethod
  | t.ClassPrivateMethod
  | t.ClassProperty
  | t.ClassPrivateProperty
  | t.ClassAccessorProperty;

/** The name that a key gives; null if only the run time knows it. */
export function keyName(node: Keyed): string | null {
  const { key } = node;
  const prefix = "kind" in node && (node.kind === "get" || node.kind === "set") ? `${node.kind} ` : "";
  if (t.isPrivateName(key)) return `${prefix}#${key.id.name}`;
  const isComputed = "computed" in node && node.computed === true;
  const constant = isComputed ? constantKey(key) : undefined;
  if (isComputed) return constant === undefined ? null : prefix + constant;
  if (isProtoKey(node)) return "";
  if (t.isIdentifier(key)) return prefix + key.name;
  return t.isStringLiteral(key) || t.isNumericLiteral(key) || t.isBigIntLiteral(key) ? prefix + String(key.value) : "";
}
