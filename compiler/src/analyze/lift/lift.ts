// Owns: the state of lifting one function: the statements made so far, its temporaries, and what every construct does
// with them: evaluate now, keep a value, open a block.
// Does not own: any construct (the table is given to it), what names mean (bindings.ts).
// I1. What `value` returns has no suspension and is evaluated by its user before anything else happens: whoever lifts
//     more in between keeps it first (`hold`).
// I2. Statements come out in the order in which the program evaluates them.
// I3. A node without work to do in it comes out as the same object.
import * as t from "@babel/types";
import { errors } from "../../errors.ts";
import type { AbiNames, ModuleContext } from "../types.ts";
import type { Bindings } from "./bindings.ts";
import { containing, isSuspension } from "./children.ts";
import { setMark } from "./marks.ts";
import { assignment, fillPlaces, isSimple, withoutName } from "./nodes.ts";
import { isStable } from "./stable.ts";
import type { Table } from "./table.ts";
import { Texts } from "./text.ts";

/** What lifting asks of the pass that calls it. */
export interface LiftContext extends Pick<ModuleContext, "unique" | "refuse"> {
  /** The realm record, whose iterators array patterns use. */
  abi: Pick<AbiNames, "R">;
  /**
   * Whether a name declared outside of the function has its value already and keeps it: a function declaration that is
   * never assigned, a constant of a scope that is known to be initialized. Without it, such names are saved in
   * temporaries where something is evaluated between reading and use.
   */
  isConstant?(id: t.Identifier): boolean;
}

export class Lift {
  readonly fn: t.Function;
  readonly names: Bindings;
  readonly context: LiftContext;
  readonly temps: t.VariableDeclarator[] = [];
  readonly suspends = containing(isSuspension);
  /** How many constructs that act on the way out enclose the place: try, for-of. */
  shields = 0;
  readonly #table: Table;
  readonly #hasWork: (node: t.Node | null | undefined) => boolean;
  readonly texts = new Texts();
  #out: t.Statement[] = [];
  #origin: t.Node;

  constructor(fn: t.Function, names: Bindings, context: LiftContext, table: Table) {
    this.fn = fn;
    this.names = names;
    this.context = context;
    this.#table = table;
    this.#origin = fn;
    this.#hasWork = containing((node) => isSuspension(node) || table.isWork(node, this));
  }

  /** Lifts an expression whose value is used. @returns what is left of it (I1) */
  value(node: t.Expression): t.Expression {
    if (!this.suspends(node)) return node;
    const lift = this.#table.values[node.type as "AwaitExpression"];
    if (!lift) this.refuse(node, `\`${node.type}\` around an await or yield`);
    return this.#from(node, () => this.#place(lift(node as t.AwaitExpression, this)));
  }

  /** Lifts an expression whose value nobody uses. */
  effect(node: t.Expression): void {
    const lift = this.suspends(node) ? this.#table.effects[node.type as "AwaitExpression"] : undefined;
    this.#from(node, () => {
      if (lift) lift(node as t.AwaitExpression, this);
      else this.emitEffect(this.value(node));
    });
  }

  /**
   * Lifts an expression into a variable.
   * @param isOwn the variable is a temporary: it may be written before all of the expression is evaluated
   */
  into(target: t.Identifier, node: t.Expression, isOwn: boolean): void {
    const lift = this.suspends(node) ? this.#table.intos[node.type as "AwaitExpression"] : undefined;
    this.#from(node, () => {
      if (lift) lift(node as t.AwaitExpression, target, isOwn, this);
      else this.emit(assignment(this.again(target), withoutName(this.value(node))));
    });
  }

  /** Lifts a statement. @param labels those that stand before it, outermost first */
  statement(node: t.Statement, labels: readonly t.LabeledStatement[] = []): void {
    const lift = this.#hasWork(node) ? this.#table.statements[node.type as "IfStatement"] : undefined;
    if (lift) this.#from(node, () => lift(node as t.IfStatement, this, labels));
    else if (this.suspends(node)) this.refuse(node, `\`${node.type}\` with an await or yield in it`);
    else this.emit(node);
  }

  statements(nodes: readonly t.Statement[]): void {
    for (const node of nodes) this.statement(node);
  }

  emit(statement: t.Statement): void {
    this.#out.push(this.#place(statement));
  }

  /** Emits what is left of an expression whose value nobody uses, if it does something. */
  emitEffect(rest: t.Expression): void {
    if (!isStable(rest, [], this)) this.emit(t.expressionStatement(rest));
  }

  /** The statements that `run` makes. */
  collect(run: () => void): t.Statement[] {
    const outer = this.#out;
    this.#out = [];
    run();
    const made = this.#out;
    this.#out = outer;
    return made;
  }

  block(run: () => void): t.BlockStatement {
    return t.blockStatement(this.collect(run));
  }

  /** A statement as the body of another: a block, unless nothing had to be done in it. */
  body<S extends t.Statement | null | undefined>(node: S): S | t.BlockStatement {
    if (!node || !this.#hasWork(node)) return node;
    return this.#from(node, () => {
      const made = this.block(() => this.statement(node));
      const [only] = made.body;
      const isWhole = made.body.length === 1 && (t.isBlockStatement(only) || only === node);
      return isWhole ? (only as t.BlockStatement) : this.#place(made);
    });
  }

  /** Lifts what stands in a construct that acts on the way out. */
  shielded<T>(run: () => T): T {
    this.shields += 1;
    const result = run();
    this.shields -= 1;
    return result;
  }

  /** A new temporary. @param of what it stands for: an expression, or a text where there is none */
  temp(base: string, of: t.Node | string): t.Identifier {
    const text = typeof of === "string" ? of : this.texts.of(of);
    const id = setMark(t.identifier(this.context.unique(`$${base}`)), { kind: "temp", of: text });
    this.temps.push(this.#place(t.variableDeclarator(id)));
    return this.again(id);
  }

  /** Evaluates now, into a new temporary. */
  save(value: t.Expression, base: string, of: t.Node | string): t.Identifier {
    const temp = this.temp(base, of);
    this.emit(assignment(this.again(temp), withoutName(value)));
    return temp;
  }

  /** Makes sure that what is left of an expression has the same value after `later`, evaluated or not. */
  hold(value: t.Expression, later: readonly t.Node[], base: string, of: t.Node): t.Expression {
    return isStable(value, later, this) ? value : this.save(value, base, of);
  }

  /** As {@link hold}, for a value that is used more than once. */
  holdSimple(value: t.Expression, later: readonly t.Node[], base: string, of: t.Node): t.Expression {
    return isSimple(value) ? this.hold(value, later, base, of) : this.save(value, base, of);
  }

  /** A simple expression for another place. */
  again<E extends t.Expression>(node: E): E {
    if (t.isIdentifier(node)) return this.names.copy(node) as typeof node;
    return t.cloneNode(node, false);
  }

  refuse(
    node: t.Node,
    what: string,
    instead = "Assign the value to a variable first, in a statement of its own.",
  ): never {
    throw this.context.refuse(node, errors.unsupportedSyntax({ what, instead }));
  }

  #from<T>(origin: t.Node, run: () => T): T {
    const outer = this.#origin;
    this.#origin = origin;
    const result = run();
    this.#origin = outer;
    return result;
  }

  /** Gives the nodes that were made the line of what they were made of. */
  #place<N extends t.Node>(node: N): N {
    return fillPlaces(node, this.#origin.loc);
  }
}
