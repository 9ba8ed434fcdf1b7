// Owns: members, `base.name` and `base[key]`, whose base or key suspends, as places that are read, written or called.
// Does not own: assignments (assign.ts), calls (call.ts), optional chains (chain.ts).
// I1. Evaluating a place evaluates base and key; the property itself is read or written when the user of the place does.
//     The key becomes a property key at that time. (V8 does so at each use, the standard once: both stay as they are.)
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { copyNode, isSimple } from "./nodes.ts";
import { type Operand, runInOrder, ValueOperand } from "./operands.ts";

type Member = t.MemberExpression | t.OptionalMemberExpression;

/** A member as a place. */
export class Place implements Operand {
  readonly node: Member;
  readonly #lift: Lift;
  readonly #base: ValueOperand | null;
  readonly #key: ValueOperand | null;

  /** @param base what is left of the base, if it has been lifted already */
  constructor(lift: Lift, node: Member, base?: t.Expression) {
    this.#lift = lift;
    this.node = node;
    this.#base = t.isSuper(node.object) ? null : new ValueOperand(lift, node.object, "b", base);
    this.#key = node.computed ? new ValueOperand(lift, node.property as t.Expression, "k") : null;
  }

  run(): void {
    runInOrder(
      this.#lift,
      [this.#base, this.#key].filter((part) => part !== null),
    );
  }

  keep(later: readonly t.Node[]): void {
    this.#base?.keep(this.#withKey(later));
    this.#key?.keep(later);
  }

  /** As `keep`, for a place that is used more than once. */
  fix(later: readonly t.Node[]): void {
    this.fixBase(later);
    this.#key?.fix(later);
  }

  fixBase(later: readonly t.Node[]): void {
    this.#base?.fix(this.#withKey(later));
  }

  /** Leaves nothing to be evaluated but variables, literals and `this`; the place is used at once. */
  simplify(): void {
    if (this.#key && !isSimple(this.#key.result)) this.fix([]);
    else this.#base?.simplify();
  }

  #withKey(later: readonly t.Node[]): readonly t.Node[] {
    return this.#key ? [this.#key.node, ...later] : later;
  }

  get isSuper(): boolean {
    return this.#base === null;
  }

  /** What a method there has as `this`; after `fix` or `fixBase`. */
  self(): t.Expression {
    return this.#base ? this.#lift.again(this.#base.result) : t.thisExpression();
  }

  /** The member, for its only use or, after `fix`, for the last. */
  take(): t.MemberExpression {
    const { computed, property, loc } = this.node;
    const object = this.#base?.result ?? t.super();
    const member = t.memberExpression(object, this.#key?.result ?? property, computed);
    member.loc = loc;
    return member;
  }

  /** The member, after `fix`, for one use of several. */
  again(): t.MemberExpression {
    const member = this.take();
    if (t.isExpression(member.object)) member.object = this.#lift.again(member.object);
    const { property } = member;
    member.property = t.isExpression(property) ? this.#lift.again(property) : t.cloneNode(property);
    return member;
  }
}

export function liftMember(node: t.MemberExpression, lift: Lift): t.MemberExpression {
  const member = new Place(lift, node);
  member.run();
  return member.take();
}

/** `++base[key]`: only evaluating the place can suspend, so the rest stays as it is. */
export function liftUpdate(node: t.UpdateExpression, lift: Lift): t.Expression {
  return copyNode(node, { argument: liftMember(node.argument as t.MemberExpression, lift) });
}
