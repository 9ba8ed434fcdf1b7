// Owns: what a name in a durable function means: scopes, bindings, every use of them, and the functions nested in it.
// Does not own: which bindings become cells (capture.ts), what they are called in emitted code (lower/names.ts).
// I1. Scopes are those of ECMAScript: parameters apart from the body's variables, one scope per iteration of a loop head.
// I2. Order numbers ascend as evaluation does within one unit; a nested function is where it is made.
// I3. Nothing here looks at how a name is spelt: hidden names of lift are bindings like others.
import type * as t from "@babel/types";

/** "hidden" bindings are made by flow.ts: completion records, iterators. The three of the language are never declared. */
export type BindingKind =
  | "var"
  | "let"
  | "const"
  | "function"
  | "class"
  | "param"
  | "catch"
  | "self"
  | "this"
  | "arguments"
  | "new.target"
  | "hidden";

/** One variable of one unit. */
export interface Binding {
  readonly name: string;
  readonly kind: BindingKind;
  readonly scope: Scope;
  readonly unit: Unit;
  readonly uses: Use[];
  /** Where it is initialized; Infinity if nothing does (a `let` whose declaration is never reached in order). */
  initOrder: number;
  /** Which case of its switch scope initializes it; 0 elsewhere. */
  initCase: number;
  /** The expressions whose values it is given; a write that is none of these gives it anything. */
  readonly values: t.Node[];
  /** In the variable scope of the body and, at first, with the value of this parameter (ECMA-262 10.2.11, 28). */
  initFrom: Binding | null;
  /** Captured and assigned after a nested function may have been made; filled by capture.ts. */
  cell: boolean;
  /** Its cell must exist when its scope is entered; filled by capture.ts. */
  early: boolean;
  /** Some use may come before its initialization; filled by capture.ts. */
  tdz: boolean;
  captured: boolean;
  /** Only code in the text around it reaches it: what uses it is made in place; filled by capture.ts. */
  lexical: boolean;
}

/** One occurrence of a binding. `order` and `loops` are those of its own unit: for a closure, of the place it is made. */
export interface Use {
  readonly node: t.Node;
  readonly binding: Binding;
  readonly unit: Unit;
  readonly order: number;
  readonly loops: readonly number[];
  /** Which case of the binding's switch scope it stands in. */
  readonly inCase: number;
  readonly write: boolean;
  readonly read: boolean;
  /** The write that initializes it. */
  readonly init: boolean;
  /** What the binding's own unit makes that holds this use; null if the use is its own. */
  readonly closure: Closure | null;
}

export type ScopeKind = "self" | "params" | "body" | "block" | "loop" | "switch" | "catch" | "class";

export interface Scope {
  readonly kind: ScopeKind;
  readonly node: t.Node;
  readonly parent: Scope | null;
  readonly unit: Unit;
  readonly bindings: Map<string, Binding>;
  /** Number of loops of the unit around it, the loop of its own head included for for-in and for-of. */
  readonly loopDepth: number;
  /** Function declarations that are made when it is entered, in order. */
  readonly functions: t.FunctionDeclaration[];
}

export type UnitKind = "async" | "generator" | "asyncGenerator" | "plain";

/** Where something was made: its place in the order of the unit that makes it. */
export interface Made {
  readonly unit: Unit;
  readonly order: number;
  readonly loops: readonly number[];
}

/** One function: the durable one itself, or one nested in it. Fields and static blocks of classes count as functions. */
export interface Unit {
  readonly type: "unit";
  readonly node: t.Function | t.ClassProperty | t.ClassPrivateProperty | t.ClassAccessorProperty | t.StaticBlock;
  readonly kind: UnitKind;
  /** Takes `this`, `arguments` and `new.target` from around it. */
  readonly arrow: boolean;
  readonly parent: Unit | null;
  /** The class or object in whose text it must stay. */
  readonly container: Container | null;
  readonly made: Made | null;
  /** `fn.name`, by its syntax; null if only the run time knows. */
  readonly fnName: string | null;
  /** Bindings of units around it that it uses, with those that functions nested in it use; in order of first use. */
  readonly captures: Set<Binding>;
  /** Its text is part of a class, the head included: such code is strict. */
  readonly inClass: boolean;
  /** It uses a private name or `super` of a class or object around it that stays in place: so must it. */
  isBound: boolean;
  /** Every identifier in its text. */
  readonly names: Set<string>;
  /** Names in it that no binding of the durable function explains. */
  readonly free: Set<string>;
  /** Of those, the ones of functions and blocks around it; `this` and `arguments` of theirs too. */
  readonly foreign: Set<string>;
  /** Of those, the ones that nothing in the file declares. */
  readonly globals: Set<string>;
  readonly bindings: Binding[];
  params: Scope;
  body: Scope;
}

/** A class, or an object literal with accessors or `super`: its plain functions can't be made anywhere else. */
export interface Container {
  readonly type: "container";
  readonly node: t.Class | t.ObjectExpression;
  readonly parent: Unit;
  readonly made: Made;
  readonly fnName: string | null;
  readonly captures: Set<Binding>;
}

export type Closure = Unit | Container;

/** Where a name that the durable function does not declare comes from. */
export type Origin = "foreign" | "module" | "global";

/** All that is known of a durable function's names. */
export interface ScopeAnalysis {
  readonly root: Unit;
  readonly units: ReadonlyMap<t.Node, Unit>;
  readonly containers: ReadonlyMap<t.Node, Container>;
  /** Identifiers, `this` and `new.target` that mean a binding. */
  readonly uses: ReadonlyMap<t.Node, Use>;
  /** Scopes by block, loop, switch, catch clause, class; of a function, its parameters. */
  readonly scopes: ReadonlyMap<t.Node, Scope>;
  /** Each `super` and private name that belongs to the class or object around the function, and is reached from outside. */
  readonly outer: ReadonlySet<t.Node>;
}

/** Does code in `scope` of its unit run anew in each round of a loop in which the binding lives on? */
export function sharesLoop(binding: Binding, a: Use, b: Pick<Use, "loops">): boolean {
  const depth = binding.scope.loopDepth;
  return a.loops[depth] !== undefined && a.loops[depth] === b.loops[depth];
}

/** Whether evaluation reaches the use only after the binding's initialization. */
export function isInitialized(use: Use): boolean {
  const { binding } = use;
  if (use.init) return true;
  return use.order >= binding.initOrder && use.inCase === binding.initCase;
}

/** The expression whose value it takes first, if there is one. */
export function firstValue({ values }: Binding): t.Node | null {
  return values[0] ?? null;
}

/** Number of bindings of the same name around this one within its unit: with the name, unique at any one place. */
export function shadowDepth(binding: Binding): number {
  let depth = 0;
  for (let scope = binding.scope.parent; scope !== null && scope.unit === binding.unit; scope = scope.parent) {
    if (scope.bindings.has(binding.name)) depth++;
  }
  return depth;
}
