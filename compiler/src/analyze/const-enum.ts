// Owns: members of const enums in durable functions: each use becomes its value, as in what tsc emits.
// Does not own: const enums of other modules, which only a host with a checker knows (options.ts, `constEnumValue`).
// I1. It comes before hashing, so that a value counts in stamps, fingerprints and ids of closures, and a name does not.
// I2. What cannot be evaluated stays a reference: it is read when it runs, as every name of a module is.
import type { NodePath } from "@babel/traverse";
import * as t from "@babel/types";
import type { FoundFunction } from "./types.ts";

export type EnumValue = string | number;

type Values = ReadonlyMap<string, EnumValue | undefined>;
type Access = t.MemberExpression;

/**
 * Puts values in place of members of const enums. Types must have been erased.
 * @param valueAt what the host says of an expression between two offsets of the source
 */
export function inlineConstEnums(
  functions: readonly FoundFunction[],
  valueAt: (start: number, end: number) => EnumValue | undefined,
): void {
  const enums = new Enums();
  for (const { path } of functions) {
    path.traverse({
      MemberExpression(access: NodePath<Access>) {
        const value = enums.valueOf(access) ?? askHost(access, valueAt);
        if (value !== undefined) access.replaceWith(literal(value, access.node));
      },
    });
  }
}

function askHost({ node, scope }: NodePath<Access>, valueAt: (start: number, end: number) => EnumValue | undefined) {
  let root: t.Node = node;
  while (t.isMemberExpression(root)) root = root.object;
  if (!t.isIdentifier(root) || node.start == null || node.end == null) return undefined;
  const binding = scope.getBinding(root.name);
  const isLocal = binding !== undefined && binding.kind !== "module";
  return isLocal ? undefined : valueAt(node.start, node.end);
}

/** An expression of this value, in the place of another node. */
function literal(value: EnumValue, { start, end, loc }: t.Node): t.Expression {
  return Object.assign(valueNode(value), { start, end, loc });
}

function valueNode(value: EnumValue): t.Expression {
  if (typeof value === "string") return t.stringLiteral(value);
  // `NaN` and `Infinity` are names that something may shadow.
  if (Number.isNaN(value)) return t.binaryExpression("/", t.numericLiteral(0), t.numericLiteral(0));
  if (value < 0 || Object.is(value, -0)) return t.unaryExpression("-", valueNode(-value) as t.NumericLiteral);
  if (value === Number.POSITIVE_INFINITY) return t.binaryExpression("/", t.numericLiteral(1), t.numericLiteral(0));
  return t.numericLiteral(value);
}

/** The enums of one file. */
class Enums {
  readonly #values = new WeakMap<t.Node, Values>();

  valueOf(access: NodePath<Access>): EnumValue | undefined {
    const { object } = access.node;
    const name = memberName(access.node);
    if (!t.isIdentifier(object) || name === undefined) return undefined;
    const declarations = findEnum(access, object.name);
    return declarations?.[0]?.const === true ? this.#evaluate(declarations, access).get(name) : undefined;
  }

  #evaluate(declarations: readonly t.TSEnumDeclaration[], at: NodePath): Values {
    const [first] = declarations as [t.TSEnumDeclaration];
    const known = this.#values.get(first);
    if (known !== undefined) return known;
    const values = new Map<string, EnumValue | undefined>();
    this.#values.set(first, values); // an enum that refers to itself sees what it has so far
    for (const { body } of declarations) {
      let next: number | undefined = 0;
      for (const { id, initializer } of body.members) {
        const value: EnumValue | undefined = initializer ? this.#value(initializer, at, values) : next;
        next = typeof value === "number" ? value + 1 : undefined;
        values.set(t.isIdentifier(id) ? id.name : (id as t.StringLiteral).value, value);
      }
    }
    return values;
  }

  #value(node: t.Node, at: NodePath, own: Values): EnumValue | undefined {
    if (t.isNumericLiteral(node) || t.isStringLiteral(node)) return node.value;
    if (t.isParenthesizedExpression(node)) return this.#value(node.expression, at, own);
    if (t.isTemplateLiteral(node)) return this.#template(node, at, own);
    if (t.isUnaryExpression(node)) return unary(node.operator, this.#value(node.argument, at, own));
    if (t.isBinaryExpression(node))
      return binary(node.operator, this.#value(node.left, at, own), this.#value(node.right, at, own));
    if (t.isIdentifier(node)) return own.has(node.name) ? own.get(node.name) : this.#constant(node.name, at, own);
    if (!t.isMemberExpression(node) || !t.isIdentifier(node.object)) return undefined;
    const declarations = findEnum(at, node.object.name);
    return declarations && this.#evaluate(declarations, at).get(memberName(node) ?? "");
  }

  #template({ quasis, expressions }: t.TemplateLiteral, at: NodePath, own: Values): EnumValue | undefined {
    const values = expressions.map((expression) => this.#value(expression, at, own));
    if (values.includes(undefined)) return undefined;
    return quasis.map(({ value }, index) => `${value.cooked}${values[index] ?? ""}`).join("");
  }

  #constant(name: string, at: NodePath, own: Values): EnumValue | undefined {
    const binding = at.scope.getProgramParent().getBinding(name);
    if (binding === undefined) return { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY }[name];
    const { node } = binding.path;
    return binding.constant && t.isVariableDeclarator(node) && node.init ? this.#value(node.init, at, own) : undefined;
  }
}

function memberName({ property, computed }: Access): string | undefined {
  if (!computed) return t.isIdentifier(property) ? property.name : undefined;
  return t.isStringLiteral(property) ? property.value : undefined;
}

/** The declarations of an enum that a name means at a place; undefined if it means something else. */
function findEnum(at: NodePath, name: string): t.TSEnumDeclaration[] | undefined {
  if (at.scope.hasBinding(name, true)) return undefined;
  for (let outer: NodePath | null = at.parentPath; outer !== null; outer = outer.parentPath) {
    const { node } = outer;
    if (!t.isBlockStatement(node) && !t.isProgram(node) && !t.isTSModuleBlock(node)) continue;
    const declared = node.body.map((statement) =>
      t.isExportNamedDeclaration(statement) ? statement.declaration : statement,
    );
    const found = declared.filter(
      (one): one is t.TSEnumDeclaration => t.isTSEnumDeclaration(one) && one.id.name === name,
    );
    if (found.length > 0) return found;
  }
  return undefined;
}

function unary(operator: string, value: EnumValue | undefined): EnumValue | undefined {
  if (typeof value !== "number") return undefined;
  return { "+": value, "-": -value, "~": ~value }[operator];
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "**": (a, b) => a ** b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  ">>>": (a, b) => a >>> b,
  "|": (a, b) => a | b,
  "&": (a, b) => a & b,
  "^": (a, b) => a ^ b,
};

function binary(operator: string, left?: EnumValue, right?: EnumValue): EnumValue | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (typeof left === "number" && typeof right === "number") return arithmetic[operator]?.(left, right);
  return operator === "+" ? `${left}${right}` : undefined;
}
