// Owns: the functions at module level that make and fill frames: constructor, entry save, a save per point.
// Does not own: what is live (analyze/live.ts), who calls them (syntax/, run.ts).
// I1. Constructors are hoisted functions: calls above the declaration and in circles of imports need them.
// I2. A save leaves no reference in the frame that is not live at its point.
import * as t from "@babel/types";
import type { Point } from "../analyze/point.ts";
import type { Binding } from "../analyze/scope.ts";
import { call, compare, id, member, num, set, undef, when } from "./nodes.ts";
import { dummyValue } from "./slots.ts";
import type { DurableUnit } from "./unit.ts";

export const frameName = (durable: DurableUnit) => durable.helperName("F");
/** Name of the save of a point; 0 is the entry. */
export const saveName = (durable: DurableUnit, point: number) => durable.helperName(String(point));

const $f = () => id("$f");
const field = (name: string) => member($f(), name);

/** The constructor: `function sum$F($d) { this.$d = $d; … this.n = undefined; this.s = 0; }` */
export function makeConstructor(durable: DurableUnit): t.FunctionDeclaration {
  const own = (name: string, value: t.Expression) => set(member(t.thisExpression(), name), value);
  const fixed = [own("$d", id("$d")), own("$pc", num(0)), own("$up", t.nullLiteral()), own("$wait", t.nullLiteral())];
  const slots = durable.slots.map((binding) => own(durable.name(binding), dummyValue(durable.dummy(binding))));
  return t.functionDeclaration(id(frameName(durable)), [id("$d")], t.blockStatement([...fixed, ...slots]));
}

function newFrame(durable: DurableUnit): t.Expression {
  return t.newExpression(id(frameName(durable)), [id("$d")]);
}

const parameterOf = (durable: DurableUnit) => (binding: Binding) => id(durable.name(binding));
const fill = (durable: DurableUnit) => (binding: Binding) =>
  set(field(durable.name(binding)), id(durable.name(binding)));

/** `function sum$0($d, $this, n) { … return $R.ready($f); }` */
export function makeEntrySave(durable: DurableUnit): t.FunctionDeclaration {
  const entry = durable.entryBindings();
  const made = t.variableDeclaration("const", [t.variableDeclarator($f(), newFrame(durable))]);
  const ready = t.returnStatement(call(durable.view.abi("ready"), $f()));
  const body = t.blockStatement([made, ...entry.map(fill(durable)), ready]);
  return t.functionDeclaration(id(saveName(durable, 0)), [id("$d"), ...entry.map(parameterOf(durable))], body);
}

/** `function sum$1($f, $d, n, s, i) { if ($f === null) $f = new sum$F($d); $f.$pc = 1; … return $R.park($f); }` */
export function makeSave(durable: DurableUnit, point: Point): t.FunctionDeclaration {
  const live = durable.live.at(point);
  const stale = durable.live.stale(point).filter((binding) => durable.dummy(binding) === "undefined");
  const made = when(compare($f(), "===", t.nullLiteral()), [set($f(), newFrame(durable))]);
  const body = [
    made,
    set(field("$pc"), num(point.number)),
    ...live.map(fill(durable)),
    ...stale.filter((binding) => durable.slots.includes(binding)).map((b) => set(field(durable.name(b)), undef())),
    t.returnStatement(call(durable.view.abi("park"), $f())),
  ];
  const params = [$f(), id("$d"), ...live.map(parameterOf(durable))];
  return t.functionDeclaration(id(saveName(durable, point.number)), params, t.blockStatement(body));
}
