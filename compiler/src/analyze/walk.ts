// Owns: the order in which a durable function is walked to find its names: one entry per syntax.
// Does not own: what is noted (resolve.ts).
// I1. The order is that of evaluation; function declarations come first in their block.
// I2. Dispatch is by node type; a type without an entry is walked child by child, and every Identifier so met is read.
import * as t from "@babel/types";
import { collectVars, hasParameterExpressions, hasSimpleParams, patternIdentifiers, usesSuper } from "./declare.ts";
import { isAnonymous, keyName } from "./fn-name.ts";
import { markOf } from "./lift/marks.ts";
import { Resolver } from "./resolve.ts";
import type { Container, Origin, Scope, ScopeAnalysis, Unit } from "./scope.ts";

/**
 * Finds everything that names mean in a durable function.
 * @param originOf where a name comes from that the function does not declare; `super` and private names count as such
 * @param capturesThis it is an arrow that is made more than once: `this` of what is around is a capture
 */
export function resolveScopes(fn: t.Function, originOf: (name: string) => Origin, capturesThis = false): ScopeAnalysis {
  const r = new Resolver(originOf);
  const root = capturesThis ? r.around(() => walkUnit(r, fn, null)) : walkUnit(r, fn, null);
  return { root, ...r.analysis };
}

function walk(r: Resolver, node: t.Node | null | undefined): void {
  if (!node) return;
  const visit = visitors[node.type];
  if (visit !== undefined) visit(r, node as never);
  else walkChildren(r, node);
}

function walkAll(r: Resolver, nodes: readonly (t.Node | null)[]): void {
  for (const node of nodes) walk(r, node);
}

function walkChildren(r: Resolver, node: t.Node): void {
  for (const key of t.VISITOR_KEYS[node.type] ?? []) {
    const child = (node as unknown as Record<string, unknown>)[key];
    walkAll(r, (Array.isArray(child) ? child : [child]) as (t.Node | null)[]);
  }
}

// ---- functions and classes

function walkUnit(r: Resolver, node: Unit["node"], container: Container | null): Unit {
  return r.unit(node, container, (unit) => {
    const id = t.isFunctionExpression(node) ? node.id : null;
    if (!id) {
      walkParams(r, node, unit);
      return;
    }
    r.noteName(id.name);
    r.scoped("self", id, (scope) => {
      r.declare(scope, id.name, "self");
      walkParams(r, node, unit);
    });
  });
}

function walkParams(r: Resolver, node: Unit["node"], unit: Unit): void {
  r.scoped("params", node, (params) => {
    unit.params = params;
    unit.body = params;
    if (t.isFunction(node)) walkFunction(r, node, unit);
    else if (t.isStaticBlock(node)) {
      for (const { name } of node.body.flatMap((statement) => collectVars(statement))) r.declare(params, name, "var");
      r.declareLexical(params, node.body);
      walkBody(r, params, node.body);
    } else {
      r.nameByKey(node);
      walk(r, node.value);
    }
  });
}

function walkFunction(r: Resolver, fn: t.Function, unit: Unit): void {
  const simple = hasSimpleParams(fn);
  for (const { name } of fn.params.flatMap((param) => patternIdentifiers(param))) {
    const binding = r.declare(unit.params, name, "param");
    if (!simple) binding.initOrder = Number.POSITIVE_INFINITY;
  }
  for (const param of fn.params) walkTarget(r, param, true);
  const { body } = fn;
  if (!t.isBlockStatement(body)) walk(r, body);
  else {
    r.scoped("body", body, (scope) => {
      unit.body = scope;
      r.declareVars(unit, body, fn.params.some(hasParameterExpressions));
      walkBody(r, scope, body.body);
    });
  }
}

/** The function declarations of a block are made before its first statement runs. */
function walkBody(r: Resolver, scope: Scope, statements: readonly t.Statement[]): void {
  walkFunctions(r, scope);
  walkAll(r, statements);
}

function walkFunctions(r: Resolver, scope: Scope): void {
  for (const fn of scope.functions) {
    const id = fn.id as t.Identifier;
    walkUnit(r, fn, null);
    r.use(id, id.name, { write: true, init: true });
  }
}

function walkClass(r: Resolver, node: t.Class, container: Container = r.container(node)): void {
  const walkText = (scope: Scope) => {
    r.declarePrivate(scope, node);
    if (node.id) r.declare(scope, node.id.name, "const").initOrder = -1;
    for (const name of markOf(node.body, "variables")?.names ?? []) r.declare(scope, name, "let").initOrder = -1;
    walk(r, node.superClass);
    for (const member of node.body.body) if ("computed" in member && member.computed) walk(r, member.key);
    for (const member of node.body.body) walkUnit(r, member as Unit["node"], container);
  };
  r.inClass(() => r.scoped("class", node, walkText));
  if (t.isClassDeclaration(node) && node.id) r.use(node.id, node.id.name, { write: true, init: true });
}

