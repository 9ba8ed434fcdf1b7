// Owns: durable methods of classes and object literals that durable code makes (docs/abi.md 8): they become function
// expressions in the text of the class or literal, and their `super` a call of the runtime.
// Does not own: those that the module makes (emit/home.ts), how a function in such a text is compiled (lower/closure.ts).
// I1. A method leaves a member without content, so that order, attributes and what counts of two with one key are the
//     language's; the first static block of the class, before which nothing can call it, puts the function there.
// I2. A private method is read by an accessor: it can't be assigned, and all instances share the function.
// I3. Variables of one evaluation of a class belong to the class's scope (marks.ts: VariablesMark).
// I4. It comes after lift, to which `super` is `super`.
import * as t from "@babel/types";
import { constantKey } from "../find/names.ts";
import { isAnonymous, keyName } from "./fn-name.ts";
import type { LiftContext } from "./lift/index.ts";
import { markOf, setMark } from "./lift/marks.ts";
import { moveAccessors } from "./local-accessors.ts";
import { replaceSuper, usesSuper } from "./local-super.ts";

type Method = t.ClassMethod | t.ClassPrivateMethod;
type Fields = Record<string, unknown>;

/** A durable method: what is left of it in the class, and the function that it has become. */
interface Moved {
  left: Method;
  fn: t.FunctionExpression;
}

/** Rewrites every class and object literal in a durable function, in place. */
export function moveMembers(root: t.Function, context: LiftContext): void {
  const found: (t.Class | t.ObjectExpression)[] = [];
  for (const part of [...root.params, root.body]) {
    t.traverseFast(part, (node) => {
      if (t.isClass(node) || t.isObjectExpression(node)) found.push(node);
    });
  }
  for (const node of found) if (t.isClass(node)) new ClassText(node, context).move();
  for (const node of found) if (t.isClass(node)) nameFields(node, context);
  for (const node of found) {
    if (!t.isObjectExpression(node)) continue;
    node.properties = node.properties.map((property) => nameByKey(property, context));
    keepHome(node, context);
  }
}

function isDurable(node: t.Node | null | undefined): boolean {
  return t.isFunction(node) && (node.async === true || node.generator === true);
}

/** One class, the durable methods of which are moved. */
class ClassText {
  readonly #body: t.ClassBody;
  readonly #context: LiftContext;
  readonly #statements: t.Statement[] = [];
  readonly #homes = new Map<boolean, string>();

  constructor(node: t.Class, context: LiftContext) {
    this.#body = node.body;
    this.#context = context;
  }

