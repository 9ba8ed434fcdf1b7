// Owns: what the walk over a durable function finds out: scopes, bindings, uses, units (scope.ts says what they are).
// Does not own: the order of the walk, per syntax (walk.ts); conclusions (capture.ts).
// I1. Scopes are open while their text is walked; a unit's loops begin anew.
// I2. A use inside nested functions counts at the place where the outermost of them is made.
import * as t from "@babel/types";
import { collectVars, lexicalDeclarations } from "./declare.ts";
import { inferName, isAnonymous, keyName } from "./fn-name.ts";
import { markOf } from "./lift/marks.ts";
import type {
  Binding,
  BindingKind,
  Closure,
  Container,
  Made,
  Origin,
  Scope,
  ScopeAnalysis,
  ScopeKind,
  Unit,
  UnitKind,
  Use,
} from "./scope.ts";

type Access = { read?: boolean; write?: boolean; init?: boolean };

/** What is nested between a use and the unit that owns what it uses, innermost first. */
function closuresUpTo(unit: Unit, binding: Binding): Closure[] {
  const closures: Closure[] = [];
  for (let current: Unit | null = unit; current !== null && current !== binding.unit; current = current.parent) {
    closures.push(current);
    const { container } = current;
    if (container?.node === binding.scope.node) break;
    if (container !== null) closures.push(container);
  }
  return closures;
}

function unitKind(node: Unit["node"]): UnitKind {
  if (!t.isFunction(node)) return "plain";
  if (node.async) return node.generator ? "asyncGenerator" : "async";
  return node.generator ? "generator" : "plain";
}

/** State of the walk. */
export class Resolver {
  readonly units = new Map<t.Node, Unit>();
  readonly containers = new Map<t.Node, Container>();
  readonly uses = new Map<t.Node, Use>();
  readonly scopes = new Map<t.Node, Scope>();
  readonly #originOf: (name: string) => Origin;
  /** The case that is being walked, per switch scope. */
  readonly #cases = new Map<Scope, number>();
  readonly #names = new Map<t.Node, string | null>();
  #order = 0;
  #loopCount = 0;
  #loops: readonly number[] = [];
  #unit: Unit | null = null;
  #scope: Scope | null = null;
  readonly #outerUses = new Set<t.Node>();
  /** How many classes are around. */
  #classes = 0;
  /** Private names by the scope of their class. */
  readonly #privates = new Map<Scope, Set<string>>();
  /** Stands for what is around the function, if that gives it its `this`. */
  #outer: Unit | null = null;

  constructor(originOf: (name: string) => Origin) {
    this.#originOf = originOf;
  }

  // ---- scopes and bindings

  /** Walks in a new scope. `inLoop`: the scope is made anew by the loop that is about to be entered. */
  scoped(kind: ScopeKind, node: t.Node, walk: (scope: Scope) => void, inLoop = false): Scope {
    const scope: Scope = {
      kind,
      node,
      parent: this.#scope,
      unit: this.#unit as Unit,
      bindings: new Map(),
      loopDepth: this.#loops.length + (inLoop ? 1 : 0),
      functions: [],
    };
    this.scopes.set(node, scope);
    this.#scope = scope;
    walk(scope);
    this.#scope = scope.parent;
    return scope;
  }

  declare(scope: Scope, name: string, kind: BindingKind): Binding {
    const known = scope.bindings.get(name);
    if (known !== undefined) return known;
    const late = kind === "let" || kind === "const" || kind === "class";
    const binding: Binding = {
      name,
      kind,
      scope,
      unit: scope.unit,
      uses: [],
      initOrder: late ? Number.POSITIVE_INFINITY : -1,
      initCase: 0,
      values: [],
      initFrom: null,
      cell: false,
      early: false,
      tdz: false,
      captured: false,
      lexical: false,
    };
    scope.bindings.set(name, binding);
    scope.unit.bindings.push(binding);
    return binding;
  }

  /** Declares what a block's statements declare for it. */
  declareLexical(scope: Scope, body: readonly t.Statement[]): void {
    const { names, functions } = lexicalDeclarations(body);
    for (const { id, kind } of names) this.declare(scope, id.name, kind);
    for (const fn of functions) this.declare(scope, (fn.id as t.Identifier).name, "function");
    scope.functions.push(...functions);
  }