/**
 * What only the literal itself can make: an accessor that was not moved, a class whose name only the run time knows. (Functions
 * are made elsewhere, and get such a name from the runtime.)
 */
function staysInObject(member: t.ObjectExpression["properties"][number]): boolean {
  if (t.isSpreadElement(member)) return false;
  const value = t.isObjectProperty(member) ? member.value : member;
  if (t.isFunction(value) && (value.async || value.generator)) return false;
  if (t.isObjectMethod(member)) return member.kind !== "method" || usesSuper(member);
  return t.isClass(value) && isAnonymous(value) && keyName(member) === null;
}

function walkObject(r: Resolver, node: t.ObjectExpression): void {
  const container = node.properties.some(staysInObject) ? r.container(node) : null;
  for (const property of node.properties) {
    if (!t.isObjectMethod(property) && !staysInObject(property)) walk(r, property);
    else {
      if ("computed" in property && property.computed) walk(r, property.key);
      const value = t.isObjectProperty(property) ? property.value : property;
      const isDurable = t.isFunction(value) && (value.async || value.generator);
      if (t.isClass(value)) walkClass(r, value, container ?? undefined);
      else walkUnit(r, value as Unit["node"], isDurable ? null : container);
    }
  }
}

// ---- declarations and assignments

/** Binds or assigns what a pattern names; its defaults and computed keys are evaluated on the way. */
function walkTarget(r: Resolver, node: t.Node | null | undefined, init: boolean): void {
  if (!node) return;
  const visit = targets[node.type];
  if (visit !== undefined) visit(r, node as never, init);
  else walk(r, node);
}

type Target<N> = (r: Resolver, node: N, init: boolean) => void;

const targetTable: { [Type in t.Node["type"]]?: Target<Extract<t.Node, { type: Type }>> } = {
  Identifier: (r, node, init) => r.use(node, node.name, { write: true, init }),
  AssignmentPattern: (r, { left, right }, init) => {
    r.nameBy(right, left);
    walk(r, right);
    walkTarget(r, left, init);
  },
  RestElement: (r, { argument }, init) => walkTarget(r, argument, init),
  ArrayPattern: (r, { elements }, init) => {
    for (const element of elements) walkTarget(r, element, init);
  },
  ObjectPattern: (r, { properties }, init) => {
    for (const property of properties) {
      if (t.isRestElement(property)) walkTarget(r, property, init);
      else {
        if (property.computed) walk(r, property.key);
        walkTarget(r, property.value, init);
      }
    }
  },
};
const targets = targetTable as Record<string, Target<never> | undefined>;

function walkDeclaration(r: Resolver, { kind, declarations }: t.VariableDeclaration): void {
  for (const { id, init } of declarations) {
    r.nameBy(init, id);
    walk(r, init);
    if (t.isIdentifier(id) && (init || kind !== "var")) r.noteValue(id.name, init ?? t.identifier("undefined"));
    // `var x;` does nothing where it stands, but its identifier is to be renamed like others.
    if (kind === "var" && !init && t.isIdentifier(id)) r.use(id, id.name, {});
    else walkTarget(r, id, kind !== "var");
  }
}

function walkAssignment(r: Resolver, node: t.AssignmentExpression): void {
  const { left, right, operator } = node;
  const isLogical = /^(?:&&|\|\||\?\?)=$/.test(node.operator);
  // What arithmetic assigns is the value of the whole.
  if (t.isIdentifier(left) && !isLogical) r.noteValue(left.name, operator === "=" ? right : node);
  if (t.isIdentifier(left) && operator !== "=") {
    if (isLogical) r.nameBy(right, left);
    walk(r, left);
    walk(r, right);
    r.use(left, left.name, { read: true, write: true });
    return;
  }
  if (operator === "=") r.nameBy(right, left);
  // The parts of a member are evaluated before the right side; names of a pattern are bound after it.
  if (t.isMemberExpression(left)) walk(r, left);
  walk(r, right);
  if (!t.isMemberExpression(left)) walkTarget(r, left, false);
}

// ---- statements with scopes

function walkFor(r: Resolver, node: t.ForStatement): void {
  r.scoped("loop", node, (scope) => {
    if (t.isVariableDeclaration(node.init) && node.init.kind !== "var") r.declareLexical(scope, [node.init]);
    walk(r, node.init);
    r.inLoop(() => walkAll(r, [node.test ?? null, node.body, node.update ?? null]));
  });
}

