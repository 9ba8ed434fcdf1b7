// Owns: expressions as they stand in emitted functions: names, cells, constants, nested functions, combinators.
// Does not own: statements (native.ts, syntax/), how a nested function is emitted (closure.ts).
// I1. The source tree is never changed: what differs is a shallow copy, so places are kept.
// I2. Every identifier that means a binding goes through the view; all others stay as they are.
import * as t from "@babel/types";
import { isNative } from "../analyze/capture.ts";
import { applyOf } from "../analyze/lift/marks.ts";
import type { Binding, Scope, Unit, Use } from "../analyze/scope.ts";
import { callWithList, listOf } from "./list.ts";
import { assign, at, call, declare, id, member, set } from "./nodes.ts";
import { rewriteTagged } from "./template.ts";
import type { View } from "./view.ts";

export type Nested = t.FunctionExpression | t.ArrowFunctionExpression | t.FunctionDeclaration | t.ObjectMethod;

/** What rewriting leaves to the files that own it. */
export interface Emitters {
  /** An expression that makes a nested function. @param key what it takes its name from, if only run time knows it */
  closure(node: Nested, view: View, key?: t.Expression): t.Expression;
  /** A class, or an object with accessors or `super`, in place. */
  container(node: t.Class | t.ObjectExpression, view: View): t.Expression;
  /** A call of a combinator of the global `Promise`, or undefined. */
  combinator(node: t.CallExpression, rewriter: Rewriter): t.Expression | undefined;
}

export class Rewriter {
  readonly view: View;
  readonly emitters: Emitters;

  constructor(view: View, emitters: Emitters) {
    this.view = view;
    this.emitters = emitters;
  }

  expression(node: t.Expression): t.Expression {
    return this.node(node) as t.Expression;
  }

  node(node: t.Node): t.Node {
    const rewrite = table[node.type] as ((r: Rewriter, node: t.Node) => t.Node) | undefined;
    return rewrite ? rewrite(this, node) : this.children(node);
  }

  /** A copy with its children rewritten. */
  children<N extends t.Node>(node: N, keys: readonly string[] = t.VISITOR_KEYS[node.type] ?? []): N {
    const copy = { ...node } as N & Record<string, unknown>;
    for (const key of keys) {
      const child = copy[key] as t.Node | (t.Node | null)[] | null | undefined;
      if (Array.isArray(child)) (copy as Record<string, unknown>)[key] = child.map((item) => item && this.node(item));
      else if (child) (copy as Record<string, unknown>)[key] = this.node(child);
    }
    return copy;
  }

  reference(node: t.Node): t.Node {
    const use = this.view.use(node);
    if (use !== undefined) return at(this.view.read(use), node);
    return t.isIdentifier(node) ? at(this.view.module.members.ownName(node), node) : node;
  }

  // ---- `super` and private names of the class around the durable function

  /** Whether a member belongs to the text of the class or object around the function. */
  isOuter(node: t.Node): node is t.MemberExpression & { isOuter?: never } {
    if (!t.isMemberExpression(node) && !t.isOptionalMemberExpression(node)) return false;
    const { outer } = this.view.analysis;
    return outer.has(node.object) || outer.has(node.property);
  }

