// Owns: array and object literals with suspensions in them.
// Does not own: classes (class.ts).
// I1. The literal is made after its last suspension, from values kept before: nobody sees it unfinished. A spread has
//     been copied by then, a computed key has become a property key, a function or class has the name of its property.
import * as t from "@babel/types";
import type { Lift } from "./lift.ts";
import { copyNode, isLiteral, toPropertyKey, withName } from "./nodes.ts";
import { elementsOf, type Operand, runInOrder } from "./operands.ts";
import { isPrimitive, isStable } from "./stable.ts";

export function liftArray(node: t.ArrayExpression, lift: Lift): t.Expression {
  const elements = elementsOf(lift, node.elements);
  runInOrder(lift, elements);
  return copyNode(node, { elements: elements.map(({ result }) => result) });
}

type Member = t.ObjectExpression["properties"][number];

export function liftObject(node: t.ObjectExpression, lift: Lift): t.Expression {
  const members = node.properties.map((member) => new MemberOperand(lift, member));
  runInOrder(lift, members);
  return copyNode(node, { properties: members.map(({ result }) => result) });
}

/** A key that has been evaluated and has become a property key. */
export function keepKey(key: t.Expression, of: t.Node, lift: Lift): t.Expression {
  return lift.save(isPrimitive(key) ? key : toPropertyKey(key, lift.context.abi.R), "k", of);
}

/** A property, method, accessor or spread of an object literal. */
class MemberOperand implements Operand {
  readonly node: Member;
  result: Member;
  readonly #lift: Lift;
  #hasKey = false;

  constructor(lift: Lift, node: Member) {
    this.#lift = lift;
    this.node = node;
    this.result = node;
  }

  run(): void {
    const { node } = this;
    const lift = this.#lift;
    if (!lift.suspends(node)) return;
    if (t.isSpreadElement(node)) this.result = t.spreadElement(lift.value(node.argument));
    else if (t.isObjectMethod(node)) this.result = copyNode(node, { key: lift.value(node.key as t.Expression) });
    else this.result = this.#liftProperty(node);
  }

  #liftProperty(node: t.ObjectProperty): t.ObjectProperty {
    const lift = this.#lift;
    const key = node.computed ? lift.value(node.key as t.Expression) : node.key;
    const keyed = copyNode(node, { key } as Partial<t.ObjectProperty>);
    if (!lift.suspends(node.value)) return keyed;
    const kept = { key: this.#keepKey(keyed), value: lift.value(node.value as t.Expression) };
    return copyNode(keyed, kept as Partial<t.ObjectProperty>);
  }

  keep(later: readonly t.Node[]): void {
    const lift = this.#lift;
    const { result, node } = this;
    if (t.isSpreadElement(result)) {
      this.result = t.spreadElement(lift.save(t.objectExpression([result]), "v", t.objectExpression([node])));
      return;
    }
    const key = this.#keepKey(result);
    const kept = { key } as Partial<Member>;
    if (t.isObjectProperty(result)) {
      const value = this.#keepValue(result, key, later);
      Object.assign(kept, { value, shorthand: result.shorthand && value === result.value });
    }
    this.result = copyNode<Member>(result, kept);
  }

  #keepKey(member: t.ObjectProperty | t.ObjectMethod): t.ObjectProperty["key"] {
    const { key, computed } = member;
    if (!computed || isLiteral(key) || this.#hasKey) return key;
    this.#hasKey = true;
    return keepKey(key as t.Expression, (this.node as t.ObjectProperty).key, this.#lift);
  }

  #keepValue(member: t.ObjectProperty, key: t.Node, later: readonly t.Node[]): t.Expression {
    const value = member.value as t.Expression;
    const original = (this.node as t.ObjectProperty).value;
    if (isStable(value, later, this.#lift)) return value;
    return this.#lift.save(this.#named(value, key, member.computed), "v", original);
  }

  /** `__proto__: class {}` sets the prototype and names nothing. */
  #named(value: t.Expression, key: t.Node, computed: boolean): t.Expression {
    const name = t.isIdentifier(key) && !computed ? t.stringLiteral(key.name) : (key as t.Expression);
    return t.isStringLiteral(name, { value: "__proto__" }) && !computed ? value : withName(value, name);
  }
}
