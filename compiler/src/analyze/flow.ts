// Owns: the control-flow graph of one durable function in normal form, exception edges and completion records included.
// Does not own: the edges of each syntax (flow-syntax.ts), what is computed on the graph (live.ts, fingerprint.ts).
// I1. A node is one evaluation that is not interrupted; `next` is in a fixed order: taken, not taken, other.
// I2. Every node may throw: `handler` is where that leads, null out of the function.
// I3. A point is two nodes: the issue evaluates the operand, the take receives the outcome. Only the issue has the operand.
// I4. Edges that lead back to a loop's head leave from nodes with `back`; without them the graph has no circle.
import * as t from "@babel/types";
import { type EffectReader, type Effects, makeEffects, noEffects } from "./effect.ts";
import { syntaxOf } from "./flow-syntax.ts";
import { isTemp } from "./lift/marks.ts";
import type { Point, Suspension, UnitPoints } from "./point.ts";
import type { Binding, Scope, ScopeAnalysis, Unit } from "./scope.ts";

/** Part of a node's text: a literal word, or a piece of the program. */
export type Word = string | t.Node | Binding | null | undefined;

export interface FlowNode {
  /** What it does, for fingerprints. */
  readonly words: readonly Word[];
  readonly uses: readonly Binding[];
  readonly defs: readonly Binding[];
  /** All that it may assign. */
  readonly writes: readonly Binding[];
  readonly next: FlowNode[];
  readonly handler: FlowNode | null;
  readonly back: boolean;
}

/** Hidden variables that a statement needs across points. */
export interface Hidden {
  iterator: Binding | null;
  completion: Binding | null;
  result: Binding | null;
  /** What leaves a protected region by a jump, in an order that does not depend on where the jumps stand. */
  exits: readonly Exit[];
}

/** A `break` or `continue` out of a protected region. */
export interface Exit {
  readonly kind: Jump;
  readonly label: string | null;
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

export type Jump = "break" | "continue";

/** Where a statement leads beside its own end. */
export interface Env {
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
  return new FlowBuilder(parts).build();
}

/** Builds nodes from the end to the beginning; the syntaxes are in flow-syntax.ts. */
export class FlowBuilder {
  readonly parts: FlowParts;
  readonly #nodes: FlowNode[] = [];
  readonly #takes = new Map<Point, FlowNode>();
  readonly hidden = new Map<t.Node, Hidden>();
  /** Nesting of statements with iterators and with completion records; siblings share their variables. */
  readonly #pools = { iterator: [] as Binding[], completion: [] as Binding[], result: [] as Binding[] };
  /** How many of each enclose the place. */
  iterators = 0;
  completions = 0;

  constructor(parts: FlowParts) {
    this.parts = parts;
  }

  build(): Flow {
    const { unit, points } = this.parts;
    const exit = this.node(["exit"], noEffects, [], null);
    const settle = points.settle ? this.point(points.settle, ["settle"], noEffects, noEffects, exit, null) : exit;
    const env: Env = {
      handler: null,
      jump: () => exit,
      ret: (settled) => (settled ? exit : settle),
    };
    const fn = unit.node as t.Function;
    const statements = t.isBlockStatement(fn.body) ? fn.body.body : [t.returnStatement(fn.body)];
    let body = this.list(statements, exit, env);
    const start = points.list.find(({ kind }) => kind === "start");
    if (start) body = this.point(start, ["start"], noEffects, noEffects, body, null);
    const entered = this.enter(unit.body, body, env);
    const entry = this.#params(fn, entered);
    return { entry, body, nodes: this.#nodes, takes: this.#takes, hidden: this.hidden };
  }

  #params(fn: t.Function, next: FlowNode): FlowNode {
    const { effects } = this.parts;
    return fn.params.reduceRight<FlowNode>((after, param) => {
      const bound = effects.bind(param);
      return this.node(["param", param], bound, [after], null);
    }, next);
  }

  node(words: Word[], effects: Effects, next: FlowNode[], env: Pick<Env, "handler"> | null, back = false): FlowNode {
    const node = { words, ...effects, next, handler: env?.handler ?? null, back };
    this.#nodes.push(node);
    return node;
  }