  move(): void {
    const moved = this.#body.body.filter((member): member is Method => isMethod(member) && isDurable(member));
    if (moved.length === 0) return;
    const all = moved.map((method) => this.#take(method));
    for (const isStatic of [false, true]) this.#put(all, isStatic);
    for (const { left, fn } of all) {
      if (usesSuper(fn)) replaceSuper(fn, () => t.identifier(this.#home(left.static)), this.#context);
      if (t.isClassPrivateMethod(left)) this.#readByAccessor(left, fn);
    }
    for (const [isStatic, name] of this.#homes) this.#statements.unshift(declare(name, objectOf(isStatic)));
    this.#body.body.unshift(t.staticBlock(this.#statements));
  }

  /** The method as a function expression; it is the same node, by which its source is known. */
  #take(method: Method): Moved {
    const left = { ...method, async: false, generator: false, params: [], body: t.blockStatement([]) } as Method;
    const { body } = this.#body;
    body[body.indexOf(method)] = left;
    const fn = method as unknown as t.FunctionExpression & Fields;
    const name = keyName(left as t.ClassMethod) ?? "";
    for (const field of ["key", "static", "kind", "computed", "decorators"]) delete fn[field];
    Object.assign(fn, { type: "FunctionExpression", id: null });
    return { left, fn: setMark(fn, { kind: "method", name }) };
  }

  /** `$R.members(this.prototype, async function () { … }, "pay", null, "other", …)` */
  #put(moved: readonly Moved[], isStatic: boolean): void {
    const members = this.#body.body.filter(
      (member): member is t.ClassMethod =>
        t.isClassMethod(member) && member.static === isStatic && member.kind !== "constructor",
    );
    const functionOf = (member: t.Node) => moved.find(({ left }) => left === member)?.fn;
    const first = members.findIndex((member) => functionOf(member) !== undefined);
    if (first < 0) return;
    const list = members.slice(first).flatMap((member): t.Expression[] => {
      const fn = functionOf(member) ?? null;
      const key = this.#keyOf(member);
      const isNamed = fn === null || keyName(member) !== null;
      return [isNamed ? (fn ?? t.nullLiteral()) : abi(this.#context, "name", fn, key), t.cloneNode(key)];
    });
    this.#statements.push(t.expressionStatement(abi(this.#context, "members", objectOf(isStatic), ...list)));
  }

  /** The key as a value; one that only the run time knows is kept when it is evaluated. */
  #keyOf(member: t.ClassMethod): t.Expression {
    const { key } = member;
    const constant = keyName(member);
    const name = member.kind === "method" ? constant : (constant?.slice("get ".length) ?? null);
    if (name !== null && !(member.computed && name.startsWith("["))) return t.stringLiteral(name);
    return keepKey(this.#body, member, key as t.Expression, this.#context);
  }

  #home(isStatic: boolean): string {
    const name = this.#homes.get(isStatic) ?? this.#context.unique(isStatic ? "$class" : "$home");
    this.#homes.set(isStatic, name);
    return name;
  }

  /** `get #pay() { return $pay; }` */
  #readByAccessor(left: t.ClassPrivateMethod, fn: t.FunctionExpression): void {
    const name = addVariable(this.#body, left.key.id.name, this.#context);
    this.#statements.push(assign(name, fn));
    left.kind = "get";
    left.body.body.push(t.returnStatement(t.identifier(name)));
  }
}

function isMethod(node: t.Node): node is Method {
  return t.isClassMethod(node) || t.isClassPrivateMethod(node);
}

/** What has the methods, in a static block. */
function objectOf(isStatic: boolean): t.Expression {
  return isStatic ? t.thisExpression() : t.memberExpression(t.thisExpression(), t.identifier("prototype"));
}

function declare(name: string, value: t.Expression): t.Statement {
  return t.variableDeclaration("const", [t.variableDeclarator(t.identifier(name), value)]);
}

function assign(name: string, value: t.Expression): t.Statement {
  return t.expressionStatement(t.assignmentExpression("=", t.identifier(name), value));
}

function abi({ abi: { R } }: LiftContext, helper: string, ...args: t.Expression[]): t.CallExpression {
  return t.callExpression(t.memberExpression(t.identifier(R), t.identifier(helper)), args);
}

/** A variable of each evaluation of a class. */
function addVariable(body: t.ClassBody, base: string, context: LiftContext): string {
  const name = context.unique(`$${base}`);
  setMark(body, { kind: "variables", names: [...(markOf(body, "variables")?.names ?? []), name] });
  return name;
}

/** `[$key = $R.key(expression)]`; what it gives is known by the variable then. */
function keepKey(body: t.ClassBody, member: { key: t.Node }, key: t.Expression, context: LiftContext): t.Identifier {
  const name = addVariable(body, "key", context);
  member.key = t.assignmentExpression("=", t.identifier(name), abi(context, "key", key));
  return t.identifier(name);
}

/** A function in place of which an expression will stand takes no name from a key that only run time knows. */
function losesName(value: t.Node | null | undefined): value is t.Expression {
  if (!value || !isAnonymous(value)) return false;
  if (!t.isClassExpression(value)) return isDurable(value);
  const isName = (member: t.Node) => "static" in member && member.static === true && mayBeCalledName(member);
  return markOf(value.body, "variables") !== undefined && !value.body.body.some(isName);
}

function mayBeCalledName(member: t.Node): boolean {
  if (!("key" in member) || t.isPrivateName(member.key as t.Node)) return false;
  return keyName(member as t.ClassMethod) === null || keyName(member as t.ClassMethod) === "name";
}

function isUnknown(member: t.ObjectProperty | t.ClassProperty | t.ClassAccessorProperty): boolean {
  return member.computed === true && constantKey(member.key) === undefined;
}

/** `[$key = $R.key(expression)] = $R.name(async () => { … }, $key)` */
function nameFields({ body }: t.Class, context: LiftContext): void {
  for (const member of body.body) {
    if (!t.isClassProperty(member) && !t.isClassAccessorProperty(member)) continue;
    const { value } = member;
    if (!isUnknown(member) || !losesName(value)) continue;
    const key = keepKey(body, member, member.key as t.Expression, context);
    member.value = abi(context, "name", value, key);
  }
}

/** `...$R.property(key, ($k) => $R.name(class { … }, $k))`; functions are named as they are made (lower/rewrite.ts). */
function nameByKey(
  property: t.ObjectExpression["properties"][number],
  context: LiftContext,
): t.ObjectExpression["properties"][number] {
  if (!t.isObjectProperty(property) || !isUnknown(property)) return property;
  const { key, value } = property;
  if (!t.isClassExpression(value) || !losesName(value)) return property;
  const name = context.unique("$k");
  const made = t.arrowFunctionExpression([t.identifier(name)], abi(context, "name", value, t.identifier(name)));
  return t.spreadElement(abi(context, "property", key as t.Expression, made));
}

/** `(($home) => $home.v = { async m() { … } })({ v: null })`: a cell takes the object to its methods. */
function keepHome(node: t.ObjectExpression, context: LiftContext): void {
  const methods = node.properties.filter(
    (member): member is t.ObjectMethod => t.isObjectMethod(member) && usesSuper(member),
  );
  if (methods.length === 0) {
    moveAccessors(node, context);
    return;
  }
  const name = context.unique("$home");
  const home = () => t.memberExpression(t.identifier(name), t.identifier("v"));
  for (const method of methods) replaceSuper(method, home, context);
  const literal = { ...node };
  moveAccessors(literal, context);
  const made = t.arrowFunctionExpression([t.identifier(name)], t.assignmentExpression("=", home(), literal));
  const cell = t.objectExpression([t.objectProperty(t.identifier("v"), t.nullLiteral())]);
  const fields = node as unknown as Fields;
  delete fields.properties;
  delete fields.extra;
  Object.assign(fields, t.callExpression(made, [cell]), { loc: literal.loc, start: literal.start, end: literal.end });
}
