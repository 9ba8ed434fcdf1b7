// Owns: statements that stay native: those without a suspension point, and all of plain nested functions.
// Does not own: statements with points (syntax/), expressions (rewrite.ts).
// I1. A scope's early cells come first, then its functions, then its statements.
// I2. The names of a loop's head are in their dead zone where its right side is evaluated, and new ones in each round.
// I3. A jump that stays within the statement is left alone; one that leaves it goes through `leaving`.
import * as t from "@babel/types";
import { suspends } from "../analyze/capture.ts";
import { declaredIdentifiers, patternIdentifiers } from "../analyze/declare.ts";
import { isTemp } from "../analyze/lift/marks.ts";
import type { Binding, Scope } from "../analyze/scope.ts";
import { at, block, cell, declare, id, member, run, set, undef } from "./nodes.ts";
import { type Emitters, type Nested, Rewriter } from "./rewrite.ts";
import type { View } from "./view.ts";

/** How control leaves a native statement; null where everything native may leave as it is. */
export interface Leaving {
  return(node: t.ReturnStatement): t.Statement[];
  jump(node: t.BreakStatement | t.ContinueStatement): t.Statement[];
}

type Inner = { type: "loop" | "switch" | "label"; labels: readonly string[] };

export class Native extends Rewriter {
  readonly #leaving: Leaving | null;
  readonly #inner: Inner[] = [];

  constructor(view: View, emitters: Emitters, leaving: Leaving | null) {
    super(view, emitters);
    this.#leaving = leaving;
  }

  statements(nodes: readonly t.Statement[]): t.Statement[] {
    return nodes.flatMap((node) => this.statement(node));
  }

  statement(node: t.Statement, labels: readonly string[] = []): t.Statement[] {
    const rewrite = table[node.type] as
      | ((n: Native, node: t.Statement, labels: readonly string[]) => t.Statement[])
      | undefined;
    const made = rewrite ? rewrite(this, node, labels) : [this.children(node)];
    for (const each of made) at(each, node);
    return made;
  }

  body(node: t.Statement): t.Statement {
    const made = this.statement(node);
    return made.length === 1 ? (made[0] as t.Statement) : t.blockStatement(made);
  }

  /** The statements of a block with what its scope needs first. */
  scoped(scope: Scope | undefined, statements: readonly t.Statement[]): t.Statement[] {
    return [...this.enter(scope), ...this.statements(statements)];
  }

  /** Early cells and functions of a scope. */
  enter(scope: Scope | undefined): t.Statement[] {
    if (scope === undefined) return [];
    const early = [...scope.bindings.values()].filter((binding) => binding.early && binding.kind !== "param");
    const functions = scope.functions.map((fn) => {
      const name = fn.id as t.Identifier;
      const { binding } = this.view.use(name) ?? {};
      return this.view.initialize(binding as Binding, this.closure(fn as Nested) as t.Expression);
    });
    return [...early.map((binding) => this.view.open(binding)), ...functions];
  }

  block(node: t.BlockStatement): t.BlockStatement {
    return { ...node, body: this.scoped(this.view.analysis.scopes.get(node), node.body) };
  }

  // ---- declarations

