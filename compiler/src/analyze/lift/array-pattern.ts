// Owns: array patterns that suspend.
// Does not own: what an element is given to (pattern.ts hands that in).
// I1. Elements are taken from the iterator one by one, each assigned before the next is asked for. The loop that takes
//     them closes the iterator, however it is left. When the iterator has ended, an array of holes serves the elements
//     that are left.
// I2. A member that is a target is evaluated before its value is asked for. For the first one that is before the iterator
//     is made, so it must be one that has nothing to evaluate.
// I3. Names of `let` and `const` are declared after the loop; so nobody may look at them, or not find them, within it.
import * as t from "@babel/types";
import { idsOf } from "./declared.ts";
import { type Bind, type DeclarationKind, splitDefault, useDefault } from "./default-value.ts";
import type { Lift } from "./lift.ts";
import { Place } from "./member.ts";
import { assignment, copyNode, withName } from "./nodes.ts";
import { isStable } from "./stable.ts";

/** Takes `source`, a simple expression that keeps its value, apart into a pattern that suspends. */
export function destructureArray(
  pattern: t.ArrayPattern,
  source: t.Expression,
  kind: DeclarationKind,
  bind: Bind,
  lift: Lift,
): void {
  if (kind === null || kind === "var") new ArrayDestructuring(pattern, kind, bind, lift).run(source);
  else declareNames(pattern, source, kind, bind, lift);
}

/** I3 */
function declareNames(
  pattern: t.ArrayPattern,
  source: t.Expression,
  kind: NonNullable<DeclarationKind>,
  bind: Bind,
  lift: Lift,
): void {
  const temps = new Map(idsOf(pattern).map((id) => [id.name, { id, temp: lift.temp("v", id) }]));
  for (const { id } of temps.values()) if (!lift.names.isQuiet(id, pattern)) refuseName(id, lift);
  const renamed = rename(pattern, (id) => lift.again(temps.get(id.name)?.temp ?? id)) as t.ArrayPattern;
  new ArrayDestructuring(renamed, null, bind, lift).run(source);
  const declarators = [...temps.values()].map(({ id, temp }) => t.variableDeclarator(id, lift.again(temp)));
  lift.emit(t.variableDeclaration(kind, declarators));
}