function walkForX(r: Resolver, node: t.ForXStatement): void {
  const { left } = node;
  const declared = t.isVariableDeclaration(left) ? left : null;
  const walkHead = (scope: Scope) => {
    if (declared !== null && declared.kind !== "var") r.declareLexical(scope, [declared]);
    walk(r, node.right);
    r.inLoop(() => {
      walkTarget(r, declared?.declarations[0]?.id ?? left, declared !== null && declared.kind !== "var");
      walk(r, node.body);
    });
  };
  r.scoped("loop", node, walkHead, true);
}

function walkSwitch(r: Resolver, node: t.SwitchStatement): void {
  const { discriminant, cases } = node;
  walk(r, discriminant);
  r.scoped("switch", node, (scope) => {
    r.declareLexical(
      scope,
      cases.flatMap(({ consequent }) => consequent),
    );
    walkFunctions(r, scope);
    // Where a test is evaluated no case has initialized anything.
    r.inCase(scope, -1, () =>
      walkAll(
        r,
        cases.map(({ test }) => test ?? null),
      ),
    );
    cases.forEach(({ consequent }, index) => {
      r.inCase(scope, index, () => walkAll(r, consequent));
    });
  });
}

type Visitor<N> = (r: Resolver, node: N) => void;
type Visitors = { [Type in t.Node["type"]]?: Visitor<Extract<t.Node, { type: Type }>> };

const walkNested: Visitor<t.Function> = (r, node) => void walkUnit(r, node, null);
const walkMember: Visitor<t.MemberExpression | t.OptionalMemberExpression> = (r, { object, property, computed }) => {
  walk(r, object);
  if (computed || t.isPrivateName(property)) walk(r, property);
};
const walkLoop: Visitor<t.WhileStatement | t.DoWhileStatement> = (r, node) => r.inLoop(() => walkChildren(r, node));
const walkTag = (r: Resolver, name: t.Node) => {
  if (!t.isJSXIdentifier(name) || /^[^a-z]/.test(name.name)) walk(r, name);
};
const skip = () => {};

const table: Visitors = {
  Identifier: (r, node) => r.use(node, node.name, { read: true }),
  ThisExpression: (r, node) => r.useImplicit(node, "this"),
  Super: (r, node) => r.useSuper(node),
  PrivateName: (r, node) => r.usePrivate(node),
  MetaProperty: (r, node) => {
    if (node.meta.name === "new") r.useImplicit(node, "new.target");
  },
  MemberExpression: walkMember,
  OptionalMemberExpression: walkMember,
  FunctionDeclaration: skip, // made at the head of its block
  FunctionExpression: walkNested,
  ArrowFunctionExpression: walkNested,
  ClassDeclaration: (r, node) => walkClass(r, node),
  ClassExpression: (r, node) => walkClass(r, node),
  ObjectExpression: walkObject,
  ObjectProperty: (r, node) => {
    if (node.computed) walk(r, node.key);
    r.nameByKey(node);
    walk(r, node.value);
  },
  VariableDeclaration: walkDeclaration,
  AssignmentExpression: walkAssignment,
  UpdateExpression: (r, node) => {
    const { argument } = node;
    if (!t.isIdentifier(argument)) walk(r, argument);
    else {
      r.noteValue(argument.name, node);
      r.use(argument, argument.name, { read: true, write: true });
    }
  },
  BlockStatement: (r, node) => {
    r.scoped("block", node, (scope) => {
      r.declareLexical(scope, node.body);
      walkBody(r, scope, node.body);
    });
  },
  CatchClause: (r, node) => {
    r.scoped("catch", node, (scope) => {
      for (const { name } of patternIdentifiers(node.param)) {
        const binding = r.declare(scope, name, "catch");
        if (!t.isIdentifier(node.param)) binding.initOrder = Number.POSITIVE_INFINITY;
      }
      walkTarget(r, node.param, true);
      walk(r, node.body);
    });
  },
  ForStatement: walkFor,
  ForInStatement: walkForX,
  ForOfStatement: walkForX,
  WhileStatement: walkLoop,
  DoWhileStatement: walkLoop,
  SwitchStatement: walkSwitch,
  LabeledStatement: (r, { label, body }) => {
    r.noteName(label.name);
    walk(r, body);
  },
  BreakStatement: skip,
  ContinueStatement: skip,
  JSXIdentifier: (r, node) => r.use(node, node.name, { read: true }),
  JSXMemberExpression: (r, { object }) => walk(r, object),
  JSXAttribute: (r, { value }) => walk(r, value),
  JSXOpeningElement: (r, { name, attributes }) => {
    walkTag(r, name);
    walkAll(r, attributes);
  },
  JSXClosingElement: (r, { name }) => walkTag(r, name),
  JSXNamespacedName: skip,
};
const visitors = table as Record<string, Visitor<never> | undefined>;
