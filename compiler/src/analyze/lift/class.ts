// Owns: classes whose heritage or computed keys suspend.
// Does not own: their members, which are functions of their own.
// I1. The class is made after its last suspension, from heritage and keys kept before.
// I2. Refused, because it could be told apart: a key that suspends in a class with heritage (the prototype of the
//     heritage is read before the keys), and parts moved out of the class that use its name or its private names.
import * as t from "@babel/types";
import { childrenOf } from "./children.ts";
import type { Lift } from "./lift.ts";
import { keepKey } from "./literal.ts";
import { copyNode, isLiteral } from "./nodes.ts";
import { type Operand, runInOrder } from "./operands.ts";

type Member = t.ClassBody["body"][number];
type Keyed = t.ClassMethod | t.ClassProperty | t.ClassAccessorProperty;

export function liftClass<C extends t.Class>(node: C, lift: Lift): C {
  checkMoved(node, lift);
  const members = node.body.body.map((member) => new KeyOperand(lift, member));
  const superClass = node.superClass && lift.value(node.superClass);
  runInOrder(lift, members);
  const body = copyNode(node.body, { body: members.map(({ result }) => result) });
  return copyNode(node, { superClass, body } as Partial<C>);
}

export function liftClassDeclaration(node: t.ClassDeclaration, lift: Lift): void {
  lift.emit(liftClass(node, lift));
}

/** I2 */
function checkMoved(node: t.Class, lift: Lift): void {
  const keys = node.body.body.filter(isComputed).map(({ key }) => key as t.Expression);
  const moved = keys.slice(0, keys.findLastIndex(lift.suspends) + 1);
  if (node.superClass && moved.length > 0)
    lift.refuse(
      node.superClass,
      "A class with a superclass and an await or yield in a computed key",
      "Assign the key to a variable before the class.",
    );
  if (node.superClass && lift.suspends(node.superClass)) moved.push(node.superClass);
  const suspending = [node, ...node.body.body].flatMap(decoratorsOf).find(lift.suspends);
  if (suspending) lift.refuse(suspending, "A decorator with an await or yield in it");
  for (const part of moved) {
    if (lift.names.mentions([part], [node])) lift.refuse(part, "A class whose name is used in its own head");
    if (hasPrivateName(part)) lift.refuse(part, "A private name in a computed key with an await or yield");
  }
}

function decoratorsOf(node: t.Node): t.Decorator[] {
  return ("decorators" in node && node.decorators) || [];
}

function isComputed(member: Member): member is Keyed {
  return "computed" in member && member.computed === true;
}

function hasPrivateName(node: t.Node): boolean {
  return t.isPrivateName(node) || childrenOf(node).some(hasPrivateName);
}

/** The key of a member; nothing else of it is evaluated here. */
class KeyOperand implements Operand {
  readonly node: t.Node | null;
  result: Member;
  readonly #lift: Lift;

  constructor(lift: Lift, member: Member) {
    this.#lift = lift;
    this.node = isComputed(member) ? member.key : null;
    this.result = member;
  }

  run(): void {
    const member = this.result;
    if (!isComputed(member)) return;
    if (this.#lift.suspends(member.key)) this.#replace(member, this.#lift.value(member.key as t.Expression));
  }

  keep(): void {
    const member = this.result;
    if (!isComputed(member) || isLiteral(member.key)) return;
    this.#replace(member, keepKey(member.key as t.Expression, this.node as t.Node, this.#lift));
  }

  #replace(member: Keyed, key: t.Expression): void {
    this.result = copyNode<Keyed>(member, { key });
  }
}