function refuseName(id: t.Identifier, lift: Lift): never {
  return lift.refuse(
    id,
    `\`${id.name}\` in an array pattern with an await or yield in it, which is used there or in a function declaration,`,
    "Declare the names with `let` first, and assign the pattern to them.",
  );
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

interface Element {
  target: t.Node;
  initial: t.Expression | null;
  /** The target as a member that has been evaluated. */
  place?: Place;
}

class ArrayDestructuring {
  readonly #pattern: t.ArrayPattern;
  readonly #kind: DeclarationKind;
  readonly #bind: Bind;
  readonly #lift: Lift;
  readonly #elements: (Element | null)[];
  readonly #rest: Element | null;
  /** What the iterator gives. */
  readonly #value: t.Identifier;
  /** How many elements have been taken; if there is but one, it need not be counted. */
  readonly #count: t.Identifier | null;
  /** What the rest has collected. */
  readonly #collected: t.Identifier | null;
  /** The iterator has ended, holes are served: no rest is collected. */
  readonly #hasEnded: t.Identifier | null;
  readonly #label: string;

  constructor(pattern: t.ArrayPattern, kind: DeclarationKind, bind: Bind, lift: Lift) {
    this.#pattern = pattern;
    this.#kind = kind;
    this.#bind = bind;
    this.#lift = lift;
    const elements = pattern.elements.map((node) => node && splitDefault(t.isRestElement(node) ? node.argument : node));
    this.#rest = t.isRestElement(pattern.elements.at(-1)) ? (elements.pop() as Element) : null;
    this.#elements = elements;
    const temp = (base: string, of: string) => lift.temp(base, `${of} of an array pattern`);
    this.#value = temp("v", "element");
    const hasBoth = this.#rest !== null && elements.length > 0;
    this.#count = elements.length > 1 || hasBoth ? temp("n", "count") : null;
    this.#collected = this.#rest ? temp("v", "rest") : null;
    this.#hasEnded = hasBoth ? temp("n", "end") : null;
    this.#label = lift.context.unique("$elements");
  }

  run(source: t.Expression): void {
    this.#checkFirst();
    if (this.#elements.length === 0 && this.#collected) {
      this.#set(this.#collected, t.arrayExpression([t.spreadElement(this.#lift.again(source))]));
    } else this.#emitLoop(source);
    if (this.#rest && this.#collected) this.#give(this.#rest, this.#collected);
  }

  /** I2 */
  #checkFirst(): void {
    const first = this.#elements.length > 0 ? this.#elements[0] : this.#rest;
    if (!first || !t.isMemberExpression(first.target) || this.#isReady(first.target)) return;
    this.#lift.refuse(first.target, "This target in an array pattern with an await or yield in it");
  }

  #isReady({ object, property, computed }: t.MemberExpression): boolean {
    const parts = computed ? [object, property] : [object];
    return parts.every((part) => t.isExpression(part) && isStable(part, [this.#pattern], this.#lift));
  }

  #emitLoop(source: t.Expression): void {
    const lift = this.#lift;
    const { length } = this.#elements;
    const items = lift.save(lift.again(source), "i", "items of an array pattern");
    if (this.#count) this.#set(this.#count, t.numericLiteral(0));
    if (this.#collected) this.#set(this.#collected, t.arrayExpression([]));
    if (this.#hasEnded) this.#set(this.#hasEnded, t.booleanLiteral(false));
    const body = lift.block(() => {
      const step = lift.block(() => this.#emitStep(0));
      lift.emit(t.forOfStatement(lift.again(this.#value), lift.again(items), step));
      if (this.#hasEnded) {
        lift.emit(t.ifStatement(this.#isCount(length), this.#leave()));
        this.#set(this.#hasEnded, t.booleanLiteral(true));
      }
      this.#set(items, t.arrayExpression(Array.from({ length }, () => null)));
    });
    lift.emit(t.labeledStatement(t.identifier(this.#label), t.whileStatement(t.booleanLiteral(true), body)));
  }

  /** What is done with an element, and with the later ones: the count tells them apart. */
  #emitStep(index: number): void {
    const lift = this.#lift;
    const isOnly = index === this.#elements.length - 1 && !this.#rest;
    if (index === this.#elements.length) this.#collect();
    else if (isOnly) this.#take(index);
    else {
      const take = lift.block(() => this.#take(index));
      const others = lift.block(() => this.#emitStep(index + 1));
      const [next] = others.body;
      lift.emit(t.ifStatement(this.#isCount(index), take, others.body.length === 1 && next ? next : others));
    }
  }

  #take(index: number): void {
    const element = this.#elements[index];
    if (element) this.#give(element, this.#value);
    const following = this.#elements[index + 1] ?? (index + 1 === this.#elements.length ? this.#rest : null);
    if (following) this.#prepare(following);
    const isLast = index === this.#elements.length - 1;
    if (this.#count && (!isLast || this.#rest)) this.#set(this.#count, t.numericLiteral(index + 1));
    if (isLast && this.#hasEnded) this.#lift.emit(t.ifStatement(this.#lift.again(this.#hasEnded), this.#leave()));
    else if (isLast) this.#lift.emit(this.#leave());
  }

  /** I2 */
  #prepare(element: Element): void {
    if (!t.isMemberExpression(element.target) || this.#isReady(element.target)) return;
    element.place = new Place(this.#lift, element.target);
    element.place.run();
    element.place.keep([this.#pattern]);
  }

  #give({ target, initial, place }: Element, value: t.Identifier): void {
    useDefault(value, initial, target, this.#lift);
    this.#bind(place?.take() ?? target, value, this.#kind, this.#lift);
  }

  /** `rest[rest.length] = value` */
  #collect(): void {
    const lift = this.#lift;
    const rest = this.#collected as t.Identifier;
    const end = t.memberExpression(lift.again(rest), t.identifier("length"));
    lift.emit(assignment(t.memberExpression(lift.again(rest), end, true), lift.again(this.#value)));
  }

  #set(temp: t.Identifier, value: t.Expression): void {
    this.#lift.emit(assignment(this.#lift.again(temp), value));
  }

  #isCount(count: number): t.Expression {
    return t.binaryExpression("===", this.#lift.again(this.#count as t.Identifier), t.numericLiteral(count));
  }

  #leave(): t.Statement {
    return t.breakStatement(t.identifier(this.#label));
  }
}