  /** `super.x` or `o.#x` as a value. */
  outerValue(node: t.MemberExpression): t.Expression {
    const { members } = this.view.module;
    if (t.isSuper(node.object)) return members.superGet(this.#superThis(node), this.#keyOf(node), this.view.realm);
    return call(members.private(nameOfPrivate(node.property), "get"), this.expression(node.object));
  }

  /** The same as what is assigned. */
  outerPlace(node: t.MemberExpression): t.Expression {
    const { members } = this.view.module;
    if (t.isSuper(node.object)) {
      const place = members.superPlace(this.#superThis(node), this.#keyOf(node), this.view.realm);
      this.#allowFailure(place.object as t.CallExpression);
      return place;
    }
    return member(call(members.private(nameOfPrivate(node.property), "ref"), this.expression(node.object)), "v");
  }

  /** The same as what is called: bound to its receiver, which is evaluated once. */
  outerCallee(node: t.MemberExpression): t.Expression {
    const bind = (fn: t.Expression, self: t.Expression) => call(this.view.abi("bind"), fn, self);
    if (t.isSuper(node.object)) return bind(this.outerValue(node), this.#superThis(node));
    const self = this.expression(node.object);
    const get = this.view.module.members.private(nameOfPrivate(node.property), "get");
    if (t.isIdentifier(self) || t.isThisExpression(self)) return bind(call(get, self), t.cloneNode(self));
    const name = this.view.names.fresh("$o");
    return call(t.arrowFunctionExpression([id(name)], bind(call(get, id(name)), id(name))), self);
  }

  #superThis({ object }: t.MemberExpression): t.Expression {
    return this.view.read(this.view.use(object) as Use);
  }

  #keyOf({ property, computed }: t.MemberExpression): t.Expression {
    return computed ? this.expression(property as t.Expression) : t.stringLiteral((property as t.Identifier).name);
  }

  get R(): string {
    return this.view.module.context.abi.R;
  }

  /** In sloppy code an assignment to a property that can't be written is passed over. */
  #allowFailure(call: t.CallExpression): void {
    if (this.view.module.isSloppy(this.view.unit)) call.arguments.push(t.booleanLiteral(true));
  }

  call(node: t.CallExpression): t.Expression {
    const called = this.called(node);
    if (t.isMemberExpression(node.callee) && isHelper(node.callee, this.R, "superPlace")) this.#allowFailure(called);
    if (applyOf(node)) return { ...called, callee: this.view.abi("apply") };
    const made = callWithList(called, this.R);
    return made ? at(made, node) : called;
  }

  /** A call, or what is like one. */
  called<N extends t.CallExpression | t.OptionalCallExpression>(node: N): N {
    const callee: t.Node = node.callee;
    if (!this.isOuter(callee)) return this.children(node);
    const rest = (t.VISITOR_KEYS[node.type] ?? []).filter((each) => each !== "callee");
    if (!t.isOptionalMemberExpression(callee))
      return { ...this.children(node, rest), callee: at(this.outerCallee(callee), callee) };
    if (t.isOptionalCallExpression(node, { optional: true })) this.#refuseOuter(node, "`?.` behind `?.#name`");
    return { ...this.children(node, rest), callee: at(this.#optional(callee, "call"), callee), optional: true } as N;
  }

  #refuseOuter(node: t.Node, what: string): never {
    throw this.view.module.refuse(node, what, "Use it in a plain method of the class, and call that.");
  }

  /** `o?.#x`: `opt` and `call` give undefined where there is no object, so the rest of the chain is passed over as well. */
  #optional({ object, property, optional }: t.OptionalMemberExpression, use: "opt" | "call"): t.Expression {
    if (!optional) this.#refuseOuter(property, "A private name that is not directly behind `?.` in a chain");
    return call(this.view.module.members.private(nameOfPrivate(property), use), this.expression(object));
  }

  optionalMember(node: t.OptionalMemberExpression): t.Node {
    if (this.isOuter(node)) {
      const place = t.optionalMemberExpression(this.#optional(node, "opt"), id("v"), false, true);
      return at(place, node);
    }
    return this.children(node, node.computed ? ["object", "property"] : ["object"]);
  }

  /** A pattern, identifier or member as the target of an assignment. */
  target(node: t.Node): t.Node {
    const rewrite = targets[node.type] as ((r: Rewriter, node: t.Node) => t.Node) | undefined;
    return rewrite ? rewrite(this, node) : this.node(node);
  }

  targetName(node: t.Identifier): t.Node {
    const use = this.view.use(node);
    if (use === undefined) return this.#freeTarget(node);
    if (this.view.isUncertain(use) && !use.init) return at(this.#checkedTarget(use), node);
    return at(this.view.target(use), node);
  }

  /** The own name of a class is a constant within it. */
  #freeTarget(node: t.Identifier): t.Node {
    return this.view.module.members.ownName(node) === node ? node : at(member(this.view.abi("constant"), "v"), node);
  }

  /** `({ set v($v) { $R.tdz(x, "x"); x.v = $v; } }).v`: throws when it is assigned, which is after the value is known. */
  #checkedTarget(use: Use): t.Expression {
    const value = this.view.names.fresh("$v");
    const body = t.blockStatement([
      t.expressionStatement(this.view.checked(use)),
      set(this.view.target(use), id(value)),
    ]);
    const setter = t.objectMethod("set", id("v"), [id(value)], body);
    return member(t.objectExpression([setter]), "v");
  }

