// Owns: the check of the emitted saves of a durable function against docs/abi.md 4 and 10.
// Does not own: the run function (verify.ts).
// I1. One save of several points is judged at each point by itself, by the tests of `$p` in it.
import generate from "@babel/generator";
import * as t from "@babel/types";
import type { PointKind } from "../analyze/point.ts";
import type { UnitKind } from "../analyze/scope.ts";
import type { Emitted } from "./verify.ts";

/** What is live is given to the save, stored in fields that exist, and loaded again; what is dead is not stored. */
export function checkSaves(emitted: Emitted): string | null {
  const fields = assignedFields(emitted.functions.get(emitted.constructorName), "ThisExpression", 0);
  const loaded = new Set(
    generate(emitted.body)
      .code.split("\n")
      .map((line) => line.trim()),
  );
  for (const [point, name] of emitted.saves.entries()) {
    const fn = emitted.functions.get(name);
    if (fn === undefined) {
      if (point === 0) continue;
      return `${name} is missing`;
    }
    const stored = new Map(assignedFields(fn, "Identifier", point));
    for (const field of emitted.live[point] ?? []) {
      if (!stored.has(field) || isVoid(stored.get(field))) return `${field} is live at ${point} and not saved`;
      if (!fields.some(([own]) => own === field)) return `${field} is no field of the frame`;
      if (!loaded.has(`${field} = ${emitted.frame}.${field};`)) return `${field} is not loaded`;
    }
    const fault = findKept(emitted, point, fields, stored);
    if (fault !== null) return fault;
  }
  return null;
}

/** A save of all points tells of each field whether it is live; one of a single point stores what is live there only. */
function findKept(
  { live, park }: Emitted,
  point: number,
  fields: readonly Assigned[],
  stored: ReadonlyMap<string, t.Expression>,
): string | null {
  if (point === 0) return null;
  for (const [field, dummy] of fields) {
    if (!isVoid(dummy) || live[point]?.includes(field)) continue;
    const value = stored.get(field);
    if (value === undefined ? park !== null : !isVoid(value)) return `${field} is dead at ${point} and kept`;
  }
  return null;
}

/** How the frame of a generator parks: who resumes it tells a yield from an await by that. */
const parking: { [kind in UnitKind]?: { [kind in PointKind]?: string } } = {
  generator: { start: "park", yield: "yield", delegate: "yield" },
  asyncGenerator: {
    start: "park",
    yield: "yieldSettled",
    offer: "yieldAwaited",
    delegate: "parkDelegate",
    await: "repark",
    step: "repark",
    close: "repark",
  },
};

/** Of generators: each point parks as what it is, and the frame has the fields that its kind has. */
export function checkParking(emitted: Emitted): string | null {
  const { kind, points, saves, functions, constructorName } = emitted;
  const table = parking[kind];
  if (table === undefined) return null;
  for (const [index, point] of points.entries()) {
    const last = functions.get(saves[index + 1] as string)?.body.body.at(-1);
    const value = t.isReturnStatement(last) && last.argument ? choose(last.argument, index + 1) : null;
    const made = t.isCallExpression(value) ? value.callee : null;
    const helper = t.isMemberExpression(made) && t.isIdentifier(made.property) ? made.property.name : "";
    if (helper !== table[point]) return `point ${index + 1}, ${point}, parks by ${helper || "nothing known"}`;
  }
  if (kind !== "asyncGenerator") return null;
  const fields = assignedFields(functions.get(constructorName), "ThisExpression", 0);
  const own = fields.flatMap(([name]) => (["$queue", "$delegate", "$state"].includes(name) ? [name] : [])).join(" ");
  return own === "$queue $delegate $state" ? null : `the frame of an async generator has ${own} for its queue`;
}

type Assigned = readonly [field: string, value: t.Expression];

/** Fields that a function assigns, but for those of every frame, and what they get at a point. */
function assignedFields(
  fn: t.FunctionDeclaration | undefined,
  owner: "ThisExpression" | "Identifier",
  point: number,
): Assigned[] {
  return (fn?.body.body ?? []).flatMap((statement): Assigned[] => {
    if (!t.isExpressionStatement(statement) || !t.isAssignmentExpression(statement.expression)) return [];
    const { left, right } = statement.expression;
    if (!t.isMemberExpression(left) || left.object.type !== owner || !t.isIdentifier(left.property)) return [];
    return [[left.property.name, choose(right, point)]];
  });
}

/** The part of a conditional that is meant at a point; the whole if its test asks for something else than the point. */
function choose(node: t.Expression, point: number): t.Expression {
  if (!t.isConditionalExpression(node)) return node;
  const isMeant = holds(node.test, point);
  return isMeant === null ? node : choose(isMeant ? node.consequent : node.alternate, point);
}

function holds(test: t.Node, point: number): boolean | null {
  if (t.isLogicalExpression(test)) {
    const [left, right] = [holds(test.left, point), holds(test.right, point)];
    if (left === null || right === null) return null;
    return test.operator === "&&" ? left && right : left || right;
  }
  if (!t.isBinaryExpression(test) || (test.operator !== "===" && test.operator !== "<=")) return null;
  const read = (node: t.Node) => (t.isNumericLiteral(node) ? node.value : point);
  const [left, right] = [read(test.left), read(test.right)];
  return test.operator === "===" ? left === right : left <= right;
}

function isVoid(node: t.Node | undefined): boolean {
  return t.isUnaryExpression(node, { operator: "void" });
}
