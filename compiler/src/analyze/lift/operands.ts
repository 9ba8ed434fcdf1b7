// Owns: evaluation of several operands in the order of the source, of which some hold suspensions.
// Does not own: what operands a construct has.
// I1. Operands up to the last with a suspension are evaluated now; all but that one are kept from what comes later.
//     Those after it are left as they are, to be evaluated where they stand.
// I2. What is left of the operands, evaluated in order, has the effects that are still due, in order.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { isSimple, spreadList } from "./nodes.ts";

/** One operand. Until it is run, `result` is the node itself. */
export interface Operand {
  readonly node: t.Node | null;
  run(): void;
  /** Makes sure that `result` does not change, and has no effect that is still due, when `later` is evaluated. */
  keep(later: readonly t.Node[]): void;
}

/**
 * Evaluates operands as I1 says.
 * @param through index up to which they are evaluated in any case
 */
export function runInOrder(lift: Lift, operands: readonly Operand[], through = -1): void {
  const last = Math.max(
    through,
    operands.findLastIndex(({ node }) => lift.suspends(node)),
  );
  for (const [index, operand] of operands.slice(0, last + 1).entries()) {
    operand.run();
    if (index < last) operand.keep(nodesOf(operands.slice(index + 1, last + 1)));
  }
}

function nodesOf(operands: readonly Operand[]): t.Node[] {
  return operands.map(({ node }) => node).filter((node) => node !== null);
}

/** An operand that is used for its value. */
export class ValueOperand implements Operand {
  readonly node: t.Expression;
  result: t.Expression;
  readonly #lift: Lift;
  readonly #base: string;

  /** @param result what is left of the node, if it has been lifted already */
  constructor(lift: Lift, node: t.Expression, base = "v", result = node) {
    this.#lift = lift;
    this.node = node;
    this.result = result;
    this.#base = base;
  }

  run(): void {
    if (this.result === this.node) this.result = this.#lift.value(this.node);
  }

  keep(later: readonly t.Node[]): void {
    this.result = this.#lift.hold(this.result, later, this.#base, this.node);
  }

  /** As `keep`, for a value that is used more than once. */
  fix(later: readonly t.Node[]): void {
    this.result = this.#lift.holdSimple(this.result, later, this.#base, this.node);
  }

  /** Leaves nothing but a variable, a literal or `this`, to be evaluated at once. */
  simplify(): void {
    if (!isSimple(this.result)) this.result = this.#lift.save(this.result, this.#base, this.node);
  }
}

/** `...items`: kept, it has been iterated. */
export class SpreadOperand implements Operand {
  readonly node: t.SpreadElement;
  result: t.SpreadElement;
  readonly #lift: Lift;

  constructor(lift: Lift, node: t.SpreadElement) {
    this.#lift = lift;
    this.node = node;
    this.result = node;
  }

  run(): void {
    this.result = t.spreadElement(this.#lift.value(this.node.argument));
  }

  keep(): void {
    const items = t.arrayExpression([this.result]);
    this.result = spreadList(this.#lift.save(items, "v", t.arrayExpression([this.node])));
  }

  /** Leaves nothing but the iteration to be evaluated. */
  simplify(): void {
    const { argument } = this.result;
    if (isSimple(argument)) return;
    this.result = t.spreadElement(this.#lift.save(argument, "v", this.node.argument));
  }
}

/** A hole in an array. */
export class HoleOperand implements Operand {
  readonly node = null;
  readonly result = null;
  run(): void {}
  keep(): void {}
}

export type Element = ValueOperand | SpreadOperand;

/** Operands of arguments. */
export function argumentsOf(lift: Lift, nodes: readonly t.Node[]): Element[] {
  return nodes.map((node) =>
    t.isSpreadElement(node) ? new SpreadOperand(lift, node) : new ValueOperand(lift, node as t.Expression),
  );
}

/** Operands of the elements of an array. */
export function elementsOf(lift: Lift, nodes: readonly (t.Node | null)[]): (Element | HoleOperand)[] {
  return nodes.map((node) => (node ? (argumentsOf(lift, [node])[0] as Element) : new HoleOperand()));
}
