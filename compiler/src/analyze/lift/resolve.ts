// Owns: the walk over a function that finds its declarations, and for every identifier the one it means.
// Does not own: what follows from it (bindings.ts).
// I1. Parameters and body have one scope here: it has the writes of both (bindings.ts I2).
// I2. Nested functions are walked too, for what they capture and write.
// I3. Types have been erased before.
import * as t from "@babel/types";
import { type Binding, Bindings } from "./bindings.ts";
import { childrenOf } from "./children.ts";
import { declaredIds, idsOf, lexicalIds, varIds } from "./declared.ts";

const NEVER = Number.POSITIVE_INFINITY;

class Scope {
  readonly parent: Scope | null;
  /** Its declarations may be jumped over: the scope of a switch. */
  readonly hasJumps: boolean;
  readonly #names = new Map<string, Binding>();

  constructor(parent: Scope | null, hasJumps = false) {
    this.parent = parent;
    this.hasJumps = hasJumps;
  }

  declare({ name }: { name: string }, ready = 0): Binding {
    const known = this.#names.get(name);
    if (known) return known;
    const binding: Binding = { name, ready, writes: [], writtenElsewhere: false, mentions: [] };
    this.#names.set(name, binding);
    return binding;
  }

  find(name: string): Binding | undefined {
    return this.#names.get(name) ?? this.parent?.find(name);
  }
}

/** Finds what the names in a function mean. */
export function resolveNames(fn: t.Function): Bindings {
  const walk = new Walk();
  visitFunction(fn, walk);
  return walk.bindings;
}

type OnName = (id: t.Identifier) => void;

class Walk {
  readonly bindings = new Bindings();
  scope = new Scope(null);
  /** How many functions enclose the place within the function; -1 outside of it. */
  depth = -1;
  /** How many of them are declarations. */
  hoisted = 0;
  position = 0;
  /** The parameters that `arguments` of sloppy code writes, by the binding of `arguments`. */
  readonly parameters = new Map<Binding, Binding[]>();

  visit(node: t.Node | null | undefined): void {
    if (!node) return;
    this.#span(node, () => {
      const visit = visits[node.type] as ((node: t.Node, walk: Walk) => void) | undefined;
      if (visit) visit(node, this);
      else for (const child of childrenOf(node)) this.visit(child);
    });
  }

  within(run: () => void, hasJumps = false): void {
    const outer = this.scope;
    this.scope = new Scope(outer, hasJumps);
    run();
    this.scope = outer;
  }

  mention(id: { name: string } & t.Node): Binding | undefined {
    const binding = this.scope.find(id.name);
    if (!binding) return undefined;
    this.bindings.setBinding(id, binding);
    binding.mentions.push({ at: this.position, nested: this.depth > 0, hoisted: this.hoisted > 0 });
    for (const parameter of this.parameters.get(binding) ?? []) parameter.writtenElsewhere = true;
    return binding;
  }

  write(id: t.Identifier): void {
    const binding = this.mention(id);
    binding?.writes.push(this.position);
    if (binding && this.depth > 0) binding.writtenElsewhere = true;
  }

  /** What a name, a member or a pattern of them says when it is written. */
  target(node: t.Node | null, onName: OnName = (id) => this.write(id)): void {
    if (!node) return;
    this.#span(node, () => {
      const visit = targets[node.type] as ((node: t.Node, walk: Walk, onName: OnName) => void) | undefined;
      if (t.isIdentifier(node)) onName(node);
      else if (visit) visit(node, this, onName);
      else if (t.isMemberExpression(node)) visitMember(node, this);
    });
  }

  /** Declares the names of a block. */
  declareAll(statements: readonly t.Statement[], isBody: boolean): void {
    for (const { id, isFunction } of lexicalIds(statements)) {
      const outer = this.scope.find(id.name);
      const binding = this.scope.declare(id, isFunction ? 0 : NEVER);
      this.bindings.setBinding(id, binding);
      if (!isFunction || isBody) continue;
      // In sloppy code a function in a block also writes a variable of the function (Annex B.3.2).
      binding.writtenElsewhere = true;
      if (outer) outer.writtenElsewhere = true;
    }
  }

  /** A name of `let`, `const` or a class has its value from here on. */
  initialize(binding: Binding | undefined): void {
    if (binding && binding.ready === NEVER && !this.scope.hasJumps) binding.ready = this.position;
  }

  #span(node: t.Node, run: () => void): void {
    const from = ++this.position;
    run();
    this.bindings.setSpan(node, [from, this.position]);
  }
}

type Visits = { [T in t.Node["type"]]?: (node: Extract<t.Node, { type: T }>, walk: Walk) => void };

