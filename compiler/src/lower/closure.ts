// Owns: how nested functions and classes are made in emitted code: factories, records, names, what stays in place.
// Does not own: the inside of a plain function (plain.ts) or of a durable one (run.ts).
// I1. A factory takes all that its function captures, so `make(...captures)` makes it again after a restore.
// I2. What can't stand at module level is made by an arrow called in place, which is given what its makers keep in frames
//     and reaches all else by name; its record says why.
// I3. Ids are parent, name, and a hash of body and captures; never an ordinal (module.ts I1).
import { createHash } from "node:crypto";
import * as t from "@babel/types";
import { isCarried, isNative, staysInPlace } from "../analyze/capture.ts";
import { markOf } from "../analyze/lift/marks.ts";
import type { Binding, Container, Unit } from "../analyze/scope.ts";
import type { FunctionRecord } from "../analyze/types.ts";
import { rewriteCombinator } from "./combinator.ts";
import { call, declare, id, member, num } from "./nodes.ts";
import { rewritePlain } from "./plain.ts";
import { quietOfPlain } from "./quiet.ts";
import { describeUnit, kindOf } from "./record.ts";
import { captureArguments, type Emitters, type Nested, Rewriter } from "./rewrite.ts";
import { lowerUnit } from "./run.ts";
import { syntax } from "./syntax/index.ts";
import { DurableUnit } from "./unit.ts";
import { ContainerView, View } from "./view.ts";

/** Makes the emitters of one durable function. @param owner id and name of the record around, per unit */
export class Closures implements Emitters {
  readonly #ids = new Map<Unit, { id: string; base: string }>();

  /** Says what the functions nested in a unit are called after. */
  register(unit: Unit, id: string, base: string): void {
    this.#ids.set(unit, { id, base });
  }

  combinator: Emitters["combinator"] = (node, rewriter) => rewriteCombinator(node, rewriter);

  closure(node: Nested, view: View, key?: t.Expression): t.Expression {
    const unit = view.analysis.units.get(node) as Unit;
    if (staysInPlace(unit)) return this.#inPlace(unit, view, key);
    const captures = [...unit.captures];
    const taken = [...(key ? [key] : []), ...captureArguments(captures, view, unit)];
    const { module } = view;
    const { id: own, base } = this.#identify(unit, view);
    let factory = module.factories.get(own);
    if (factory === undefined) {
      const { context } = module;
      factory = { name: context.unique(`${base}c`), record: context.reserveRecord() };
      module.factories.set(own, factory);
      const made = this.#make(unit, view, own, factory.record);
      context.setRecord(factory.record, { ...made.record, make: factory.name, captures: captureKeys(captures, key) });
      const body = t.blockStatement(made.body, module.strictness(unit));
      module.hoisted.push(t.functionDeclaration(id(factory.name), made.names.map(id), body));
    }
    return call(id(factory.name), ...taken);
  }

