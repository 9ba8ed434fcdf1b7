// Owns: which bindings of a unit the evaluation of an expression reads, and which it surely assigns.
// Does not own: control flow (flow.ts).
// I1. Reads may be too many, certain assignments too few; never the other way.
// I2. A function that is made reads what it captures; what it does when called is not looked at.
// I3. Assigning a cell that exists reads the variable that holds it.
// I4. Writes that may happen are all there: a variable that shares its place with another must not be taken for idle.
import * as t from "@babel/types";
import { patternIdentifiers } from "./declare.ts";
import { childrenOf } from "./point.ts";
import type { Binding, ScopeAnalysis, Unit } from "./scope.ts";

export interface Effects {
  uses: Binding[];
  /** Surely assigned. */
  defs: Binding[];
  /** Assigned, perhaps. */
  writes: Binding[];
}

export const noEffects: Effects = { uses: [], defs: [], writes: [] };

/** Of code that lowering makes: what is written is written for sure. */
export function makeEffects(uses: Binding[], defs: Binding[] = []): Effects {
  return { uses, defs, writes: defs };
}

/** What an evaluation has come to. */
interface Seen {
  uses: Set<Binding>;
  writes: Set<Binding>;
}

/** Reads effects off the nodes of one unit. */
export class EffectReader {
  readonly #analysis: ScopeAnalysis;
  readonly #unit: Unit;

  constructor(analysis: ScopeAnalysis, unit: Unit) {
    this.#analysis = analysis;
    this.#unit = unit;
  }

  /** Of evaluating expressions, in any order. */
  of(...nodes: (t.Node | null | undefined)[]): Effects {
    const seen: Seen = { uses: new Set(), writes: new Set() };
    for (const node of nodes) if (node) this.#collect(node, seen);
    const defs = nodes.length === 1 && nodes[0] ? this.#certain(nodes[0]) : [];
    return { uses: [...seen.uses], defs, writes: [...seen.writes] };
  }

  /** Of binding a pattern or identifier to a value that comes from elsewhere. */
  bind(target: t.Node): Effects {
    const seen: Seen = { uses: new Set(), writes: new Set() };
    this.#collect(target, seen);
    return { uses: [...seen.uses], defs: this.#targets(target), writes: [...seen.writes] };
  }

  /** Of making a nested function or class. */
  captures(node: t.Node): Binding[] {
    const closure = this.#analysis.units.get(node) ?? this.#analysis.containers.get(node);
    return closure ? [...closure.captures].filter((binding) => this.#isOwn(binding)) : [];
  }

  #isOwn(binding: Binding): boolean {
    return binding.unit === this.#unit && binding.scope.kind !== "class";
  }

  #collect(node: t.Node, seen: Seen): void {
    const { uses } = seen;
    const use = this.#analysis.uses.get(node);
    if (use !== undefined && use.unit === this.#unit) {
      const { binding, read, write, init } = use;
      const opensCell = init && !binding.early;
      if (this.#isOwn(binding) && (read || (binding.cell && !opensCell))) uses.add(binding);
      if (this.#isOwn(binding) && write) seen.writes.add(binding);
    }
    for (const binding of this.captures(node)) uses.add(binding);
    if (t.isFunction(node)) {
      if ("computed" in node && node.computed) this.#collect(node.key, seen);
      return;
    }
    if (t.isClass(node)) {
      this.#collectClass(node, seen);
      return;
    }
    for (const child of childrenOf(node)) this.#collect(child, seen);
  }

  #collectClass(node: t.Class, seen: Seen): void {
    // A declaration assigns its name, which may be a cell that others have already (I3).
    if (node.id) this.#collect(node.id, seen);
    if (node.superClass) this.#collect(node.superClass, seen);
    for (const member of node.body.body) {
      if ("computed" in member && member.computed) this.#collect(member.key, seen);
    }
  }

  /** What evaluating a node to its end surely has assigned. */
  #certain(node: t.Node): Binding[] {
    if (t.isExpressionStatement(node)) return this.#certain(node.expression);
    if (t.isSequenceExpression(node)) return node.expressions.flatMap((each) => this.#certain(each));
    if (t.isAssignmentExpression(node, { operator: "=" })) return this.#targets(node.left);
    if (t.isClassDeclaration(node) && node.id) return this.#targets(node.id);
    if (!t.isVariableDeclaration(node)) return [];
    const bound = node.declarations.filter(({ init }) => init || node.kind !== "var");
    return bound.flatMap(({ id }) => this.#targets(id));
  }

  /** Cells that exist are not assigned: their content is. */
  #targets(target: t.Node): Binding[] {
    const bindings: Binding[] = [];
    for (const id of patternIdentifiers(target)) {
      const use = this.#analysis.uses.get(id);
      if (use === undefined || !this.#isOwn(use.binding)) continue;
      if (!use.binding.cell || (use.init && !use.binding.early)) bindings.push(use.binding);
    }
    return bindings;
  }
}