  assignment(node: t.AssignmentExpression): t.Expression {
    const { left, right, operator } = node;
    const use = t.isIdentifier(left) ? this.view.use(left) : undefined;
    if (use === undefined) {
      return { ...node, left: this.target(left) as t.LVal, right: this.expression(right) } as t.AssignmentExpression;
    }
    if (this.view.isConstant(use)) return at(this.#assignConstant(node, use), node);
    const copy = { ...node, left: this.view.target(use) as t.LVal, right: this.expression(right) };
    if (!this.view.isUncertain(use)) return copy as t.AssignmentExpression;
    const check = this.view.checked(use);
    if (operator !== "=") return at(t.sequenceExpression([check, copy as t.AssignmentExpression]), node);
    // The right side is evaluated before the variable is found to be in its dead zone.
    const checked = t.memberExpression(t.arrayExpression([copy.right, check]), t.numericLiteral(0), true);
    return at(assign(copy.left, checked), node);
  }

  /** Everything is evaluated as it would be, and then the assignment throws. */
  #assignConstant({ operator, right }: t.AssignmentExpression, use: Use): t.Expression {
    const fail = (value: t.Expression) => assign(this.view.target(use), value);
    const value = this.expression(right);
    if (operator === "=") return fail(value);
    const now = this.view.read(use);
    const short = operator.slice(0, -1);
    if (short === "&&" || short === "||" || short === "??") return t.logicalExpression(short, now, fail(value));
    return fail(t.binaryExpression(short as "+", now, value));
  }

  update(node: t.UpdateExpression): t.Expression {
    const { argument } = node;
    const use = t.isIdentifier(argument) ? this.view.use(argument) : undefined;
    if (use === undefined) return { ...node, argument: this.target(argument) as t.Identifier };
    const target = this.view.target(use);
    if (this.view.isConstant(use)) {
      return at(assign(target, t.unaryExpression("-", this.view.read(use))), node);
    }
    const copy = { ...node, argument: target };
    return this.view.isUncertain(use)
      ? at(t.sequenceExpression([this.view.checked(use), copy as t.UpdateExpression]), node)
      : (copy as t.UpdateExpression);
  }

  closure(node: Nested): t.Node {
    const unit = this.view.analysis.units.get(node);
    if (unit === undefined || isNative(unit)) return this.children(node);
    return at(this.emitters.closure(node, this.view), node);
  }

  // ---- statements of functions that stay as they are

  /** A member of a class or object that stays in place; a key that is no expression names no variable. */
  member<N extends t.Node>(node: N): N {
    const isKey = "computed" in node && node.computed !== true;
    return this.children(
      node,
      (t.VISITOR_KEYS[node.type] ?? []).filter((key) => !(isKey && key === "key")),
    );
  }

