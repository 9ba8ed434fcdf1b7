// Owns: which expressions surely give no thenable, so that an async function can return them as they are.
// Does not own: what happens to the others (point.ts).
// I1. Doubt means no: one test too many costs a nanosecond.
// I2. A variable counts only if all that it is ever given is primitive: an object may get a `then` later.
import * as t from "@babel/types";
import { isTemp } from "./lift/marks.ts";
import type { Binding, ScopeAnalysis, Unit } from "./scope.ts";

/** Functions of the realm that give primitives, or arrays and objects of their own making. */
const plainFunctions = new Set(["String", "Number", "Boolean", "BigInt", "Symbol", "parseInt", "parseFloat", "isNaN"]);
const plainObjects = new Set(["Math", "JSON", "Number", "String", "BigInt"]);

type Test<N> = (node: N, settled: Settled) => boolean;

const always = () => true;

const primitives: { [Type in t.Expression["type"]]?: Test<Extract<t.Expression, { type: Type }>> } = {
  StringLiteral: always,
  NumericLiteral: always,
  BooleanLiteral: always,
  NullLiteral: always,
  BigIntLiteral: always,
  TemplateLiteral: always,
  UnaryExpression: always,
  BinaryExpression: always,
  UpdateExpression: always,
  Identifier: (node, settled) => settled.isPrimitiveName(node),
  ConditionalExpression: ({ consequent, alternate }, s) => s.isPrimitive(consequent) && s.isPrimitive(alternate),
  LogicalExpression: ({ left, right }, s) => s.isPrimitive(left) && s.isPrimitive(right),
  SequenceExpression: ({ expressions }, s) => s.isPrimitive(expressions.at(-1) as t.Expression),
  AssignmentExpression: ({ operator, right }, s) =>
    operator === "=" ? s.isPrimitive(right) : !/^(?:&&|\|\||\?\?)/.test(operator),
};

const fresh: { [Type in t.Expression["type"]]?: Test<Extract<t.Expression, { type: Type }>> } = {
  RegExpLiteral: always,
  ArrayExpression: always,
  ArrowFunctionExpression: always,
  FunctionExpression: always,
  ObjectExpression: ({ properties }) => properties.every((p) => !t.isSpreadElement(p) && !p.computed && !isThen(p.key)),
  ConditionalExpression: ({ consequent, alternate }, settled) => settled.test(consequent) && settled.test(alternate),
  LogicalExpression: ({ left, right }, settled) => settled.test(left) && settled.test(right),
  SequenceExpression: ({ expressions }, settled) => settled.test(expressions.at(-1) ?? null),
  CallExpression: (node, settled) => settled.isPlainCall(node),
};

function isThen(key: t.Node): boolean {
  const name = t.isIdentifier(key) ? key.name : t.isStringLiteral(key) ? key.value : "";
  return name === "then" || name === "__proto__";
}

/** Asks about the expressions of one unit. */
export class Settled {
  readonly #unit: Unit;
  readonly #analysis: ScopeAnalysis;
  /** Bindings that are being asked about: one that is given its own value gets nothing new by that. */
  readonly #asked = new Set<Binding>();

  constructor(unit: Unit, analysis: ScopeAnalysis) {
    this.#unit = unit;
    this.#analysis = analysis;
  }

  /** Surely no thenable. `null` is a return without a value. */
  test(node: t.Expression | null): boolean {
    if (node === null || this.isPrimitive(node) || this.#isResult(node)) return true;
    return (fresh[node.type] as Test<t.Expression> | undefined)?.(node, this) ?? false;
  }

  isPrimitive(node: t.Node): boolean {
    return (primitives[node.type as "Identifier"] as Test<t.Node> | undefined)?.(node, this) ?? false;
  }

  isPrimitiveName(node: t.Identifier): boolean {
    const binding = this.#analysis.uses.get(node)?.binding;
    if (binding === undefined) return node.name === "undefined";
    if (!["var", "let", "const"].includes(binding.kind)) return false;
    if (this.#asked.has(binding)) return true;
    const writes = new Set(binding.uses.filter(({ write }) => write).map((use) => use.node));
    if (writes.size > binding.values.length) return false;
    this.#asked.add(binding);
    const all = binding.values.every((value) => this.isPrimitive(value));
    this.#asked.delete(binding);
    return all;
  }

  /** A temporary for what an await gave: the user's code cannot reach it in between. */
  #isResult(node: t.Expression): boolean {
    const binding = isTemp(node) ? this.#analysis.uses.get(node)?.binding : undefined;
    const values = binding?.values ?? [];
    return values.length > 0 && values.every((value) => t.isAwaitExpression(value) || this.isPrimitive(value));
  }

  /** A call of a function of the realm that surely gives no thenable. */
  isPlainCall({ callee }: t.CallExpression): boolean {
    const { globals } = this.#unit;
    if (t.isIdentifier(callee)) return globals.has(callee.name) && plainFunctions.has(callee.name);
    if (!t.isMemberExpression(callee) || callee.computed || !t.isIdentifier(callee.object)) return false;
    const { name } = callee.object;
    // JSON.parse may give an object with a `then`, but not one that can be called.
    return plainObjects.has(name) && globals.has(name);
  }
}
