// Owns: array patterns that suspend.
// Does not own: what an element is given to (pattern.ts hands that in), the iterator (docs/abi.md 11).
// I1. Elements are taken from the iterator one by one: a member that is a target is evaluated first, then the value is
//     asked for, then its default; then it is assigned, before the next.
// I2. What may fail or suspend stands in a `try` that closes the iterator, however it is left; so does the end.
// I3. A declared name is declared as soon as it has its value, outside of the `try`. The names of a pattern within the
//     pattern go to temporaries first, so nobody may look at them meanwhile.
import * as t from "@babel/types";
import { idsOf } from "./declared.ts";
import { type Bind, type DeclarationKind, splitDefault, useDefault } from "./default-value.ts";
import type { Lift } from "./lift.ts";
import { Place } from "./member.ts";
import { assignment, copyNode, undefinedNode, withName } from "./nodes.ts";

type Kind = NonNullable<DeclarationKind>;

/** Takes `source`, a simple expression that keeps its value, apart into a pattern that suspends. */
export function destructureArray(
  pattern: t.ArrayPattern,
  source: t.Expression,
  kind: DeclarationKind,
  bind: Bind,
  lift: Lift,
): void {
  const taking = new ArrayDestructuring(bind, lift);
  if (kind === null) taking.assign(pattern, source);
  else taking.declare(pattern, source, kind);
}

/** Declares the names of a pattern once `take` has taken it with temporaries in their place. */
function declareAfter(pattern: t.Node, kind: Kind, take: (renamed: t.Node) => void, lift: Lift): void {
  const pairs = idsOf(pattern).map((id) => ({ id, temp: lift.temp("v", id) }));
  const temps = new Map(pairs.map(({ id, temp }) => [id.name, temp]));
  // Else they would seem to be in use before: something in the `try` may fail.
  for (const { temp } of pairs) lift.emit(assignment(lift.again(temp), undefinedNode()));
  take(rename(pattern, ({ name }) => lift.again(temps.get(name) as t.Identifier)));
  const declarators = pairs.map(({ id, temp }) => t.variableDeclarator(id, lift.again(temp)));
  if (declarators.length > 0) lift.emit(t.variableDeclaration(kind, declarators));
}

/** A pattern with other names; functions that are defaults keep the names they had. */
function rename(node: t.Node, map: (id: t.Identifier) => t.Identifier): t.Node {
  const again = <N extends t.Node | null>(inner: N) => (inner ? rename(inner, map) : inner) as N;
  if (t.isIdentifier(node)) return map(node);
  if (t.isArrayPattern(node)) return copyNode(node, { elements: node.elements.map(again) });
  if (t.isObjectPattern(node)) return copyNode(node, { properties: node.properties.map(again) });
  if (t.isObjectProperty(node)) return copyNode(node, { value: again(node.value), shorthand: false });
  if (t.isRestElement(node)) return copyNode(node, { argument: again(node.argument) });
  if (!t.isAssignmentPattern(node)) return node;
  const { left, right } = node;
  return copyNode(node, {
    left: again(left),
    right: t.isIdentifier(left) ? withName(right, t.stringLiteral(left.name)) : right,
  });
}

type Element = t.ArrayPattern["elements"][number];

/** An element whose value has been asked for; a hole has no target. */
interface Taken {
  target: t.Node | null;
  initial: t.Expression | null;
  value: t.Identifier;
}

class ArrayDestructuring {
  readonly #bind: Bind;
  readonly #lift: Lift;
  readonly #iterator: t.Identifier;

  constructor(bind: Bind, lift: Lift) {
    this.#bind = bind;
    this.#lift = lift;
    this.#iterator = lift.temp("i", "iterator of an array pattern");
  }

