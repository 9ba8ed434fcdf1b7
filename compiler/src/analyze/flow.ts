// Owns: the control-flow graph of one durable function in normal form, exception edges and completion records included.
// Does not own: what is computed on it (live.ts, fingerprint.ts), how the statements are emitted (lower/).
// I1. A node is one evaluation that is not interrupted; `next` is in a fixed order: taken, not taken, other.
// I2. Every node may throw: `handler` is where that leads, null out of the function.
// I3. A point is two nodes: the issue evaluates the operand, the take receives the outcome. Only the issue has the operand.
// I4. Edges that lead back to a loop's head leave from nodes with `back`; without them the graph has no circle.
import * as t from "@babel/types";
import { type EffectReader, type Effects, noEffects } from "./effect.ts";
import type { Point, Suspension, UnitPoints } from "./point.ts";
import type { Binding, Scope, ScopeAnalysis, Unit } from "./scope.ts";

/** Part of a node's text: a literal word, or a piece of the program. */
export type Word = string | t.Node | Binding | null | undefined;

export interface FlowNode {
  /** What it does, for fingerprints. */
  readonly words: readonly Word[];
  readonly uses: readonly Binding[];
  readonly defs: readonly Binding[];
  readonly next: FlowNode[];
  readonly handler: FlowNode | null;
  readonly back: boolean;
}

/** Hidden variables that a statement needs across points. */
export interface Hidden {
  iterator: Binding | null;
  completion: Binding | null;
  result: Binding | null;
}

export interface Flow {
  readonly entry: FlowNode;
  /** First node of the body, behind parameters and function declarations. */
  readonly body: FlowNode;
  readonly nodes: readonly FlowNode[];
  /** The node that receives the outcome of each point. */
  readonly takes: ReadonlyMap<Point, FlowNode>;
  readonly hidden: ReadonlyMap<t.Node, Hidden>;
}

type Jump = "break" | "continue";

/** Where a statement leads beside its own end. */
interface Env {
  readonly handler: FlowNode | null;
  readonly jump: (kind: Jump, label: string | null) => FlowNode;
  readonly ret: (settled: boolean) => FlowNode;
}

export interface FlowParts {
  unit: Unit;
  analysis: ScopeAnalysis;
  points: UnitPoints;
  effects: EffectReader;
  /** Makes a hidden binding of the unit. */
  hide(name: string): Binding;
}

/** Builds the graph of a durable function. */
export function buildFlow(parts: FlowParts): Flow {
  return new Builder(parts).build();
}

class Builder {
  readonly #parts: FlowParts;
  readonly #nodes: FlowNode[] = [];
  readonly #takes = new Map<Point, FlowNode>();
  readonly #hidden = new Map<t.Node, Hidden>();
  /** Nesting of statements with iterators and with completion records; siblings share their variables. */
  readonly #pools = { iterator: [] as Binding[], completion: [] as Binding[], result: [] as Binding[] };
  #iterators = 0;
  #completions = 0;

  constructor(parts: FlowParts) {
    this.#parts = parts;
  }

  build(): Flow {
    const { unit, points } = this.#parts;
    const exit = this.#node(["exit"], noEffects, [], null);
    const settle = points.settle ? this.#point(points.settle, ["settle"], noEffects, noEffects, exit, null) : exit;
    const env: Env = {
      handler: null,
      jump: () => exit,
      ret: (settled) => (settled ? exit : settle),
    };
    const fn = unit.node as t.Function;
    const statements = t.isBlockStatement(fn.body) ? fn.body.body : [t.returnStatement(fn.body)];
    let body = this.#list(statements, exit, env);
    const start = points.list.find(({ kind }) => kind === "start");
    if (start) body = this.#point(start, ["start"], noEffects, noEffects, body, null);
    const entered = this.#enter(unit.body, body, env);
    const entry = this.#params(fn, entered);
    return { entry, body, nodes: this.#nodes, takes: this.#takes, hidden: this.#hidden };
  }

  #params(fn: t.Function, next: FlowNode): FlowNode {
    const { effects } = this.#parts;
    return fn.params.reduceRight<FlowNode>((after, param) => {
      const bound = effects.bind(param);
      return this.#node(["param", param], bound, [after], null);
    }, next);
  }

