// Owns: how code of one function reaches each variable: as its own, through a capture, or through a cell.
// Does not own: which bindings are captured or cells (analyze/capture.ts), the trees around a reference (rewrite.ts).
// I1. A captured variable has its source name inside a factory: all free names of a nested function differ.
// I2. Cells are never assigned but where their binding comes into being.
import * as t from "@babel/types";
import { isCarried } from "../analyze/capture.ts";
import {
  type Binding,
  type Container,
  isInitialized,
  type ScopeAnalysis,
  type Unit,
  type Use,
} from "../analyze/scope.ts";
import type { LoweringModule } from "./module.ts";
import { LocalNames } from "./names.ts";
import { call, cell, declare, id, member, set, undef } from "./nodes.ts";

/** Names of what a function of its own kind gives to arrows in it. */
const implicit: { [name: string]: string } = { this: "$this", arguments: "$args", "new.target": "$nt" };

export class View {
  readonly module: LoweringModule;
  readonly analysis: ScopeAnalysis;
  readonly unit: Unit;
  readonly names: LocalNames;
  /** Bindings declared at the head of the emitted function instead of where they were. */
  readonly hoisted: ReadonlySet<Binding>;
  /** Stand-ins: `this` of a durable function, its own name. */
  readonly #others = new Map<Binding, () => t.Expression>();
  /** Constants that are declared by `let`, since a pattern assigns them. */
  readonly #demoted = new Set<Binding>();

  /** The view of the code in which the function stands, if it stays there. */
  readonly #around: View | null;

  /**
   * @param around of the code in which the function stays: what it is not given it reaches as that does
   * @param names of the emitted function, if code of the same one has been viewed already
   */
  constructor(
    module: LoweringModule,
    unit: Unit,
    hoisted: ReadonlySet<Binding>,
    around: View | null = null,
    names?: LocalNames,
  ) {
    this.module = module;
    this.analysis = module.analysis;
    this.unit = unit;
    this.hoisted = hoisted;
    this.names = names ?? new LocalNames(unit, Object.values(module.context.abi));
    this.#around = around;
    if (names !== undefined) return;
    for (const binding of unit.captures) this.#keepName(binding);
    // In sloppy code a variable may be called so, but none that `let` or `const` declares.
    for (const binding of unit.bindings)
      if (binding.name === "let" && (binding.kind !== "param" || binding.cell)) this.names.rename(binding, "let");
    for (const binding of hoisted) this.names.hoist(binding);
  }

