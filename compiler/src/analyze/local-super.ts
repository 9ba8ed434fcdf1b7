// Owns: `super.x` in a durable method of a class or object literal that durable code makes: it becomes a call of the runtime
// that looks it up in the method's home (docs/abi.md 8).
// Does not own: where the home is kept (local-members.ts), `super` of methods that the module makes (lower/members.ts).
// I1. Arrows share `super` with the method; other functions and members of classes in it have their own.
import * as t from "@babel/types";
import type { LiftContext } from "./lift/index.ts";
import { applyCall, canonicalText } from "./lift/nodes.ts";

/** A place in the tree that holds a node. */
interface Place {
  holder: t.Node;
  key: string;
  index: number | null;
}

type Fields = Record<string, t.Node | (t.Node | null)[] | null | undefined>;

/** Does a method use `super`, itself or in its arrows? Its key belongs to what is around it. */
export function usesSuper(fn: t.Function): boolean {
  return [...fn.params, fn.body].some(mentionsSuper);
}

function mentionsSuper(node: t.Node): boolean {
  return t.isSuper(node) || placesIn(node).some((place) => mentionsSuper(nodeAt(place)));
}

/** Replaces every `super` of a method, in place. @param home makes the expression that gives the object with the method */
export function replaceSuper(fn: t.Function, home: () => t.Expression, context: LiftContext): void {
  const replacing = new Replacing(home, context);
  for (const key of ["params", "body"]) for (const place of placesUnder(fn, key)) replacing.visit(place);
}

/** The places below a node in which `super` means the same as around it. */
function placesIn(node: t.Node): Place[] {
  if (t.isFunction(node) && !t.isArrowFunctionExpression(node)) return keyOf(node);
  if (t.isClass(node)) return [...placesUnder(node, "superClass"), ...node.body.body.flatMap(keyOf)];
  return (t.VISITOR_KEYS[node.type] ?? []).flatMap((key) => placesUnder(node, key));
}

function keyOf(member: t.Node): Place[] {
  return "computed" in member && member.computed ? placesUnder(member, "key") : [];
}

function placesUnder(holder: t.Node, key: string): Place[] {
  const child = (holder as unknown as Fields)[key];
  if (!Array.isArray(child)) return child ? [{ holder, key, index: null }] : [];
  return child.flatMap((item, index) => (item ? [{ holder, key, index }] : []));
}

function nodeAt({ holder, key, index }: Place): t.Node {
  const child = (holder as unknown as Fields)[key];
  return (index === null ? child : (child as t.Node[])[index]) as t.Node;
}

function put({ holder, key, index }: Place, node: t.Node): void {
  const fields = holder as unknown as Fields;
  if (index === null) fields[key] = node;
  else (fields[key] as t.Node[])[index] = node;
}

class Replacing {
  readonly #home: () => t.Expression;
  readonly #context: LiftContext;
  /** Properties of patterns, whose values are written. */
  readonly #inPatterns = new Set<t.Node>();

  constructor(home: () => t.Expression, context: LiftContext) {
    this.#home = home;
    this.#context = context;
  }

  visit(place: Place): void {
    const node = nodeAt(place);
    if (t.isAwaitExpression(node)) this.#awaited(node);
    if (t.isObjectPattern(node)) for (const property of node.properties) this.#inPatterns.add(property);
    for (const inner of placesIn(node)) this.visit(inner);
    if (!t.isMemberExpression(node) || !t.isSuper(node.object)) return;
    const made = this.#replacement(node, place);
    made.loc ??= node.loc ?? null;
    put(place, made);
  }

  /** `await super.m(a)`: of a call taken apart the callee can be a frame below this one. */
  #awaited(node: t.AwaitExpression): void {
    const { argument } = node;
    if (!t.isCallExpression(argument) || !t.isMemberExpression(argument.callee)) return;
    if (!t.isSuper(argument.callee.object)) return;
    const args = argument.arguments as (t.Expression | t.SpreadElement)[];
    const made = applyCall(argument.callee, t.thisExpression(), args, canonicalText(argument.callee));
    node.argument = { ...made, loc: argument.loc ?? null };
  }

  #replacement(node: t.MemberExpression, { holder, key }: Place): t.Expression {
    if (this.#isTarget(holder, key)) return this.#place(node);
    // A call would be one that is awaited.
    if (t.isAwaitExpression(holder) || t.isReturnStatement(holder)) return this.#place(node);
    const value = this.#call("superGet", node);
    const isCallee = key === "callee" && (t.isCallExpression(holder) || t.isOptionalCallExpression(holder));
    if (!isCallee && !(key === "tag" && t.isTaggedTemplateExpression(holder))) return value;
    return t.callExpression(this.#abi("bind"), [value, t.thisExpression()]);
  }

  /** Is what stands there written, or written and read? */
  #isTarget(holder: t.Node, key: string): boolean {
    if (t.isAssignmentExpression(holder) || t.isAssignmentPattern(holder) || t.isForXStatement(holder))
      return key === "left";
    if (t.isUpdateExpression(holder) || t.isRestElement(holder) || t.isArrayPattern(holder)) return true;
    return key === "value" && this.#inPatterns.has(holder);
  }

  #place(node: t.MemberExpression): t.MemberExpression {
    return t.memberExpression(this.#call("superPlace", node), t.identifier("v"));
  }

  /** `$R.superGet(home, this, key)` */
  #call(helper: string, { property, computed }: t.MemberExpression): t.CallExpression {
    const name = computed ? (property as t.Expression) : t.stringLiteral((property as t.Identifier).name);
    return t.callExpression(this.#abi(helper), [this.#home(), t.thisExpression(), name]);
  }

  #abi(helper: string): t.MemberExpression {
    return t.memberExpression(t.identifier(this.#context.abi.R), t.identifier(helper));
  }
}
