// Owns: which bindings become cells, and which need a sentinel before their declaration has run.
// Does not own: how cells are emitted (lower/rename.ts).
// I1. A capture goes by value only if every assignment comes before every closure over the binding is made.
// I2. Doubt makes a cell: a cell too many costs an indirection, one too few breaks a program.
import * as t from "@babel/types";
import { type Binding, isInitialized, type ScopeAnalysis, sharesLoop, type Unit } from "./scope.ts";

/** Fills `captured`, `cell`, `early`, `tdz` and `lexical` of every binding. */
export function decideCaptures({ units }: ScopeAnalysis): void {
  for (const unit of units.values()) for (const binding of unit.bindings) decide(binding);
}

const neverCells = new Set<Binding["kind"]>(["this", "new.target", "arguments", "self", "hidden"]);

function decide(binding: Binding): void {
  const { uses, kind, scope, unit } = binding;
  binding.captured = uses.some(({ closure }) => closure !== null);
  // The name of a class within its own text stays there, with the text.
  if (scope.kind === "class" || isNative(unit)) {
    binding.lexical = scope.kind === "class" || isLexical(binding);
    return;
  }
  if (neverCells.has(kind)) return;
  binding.tdz = hasTdz(binding) && uses.some((use) => !isInitialized(use));
  binding.cell = (binding.captured && isAssignedLate(binding)) || (binding.tdz && (binding.captured || suspends(unit)));
  binding.early = binding.cell && isNeededEarly(binding);
}

/** Plain functions in the text of a class or accessor stay as they are, and so do all plain functions in them. */
export function isNative({ kind, container, parent }: Unit): boolean {
  return kind === "plain" && (container !== null || (parent !== null && isNative(parent)));
}

/** A variable of a function that stays as it is, which would be a cell elsewhere; `this` that may be missing yet. */
function isLexical(binding: Binding): boolean {
  const { kind, uses, unit } = binding;
  if (kind === "this") return isDerivedConstructor(unit);
  if (neverCells.has(kind)) return false;
  if (kind === "param" && unit.params.bindings.has("arguments")) return true;
  return isAssignedLate(binding) || (hasTdz(binding) && uses.some((use) => !isInitialized(use)));
}

function isDerivedConstructor({ node, container }: Unit): boolean {
  return (
    t.isClassMethod(node, { kind: "constructor" }) && t.isClass(container?.node) && container.node.superClass != null
  );
}

/** Must a nested function be made where it stands? */
export function staysInPlace({ foreign, isBound, captures }: Unit): boolean {
  return foreign.size > 0 || isBound || [...captures].some(({ lexical }) => lexical);
}

/** Whether what is made in `maker`, and stays there, must be given a variable; others it reaches by their names. */
export function isCarried(binding: Binding, maker: Unit | null): boolean {
  if (binding.scope.kind === "class") return false;
  for (let unit = maker; unit !== null && !isNative(unit); unit = unit.parent) if (unit === binding.unit) return true;
  return false;
}

export function suspends(unit: Unit): boolean {
  return unit.kind !== "plain";
}

function hasTdz({ kind, initOrder }: Binding): boolean {
  if (kind === "param" || kind === "catch") return initOrder !== -1;
  return kind === "let" || kind === "const" || kind === "class";
}

function isAssignedLate(binding: Binding): boolean {
  const closures = binding.uses.filter(({ closure }) => closure !== null);
  return binding.uses
    .filter(({ write }) => write)
    .some((write) =>
      closures.some(
        (use) => write.closure !== null || write.order >= use.order || (!write.init && sharesLoop(binding, write, use)),
      ),
    );
}

function isNeededEarly({ kind, tdz, scope, uses, initOrder }: Binding): boolean {
  if (tdz || kind === "var" || kind === "function" || scope.kind === "switch") return true;
  return uses.some(({ closure, order }) => closure !== null && order < initOrder);
}

/** What the reference must check: it may come before the initialization of a binding with a sentinel. */
export function isUncertain(analysis: ScopeAnalysis, node: t.Node): boolean {
  const use = analysis.uses.get(node);
  return use?.binding.tdz === true && !isInitialized(use);
}