  /** Declares the variables of a body; one with a parameter's name is that parameter, or begins with its value. */
  declareVars(unit: Unit, body: t.BlockStatement, apart: boolean): void {
    const add = (name: string, kind: "var" | "function") => {
      // `var arguments` is the object itself, or begins with it (ECMA-262 10.2.11, 28).
      if (name === "arguments" && kind === "var" && !unit.arrow) this.declare(unit.params, name, "arguments");
      const param = unit.params.bindings.get(name);
      if ((param?.kind === "param" || (param?.kind === "arguments" && kind === "var")) && !apart) return;
      const binding = this.declare(unit.body, name, kind);
      if (param !== undefined && kind === "var") binding.initFrom = param;
    };
    for (const { name } of collectVars(body)) add(name, "var");
    const { names, functions } = lexicalDeclarations(body.body);
    for (const { id } of functions) add((id as t.Identifier).name, "function");
    for (const { id, kind } of names) this.declare(unit.body, id.name, kind);
    unit.body.functions.push(...functions);
  }

  #lookup(name: string): Binding | undefined {
    for (let scope = this.#scope; scope !== null; scope = scope.parent) {
      const binding = scope.bindings.get(name);
      if (binding !== undefined) return binding;
      const isOwner = scope.kind === "params" && !scope.unit.arrow;
      if (name === "arguments" && isOwner) return this.declare(scope, name, "arguments");
    }
    return undefined;
  }

  // ---- uses

  /** Notes that an identifier is met. */
  use(node: t.Node, name: string, access: Access): void {
    this.noteName(name);
    const binding = this.#lookup(name);
    if (binding === undefined) this.#useFree(name, name === "arguments" ? "foreign" : this.#originOf(name));
    else this.#useBinding(node, binding, access);
  }

  /** `this` or `new.target`: of the innermost function that is no arrow. */
  useImplicit(node: t.Node, kind: "this" | "new.target"): void {
    let unit = this.#unit;
    while (unit?.arrow) unit = unit.parent;
    if (unit === null || (unit === this.#outer && kind !== "this")) this.#useFree(kind, "foreign");
    else this.#useBinding(node, this.declare(unit.params, kind, kind), { read: true });
  }

  /** `super` is looked up in the home of the innermost method, with its `this`. */
  useSuper(node: t.Super): void {
    let unit = this.#unit;
    while (unit?.arrow) unit = unit.parent;
    // In a method of a class or object that stays in place it means what is written there.
    if (unit !== null && unit !== this.#outer && unit.parent !== this.#outer) {
      this.#bindTo(unit);
      return;
    }
    this.useImplicit(node, "this");
    this.#useOuter(node, "super");
  }

  declarePrivate(scope: Scope, { body }: t.Class): void {
    const names = body.body.flatMap((member) =>
      "key" in member && t.isPrivateName(member.key) ? [member.key.id.name] : [],
    );
    this.#privates.set(scope, new Set(names));
  }

  /** A private name that no class within the function declares. */
  usePrivate(node: t.PrivateName): void {
    for (let scope = this.#scope; scope !== null; scope = scope.parent) {
      if (!this.#privates.get(scope)?.has(node.id.name)) continue;
      this.#bindTo(scope.unit);
      return;
    }
    this.#useOuter(node, `#${node.id.name}`);
  }

  /** What is being walked can do something only in the text of a unit around it. */
  #bindTo(owner: Unit): void {
    for (let unit = this.#unit; unit !== null && unit !== owner; unit = unit.parent) unit.isBound = true;
  }

  #useOuter(node: t.Node, name: string): void {
    const origin = this.#originOf(name);
    this.#useFree(name, origin);
    if (origin === "module") this.#outerUses.add(node);
  }

  /** Hidden names and labels must differ from every name of the function. */
  noteName(name: string): void {
    for (let unit = this.#unit; unit !== null; unit = unit.parent) unit.names.add(name);
  }

  #useFree(name: string, origin: Origin): void {
    for (let unit = this.#unit; unit !== null; unit = unit.parent) {
      unit.free.add(name);
      if (origin === "foreign") unit.foreign.add(name);
      if (origin === "global") unit.globals.add(name);
    }
  }

  #useBinding(node: t.Node, binding: Binding, { read = false, write = false, init = false }: Access): void {
    const unit = this.#unit as Unit;
    const closures = closuresUpTo(unit, binding);
    for (const closure of closures) closure.captures.add(binding);
    const closure = closures.at(-1) ?? null;
    const { order, loops } = closure?.made ?? { order: this.#order++, loops: this.#loops };
    const inCase = this.#cases.get(binding.scope) ?? 0;
    const use: Use = { node, binding, unit, order, loops, inCase, write, read, init, closure };
    binding.uses.push(use);
    this.uses.set(node, use);
    if (!init || binding.initOrder !== Number.POSITIVE_INFINITY) return;
    binding.initOrder = order;
    binding.initCase = inCase;
  }

  /** Remembers the expression that gives a name its value. */
  noteValue(name: string, value: t.Node): void {
    this.#lookup(name)?.values.push(value);
  }

  // ---- nested functions and classes

  #made(): Made | null {
    return this.#unit && { unit: this.#unit, order: this.#order++, loops: this.#loops };
  }

  /** Walks in a new unit. */
  unit(node: Unit["node"], container: Container | null, walk: (unit: Unit) => void): Unit {
    const unit: Unit = {
      type: "unit",
      node,
      kind: unitKind(node),
      arrow: t.isArrowFunctionExpression(node),
      parent: this.#unit,
      container,
      made: this.#made(),
      fnName: this.#nameOf(node),
      captures: new Set(),
      inClass: this.#classes > 0,
      isBound: false,
      names: new Set(),
      free: new Set(),
      foreign: new Set(),
      globals: new Set(),
      bindings: [],
      params: null as never, // set by the walk, which opens the scopes
      body: null as never,
    };
    this.units.set(node, unit);
    const outer = { unit: this.#unit, loops: this.#loops };
    this.#unit = unit;
    this.#loops = [];
    walk(unit);
    this.#unit = outer.unit;
    this.#loops = outer.loops;
    return unit;
  }

  /** Walks within a unit that stands for what is around the function. */
  around(walk: () => Unit): Unit {
    const node = t.functionExpression(null, [], t.blockStatement([]));
    let root: Unit | null = null;
    this.unit(node, null, (unit) => {
      this.#outer = unit;
      this.scoped("self", node, (scope) => {
        unit.params = scope;
        unit.body = scope;
        root = walk();
      });
    });
    return root as unknown as Unit;
  }

  container(node: Container["node"]): Container {
    const container: Container = {
      type: "container",
      node,
      parent: this.#unit as Unit,
      made: this.#made() as Made,
      fnName: this.#nameOf(node),
      captures: new Set(),
    };
    this.containers.set(node, container);
    return container;
  }

  /** A function or class that is the value of a declaration, assignment or default takes the name of its target. */
  nameBy(child: t.Node | null | undefined, target: t.Node): void {
    if (child && isAnonymous(child)) this.#names.set(child, inferName(target));
  }

  nameByKey(property: t.ObjectProperty | t.ClassProperty | t.ClassPrivateProperty | t.ClassAccessorProperty): void {
    if (property.value && isAnonymous(property.value)) this.#names.set(property.value, keyName(property));
  }

  #nameOf(node: t.Node): string | null {
    const given = markOf(node, "method")?.name ?? this.#names.get(node);
    if (given !== undefined) return given;
    if ("id" in node && t.isIdentifier(node.id)) return node.id.name;
    return t.isMethod(node) ? keyName(node) : "";
  }

  // ---- loops and cases

  inLoop(walk: () => void): void {
    const outer = this.#loops;
    this.#loops = [...outer, ++this.#loopCount];
    walk();
    this.#loops = outer;
  }

  inClass(walk: () => void): void {
    this.#classes += 1;
    walk();
    this.#classes -= 1;
  }

  inCase(scope: Scope, index: number, walk: () => void): void {
    this.#cases.set(scope, index);
    walk();
  }

  get analysis(): Omit<ScopeAnalysis, "root"> {
    const { units, containers, uses, scopes } = this;
    return { units, containers, uses, scopes, outer: this.#outerUses };
  }
}
