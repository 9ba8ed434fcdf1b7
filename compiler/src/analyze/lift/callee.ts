// Owns: what is called, with its `this`: a place whose property is a method, or a value.
// Does not own: arguments (call.ts), optional chains (chain.ts).
// I1. A method is read, and its base known, before the arguments are evaluated: if they suspend, or have to be evaluated
//     first, the call becomes `Reflect.apply(method, base, arguments)`, marked.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { Place } from "./member.ts";
import { applyCall, isSimple } from "./nodes.ts";
import { type Operand, ValueOperand } from "./operands.ts";
import { withoutHashes } from "./text.ts";

type Arguments = (t.Expression | t.SpreadElement)[];

/** Callee of a call, of a tagged template, or what precedes a link of an optional chain. */
export class Callee implements Operand {
  readonly node: t.Expression;
  readonly #lift: Lift;
  readonly #reference: Place | ValueOperand;
  #method: { fn: t.Identifier; self: t.Expression } | null = null;

  constructor(lift: Lift, node: t.Expression, reference: Place | ValueOperand = referenceOf(lift, node)) {
    this.#lift = lift;
    this.node = node;
    this.#reference = reference;
  }

  run(): void {
    this.#reference.run();
  }

  keep(later: readonly t.Node[]): void {
    if (this.#method) return;
    if (this.#reference instanceof Place) this.#readMethod(this.#reference, later);
    else this.#reference.keep(later);
  }

  /** Leaves nothing to be evaluated but the call, and what is simple. */
  simplify(): void {
    const reference = this.#reference;
    if (this.#method) return;
    if (reference instanceof ValueOperand) {
      if (!t.isIdentifier(reference.result)) reference.result = this.#lift.save(reference.result, "f", this.node);
    } else if (reference.isSuper) this.#readMethod(reference, []);
    else reference.simplify();
  }

  #readMethod(place: Place, later: readonly t.Node[]): void {
    place.fixBase(later);
    const fn = this.#lift.save(place.take(), "f", this.node);
    this.#method = { fn, self: place.self() };
  }

  /** Reads it now, to be asked whether it is there, and used after `later`. */
  probe(later: readonly t.Node[]): t.Expression {
    if (this.#reference instanceof Place) this.#readMethod(this.#reference, later);
    else this.#reference.fix(later);
    return this.#lift.again(this.take());
  }

  /** Whether what `take` gives has the right `this` where it is called. */
  get isDirect(): boolean {
    return this.#method === null;
  }

  /** The callee as an expression. */
  take(): t.Expression {
    if (this.#method) return this.#method.fn;
    return this.#reference instanceof Place ? this.#reference.take() : this.#reference.result;
  }

  call(args: Arguments): t.CallExpression {
    if (!this.#method) return t.callExpression(this.take(), args);
    const { fn, self } = this.#method;
    return applyCall(fn, self, args, withoutHashes(this.#lift.texts.of(this.node)));
  }

  /** The place, if it is one that has not been read. */
  get place(): Place | null {
    return this.#reference instanceof Place && !this.#method ? this.#reference : null;
  }
}

function referenceOf(lift: Lift, node: t.Expression): Place | ValueOperand {
  if (t.isParenthesizedExpression(node)) return referenceOf(lift, node.expression);
  return t.isMemberExpression(node) ? new Place(lift, node) : new ValueOperand(lift, node, "f");
}

/** Whether evaluating an argument can be left to the call: nothing but a load is to be done. */
export function isLoad(node: t.Node): boolean {
  return isSimple(t.isSpreadElement(node) ? node.argument : node);
}
