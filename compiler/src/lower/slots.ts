// Owns: the variables of an emitted durable function: dummy first values, fields of the frame, canonical keys.
// Does not own: what is live (analyze/live.ts), names (names.ts).
// I1. A dummy has the kind of the variable's initializer, so that engines see one type from the start (docs/abi.md 3).
// I2. Fields of one frame differ; canonical keys differ among the fields that are live at one point.
import * as t from "@babel/types";
import { type Binding, firstValue } from "../analyze/scope.ts";
import { undef } from "./nodes.ts";

export type Dummy = "number" | "string" | "boolean" | "undefined";

const values: Record<Dummy, () => t.Expression> = {
  number: () => t.numericLiteral(0),
  string: () => t.stringLiteral(""),
  boolean: () => t.booleanLiteral(false),
  undefined: undef,
};

const arithmetic = new Set(["-", "*", "/", "%", "**", "|", "&", "^", "<<", ">>", ">>>"]);
const comparisons = new Set(["===", "!==", "==", "!=", "<", "<=", ">", ">=", "in", "instanceof"]);

/** The kind of value that a variable holds first. `kindOf` answers for other variables. */
export function dummyOf(binding: Binding, kindOf: (id: t.Identifier) => Dummy): Dummy {
  const first = firstValue(binding);
  return binding.cell || !first ? "undefined" : kindOfValue(first, kindOf);
}

function kindOfValue(node: t.Node, kindOf: (id: t.Identifier) => Dummy): Dummy {
  if (t.isNumericLiteral(node) || t.isUpdateExpression(node)) return "number";
  if (t.isStringLiteral(node) || t.isTemplateLiteral(node)) return "string";
  if (t.isBooleanLiteral(node)) return "boolean";
  if (t.isIdentifier(node)) return kindOf(node);
  if (t.isUnaryExpression(node)) return unaryKind(node);
  if (!t.isBinaryExpression(node)) return "undefined";
  if (comparisons.has(node.operator)) return "boolean";
  if (arithmetic.has(node.operator)) return "number";
  if (node.operator !== "+") return "undefined";
  const kinds = [kindOfValue(node.left, kindOf), kindOfValue(node.right, kindOf)];
  if (kinds.includes("string")) return "string";
  return kinds.every((kind) => kind === "number") ? "number" : "undefined";
}

function unaryKind({ operator }: t.UnaryExpression): Dummy {
  if (operator === "!" || operator === "delete") return "boolean";
  if (operator === "typeof") return "string";
  return operator === "void" || operator === "throw" ? "undefined" : "number";
}

export function dummyValue(kind: Dummy): t.Expression {
  return values[kind]();
}