  /** Function declarations of a block that are durable; they are made where the block is entered. */
  #durableIn(scope: Scope | undefined): t.FunctionDeclaration[] {
    const { units } = this.view.analysis;
    return (scope?.functions ?? []).filter((fn) => !isNative(units.get(fn) as Unit));
  }

  #declare(fn: t.FunctionDeclaration, kind: "var" | "let"): t.Statement {
    return at(declare(kind, (fn.id as t.Identifier).name, this.emitters.closure(fn, this.view)), fn);
  }

  textBlock<N extends t.BlockStatement | t.StaticBlock>(node: N): N {
    const scope = this.view.analysis.scopes.get(node);
    const durable = this.#durableIn(scope);
    if (durable.length === 0) return this.children(node);
    const kind = scope?.kind === "body" || scope?.kind === "params" ? "var" : "let";
    const body = (node.body as t.Statement[]).filter((each) => !durable.includes(each as t.FunctionDeclaration));
    const made = this.children({ ...node, body } as N);
    return { ...made, body: [...durable.map((fn) => this.#declare(fn, kind)), ...made.body] };
  }

  /** `{ const $v = value; { let f = …; switch ($v) { … } } }`: its value is evaluated outside of its scope. */
  textSwitch(node: t.SwitchStatement): t.Statement {
    const durable = this.#durableIn(this.view.analysis.scopes.get(node));
    if (durable.length === 0) return this.children(node);
    const isLeft = (each: t.Statement) => !durable.includes(each as t.FunctionDeclaration);
    const cases = node.cases.map((each) => ({ ...each, consequent: each.consequent.filter(isLeft) }));
    const value = this.view.names.fresh("$v");
    const discriminant = this.expression(node.discriminant);
    const made = { ...this.children({ ...node, cases }, ["cases"]), discriminant: id(value) };
    const inner = t.blockStatement([...durable.map((fn) => this.#declare(fn, "let")), made]);
    return t.blockStatement([declare("const", value, discriminant), inner]);
  }

  /** A method becomes a property that holds the function a factory makes. */
  method(node: t.ObjectMethod): t.Node {
    const unit = this.view.analysis.units.get(node);
    if (unit === undefined || isNative(unit)) return this.member(node);
    const { computed } = node;
    const key = computed ? (this.node(node.key) as t.Expression) : node.key;
    if (unit.fnName === null) return at(this.#nameByKey(key, node), node);
    const value = this.closure(node) as t.Expression;
    const isProto = t.isIdentifier(key, { name: "__proto__" }) || t.isStringLiteral(key, { value: "__proto__" });
    // `__proto__: f` would set the prototype, `__proto__() {}` does not.
    if (isProto && !computed) return at(t.objectProperty(t.stringLiteral("__proto__"), value, true), node);
    return at(t.objectProperty(key, value, computed), node);
  }

  /** `...$R.property(key, ($k) => outer$c1($k, x))`: the function gets its name from a key that only run time knows. */
  #nameByKey(key: t.Expression, fn: Nested): t.SpreadElement {
    const name = this.view.names.fresh("$k");
    const made = this.emitters.closure(fn, this.view, id(name));
    return t.spreadElement(call(this.view.abi("property"), key, t.arrowFunctionExpression([id(name)], made)));
  }

  valueProperty(node: t.ObjectProperty): t.Node {
    const unit = this.view.analysis.units.get(node.value);
    if (!unit || unit.fnName !== null || isNative(unit)) return this.property(node, this.node(node.value));
    return at(this.#nameByKey(this.node(node.key) as t.Expression, node.value as Nested), node);
  }

  property(node: t.ObjectProperty, value: t.Node): t.ObjectProperty {
    const key = node.computed ? this.node(node.key) : node.key;
    const shorthand = node.shorthand && t.isIdentifier(value) && t.isIdentifier(key) && key.name === value.name;
    const extra = node.extra && shorthand ? node.extra : undefined;
    return { ...node, key, value, shorthand, extra } as t.ObjectProperty;
  }
}

type Rewrite<N> = (r: Rewriter, node: N) => t.Node;
type Table = { [Type in t.Node["type"]]?: Rewrite<Extract<t.Node, { type: Type }>> };

const same: Rewrite<t.Node> = (_, node) => node;
const access: Rewrite<t.MemberExpression> = (r, node) =>
  r.isOuter(node)
    ? at(r.outerValue(node), node)
    : r.children(node, node.computed ? ["object", "property"] : ["object"]);
const nested: Rewrite<Nested> = (r, node) => r.closure(node);
const memberOf: Rewrite<t.Node> = (r, node) => r.member(node);
const reference: Rewrite<t.Node> = (r, node) => r.reference(node);

const table: Table = {
  Identifier: reference,
  ThisExpression: reference,
  MetaProperty: reference,
  MemberExpression: access,
  OptionalMemberExpression: (r, node) => r.optionalMember(node),
  BinaryExpression: (r, node) =>
    t.isPrivateName(node.left) && r.view.analysis.outer.has(node.left)
      ? at(call(r.view.module.members.private(node.left.id.name, "has"), r.expression(node.right)), node)
      : r.children(node),
  AssignmentExpression: (r, node) => r.assignment(node),
  UpdateExpression: (r, node) => r.update(node),
  FunctionExpression: nested,
  ArrowFunctionExpression: nested,
  ClassExpression: (r, node) => r.emitters.container(node, r.view),
  ObjectExpression: (r, node) =>
    r.view.analysis.containers.has(node) ? r.emitters.container(node, r.view) : r.children(node),
  ObjectMethod: (r, node) => r.method(node),
  ClassMethod: memberOf,
  ClassPrivateMethod: memberOf,
  ClassProperty: memberOf,
  ClassPrivateProperty: memberOf,
  ClassAccessorProperty: memberOf,
  BlockStatement: (r, node) => r.textBlock(node),
  StaticBlock: (r, node) => r.textBlock(node),
  SwitchStatement: (r, node) => r.textSwitch(node),
  LabeledStatement: (r, node) => r.children(node, ["body"]),
  BreakStatement: same,
  ContinueStatement: same,
  ObjectProperty: (r, node) => r.valueProperty(node),
  ArrayExpression: (r, node) => at(listOf(r.children(node).elements, r.R), node),
  CallExpression: (r, node) => r.emitters.combinator(node, r) ?? r.call(node),
  OptionalCallExpression: (r, node) => r.called(node),
  TaggedTemplateExpression: (r, node) => rewriteTagged(node, r),
  JSXIdentifier: (r, node) => {
    const use = r.view.use(node);
    if (use === undefined) return node;
    const name = (variable: t.Expression) => t.jsxIdentifier((variable as t.Identifier).name);
    const variable = name(r.view.variable(use.binding));
    return use.binding.cell ? t.jsxMemberExpression(variable, t.jsxIdentifier("v")) : variable;
  },
  JSXMemberExpression: (r, node) => r.children(node, ["object"]),
  JSXAttribute: (r, node) => r.children(node, ["value"]),
  JSXNamespacedName: same,
  PrivateName: same,
  TemplateElement: same,
};

const targetTable: Table = {
  Identifier: (r, node) => r.targetName(node),
  MemberExpression: (r, node) => (r.isOuter(node) ? at(r.outerPlace(node), node) : r.node(node)),
  AssignmentPattern: (r, node) => ({ ...node, left: r.target(node.left), right: r.expression(node.right) }) as t.Node,
  RestElement: (r, node) => ({ ...node, argument: r.target(node.argument) }) as t.Node,
  ArrayPattern: (r, node) => ({ ...node, elements: node.elements.map((e) => e && r.target(e)) }) as t.Node,
  ObjectPattern: (r, node) => {
    const properties = node.properties.map((p) =>
      t.isRestElement(p) ? r.target(p) : r.property(p, r.target(p.value)),
    );
    return { ...node, properties } as t.Node;
  },
};
const targets = targetTable as { [type: string]: unknown };

function isHelper({ object, property }: t.MemberExpression, R: string, name: string): boolean {
  return t.isIdentifier(object, { name: R }) && t.isIdentifier(property, { name });
}

function nameOfPrivate(node: t.Node): string {
  return (node as t.PrivateName).id.name;
}

/** Arguments for the captures of a nested function, as its maker reaches them. @param of the function, if it is one */
export function captureArguments(captures: Iterable<Binding>, view: View, of: Unit = view.unit): t.Expression[] {
  return [...captures].map((binding) => view.variable(binding, of));
}
