// Owns: the head of a function: how many parameters count, its decorators, and those of its parameters, which belong to the
// class and not to the code of its method.
// Does not own: decorators of classes and members (emit/home.ts).
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import type { Signature } from "../analyze/types.ts";

/** The nodes of a parameter on which a parser puts decorators. */
function carriersOf(param: t.Node): t.Node[] {
  if (t.isAssignmentPattern(param)) return [param, param.left];
  return t.isRestElement(param) ? [param, param.argument] : [param];
}

export function decoratorsOf(param: t.Node): t.Decorator[] {
  return carriersOf(param).flatMap((node) => ("decorators" in node && node.decorators) || []);
}

/** Takes the decorators off the parameters of a function. */
export function dropDecorators({ params }: t.Function): void {
  for (const node of params.flatMap(carriersOf)) if ("decorators" in node) delete node.decorators;
}

/** A decorator on a parameter of a method of a class, in which nothing is durable: it can stay as it is. */
export function isParameterDecorator(path: NodePath, method: NodePath): boolean {
  if (!path.isDecorator() || !method.isClassMethod()) return false;
  if (!method.node.params.some((param) => decoratorsOf(param).includes(path.node))) return false;
  return !t.traverseFast(path.node, (node) =>
    t.isFunction(node) && (node.async || node.generator) ? t.traverseFast.stop : undefined,
  );
}

/** What `fn.length` is in JavaScript. */
export function lengthOf({ params }: t.Function): number {
  const counted = params.filter((param) => !t.isIdentifier(param, { name: "this" }));
  const end = counted.findIndex((param) => t.isAssignmentPattern(param) || t.isRestElement(param));
  return end < 0 ? counted.length : end;
}

/** @param isTyped the file may have types */
export function signatureOf(node: t.Function, isTyped: boolean): Signature {
  const own = ("decorators" in node && node.decorators) || [];
  const decorators = node.params.map((param) => decoratorsOf(param).map((decorator) => t.cloneNode(decorator)));
  return {
    params: node.params.map((param) => t.cloneNode(param)),
    decorators,
    isDecorated: own.some((each) => !isDurableDecorator(each)) || decorators.some(({ length }) => length > 0),
    isTyped,
    returnType: node.returnType && t.cloneNode(node.returnType),
    typeParameters: node.typeParameters && t.cloneNode(node.typeParameters),
  };
}

export function isDurableDecorator({ expression }: t.Decorator): boolean {
  const named = t.isCallExpression(expression) ? expression.callee : expression;
  return t.isIdentifier(named, { name: "durable" });
}