  /** Assigns all elements under one `try`. */
  assign({ elements }: t.ArrayPattern, source: t.Expression): void {
    this.#open(source);
    this.#guard(() => {
      for (const element of elements) this.#take(element);
    });
    this.#lift.emit(this.#helper("close"));
  }

  /** I3 */
  declare({ elements }: t.ArrayPattern, source: t.Expression, kind: Kind): void {
    this.#open(source);
    for (const element of elements) this.#declare(element, kind);
    this.#lift.emit(this.#helper("close"));
  }

  #declare(element: Element, kind: Kind): void {
    const lift = this.#lift;
    const { target, initial, value } = this.#next(element);
    if (!target) return;
    if (t.isIdentifier(target)) {
      if (initial) this.#guard(() => useDefault(value, initial, target, lift));
      lift.emit(t.variableDeclaration(kind, [t.variableDeclarator(target, lift.again(value))]));
    } else {
      const seen = idsOf(target).find((id) => !lift.names.isQuiet(id, target));
      if (seen) refuseName(seen, lift);
      const take = (renamed: t.Node) => this.#guard(() => this.#give({ target: renamed, initial, value }));
      declareAfter(target, kind, take, lift);
    }
  }

  /** Takes the value for an element. */
  #next(element: Element): Taken {
    if (!element) return { target: null, initial: null, value: this.#step("hole of an array pattern") };
    if (t.isRestElement(element)) return { target: element.argument, initial: null, value: this.#collect() };
    const parts = splitDefault(element);
    return { ...parts, value: this.#step(parts.target) };
  }

  #give({ target, initial, value }: Taken): void {
    if (!target) return;
    useDefault(value, initial, target, this.#lift);
    this.#bind(target, value, null, this.#lift);
  }

  /** I1 */
  #take(element: Element): void {
    const { target, initial } = splitDefault(t.isRestElement(element) ? element.argument : element);
    const place = t.isMemberExpression(target) ? new Place(this.#lift, target) : null;
    place?.run();
    place?.keep(initial ? [initial] : []);
    const taken = this.#next(element);
    this.#give(place ? { ...taken, target: place.take() } : taken);
  }

  #open(source: t.Expression): void {
    this.#set(this.#iterator, this.#call("iter", this.#lift.again(source)));
  }

  /** `$v = !$i.done && $i.next() ? $i.value : void 0` */
  #step(of: t.Node | string): t.Identifier {
    const value = this.#lift.temp("v", of);
    const given = t.conditionalExpression(this.#hasNext(), this.#part("value"), undefinedNode());
    this.#set(value, given);
    return value;
  }

  /** `while (!$i.done && $i.next()) $v[$v.length] = $i.value` */
  #collect(): t.Identifier {
    const lift = this.#lift;
    const rest = lift.temp("v", "rest of an array pattern");
    this.#set(rest, t.arrayExpression([]));
    const end = t.memberExpression(lift.again(rest), t.identifier("length"));
    const add = assignment(t.memberExpression(lift.again(rest), end, true), this.#part("value"));
    lift.emit(t.whileStatement(this.#hasNext(), t.blockStatement([add])));
    return rest;
  }

  /** I2. A value that is thrown outlasts what closing throws; that of a `return` or a cancellation does not. */
  #guard(run: () => void): void {
    const lift = this.#lift;
    const isOpen = lift.temp("n", "array pattern under way");
    const set = (value: boolean) => assignment(lift.again(isOpen), t.booleanLiteral(value));
    lift.emit(set(true));
    const body = lift.block(() => {
      run();
      lift.emit(set(false));
    });
    const error = lift.context.unique("$e");
    const fail = [set(false), this.#helper("closeQuietly"), t.throwStatement(t.identifier(error))];
    const handler = t.catchClause(t.identifier(error), t.blockStatement(fail));
    const finalizer = t.blockStatement([t.ifStatement(lift.again(isOpen), this.#helper("close"))]);
    lift.emit(t.tryStatement(body, handler, finalizer));
  }

  #hasNext(): t.Expression {
    const isOpen = t.unaryExpression("!", this.#part("done"));
    return t.logicalExpression("&&", isOpen, t.callExpression(this.#part("next"), []));
  }

  #part(name: string): t.Expression {
    return t.memberExpression(this.#lift.again(this.#iterator), t.identifier(name));
  }

  #helper(name: string): t.Statement {
    return t.expressionStatement(this.#call(name, this.#lift.again(this.#iterator)));
  }

  #call(name: string, argument: t.Expression): t.Expression {
    const helper = t.memberExpression(t.identifier(this.#lift.context.abi.R), t.identifier(name));
    return t.callExpression(helper, [argument]);
  }

  #set(temp: t.Identifier, value: t.Expression): void {
    this.#lift.emit(assignment(this.#lift.again(temp), value));
  }
}

function refuseName(id: t.Identifier, lift: Lift): never {
  return lift.refuse(
    id,
    `\`${id.name}\`, declared by a pattern in an array pattern with an await or yield, and used there or in a function declaration,`,
    "Give the inner pattern a declaration of its own.",
  );
}
