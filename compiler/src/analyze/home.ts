// Owns: what only the text of one class or object literal can do and a run function at module level needs: where `super`
// is looked up, private names, the own name of the class; and which of its methods are durable.
// Does not own: how it is put into that text (emit/home.ts), who asks (lower/members.ts).
// I1. Variables of the module hold it. They have their values before any code of the user's can call a method.
// I2. Only what is asked for is made.
import type * as t from "@babel/types";

/**
 * What is done with a private name: read, tested by `in`, used as a place that is read and written; read or called behind
 * `?.`, where there may be no object.
 */
export type PrivateUse = "get" | "has" | "ref" | "opt" | "call";

/** A durable method of the class and its record. */
export interface HomeMethod {
  node: t.ClassMethod | t.ClassPrivateMethod;
  record: number;
}

/** A durable method of a class that is not made once, and the expression that makes its function. */
export interface MadeMethod {
  node: t.ClassMethod | t.ClassPrivateMethod;
  fn: t.Expression;
}

/** Variables for what is made anew with each evaluation of the class or literal. */
export interface Locals {
  /** In its text: where `super` is looked up. */
  readonly inText: Map<string, string>;
  /** At the head of the block around: keys, private methods. */
  readonly inBlock: string[];
}

export class Home {
  readonly owner: t.Class | t.ObjectExpression;
  readonly methods: HomeMethod[] = [];
  readonly made: MadeMethod[] = [];
  readonly locals: Locals = { inText: new Map(), inBlock: [] };
  /** Is entered anew for each evaluation of the class; an arrow without a block gets one. */
  block: t.BlockStatement | t.StaticBlock | t.Program | t.ArrowFunctionExpression | null = null;
  readonly privates = new Map<string, { variable: string; uses: Set<PrivateUse> }>();
  readonly #variables = new Map<string, string>();
  readonly #unique: (part: string) => string;

  /** @param unique a name of the module for one part of it */
  constructor(owner: t.Class | t.ObjectExpression, unique: (part: string) => string) {
    this.owner = owner;
    this.#unique = unique;
  }

  /**
   * Variable that holds an object. home: where methods look for `super`; static: where static members do, the class
   * itself; key: a key that is known at run time only.
   */
  variable(part: string): string {
    const name = this.#variables.get(part) ?? this.#unique(part);
    this.#variables.set(part, name);
    return name;
  }

  /** Variable in the text of the class or literal. */
  local(part: string): string {
    const name = this.locals.inText.get(part) ?? this.#unique(part);
    this.locals.inText.set(part, name);
    return name;
  }

  /** Variable at the head of the block around. */
  inBlock(part: string): string {
    const name = this.#unique(part);
    this.locals.inBlock.push(name);
    return name;
  }

  /** The variable of a part that was asked for. */
  known(part: string): string | undefined {
    return this.#variables.get(part);
  }

  /** Variable with accessors for a private name. */
  private(name: string, use: PrivateUse): string {
    const known = this.privates.get(name) ?? { variable: this.#unique(name), uses: new Set() };
    known.uses.add(use);
    this.privates.set(name, known);
    return known.variable;
  }

  /** All variables, to be declared by the module. */
  variables(): string[] {
    return [...this.#variables.values(), ...[...this.privates.values()].map(({ variable }) => variable)];
  }
}