  #keepName(binding: Binding): void {
    const variable = this.variable(binding);
    if (t.isIdentifier(variable)) this.names.reserve(variable.name);
  }

  /** What a factory of this unit takes, or the arrow that makes it in place. */
  get carried(): Binding[] {
    return [...this.unit.captures].filter((binding) => this.#isGiven(binding));
  }

  #isGiven(binding: Binding): boolean {
    return this.#around === null || isCarried(binding, this.unit.parent);
  }

  replace(binding: Binding, make: () => t.Expression): void {
    this.#others.set(binding, make);
  }

  demote(binding: Binding): void {
    if (binding.kind === "const") this.#demoted.add(binding);
  }

  /** The name under which a factory of this unit takes a binding. */
  captureName(binding: Binding): string {
    const base = implicit[binding.kind];
    if (base === undefined) return binding.name;
    const known = this.names.of(binding);
    return known === binding.name ? this.names.rename(binding, base) : known;
  }

  /** The variable that holds the value, or the cell, for code of `_from`, a unit in the text of this one. */
  variable(binding: Binding, _from: Unit = this.unit): t.Expression {
    const other = this.#others.get(binding);
    if (other !== undefined) return other();
    if (binding.unit !== this.unit && !this.#isGiven(binding))
      return (this.#around as View).variable(binding, this.unit);
    if (binding.unit !== this.unit) return id(this.captureName(binding));
    if (binding.kind === "this") return t.thisExpression();
    if (binding.kind === "new.target") return t.metaProperty(id("new"), id("target"));
    return id(this.names.of(binding));
  }

  use(node: t.Node): Use | undefined {
    return this.analysis.uses.get(node);
  }

  /** Reads a variable where it is used. */
  read(use: Use): t.Expression {
    const { binding, unit } = use;
    const variable = this.variable(binding, unit);
    if (!binding.cell) return variable;
    return this.isUncertain(use) ? this.checked(use) : member(variable, "v");
  }

  /** What is to be assigned to write a variable. */
  target(use: Use): t.Expression {
    const { binding } = use;
    if (this.isConstant(use)) return this.#isIgnored(use) ? sink() : member(this.abi("constant"), "v");
    const variable = this.variable(binding, use.unit);
    return binding.cell ? member(variable, "v") : variable;
  }

  /** A constant that is assigned after all: native code would not know any more that it is one. */
  isConstant({ binding, init, unit }: Use): boolean {
    if (init || (binding.kind !== "const" && binding.kind !== "self")) return false;
    if (binding.kind === "self") return binding.unit !== unit || unit.kind !== "plain";
    const isMoved = binding.cell || this.hoisted.has(binding) || this.#demoted.has(binding);
    return isMoved || binding.unit !== unit;
  }

  /** In sloppy code assigning a function expression's own name does nothing. */
  #isIgnored({ binding, unit }: Use): boolean {
    return binding.kind === "self" && this.module.isSloppy(unit);
  }

  isUncertain(use: Use): boolean {
    return use.binding.tdz && use.binding.cell && !isInitialized(use);
  }

  /** Reads a cell, or throws as the language does before the declaration has run. */
  checked({ binding, unit }: Use): t.Expression {
    return call(this.abi("tdz"), this.variable(binding, unit), t.stringLiteral(binding.name));
  }

  get realm(): t.Identifier {
    return id(this.module.context.abi.R);
  }

  abi(name: string): t.MemberExpression {
    return member(this.realm, name);
  }

  /** Brings a binding into being with a first value: `x = value`, `x.v = value`, `const x = { v: value }`. */
  initialize(binding: Binding, value: t.Expression, kind: "let" | "const" = "let"): t.Statement {
    if (binding.early) return set(member(this.variable(binding), "v"), value);
    const content = binding.cell ? cell(value) : value;
    if (this.hoisted.has(binding)) return set(this.variable(binding), content);
    return declare(binding.cell ? "const" : kind, this.names.of(binding), content);
  }

  /** What a variable is before anything assigns it: undefined, or the parameter of its name. */
  first({ initFrom }: Binding): t.Expression {
    if (initFrom === null) return undef();
    const value = this.variable(initFrom);
    return initFrom.cell ? member(value, "v") : value;
  }

  /** Makes a cell that must exist from the beginning of its scope. */
  open(binding: Binding): t.Statement {
    const content = cell(binding.tdz ? this.abi("TDZ") : this.first(binding));
    if (this.hoisted.has(binding)) return set(this.variable(binding), content);
    return declare("const", this.names.of(binding), content);
  }
}

/** Code in a class or object that stays in place: its functions reach captures by parameters of an arrow around it. */
export class ContainerView extends View {
  readonly #outer: View;
  readonly #container: Container;
  readonly #captures: ReadonlyMap<Binding, string>;

  constructor(outer: View, container: Container, captures: ReadonlyMap<Binding, string>) {
    super(outer.module, outer.unit, outer.hoisted, null, outer.names);
    this.#outer = outer;
    this.#container = container;
    this.#captures = captures;
  }

  override variable(binding: Binding, from: Unit = this.unit): t.Expression {
    if (from === this.unit) return this.#outer.variable(binding, from);
    const name = this.#captures.get(binding);
    if (name !== undefined) return id(name);
    if (this.#isOutside(binding)) return this.#outer.variable(binding, from);
    if (binding.kind === "this") return t.thisExpression();
    if (binding.kind === "new.target") return t.metaProperty(id("new"), id("target"));
    return id(binding.name);
  }

  /** Does it belong to a function around the class or object? The name of a class within its own text does not. */
  #isOutside({ unit, scope }: Binding): boolean {
    if (scope.node === this.#container.node) return false;
    for (let outer: Unit | null = this.#container.parent; outer !== null; outer = outer.parent)
      if (outer === unit) return true;
    return false;
  }
}

/** What may be assigned without effect. */
function sink(): t.MemberExpression {
  return member(t.objectExpression([]), "v");
}
