// Owns: destructuring whose defaults, computed keys or targets suspend; object patterns, property by property.
// Does not own: array patterns (array-pattern.ts), assignments and declarations as a whole (assign.ts, declaration.ts).
// I1. Of a property: key, then the place that is written (if it is a member), then the value is read, then the default.
// I2. Properties without suspensions stay together in patterns, and declarations keep kind and order.
// I3. Reading the rest reads none of the properties again that were taken before.
import * as t from "@babel/types";
import { destructureArray } from "./array-pattern.ts";
import { type DeclarationKind, splitDefault, useDefault } from "./default-value.ts";
import type { Lift } from "./lift.ts";
import { Place } from "./member.ts";
import { assignment, copyNode, isLiteral, toPropertyKey } from "./nodes.ts";
import { collectRest } from "./object-rest.ts";
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
  readonly #hasRest: boolean;
  /** Properties that are taken by one pattern (I2). */
  #together: t.ObjectProperty[] = [];
  /** It is known that there is an object. */
  #isChecked = false;
  /** Keys that have been taken, for the rest. */
  readonly #taken: t.Expression[] = [];

  constructor(pattern: t.ObjectPattern, source: t.Expression, kind: DeclarationKind, lift: Lift) {
    this.#pattern = pattern;
    this.#source = source;
    this.#kind = kind;
    this.#lift = lift;
    this.#hasRest = t.isRestElement(pattern.properties.at(-1));
  }

  run(): void {
    for (const property of this.#pattern.properties) {
      if (t.isRestElement(property)) this.#takeRest(property);
      else if (this.#lift.suspends(property) || (property.computed && this.#hasRest)) this.#takeApart(property);
      else this.#takeTogether(property);
    }
    this.#flush();
  }

  #flush(): void {
    if (this.#together.length === 0) return;
    const pattern = copyNode(this.#pattern, { properties: this.#together });
    this.#lift.emit(write(pattern, this.#lift.again(this.#source), this.#kind));
    this.#together = [];
    this.#isChecked = true;
  }

  /** The object is asked for before the first key is evaluated: an empty pattern does that. */
  #check(): void {
    if (!this.#isChecked) this.#lift.emit(write(t.objectPattern([]), this.#lift.again(this.#source), null));
    this.#isChecked = true;
  }

  #takeTogether(property: t.ObjectProperty): void {
    this.#together.push(property);
    this.#note(property.key, property.computed);
  }

  #takeApart(property: t.ObjectProperty): void {
    const lift = this.#lift;
    this.#flush();
    if (property.computed) this.#check();
    if (!lift.suspends(property.value) && !this.#hasRest) {
      this.#together.push(
        copyNode(property, { key: lift.value(property.key as t.Expression) } as Partial<t.ObjectProperty>),
      );
      return;
    }
    const [key, computed] = this.#keyOf(property);
    this.#note(key, computed);
    if (lift.suspends(property.value)) this.#takeValue(property, key, computed);
    else this.#together.push(copyNode(property, { key, computed } as Partial<t.ObjectProperty>));
  }

  /** I1 */
  #takeValue(property: t.ObjectProperty, key: t.Expression, computed: boolean): void {
    const lift = this.#lift;
    const { target, initial } = splitDefault(property.value as t.Node);
    const place = t.isMemberExpression(target) ? new Place(lift, target) : null;
    place?.run();
    place?.keep(initial ? [initial] : []);
    const value = lift.save(t.memberExpression(lift.again(this.#source), key, computed), "v", property);
    useDefault(value, initial, target, lift);
    bind(place?.take() ?? target, value, this.#kind, lift);
    this.#isChecked = true;
  }

  #keyOf({ key, computed }: t.ObjectProperty): [key: t.Expression, computed: boolean] {
    if (!computed || isLiteral(key)) return [t.cloneNode(key as t.Expression), computed || !t.isIdentifier(key)];
    const value = this.#lift.value(key as t.Expression);
    return [
      this.#lift.save(isPrimitive(value) ? value : toPropertyKey(value, this.#lift.context.abi.R), "k", key),
      true,
    ];
  }

  #note(key: t.Node, computed: boolean): void {
    if (!this.#hasRest) return;
    if (t.isIdentifier(key) && computed) this.#taken.push(this.#lift.again(key));
    else this.#taken.push(t.stringLiteral(t.isIdentifier(key) ? key.name : String((key as t.StringLiteral).value)));
  }

  #takeRest({ argument }: t.RestElement): void {
    const lift = this.#lift;
    this.#flush();
    const place = t.isMemberExpression(argument) ? new Place(lift, argument) : null;
    place?.run();
    place?.keep([]);
    this.#check();
    const rest = collectRest(this.#source, this.#taken, lift);
    bind(place?.take() ?? argument, rest, this.#kind, lift);
  }
}