  #bindingOf(node: t.Identifier): Binding {
    return this.view.use(node)?.binding as Binding;
  }

  #isMoved(binding: Binding): boolean {
    // The arguments object of a durable function is a variable of its own.
    const isObject = binding.kind === "arguments" && suspends(binding.unit);
    return binding.cell || isObject || this.view.hoisted.has(binding);
  }

  declaration(node: t.VariableDeclaration): t.Statement[] {
    const moved = declaredIdentifiers(node).some((name) => this.#isMoved(this.#bindingOf(name)));
    if (!moved) return [this.#keepDeclaration(node)];
    const assigned = node.declarations.flatMap(({ id: target, init }) => {
      // A temporary is always assigned before it is read.
      if (!init) return node.kind === "var" || isTemp(target) ? [] : this.bind(target, undef(), node.kind);
      return this.bind(target, this.expression(init), node.kind);
    });
    return [...this.#declareVars(node), ...assigned];
  }

  /** A `var` that stays beside one that moves: as the statements then only assign, it is declared by itself. */
  #declareVars(node: t.VariableDeclaration): t.Statement[] {
    if (node.kind !== "var") return [];
    const bindings = declaredIdentifiers(node).map((name) => this.#bindingOf(name));
    const own = new Set(bindings.filter((binding) => !this.#isMoved(binding)));
    return [...own].map((binding) => declare("var", this.view.names.of(binding)));
  }

  #keepDeclaration(node: t.VariableDeclaration): t.VariableDeclaration {
    const declarations = node.declarations.map((each) => ({
      ...each,
      id: this.target(each.id) as t.LVal,
      init: each.init && this.expression(each.init),
    }));
    return { ...node, declarations } as t.VariableDeclaration;
  }

  /** Statements that bind a pattern or name to a value; those that declare it stand first. */
  bind(target: t.Node, value: t.Expression, kind: t.VariableDeclaration["kind"] | "assign"): t.Statement[] {
    if (kind === "assign") return [set(this.target(target), value)];
    const keyword = kind === "const" ? "const" : "let";
    if (t.isIdentifier(target)) {
      const binding = this.#bindingOf(target);
      // `var x = 1` assigns what has been there from the beginning of the function, a parameter of that name too.
      if (kind === "var") return [set(this.target(target), value)];
      return [this.view.initialize(binding, value, keyword)];
    }
    const bindings = patternIdentifiers(target).map((name) => this.#bindingOf(name));
    const opened = kind === "var" ? [] : bindings.filter((b) => !b.early).flatMap((b) => this.#declareOpen(b));
    const pattern = run(t.assignmentExpression("=", this.#assigned(target) as t.LVal as t.ObjectPattern, value));
    return [...opened, pattern];
  }

  #declareOpen(binding: Binding): t.Statement[] {
    if (binding.cell) return [this.view.open(binding)];
    if (this.view.hoisted.has(binding)) return [];
    this.view.demote(binding);
    return [declare("let", this.view.names.of(binding))];
  }

  #assigned(target: t.Node): t.Node {
    return this.target(target);
  }

  // ---- jumps

  jump(node: t.BreakStatement | t.ContinueStatement): t.Statement[] {
    const label = node.label?.name ?? null;
    const stays = this.#inner.some(({ type, labels }) => {
      if (label !== null) return labels.includes(label);
      return type === "loop" || (type === "switch" && t.isBreakStatement(node));
    });
    return stays || this.#leaving === null ? [node] : this.#leaving.jump(node);
  }

  return(node: t.ReturnStatement): t.Statement[] {
    if (this.#leaving !== null) return this.#leaving.return(node);
    return [this.children(node)];
  }

  #inside<T>(type: Inner["type"], labels: readonly string[], rewrite: () => T): T {
    this.#inner.push({ type, labels });
    const result = rewrite();
    this.#inner.pop();
    return result;
  }

  labeled(node: t.LabeledStatement, outer: readonly string[]): t.Statement[] {
    const labels = [...outer, node.label.name];
    if (isLoop(node.body) || t.isLabeledStatement(node.body)) return this.statement(node.body, labels);
    const body = this.#inside("label", labels, () => this.body(node.body));
    return [withLabels(labels, body)];
  }

  // ---- loops

  loop(node: t.Loop, labels: readonly string[], rewrite: (body: t.Statement) => t.Statement[]): t.Statement[] {
    const body = this.#inside("loop", labels, () => this.body(node.body));
    const made = rewrite(body);
    const last = made.pop() as t.Statement;
    const loop = withLabels(labels, last);
    // What stands before the loop is for the loop's own scope only.
    return made.length === 0 ? [loop] : [t.blockStatement([...made, loop])];
  }

  for(node: t.ForStatement, labels: readonly string[]): t.Statement[] {
    return this.loop(node, labels, (body) => {
      const { before, init, test, update } = this.forHead(node, this.keepsHead(node));
      return [...before, { ...node, init, test, update, body }];
    });
  }

  /** The head declares nothing that becomes a cell or is declared elsewhere. */
  keepsHead({ init }: t.ForStatement): boolean {
    if (!t.isVariableDeclaration(init)) return true;
    return !declaredIdentifiers(init).some((name) => this.#isMoved(this.#bindingOf(name)));
  }

  /** The parts of a for statement; cells of its head are made anew for every iteration (ECMA-262 14.7.4.4). */
  forHead(node: t.ForStatement, keep: boolean) {
    const { init, test, update } = node;
    const scope = this.view.analysis.scopes.get(node);
    const cells = [...(scope?.bindings.values() ?? [])].filter((binding) => binding.cell);
    const before = keep ? [] : this.enter(scope);
    if (!keep && init) before.push(...this.#openHead(init));
    const copies = cells.map((b) => set(this.view.variable(b), cell(member(this.view.variable(b), "v"))).expression);
    // Functions made in the head keep its variables as they were before the first iteration.
    const kept = cells.some((b) => b.uses.some((u) => u.closure !== null && u.loops.length === b.scope.loopDepth));
    if (kept) before.push(...copies.map((copy) => run(copy)));
    const updates = [...copies, ...(update ? [this.expression(update)] : [])];
    return {
      before,
      init: keep && init ? this.#forInit(init) : null,
      test: test ? this.expression(test) : null,
      update: updates.length > 1 ? t.sequenceExpression(updates) : (updates[0] ?? null),
    };
  }

  #openHead(init: t.VariableDeclaration | t.Expression): t.Statement[] {
    return t.isVariableDeclaration(init) ? this.declaration(init).map(asLet) : [run(this.expression(init))];
  }

  #forInit(init: t.VariableDeclaration | t.Expression): t.VariableDeclaration | t.Expression {
    return t.isVariableDeclaration(init) ? this.#keepDeclaration(init) : this.expression(init);
  }

  forX(node: t.ForXStatement, labels: readonly string[]): t.Statement[] {
    return this.loop(node, labels, (body) => {
      const { left } = node;
      const right = this.expression(node.right);
      const names = t.isVariableDeclaration(left) ? declaredIdentifiers(left) : [];
      if (!names.some((name) => this.#isMoved(this.#bindingOf(name)))) {
        const head = t.isVariableDeclaration(left) ? this.#keepDeclaration(left) : this.target(left);
        return [{ ...node, left: head, right, body } as t.ForXStatement];
      }
      const value = this.view.names.fresh("$v");
      const bound = this.bindHead(node, id(value));
      const loop = { ...node, left: declare("const", value), right, body: block([...bound, body]) } as t.ForXStatement;
      return [...this.enter(this.view.analysis.scopes.get(node)), loop];
    });
  }

  /** Statements that give a value to what the head of a for-in or for-of declares or assigns. */
  bindHead({ left }: t.ForXStatement, value: t.Expression): t.Statement[] {
    if (!t.isVariableDeclaration(left)) return this.bind(left, value, "assign");
    const { id: target } = left.declarations[0] as t.VariableDeclarator;
    const early = patternIdentifiers(target).filter((name) => this.#bindingOf(name).early && left.kind !== "var");
    const opened = early.map((name) => this.view.open(this.#bindingOf(name)));
    return [...this.#declareVars(left), ...opened, ...this.bind(target, value, left.kind)];
  }

  // ---- other statements

  switch(node: t.SwitchStatement): t.Statement[] {
    const entered = this.enter(this.view.analysis.scopes.get(node));
    let discriminant = this.expression(node.discriminant);
    const before: t.Statement[] = [];
    if (entered.length > 0) {
      // It is evaluated outside of the scope whose names now come first.
      const value = this.view.names.fresh("$v");
      before.push(declare("const", value, discriminant));
      discriminant = id(value);
    }
    const cases = this.#inside("switch", [], () =>
      node.cases.map((each) => ({
        ...each,
        test: each.test && this.expression(each.test),
        consequent: this.statements(each.consequent),
      })),
    );
    const made = { ...node, discriminant, cases };
    return before.length === 0 ? [made] : [...before, t.blockStatement([...entered, made])];
  }

  try(node: t.TryStatement): t.Statement {
    const { handler, finalizer } = node;
    return {
      ...node,
      block: this.block(node.block),
      handler: handler ? this.catch(handler) : null,
      finalizer: finalizer ? this.block(finalizer) : null,
    };
  }

  catch(node: t.CatchClause): t.CatchClause {
    const { param } = node;
    const body = this.block(node.body);
    if (!param || !patternIdentifiers(param).some((name) => this.#isMoved(this.#bindingOf(name)))) {
      return { ...node, param: param ? (this.target(param) as t.Identifier) : null, body };
    }
    const value = this.view.names.fresh("$x");
    const statements = [...this.bindCatch(node, id(value)), body];
    return { ...node, param: id(value), body: t.blockStatement(statements) };
  }

  /** Statements that give what was caught to the parameter of a handler. */
  bindCatch(node: t.CatchClause, value: t.Expression): t.Statement[] {
    if (!node.param) return [];
    const early = [...(this.view.analysis.scopes.get(node)?.bindings.values() ?? [])].filter(({ early }) => early);
    return [...early.map((binding) => this.view.open(binding)), ...this.bind(node.param, value, "let")];
  }

  class(node: t.ClassDeclaration): t.Statement[] {
    const expression = this.emitters.container(node, this.view);
    return [this.view.initialize(this.#bindingOf(node.id as t.Identifier), expression)];
  }
}

function isLoop(node: t.Node): node is t.Loop {
  return t.isLoop(node);
}

export function withLabels(labels: readonly string[], statement: t.Statement): t.Statement {
  return labels.reduceRight<t.Statement>((body, name) => t.labeledStatement(id(name), body), statement);
}

/** Cells of a loop head are assigned once more per iteration. */
function asLet(statement: t.Statement): t.Statement {
  return t.isVariableDeclaration(statement, { kind: "const" }) ? { ...statement, kind: "let" } : statement;
}

type Rewrite<N> = (n: Native, node: N, labels: readonly string[]) => t.Statement[];
type Table = { [Type in t.Statement["type"]]?: Rewrite<Extract<t.Statement, { type: Type }>> };

const table: Table = {
  ExpressionStatement: (n, node) => [{ ...node, expression: n.expression(node.expression) }],
  VariableDeclaration: (n, node) => n.declaration(node),
  FunctionDeclaration: () => [],
  ClassDeclaration: (n, node) => n.class(node),
  EmptyStatement: () => [],
  BlockStatement: (n, node) => [n.block(node)],
  IfStatement: (n, node) => [
    {
      ...node,
      test: n.expression(node.test),
      consequent: n.body(node.consequent),
      alternate: node.alternate && n.body(node.alternate),
    },
  ],
  ForStatement: (n, node, labels) => n.for(node, labels),
  ForInStatement: (n, node, labels) => n.forX(node, labels),
  ForOfStatement: (n, node, labels) => n.forX(node, labels),
  WhileStatement: (n, node, labels) =>
    n.loop(node, labels, (body) => [{ ...node, test: n.expression(node.test), body }]),
  DoWhileStatement: (n, node, labels) =>
    n.loop(node, labels, (body) => [{ ...node, body, test: n.expression(node.test) }]),
  SwitchStatement: (n, node) => n.switch(node),
  TryStatement: (n, node) => [n.try(node)],
  LabeledStatement: (n, node, labels) => n.labeled(node, labels),
  ReturnStatement: (n, node) => n.return(node),
  BreakStatement: (n, node) => n.jump(node),
  ContinueStatement: (n, node) => n.jump(node),
};
