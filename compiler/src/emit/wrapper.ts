// Owns: the declaration or method that stands where a durable one of the module stood (docs/abi.md 8).
// Does not own: wrappers that are made at run time (`$R.closure`, lower/), run functions, records.
// I1. A wrapper runs nothing of the user's: no default, no pattern, no rest. Those belong to the run function.
// I2. In TypeScript the wrapper keeps the declared signature; in JavaScript the parameters that count for `length`.
// I3. A decorated method keeps all of its parameters, with their decorators, and in words what `async` says of its result:
//     TypeScript makes metadata of them.
import * as t from "@babel/types";
import type { AbiNames, DurableFunction } from "../analyze/types.ts";

/** What a call does, by kind. */
const starts: Record<DurableFunction["kind"], string> = {
  async: "start",
  generator: "generator",
  asyncGenerator: "asyncGenerator",
};

/** What a wrapper needs to know of its module. */
export interface WrapperContext {
  readonly abi: AbiNames;
  unique(base: string): string;
}

/**
 * The wrapper of a declaration at module level: `function sum(n) { return $R.start($M().f[0].d, this, arguments, new.target); }`.
 * Its name, needed for `self` in the record, is `wrapper.id.name`: an anonymous default export gets one of its own.
 * @param strictness of the function where its file has none: it decides whether `this` is made an object on the way in
 */
export function wrapDeclaration(
  fn: DurableFunction,
  context: WrapperContext,
  strictness: t.Directive[],
): t.FunctionDeclaration {
  const { node } = fn.path;
  const own = t.isFunctionDeclaration(node) ? node.id : null;
  const id = own ? t.cloneNode(own) : t.identifier(context.unique("defaultExport"));
  const descriptor = t.memberExpression(recordOf(fn.record, context), t.identifier("d"));
  const target = t.metaProperty(t.identifier("new"), t.identifier("target"));
  const params = parametersOf(fn, id.name);
  const body = t.blockStatement([startOf(fn, descriptor, target, context)], strictness);
  const wrapper = t.functionDeclaration(id, params, body);
  wrapper.returnType = fn.signature.returnType;
  wrapper.typeParameters = fn.signature.typeParameters;
  wrapper.loc = fn.loc;
  return wrapper;
}

/**
 * Parameters and body of the method that stands where a durable one stood. Methods can't be constructed.
 * @param made statements that make the descriptor, the last of which returns its function; null: it is in the record
 */
export function wrapMethod(
  fn: DurableFunction,
  context: WrapperContext,
  made: readonly t.Statement[] | null,
): t.FunctionExpression {
  const { signature, loc } = fn;
  const descriptor = made
    ? ((made[0] as t.VariableDeclaration).declarations[0] as t.VariableDeclarator).id
    : t.memberExpression(recordOf(fn.record, context), t.identifier("d"));
  const nothing = t.unaryExpression("void", t.numericLiteral(0));
  const start = startOf(fn, t.cloneNode(descriptor as t.Expression), nothing, context);
  const body = t.blockStatement([...(made ? made.slice(0, 1) : []), start]);
  const wrapper = t.functionExpression(null, parametersOf(fn, ""), body);
  wrapper.returnType = signature.returnType ?? resultOf(fn);
  wrapper.typeParameters = signature.typeParameters;
  wrapper.loc = loc;
  return wrapper;
}

/** `: Promise<any>` (I3) */
function resultOf({ kind, signature }: DurableFunction): t.TSTypeAnnotation | null {
  if (kind !== "async" || !signature.isDecorated || !signature.isTyped) return null;
  const promise = t.tsTypeReference(t.identifier("Promise"), t.tsTypeParameterInstantiation([t.tsAnyKeyword()]));
  return t.tsTypeAnnotation(promise);
}

/** `return $R.start(descriptor, this, arguments, new.target)` */
function startOf(fn: DurableFunction, descriptor: t.Expression, target: t.Expression, { abi }: WrapperContext) {
  const start = t.memberExpression(t.identifier(abi.R), t.identifier(starts[fn.kind]));
  return t.returnStatement(
    t.callExpression(start, [descriptor, t.thisExpression(), t.identifier("arguments"), target]),
  );
}

/** `$M().f[k]`: the record, also if the module's own code has not run yet. */
function recordOf(record: number, { abi }: WrapperContext): t.MemberExpression {
  const functions = t.memberExpression(t.callExpression(t.identifier(abi.M), []), t.identifier("f"));
  return t.memberExpression(functions, t.numericLiteral(record), true);
}

function parametersOf(fn: DurableFunction, own: string): (t.Identifier | t.RestElement)[] {
  const { params, decorators, isDecorated: isWhole } = fn.signature;
  const hasTypes = params.some((param) => "typeAnnotation" in param && param.typeAnnotation);
  const taken = new Set([own, ...params.flatMap((param) => Object.keys(t.getBindingIdentifiers(param)))]);
  const parameters: (t.Identifier | t.RestElement)[] = [];
  let counted = 0;
  for (const [index, param] of params.entries()) {
    const isRest = t.isRestElement(param);
    if (isRest && !isWhole) break;
    const target = isRest ? param.argument : t.isAssignmentPattern(param) ? param.left : param;
    const isThis = t.isIdentifier(target, { name: "this" });
    if (!isThis && !hasTypes && !isWhole && counted >= fn.length) break;
    const name = t.identifier(t.isIdentifier(target) ? target.name : freeName(`$${index}`, taken));
    const parameter = isRest ? t.restElement(name) : name;
    const typed = isRest ? param : target;
    if ("typeAnnotation" in typed) parameter.typeAnnotation = typed.typeAnnotation as t.TSTypeAnnotation;
    const isOptional = (t.isIdentifier(target) && target.optional) || (!isThis && counted >= fn.length);
    if (isOptional && hasTypes && !isRest) name.optional = true;
    if (decorators[index]?.length) parameter.decorators = decorators[index];
    if (!isThis) counted++;
    parameters.push(parameter);
  }
  return parameters;
}

function freeName(base: string, taken: Set<string>): string {
  let name = base;
  while (taken.has(name)) name += "$";
  taken.add(name);
  return name;
}