  #node(words: Word[], effects: Effects, next: FlowNode[], env: Pick<Env, "handler"> | null, back = false): FlowNode {
    const node = { words, uses: effects.uses, defs: effects.defs, next, handler: env?.handler ?? null, back };
    this.#nodes.push(node);
    return node;
  }

  #point(
    point: Point,
    words: Word[],
    issued: Effects,
    taken: Effects,
    next: FlowNode,
    env: Env | null,
    more: FlowNode[] = [],
  ): FlowNode {
    const take = this.#node(["take", point.kind, ...words], taken, [next, ...more], env);
    this.#takes.set(point, take);
    return this.#node(["issue", point.kind, point.operand], issued, [take], env);
  }

  // ---- lists and scopes

  #list(statements: readonly t.Statement[], next: FlowNode, env: Env): FlowNode {
    return statements.reduceRight((after, statement) => this.#statement(statement, after, env), next);
  }

  /** Functions and cells that are made when a scope is entered. */
  #enter(scope: Scope | undefined, next: FlowNode, env: Env): FlowNode {
    if (scope === undefined) return next;
    const early = [...scope.bindings.values()].filter((binding) => binding.early);
    if (early.length === 0 && scope.functions.length === 0) return next;
    const { effects, analysis } = this.#parts;
    const defs = new Set(early);
    const uses = new Set<Binding>();
    for (const fn of scope.functions) {
      const made = analysis.uses.get(fn.id as t.Identifier)?.binding;
      for (const binding of effects.captures(fn)) if (!defs.has(binding)) uses.add(binding);
      if (made !== undefined) defs.add(made);
    }
    return this.#node(["enter", ...scope.functions], { uses: [...uses], defs: [...defs] }, [next], env);
  }

  #statement(node: t.Statement, next: FlowNode, env: Env): FlowNode {
    const suspension = this.#parts.points.suspensions.get(node);
    if (suspension !== undefined) return this.#suspend(suspension, next, env);
    const build = builders[node.type] as
      | ((b: Builder, node: t.Statement, next: FlowNode, env: Env) => FlowNode)
      | undefined;
    if (build !== undefined) return build(this, node, next, env);
    return this.simple(node, next, env);
  }

  simple(node: t.Statement | t.Expression, next: FlowNode, env: Env): FlowNode {
    if (t.isVariableDeclaration(node)) return this.#declare(node, next, env);
    return this.#node([node], this.#parts.effects.of(node), [next], env);
  }

  /** One after the other: later declarators read what former ones have bound. */
  #declare({ kind, declarations }: t.VariableDeclaration, next: FlowNode, env: Env): FlowNode {
    const { effects } = this.#parts;
    return declarations.reduceRight((after, { id, init }) => {
      if (!init && kind === "var") return after;
      const bound = effects.bind(id);
      const uses = [...effects.of(init).uses, ...bound.uses];
      return this.#node([kind, id, init], { uses, defs: bound.defs }, [after], env);
    }, next);
  }

  #suspend({ point, target }: Suspension, next: FlowNode, env: Env): FlowNode {
    const { effects } = this.#parts;
    const issued = effects.of(point.operand);
    const iterator = point.kind === "delegate" ? this.#iterator(point.node) : null;
    const extra = iterator === null ? noEffects : { uses: [iterator], defs: [] };
    if (iterator !== null) issued.defs.push(iterator);
    if (target.type === "return") {
      return this.#point(point, ["return"], issued, extra, env.ret(true), env);
    }
    if (target.type === "none") return this.#point(point, [], issued, extra, next, env);
    const bound = effects.bind(target.id);
    const taken = { uses: [...bound.uses, ...extra.uses], defs: bound.defs };
    return this.#point(point, [target.declares ? "declare" : "assign", target.id], issued, taken, next, env);
  }

  #pool(kind: "iterator" | "completion" | "result", depth: number): Binding {
    const pool = this.#pools[kind];
    pool[depth] ??= this.#parts.hide(`${kind}${depth}`);
    return pool[depth] as Binding;
  }

  #iterator(node: t.Node): Binding {
    const iterator = this.#pool("iterator", this.#iterators);
    this.#hidden.set(node, { iterator, completion: null, result: null });
    return iterator;
  }

  // ---- conditions and blocks

  if({ test, consequent, alternate }: t.IfStatement, next: FlowNode, env: Env): FlowNode {
    const otherwise = alternate ? this.#statement(alternate, next, env) : next;
    const then = this.#statement(consequent, next, env);
    return this.#node(["if", test], this.#parts.effects.of(test), [then, otherwise], env);
  }

  block(node: t.BlockStatement, next: FlowNode, env: Env): FlowNode {
    return this.#enter(this.#parts.analysis.scopes.get(node), this.#list(node.body, next, env), env);
  }

  return(node: t.ReturnStatement, env: Env): FlowNode {
    const settled = !this.#parts.points.unsettled.has(node);
    return this.#node(["return", node.argument], this.#parts.effects.of(node.argument), [env.ret(settled)], env);
  }

  throw({ argument }: t.ThrowStatement, env: Env): FlowNode {
    return this.#node(["throw", argument], this.#parts.effects.of(argument), [], env);
  }

  jump(kind: Jump, label: string | null, env: Env): FlowNode {
    return this.#node([kind, label], noEffects, [env.jump(kind, label)], env);
  }

  labeled(node: t.LabeledStatement, next: FlowNode, env: Env): FlowNode {
    const labels = [node.label.name];
    let body = node.body;
    for (; t.isLabeledStatement(body); body = body.body) labels.push(body.label.name);
    const inner: Env = {
      ...env,
      jump: (kind, label) =>
        kind === "break" && label !== null && labels.includes(label) ? next : env.jump(kind, label),
    };
    const build = loops[body.type];
    return build ? build(this, body as never, next, inner, labels) : this.#statement(body, next, inner);
  }

  // ---- loops

  #inLoop(env: Env, next: FlowNode, again: FlowNode, labels: readonly string[]): Env {
    return {
      ...env,
      jump: (kind, label) => {
        if (label !== null && !(kind === "continue" && labels.includes(label))) return env.jump(kind, label);
        return kind === "break" ? next : again;
      },
    };
  }

  /** A head is made before what leads back to it. */
  #head(words: Word[], effects: Effects, env: Env): FlowNode {
    return this.#node(words, effects, [], env);
  }

  for(node: t.ForStatement, next: FlowNode, env: Env, labels: readonly string[]): FlowNode {
    const { effects, analysis } = this.#parts;
    const head = this.#head(["for", node.test], effects.of(node.test), env);
    const update = this.#node(["update", node.update], effects.of(node.update), [head], env, true);
    const body = this.#statement(node.body, update, this.#inLoop(env, next, update, labels));
    head.next.push(body, ...(node.test ? [next] : []));
    const { init } = node;
    const begin = init ? this.simple(init, head, env) : head;
    return this.#enter(analysis.scopes.get(node), begin, env);
  }

  while({ test, body }: t.WhileStatement, next: FlowNode, env: Env, labels: readonly string[]): FlowNode {
    const head = this.#head(["while", test], this.#parts.effects.of(test), env);
    const again = this.#node(["again"], noEffects, [head], env, true);
    head.next.push(this.#statement(body, again, this.#inLoop(env, next, again, labels)), next);
    return head;
  }

  doWhile({ test, body }: t.DoWhileStatement, next: FlowNode, env: Env, labels: readonly string[]): FlowNode {
    const head = this.#head(["do"], noEffects, env);
    const again = this.#node(["again"], noEffects, [head], env, true);
    const check = this.#node(["while", test], this.#parts.effects.of(test), [again, next], env);
    head.next.push(this.#statement(body, check, this.#inLoop(env, next, check, labels)));
    return head;
  }

  forIn(node: t.ForInStatement, next: FlowNode, env: Env, labels: readonly string[]): FlowNode {
    const iterator = this.#iterator(node);
    this.#iterators++;
    const { head, begin } = this.#forX(node, iterator, env);
    const again = this.#node(["again"], noEffects, [head], env, true);
    const body = this.#forXBody(node, again, this.#inLoop(env, next, again, labels));
    head.next.push(body, next);
    this.#iterators--;
    return begin;
  }

  #forX(node: t.ForXStatement, iterator: Binding, env: Env) {
    const { effects, analysis } = this.#parts;
    const own = { uses: [iterator], defs: [] };
    const head = this.#head([node.type], own, env);
    const opened = effects.of(node.right);
    opened.defs.push(iterator);
    const begin = this.#node(["open", node.type, node.right], opened, [head], env);
    return { head, begin: this.#enter(analysis.scopes.get(node), begin, env) };
  }

  #forXBody(node: t.ForXStatement, next: FlowNode, env: Env): FlowNode {
    const { left } = node;
    const target = t.isVariableDeclaration(left) ? (left.declarations[0] as t.VariableDeclarator).id : left;
    const iterator = this.#hidden.get(node)?.iterator as Binding;
    const bound = this.#parts.effects.bind(target);
    const body = this.#statement(node.body, next, env);
    const words = ["bind", t.isVariableDeclaration(left) ? left.kind : "", target];
    return this.#node(words, { uses: [...bound.uses, iterator], defs: bound.defs }, [body], env);
  }

  /** Every way out of the body but its end closes the iterator; so does an exception in it. */
  forOf(node: t.ForOfStatement, next: FlowNode, env: Env, labels: readonly string[]): FlowNode {
    if (node.await) return this.#forAwait(node, next, env, labels);
    const iterator = this.#iterator(node);
    this.#iterators++;
    const { head, begin } = this.#forX(node, iterator, env);
    const own = { uses: [iterator], defs: [] };
    const close = (after: FlowNode[]) => this.#node(["close"], own, after, env);
    const again = this.#node(["again"], noEffects, [head], env, true);
    const inner = this.#inLoop(
      {
        handler: close(env.handler ? [env.handler] : []),
        jump: (kind, label) => close([env.jump(kind, label)]),
        ret: (settled) => close([env.ret(settled)]),
      },
      close([next]),
      again,
      labels,
    );
    head.next.push(this.#forXBody(node, again, inner), next);
    this.#iterators--;
    return begin;
  }

  #forAwait(node: t.ForOfStatement, next: FlowNode, env: Env, labels: readonly string[]): FlowNode {
    const points = this.#parts.points.loops.get(node) as { step: Point; close: Point };
    const iterator = this.#pool("iterator", this.#iterators);
    const { completion, result } = this.#record(node, iterator);
    const own = { uses: [iterator], defs: [] };
    const finish = this.#finish(completion, result, next, env);
    const ended = { uses: [completion, result], defs: [] };
    const take = this.#point(points.close, [], { uses: [iterator], defs: [] }, ended, finish.dispatch, env);
    const close = this.#node(["done?"], own, [take, finish.dispatch], env);
    const region = finish.into(close);
    this.#iterators++;
    this.#completions++;
    const { head, begin } = this.#forX(node, iterator, env);
    const again = this.#node(["again"], noEffects, [head], region, true);
    const inner = this.#inLoop(region, region.normal, again, labels);
    const body = this.#forXBody(node, again, inner);
    head.next.push(this.#point(points.step, [], own, own, body, region, [region.normal]));
    this.#iterators--;
    this.#completions--;
    return begin;
  }

  // ---- switch

  switch(node: t.SwitchStatement, next: FlowNode, env: Env): FlowNode {
    const { discriminant, cases } = node;
    const inner: Env = {
      ...env,
      jump: (kind, label) => (kind === "break" && label === null ? next : env.jump(kind, label)),
    };
    let after = next;
    const entries = cases.toReversed().map(({ consequent }) => {
      after = this.#list(consequent, after, inner);
      return after;
    });
    entries.reverse();
    const tests = cases.map(({ test }) => test ?? null);
    const words = tests.flatMap((test) => [test ? "case" : "default", test]);
    const otherwise = tests.includes(null) ? [] : [next];
    const evaluated = this.#parts.effects.of(discriminant, ...tests);
    const head = this.#node(["switch", discriminant, ...words], evaluated, [...entries, ...otherwise], env);
    return this.#enter(this.#parts.analysis.scopes.get(node), head, env);
  }

  // ---- try

  try({ block, handler, finalizer }: t.TryStatement, next: FlowNode, env: Env, node: t.TryStatement): FlowNode {
    if (!finalizer) return this.#tryCatch(block, handler as t.CatchClause, next, env);
    const { completion, result } = this.#record(node, null);
    const finish = this.#finish(completion, result, next, env);
    const region = finish.into(this.#statement(finalizer, finish.dispatch, env));
    this.#completions++;
    const entry = handler
      ? this.#tryCatch(block, handler, region.normal, region)
      : this.#statement(block, region.normal, region);
    this.#completions--;
    return entry;
  }

  #tryCatch(block: t.BlockStatement, handler: t.CatchClause, next: FlowNode, env: Env): FlowNode {
    const body = this.#statement(handler.body, next, env);
    const bound = handler.param ? this.#parts.effects.bind(handler.param) : noEffects;
    const caught = this.#node(["catch", handler.param], bound, [body], env);
    const entered = this.#enter(this.#parts.analysis.scopes.get(handler), caught, env);
    return this.#statement(block, next, { ...env, handler: entered });
  }

  #record(node: t.Node, iterator: Binding | null) {
    const completion = this.#pool("completion", this.#completions);
    const result = this.#pool("result", this.#completions);
    this.#hidden.set(node, { iterator, completion, result });
    return { completion, result };
  }

  /** The end of a protected region: whatever leaves it writes a record, the finalizer runs, the record is carried out. */
  #finish(completion: Binding, result: Binding, next: FlowNode, env: Env) {
    const outs = [next];
    if (env.handler) outs.push(env.handler);
    const dispatch = this.#node(["dispatch"], { uses: [completion, result], defs: [] }, outs, env);
    const into = (finalizer: FlowNode): Env & { normal: FlowNode } => {
      const defs = [completion, result];
      const record = (words: Word[], out: FlowNode | null) => {
        if (out !== null && !outs.includes(out)) outs.push(out);
        const index = out === null ? "throw" : String(outs.indexOf(out));
        return this.#node(["record", ...words, index], { uses: [], defs }, [finalizer], env);
      };
      return {
        handler: record(["throw"], null),
        normal: record(["normal"], next),
        jump: (kind, label) => record([kind, label], env.jump(kind, label)),
        ret: (settled) => record(["return"], env.ret(settled)),
      };
    };
    return { dispatch, into };
  }
}