  /** `((x) => $R.tag(…))(x)`: what it uses of other functions and of a class around it, it reaches where it stands. */
  #inPlace(unit: Unit, view: View, key?: t.Expression): t.Expression {
    const { context } = view.module;
    const { id: own } = this.#identify(unit, view);
    const record = context.reserveRecord();
    const made = this.#make(unit, view, own, record, view);
    const strictness = view.module.strictness(unit);
    const carried = [...unit.captures].filter((binding) => isCarried(binding, unit.parent));
    const taken = [...(key ? [key] : []), ...captureArguments(carried, view, unit)];
    const captures = captureKeys(carried, key);
    context.setRecord(record, { ...made.record, captures, reason: reasonOf(unit) });
    return call(t.arrowFunctionExpression(made.names.map(id), bodyOf(made.body, strictness)), ...taken);
  }

  /** The statements that make the function where its captures are parameters. */
  #make(unit: Unit, view: View, own: string, record: number, around: View | null = null) {
    return unit.kind === "plain"
      ? this.#makePlain(unit, view, own, record, around)
      : this.#makeDurable(unit, view, own, record, around);
  }

  #makePlain(unit: Unit, outer: View, own: string, record: number, around: View | null) {
    const { module } = outer;
    const view = new View(module, unit, new Set(), around);
    this.register(unit, own, this.#identify(unit, outer).base);
    const fn = rewritePlain(unit.node as Nested, view, this);
    const list = view.carried.map((binding) => id(view.captureName(binding)));
    const key = unit.fnName === null ? view.names.fresh("$key") : null;
    if (key !== null) list.unshift(id(key));
    const tagged = call(view.abi("tag"), recordOf(view, record), named(fn, unit.fnName ?? ""), t.arrayExpression(list));
    return {
      names: list.map(({ name }) => name),
      body: [t.returnStatement(key === null ? tagged : call(view.abi("name"), tagged, id(key)))],
      record: { ...baseRecord(unit, view, own), kind: -1, quiet: quietOfPlain(unit, module) } satisfies FunctionRecord,
    };
  }

  #makeDurable(unit: Unit, outer: View, own: string, record: number, around: View | null) {
    const { module } = outer;
    const { base } = this.#identify(unit, outer);
    this.register(unit, own, base);
    return this.makeRun(new DurableUnit(module, unit, base, around), own, recordOf(outer, record));
  }

  /**
   * `const $d = $R.closure(record, ($f, $this, n) => { … }, [captures]); return $d.self;`
   * One whose name only run time knows takes its key first: `return $R.name($d.self, $key)`.
   * @param isNamed a function of the module's scope, which its id leads to: it has `null` for captures
   */
  makeRun(durable: DurableUnit, own: string, record: t.Expression, isNamed = false) {
    const { unit, view } = durable;
    const descriptor = view.names.fresh("$d");
    for (const binding of unit.bindings) {
      if (binding.kind === "self") view.replace(binding, () => member(id(descriptor), "self"));
    }
    const { params, body } = lowerUnit(durable, this, syntax, { isStatic: false, reach: () => id(descriptor) });
    const list = view.carried.map((binding) => id(view.captureName(binding)));
    const key = !isNamed && unit.fnName === null && unit.parent !== null ? view.names.fresh("$key") : null;
    if (key !== null) list.unshift(id(key));
    const run = t.arrowFunctionExpression(params, body);
    const made = call(view.abi("closure"), record, run, isNamed ? t.nullLiteral() : t.arrayExpression(list));
    const self = member(id(descriptor), "self");
    const result = key === null ? self : call(view.abi("name"), self, id(key));
    return {
      names: list.map(({ name }) => name),
      body: [declare("const", descriptor, made), t.returnStatement(result)],
      record: { ...baseRecord(unit, view, own), kind: kindOf(unit), ...describeUnit(durable) } satisfies FunctionRecord,
    };
  }

  #identify(unit: Unit, view: View): { id: string; base: string } {
    const parent = this.#parentOf(unit);
    const captures = [...unit.captures].map((binding) => `${binding.name}${binding.cell ? "*" : ""}`);
    const { context, later } = view.module;
    const text = [context.hashOf(unit.node as t.Function), later.has(unit.node) ? "later" : "", ...captures].join(" ");
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
    return { id: `${parent.id}.${unit.fnName ?? ""}~${hash}`, base: parent.base };
  }

  /** The nearest function around with an id; those that stay as they are have none. */
  #parentOf({ parent }: Unit): { id: string; base: string } {
    const known = this.#ids.get(parent as Unit);
    return known ?? this.#parentOf(parent as Unit);
  }

  /** In place; `((x_1) => class { … })(x)` takes what it uses of frames, and has the variables of one evaluation. */
  container(node: t.Class | t.ObjectExpression, view: View): t.Expression {
    const container = view.analysis.containers.get(node);
    if (container === undefined) return new Rewriter(view, this).children(node, partsOf(node)) as t.Expression;
    const captures = [...container.captures].filter((binding) => isCarried(binding, container.parent));
    const names = new Map(captures.map((binding) => [binding, view.names.fresh(binding.name)]));
    const inner = new Rewriter(new ContainerView(view, container, names), this).children<typeof node>(
      node,
      partsOf(node),
    );
    const variables = t.isClass(node) ? (markOf(node.body, "variables")?.names ?? []) : [];
    const made = this.#finish(inner, container, variables.length > 0, view);
    if (captures.length === 0 && variables.length === 0) return made;
    const declared =
      variables.length > 0 ? [declareAll(variables), t.returnStatement(made)] : [t.returnStatement(made)];
    const arrow = t.arrowFunctionExpression([...names.values()].map(id), bodyOf(declared, []));
    return call(arrow, ...captureArguments(captures, view));
  }

  /** A class that a function which stays as it is makes stays so too, and has its name from its place, if it is left there. */
  #finish(inner: t.Class | t.ObjectExpression, container: Container, isMoved: boolean, view: View): t.Expression {
    const { node, fnName, parent } = container;
    if (!t.isClass(inner)) return inner;
    if (!isNative(parent)) return this.#tagClass(inner, fnName ?? "", view, node);
    const expression = { ...inner, type: "ClassExpression" } as t.ClassExpression;
    return isMoved ? named(expression, fnName ?? "") : expression;
  }

  #tagClass(inner: t.Class, name: string, view: View, node: t.Node): t.Expression {
    const { context } = view.module;
    const parent = this.#ids.get(view.unit) as { id: string };
    const record = context.addRecord({
      id: `${parent.id}.${name}~${context.hashOf(node as t.Class).slice(0, 8)}`,
      name,
      length: 0,
      kind: -1,
      loc: node.loc ?? view.module.fn.loc,
      hash: context.hashOf(node as t.Class),
      reason: "It is a class made inside of a function; declare it at the top of the module.",
    });
    const expression = { ...inner, type: "ClassExpression" } as t.ClassExpression;
    return call(view.abi("tag"), recordOf(view, record), named(expression, name), t.arrayExpression([]));
  }
}

