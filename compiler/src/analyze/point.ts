// Owns: the suspension points of one function in normal form: their order, what each waits for, which statements hold them.
// Does not own: what is live at them (live.ts), their fingerprints (fingerprint.ts).
// I1. Numbers ascend in the order of emission; the points of a statement are a range without gaps.
// I2. Number 0 is the entry. A generator's point 1 is its start.
// I3. After lift a suspension stands alone in its statement; anything else is a fault of the compiler.
import * as t from "@babel/types";
import { errors } from "../errors.ts";
import { markOf } from "./lift/marks.ts";
import type { ScopeAnalysis, Unit } from "./scope.ts";
import { Settled } from "./settled.ts";
import type { ModuleContext } from "./types.ts";

/**
 * offer: a `yield` of an async generator, whose operand is awaited first; its `yield` is of what has been awaited. start: of a generator, before its first statement. step, close: of a for await. settle: the one place where a returned
 * value that may be a promise is awaited.
 */
export type PointKind = "start" | "await" | "yield" | "offer" | "delegate" | "step" | "close" | "settle";

export interface Point {
  readonly number: number;
  readonly kind: PointKind;
  /** The await, yield, return, for await or function. */
  readonly node: t.Node;
  /** What is awaited or handed out. */
  readonly operand: t.Expression | null;
  /** What is awaited is what the function returns: no `await` says so. */
  readonly isReturned: boolean;
}

/** Where the value of a point goes. */
export type Target = { type: "none" } | { type: "return" } | { type: "variable"; id: t.Identifier; declares: boolean };

/** A statement that is a point and nothing else. */
export interface Suspension {
  readonly point: Point;
  readonly target: Target;
}

/** The points of a statement, first and last. */
export type Range = readonly [first: number, last: number];

export interface UnitPoints {
  readonly list: readonly Point[];
  /** Statements (and cases, handlers) that hold points. */
  readonly ranges: ReadonlyMap<t.Node, Range>;
  readonly suspensions: ReadonlyMap<t.Statement, Suspension>;
  /** Those of a for await. */
  readonly loops: ReadonlyMap<t.Node, { step: Point; close: Point }>;
  /** Returns whose value must be settled by the last point. */
  readonly unsettled: ReadonlySet<t.ReturnStatement>;
  readonly settle: Point | null;
}

/** Finds the points of a durable function. */
export function findPoints(unit: Unit, analysis: ScopeAnalysis, context: Pick<ModuleContext, "refuse">): UnitPoints {
  return new Finder(unit, analysis, context).find();
}

type Split = { operand: t.Expression | null; node: t.Node; kind: PointKind; target: Target };

class Finder {
  readonly #unit: Unit;
  readonly #settled: Settled;
  readonly #context: Pick<ModuleContext, "refuse">;
  readonly #list: Point[] = [];
  readonly #ranges = new Map<t.Node, Range>();
  readonly #suspensions = new Map<t.Statement, Suspension>();
  readonly #loops = new Map<t.Node, { step: Point; close: Point }>();
  readonly #unsettled = new Set<t.ReturnStatement>();
  /** Number of protected regions around: there a returned call must not be awaited in place. */
  #shields = 0;

  constructor(unit: Unit, analysis: ScopeAnalysis, context: Pick<ModuleContext, "refuse">) {
    this.#unit = unit;
    this.#settled = new Settled(unit, analysis);
    this.#context = context;
  }

  find(): UnitPoints {
    const { node, kind } = this.#unit;
    const { body } = node as t.Function;
    if (kind === "generator" || kind === "asyncGenerator") this.#add("start", node, null);
    this.#visit(body);
    const settle = this.#unsettled.size > 0 ? this.#add("settle", node, null) : null;
    return {
      list: this.#list,
      ranges: this.#ranges,
      suspensions: this.#suspensions,
      loops: this.#loops,
      unsettled: this.#unsettled,
      settle,
    };
  }

  #add(kind: PointKind, node: t.Node, operand: t.Expression | null, isReturned = kind === "settle"): Point {
    const point = { number: this.#list.length + 1, kind, node, operand, isReturned };
    this.#list.push(point);
    return point;
  }