const visits: Visits = {
  Identifier: (node, walk) => void walk.mention(node),
  JSXIdentifier: (node, walk) => void walk.mention(node),
  JSXAttribute: (node, walk) => walk.visit(node.value),
  JSXMemberExpression: (node, walk) => walk.visit(node.object),
  JSXNamespacedName: () => {},
  MetaProperty: () => {},
  PrivateName: () => {},
  BreakStatement: () => {},
  ContinueStatement: () => {},
  LabeledStatement: (node, walk) => walk.visit(node.body),
  MemberExpression: visitMember,
  OptionalMemberExpression: visitMember,
  ObjectProperty: (node, walk) => {
    if (node.computed) walk.visit(node.key);
    walk.visit(node.value);
  },
  AssignmentExpression: (node, walk) => {
    walk.target(node.left);
    walk.visit(node.right);
  },
  UpdateExpression: (node, walk) => walk.target(node.argument),
  VariableDeclaration: (node, walk) => {
    for (const declarator of node.declarations) walk.visit(declarator);
    if (node.kind === "var") return;
    for (const id of declaredIds(node)) walk.initialize(walk.bindings.of(id));
  },
  VariableDeclarator: (node, walk) => {
    walk.visit(node.init);
    walk.target(node.id, (id) => {
      const binding = walk.mention(id);
      // Only of `var`, whose binding is there from the beginning, is this a write among others.
      if (binding && binding.ready !== NEVER) walk.write(id);
    });
  },
  BlockStatement: (node, walk) =>
    walk.within(() => {
      walk.declareAll(node.body, false);
      for (const statement of node.body) walk.visit(statement);
    }),
  ForStatement: (node, walk) =>
    walk.within(() => {
      if (t.isVariableDeclaration(node.init)) walk.declareAll([node.init], true);
      for (const part of [node.init, node.test, node.update, node.body]) walk.visit(part);
    }),
  ForInStatement: visitForEach,
  ForOfStatement: visitForEach,
  SwitchStatement: (node, walk) => {
    walk.visit(node.discriminant);
    walk.within(() => {
      const statements = node.cases.flatMap(({ consequent }) => consequent);
      walk.declareAll(statements, false);
      for (const each of node.cases) walk.visit(each);
    }, true);
  },
  CatchClause: (node, walk) =>
    walk.within(() => {
      for (const id of idsOf(node.param)) walk.scope.declare(id);
      walk.target(node.param ?? null, (id) => void walk.mention(id));
      walk.visit(node.body);
    }),
  ClassDeclaration: visitClass,
  ClassExpression: visitClass,
  StaticBlock: (node, walk) => visitBody(node.body, walk, () => {}),
  FunctionDeclaration: visitFunction,
  FunctionExpression: visitFunction,
  ArrowFunctionExpression: visitFunction,
  ObjectMethod: visitFunction,
  ClassMethod: visitFunction,
  ClassPrivateMethod: visitFunction,
  ClassProperty: visitField,
  ClassPrivateProperty: visitField,
  ClassAccessorProperty: visitField,
};

type Targets = { [T in t.Node["type"]]?: (node: Extract<t.Node, { type: T }>, walk: Walk, onName: OnName) => void };

const targets: Targets = {
  ArrayPattern: (node, walk, onName) => {
    for (const element of node.elements) walk.target(element, onName);
  },
  ObjectPattern: (node, walk, onName) => {
    for (const property of node.properties) walk.target(property, onName);
  },
  ObjectProperty: (node, walk, onName) => {
    if (node.computed) walk.visit(node.key);
    walk.target(node.value, onName);
  },
  RestElement: (node, walk, onName) => walk.target(node.argument, onName),
  AssignmentPattern: (node, walk, onName) => {
    walk.target(node.left, onName);
    walk.visit(node.right);
  },
  ParenthesizedExpression: (node, walk, onName) => walk.target(node.expression, onName),
};

function visitMember(node: t.MemberExpression | t.OptionalMemberExpression, walk: Walk): void {
  walk.visit(node.object);
  if (node.computed) walk.visit(node.property);
}

function visitForEach(node: t.ForInStatement | t.ForOfStatement, walk: Walk): void {
  walk.within(() => {
    if (t.isVariableDeclaration(node.left)) walk.declareAll([node.left], true);
    walk.visit(node.right);
    if (t.isVariableDeclaration(node.left)) walk.visit(node.left);
    else walk.target(node.left);
    walk.visit(node.body);
  });
}

function visitFunction(node: t.Function, walk: Walk): void {
  if ("computed" in node && node.computed) walk.visit(node.key);
  const isDeclaration = t.isFunctionDeclaration(node) && walk.depth >= 0;
  if (isDeclaration) walk.hoisted += 1;
  const statements = t.isBlockStatement(node.body) ? node.body.body : [];
  visitBody(statements, walk, () => {
    const parameters = node.params.flatMap(idsOf).map((id) => walk.scope.declare(id));
    if (!t.isArrowFunctionExpression(node)) {
      walk.parameters.set(walk.scope.declare({ name: "arguments" }), parameters);
      if (t.isFunctionExpression(node) && node.id) walk.scope.declare(node.id);
    }
    for (const parameter of node.params) walk.target(parameter, (id) => void walk.mention(id));
    if (!t.isBlockStatement(node.body)) walk.visit(node.body);
  });
  if (isDeclaration) walk.hoisted -= 1;
}

/** The statements of a function, or of what is like one, in a scope that `prepare` fills first. */
function visitBody(statements: t.Statement[], walk: Walk, prepare: () => void): void {
  walk.depth += 1;
  walk.within(() => {
    for (const id of statements.flatMap(varIds)) walk.scope.declare(id);
    walk.declareAll(statements, true);
    prepare();
    for (const statement of statements) walk.visit(statement);
  });
  walk.depth -= 1;
}

/** Within the class its own name is a constant of its own, which has a value only when the class is made. */
function visitClass(node: t.Class, walk: Walk): void {
  const outer = t.isClassDeclaration(node) && node.id ? walk.scope.find(node.id.name) : undefined;
  walk.within(() => {
    if (node.id) walk.bindings.setBinding(node, walk.scope.declare(node.id, NEVER));
    walk.visit(node.superClass);
    for (const member of node.body.body) walk.visit(member);
  });
  walk.initialize(outer);
}

function visitField(node: t.ClassProperty | t.ClassPrivateProperty | t.ClassAccessorProperty, walk: Walk): void {
  if ("computed" in node && node.computed) walk.visit(node.key);
  walk.depth += 1;
  walk.visit(node.value);
  walk.depth -= 1;
}