type Build<N> = (b: Builder, node: N, next: FlowNode, env: Env) => FlowNode;
type BuildLoop = (b: Builder, node: never, next: FlowNode, env: Env, labels: readonly string[]) => FlowNode;

const loops: { [type: string]: BuildLoop | undefined } = {
  ForStatement: (b, node, next, env, labels) => b.for(node, next, env, labels),
  WhileStatement: (b, node, next, env, labels) => b.while(node, next, env, labels),
  DoWhileStatement: (b, node, next, env, labels) => b.doWhile(node, next, env, labels),
  ForInStatement: (b, node, next, env, labels) => b.forIn(node, next, env, labels),
  ForOfStatement: (b, node, next, env, labels) => b.forOf(node, next, env, labels),
};

const statements: { [Type in t.Statement["type"]]?: Build<Extract<t.Statement, { type: Type }>> } = {
  IfStatement: (b, node, next, env) => b.if(node, next, env),
  BlockStatement: (b, node, next, env) => b.block(node, next, env),
  ReturnStatement: (b, node, _, env) => b.return(node, env),
  ThrowStatement: (b, node, _, env) => b.throw(node, env),
  BreakStatement: (b, { label }, _, env) => b.jump("break", label?.name ?? null, env),
  ContinueStatement: (b, { label }, _, env) => b.jump("continue", label?.name ?? null, env),
  LabeledStatement: (b, node, next, env) => b.labeled(node, next, env),
  SwitchStatement: (b, node, next, env) => b.switch(node, next, env),
  TryStatement: (b, node, next, env) => b.try(node, next, env, node),
  FunctionDeclaration: (_, __, next) => next,
  EmptyStatement: (_, __, next) => next,
};
const builders: { [type: string]: unknown } = {
  ...statements,
  ...Object.fromEntries(
    Object.entries(loops).map(([type, build]) => [
      type,
      (b: Builder, node: never, next: FlowNode, env: Env) => build?.(b, node, next, env, []),
    ]),
  ),
};