  #visit(node: t.Node): void {
    const first = this.#list.length + 1;
    this.#visitInner(node);
    const last = this.#list.length;
    if (last >= first) this.#ranges.set(node, [first, last]);
  }

  #visitInner(node: t.Node): void {
    const split = this.#split(node);
    if (split !== undefined) {
      const isReturned = split.node === split.operand || markOf(split.node, "returned") !== undefined;
      const point = this.#add(split.kind, split.node, split.operand, isReturned);
      if (split.operand !== null) this.#expectNone(split.operand);
      this.#suspensions.set(node as t.Statement, { point, target: split.target });
    } else if (t.isReturnStatement(node)) this.#visitReturn(node);
    else if (t.isForOfStatement(node)) this.#visitForOf(node);
    else if (t.isTryStatement(node)) this.#visitTry(node);
    else if (t.isExpression(node) || t.isVariableDeclaration(node) || t.isClass(node)) this.#expectNone(node);
    else if (!t.isFunction(node)) for (const child of childrenOf(node)) this.#visit(child);
  }

  #visitReturn(node: t.ReturnStatement): void {
    this.#expectNone(node.argument ?? null);
    if (this.#unit.kind === "async" && !this.#settled.test(node.argument ?? null)) this.#unsettled.add(node);
  }

  /** Leaving it closes an iterator, as a finally would. */
  #visitForOf(node: t.ForOfStatement): void {
    this.#expectNone(node.left);
    this.#expectNone(node.right);
    const step = node.await ? this.#add("step", node, node.right) : null;
    this.#shields++;
    this.#visit(node.body);
    this.#shields--;
    if (step !== null) this.#loops.set(node, { step, close: this.#add("close", node, null) });
  }

  #visitTry({ block, handler, finalizer }: t.TryStatement): void {
    this.#shields++;
    this.#visit(block);
    if (!finalizer) this.#shields--;
    if (handler) this.#visit(handler);
    if (finalizer) {
      this.#shields--;
      this.#visit(finalizer);
    }
  }

  /** What a statement waits for, if it is a suspension in normal form. */
  #split(node: t.Node): Split | undefined {
    if (t.isExpressionStatement(node)) {
      const { expression } = node;
      if (isSuspension(expression)) return this.#splitOf(expression, { type: "none" });
      if (!t.isAssignmentExpression(expression, { operator: "=" }) || !isSuspension(expression.right)) return undefined;
      if (!t.isIdentifier(expression.left)) return undefined;
      return this.#splitOf(expression.right, { type: "variable", id: expression.left, declares: false });
    }
    if (t.isVariableDeclaration(node)) {
      const [{ id, init }] = node.declarations as [t.VariableDeclarator];
      if (node.declarations.length > 1 || !isSuspension(init) || !t.isIdentifier(id)) return undefined;
      return this.#splitOf(init, { type: "variable", id, declares: true });
    }
    return t.isReturnStatement(node) ? this.#splitReturn(node) : undefined;
  }

  /** `return f(x)` is `return await f(x)`, except where a handler around it would see the difference. */
  #splitReturn({ argument }: t.ReturnStatement): Split | undefined {
    if (isSuspension(argument)) return this.#splitOf(argument, { type: "return" });
    if (this.#unit.kind !== "async" || this.#shields > 0 || !t.isCallExpression(argument)) return undefined;
    if (this.#settled.isPlainCall(argument)) return undefined;
    return { operand: argument, node: argument, kind: "await", target: { type: "return" } };
  }

  #splitOf(node: t.AwaitExpression | t.YieldExpression, target: Target): Split {
    return { operand: node.argument ?? null, node, kind: this.#kindOf(node), target };
  }

  #kindOf(node: t.AwaitExpression | t.YieldExpression): PointKind {
    if (t.isAwaitExpression(node)) return "await";
    if (node.delegate) return "delegate";
    return this.#unit.kind === "asyncGenerator" && !markOf(node, "awaited") ? "offer" : "yield";
  }

  #expectNone(node: t.Node | null): void {
    if (!node || t.isFunction(node)) return;
    if (isSuspension(node)) {
      const what = "an await or yield at this place";
      throw this.#context.refuse(node, errors.unsupportedSyntax({ what, instead: "Give it a statement of its own." }));
    }
    for (const child of childrenOf(node)) this.#expectNone(child);
  }
}

function isSuspension(node: t.Node | null | undefined): node is t.AwaitExpression | t.YieldExpression {
  return t.isAwaitExpression(node) || t.isYieldExpression(node);
}

export function childrenOf(node: t.Node): t.Node[] {
  return (t.VISITOR_KEYS[node.type] ?? []).flatMap((key) => {
    const child = (node as unknown as Record<string, unknown>)[key];
    return (Array.isArray(child) ? child : [child]).filter(Boolean) as t.Node[];
  });
}
