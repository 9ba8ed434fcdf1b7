// Owns: destructuring whose defaults, computed keys or targets suspend; object patterns, property by property.
// Does not own: array patterns (array-pattern.ts), assignments and declarations as a whole (assign.ts, declaration.ts).
// I1. Of a property: key, then the place that is written (if it is a member), then the value is read, then the default.
// I2. Properties without suspensions stay together in patterns, and declarations keep kind and order.
// I3. A rest that would have to know properties taken one by one is refused: reading it must not read these again.
import * as t from "@babel/types";
import { destructureArray } from "./array-pattern.ts";
import { type DeclarationKind, splitDefault, useDefault } from "./default-value.ts";
import type { Lift } from "./lift.ts";
import { Place } from "./member.ts";
import { assignment, copyNode, isLiteral, toPropertyKey } from "./nodes.ts";
import { isPrimitive } from "./stable.ts";

/** Takes `source`, a simple expression that keeps its value, apart into a pattern that suspends. */
export function destructure(pattern: t.Node, source: t.Expression, kind: DeclarationKind, lift: Lift): void {
  if (t.isArrayPattern(pattern)) destructureArray(pattern, source, kind, bind, lift);
  else new ObjectDestructuring(pattern as t.ObjectPattern, source, kind, lift).run();
}

function bind(target: t.Node, value: t.Expression, kind: DeclarationKind, lift: Lift): void {
  if (lift.suspends(target)) destructure(target, value, kind, lift);
  else lift.emit(write(target, lift.again(value), kind));
}

function write(target: t.Node, value: t.Expression, kind: DeclarationKind): t.Statement {
  if (kind === null) return assignment(target as t.LVal, value);
  return t.variableDeclaration(kind, [t.variableDeclarator(target as t.Identifier, value)]);
}

class ObjectDestructuring {
  readonly #pattern: t.ObjectPattern;
  readonly #source: t.Expression;
  readonly #kind: DeclarationKind;
  readonly #lift: Lift;
  /** Properties that are taken by one pattern (I2). */
  #together: t.ObjectPattern["properties"] = [];
  /** Some have been taken before. */
  #hasTaken = false;
  /** It is known that there is an object. */
  #isChecked = false;

  constructor(pattern: t.ObjectPattern, source: t.Expression, kind: DeclarationKind, lift: Lift) {
    this.#pattern = pattern;
    this.#source = source;
    this.#kind = kind;
    this.#lift = lift;
  }

  run(): void {
    for (const property of this.#pattern.properties) {
      if (t.isRestElement(property)) this.#takeRest(property);
      else if (this.#lift.suspends(property)) this.#takeApart(property);
      else this.#together.push(property);
    }
    this.#flush();
  }

  #flush(): void {
    if (this.#together.length === 0) return;
    const pattern = copyNode(this.#pattern, { properties: this.#together });
    this.#lift.emit(write(pattern, this.#lift.again(this.#source), this.#kind));
    this.#together = [];
    this.#hasTaken = true;
    this.#isChecked = true;
  }

  /** The object is asked for before the first key is evaluated: an empty pattern does that. */
  #check(): void {
    if (!this.#isChecked) this.#lift.emit(write(t.objectPattern([]), this.#lift.again(this.#source), null));
    this.#isChecked = true;
  }

  #takeRest(rest: t.RestElement): void {
    if (this.#hasTaken || this.#lift.suspends(rest))
      this.#lift.refuse(
        rest,
        "A rest (`...`) in an object pattern with an await or yield in it",
        "Take the rest in a pattern of its own that has no await or yield.",
      );
    this.#together.push(rest);
  }

  #takeApart(property: t.ObjectProperty): void {
    const lift = this.#lift;
    this.#flush();
    if (property.computed) this.#check();
    if (!lift.suspends(property.value)) {
      this.#together.push(copyNode(property, { key: lift.value(property.key as t.Expression) }));
      return;
    }
    const { target, initial } = splitDefault(property.value);
    const [key, computed] = this.#keyOf(property);
    const place = t.isMemberExpression(target) ? new Place(lift, target) : null;
    place?.run();
    place?.keep(initial ? [initial] : []);
    const value = lift.save(t.memberExpression(lift.again(this.#source), key, computed), "v", property);
    useDefault(value, initial, target, lift);
    bind(place?.take() ?? target, value, this.#kind, lift);
    this.#hasTaken = true;
    this.#isChecked = true;
  }

  #keyOf({ key, computed }: t.ObjectProperty): [key: t.Expression, computed: boolean] {
    if (!computed || isLiteral(key)) return [t.cloneNode(key as t.Expression), computed || !t.isIdentifier(key)];
    const value = this.#lift.value(key as t.Expression);
    return [this.#lift.save(isPrimitive(value) ? value : toPropertyKey(value), "k", key), true];
  }
}