  point(
    point: Point,
    words: Word[],
    issued: Effects,
    taken: Effects,
    next: FlowNode,
    env: Env | null,
    more: FlowNode[] = [],
  ): FlowNode {
    const take = this.node(["take", point.kind, ...words], taken, [next, ...more], env);
    this.#takes.set(point, take);
    return this.node(["issue", point.kind, point.operand], issued, [take], env);
  }

  // ---- lists and scopes

  list(statements: readonly t.Statement[], next: FlowNode, env: Env): FlowNode {
    return statements.reduceRight((after, statement) => this.statement(statement, after, env), next);
  }

  /** Functions and cells that are made when a scope is entered. */
  enter(scope: Scope | undefined, next: FlowNode, env: Env): FlowNode {
    if (scope === undefined) return next;
    const early = [...scope.bindings.values()].filter((binding) => binding.early);
    if (early.length === 0 && scope.functions.length === 0) return next;
    const { effects, analysis } = this.parts;
    const defs = new Set(early);
    const uses = new Set<Binding>();
    for (const fn of scope.functions) {
      const made = analysis.uses.get(fn.id as t.Identifier)?.binding;
      for (const binding of effects.captures(fn)) if (!defs.has(binding)) uses.add(binding);
      if (made !== undefined) defs.add(made);
    }
    return this.node(["enter", ...scope.functions], makeEffects([...uses], [...defs]), [next], env);
  }

  statement(node: t.Statement, next: FlowNode, env: Env): FlowNode {
    const suspension = this.parts.points.suspensions.get(node);
    if (suspension !== undefined) return this.#suspend(suspension, next, env);
    return syntaxOf(node)?.(this, node, next, env, []) ?? this.simple(node, next, env);
  }

  simple(node: t.Statement | t.Expression, next: FlowNode, env: Env): FlowNode {
    if (t.isVariableDeclaration(node)) return this.#declare(node, next, env);
    return this.node([node], this.parts.effects.of(node), [next], env);
  }

  /** One after the other: later declarators read what former ones have bound. */
  #declare({ kind, declarations }: t.VariableDeclaration, next: FlowNode, env: Env): FlowNode {
    const { effects } = this.parts;
    return declarations.reduceRight((after, { id, init }) => {
      if (!init && kind === "var") return after;
      const bound = effects.bind(id);
      const value = effects.of(init);
      const both = {
        uses: [...value.uses, ...bound.uses],
        defs: bound.defs,
        // Temporaries are declared at the head of the function; where one is first in use, it is assigned.
        writes: isTemp(id) && !init ? [] : [...value.writes, ...bound.writes],
      };
      return this.node([kind, id, init], both, [after], env);
    }, next);
  }

  #suspend({ point, target }: Suspension, next: FlowNode, env: Env): FlowNode {
    const { effects } = this.parts;
    // The frame of an async generator has a field for the iterator of its `yield*`.
    const issued = effects.of(point.operand);
    const iterator =
      point.kind === "delegate" && this.parts.unit.kind === "generator" ? this.iterator(point.node) : null;
    const extra = iterator === null ? noEffects : makeEffects([iterator]);
    if (iterator !== null) issued.defs.push(iterator);
    if (target.type === "return") {
      return this.point(point, ["return"], issued, extra, env.ret(true), env);
    }
    if (target.type === "none") return this.point(point, [], issued, extra, next, env);
    const bound = effects.bind(target.id);
    const taken = { ...bound, uses: [...bound.uses, ...extra.uses] };
    return this.point(point, [target.declares ? "declare" : "assign", target.id], issued, taken, next, env);
  }

  pool(kind: "iterator" | "completion" | "result", depth: number): Binding {
    const pool = this.#pools[kind];
    pool[depth] ??= this.parts.hide(`${kind}${depth}`);
    return pool[depth] as Binding;
  }

  iterator(node: t.Node): Binding {
    const iterator = this.pool("iterator", this.iterators);
    this.hidden.set(node, { iterator, completion: null, result: null, exits: [] });
    return iterator;
  }
}