/** The name of a class within its own text is its own. */
function partsOf(node: t.Class | t.ObjectExpression): string[] {
  return (t.VISITOR_KEYS[node.type] ?? []).filter((key) => key !== "id");
}

function declareAll(names: readonly string[]): t.Statement {
  return t.variableDeclaration(
    "let",
    names.map((name) => t.variableDeclarator(id(name))),
  );
}

/** Why it can't be made again: a sentence for the snapshot error. */
function reasonOf({ foreign }: Unit): string {
  const names = [...foreign].map((name) => `\`${name}\``).join(", ");
  if (names !== "") return `It uses ${names} of a function that is not durable.`;
  return "It uses what only the text of a class or object around it reaches; declare that at the top of the module.";
}

function captureKeys(captures: Binding[], key?: t.Expression): string[] {
  return [...(key ? ["(key)"] : []), ...captures.map(({ name }) => name)];
}

function bodyOf(statements: t.Statement[], directives: t.Directive[]): t.BlockStatement | t.Expression {
  const [only] = statements;
  return statements.length === 1 && directives.length === 0 && t.isReturnStatement(only) && only.argument
    ? only.argument
    : t.blockStatement(statements, directives);
}

/** `$m.f[k]`: whoever makes a nested function has made the record. */
function recordOf(view: View, record: number): t.Expression {
  return t.memberExpression(member(id(view.module.context.abi.m), "f"), num(record), true);
}

function baseRecord(unit: Unit, view: View, own: string) {
  const node = unit.node as t.Function;
  const { context, fn } = view.module;
  const counted = node.params.findIndex((param) => t.isAssignmentPattern(param) || t.isRestElement(param));
  return {
    id: own,
    name: unit.fnName ?? "",
    length: counted < 0 ? node.params.length : counted,
    loc: node.loc ?? fn.loc,
    hash: context.hashOf(node),
  };
}

/** An expression with the name it would have had where it stood: `({ name: fn }).name`. */
function named(fn: Nested | t.ClassExpression, name: string): t.Expression {
  const key = () => (t.isValidIdentifier(name, false) ? id(name) : t.stringLiteral(name));
  if (t.isObjectMethod(fn)) {
    const method = { ...fn, key: key(), computed: false };
    return t.memberExpression(t.objectExpression([method]), key(), !t.isValidIdentifier(name, false));
  }
  const expression = t.isFunctionDeclaration(fn) ? asExpression(fn) : fn;
  const isNamed = (t.isFunctionExpression(expression) || t.isClassExpression(expression)) && expression.id;
  if (isNamed || name === "") return expression;
  const computed = name === "__proto__" || !t.isValidIdentifier(name, false);
  const property = t.objectProperty(computed ? t.stringLiteral(name) : key(), expression, name === "__proto__");
  return t.memberExpression(t.objectExpression([property]), computed ? t.stringLiteral(name) : id(name), computed);
}

function asExpression(fn: t.FunctionDeclaration): t.FunctionExpression {
  return { ...fn, type: "FunctionExpression", id: null } as t.FunctionExpression;
}
