// Owns: the functions at module level that make and fill frames: constructor, entry save, a save per point.
// Does not own: what is live (analyze/live.ts), who calls them (syntax/, run.ts).
// I1. Constructors are hoisted functions: calls above the declaration and in circles of imports need them.
// I2. A save leaves no reference in the frame that is not live at its point.
// I3. The one save of a large function costs text once per variable and stretch of points, not per point.
import * as t from "@babel/types";
import type { Point } from "../analyze/point.ts";
import type { Binding } from "../analyze/scope.ts";
import { and, call, compare, declare, id, member, num, set, undef, when } from "./nodes.ts";
import { dummyValue } from "./slots.ts";
import type { DurableUnit } from "./unit.ts";

export const frameName = (durable: DurableUnit) => durable.helperName("F");
/** Name of the save of a point; 0 is the entry. */
export const saveName = (durable: DurableUnit, point: number) => durable.helperName(String(point));
/** Name of the one save of all points. */
export const oneSaveName = (durable: DurableUnit) => durable.helperName("s");

const $f = () => id("$f");
const $w = () => id("$w");
const $p = () => id("$p");
const field = (name: string) => member($f(), name);

/** The constructor: `function sum$F($d) { this.$d = $d; … this.n = undefined; this.s = 0; }` */
export function makeConstructor(durable: DurableUnit): t.FunctionDeclaration {
  const own = (name: string, value: t.Expression) => set(member(t.thisExpression(), name), value);
  const fixed = [own("$d", id("$d")), own("$pc", num(0)), own("$up", t.nullLiteral()), own("$wait", t.nullLiteral())];
  if (durable.unit.kind === "asyncGenerator")
    fixed.push(own("$queue", t.arrayExpression([])), own("$delegate", t.nullLiteral()), own("$state", num(0)));
  const slots = durable.layout.fields.map((binding) => own(durable.name(binding), dummyValue(durable.dummy(binding))));
  return t.functionDeclaration(id(frameName(durable)), [id("$d")], t.blockStatement([...fixed, ...slots]));
}

/** How emitted code reaches a function's descriptor; a static one is reached from the whole module. */
export interface DescriptorPath {
  isStatic: boolean;
  reach(): t.Expression;
}

/** Saves get the descriptor of a closure; a static one they read when they make a frame. */
const passed = (descriptor: DescriptorPath) => (descriptor.isStatic ? [] : [id("$d")]);

function newFrame(durable: DurableUnit, descriptor: DescriptorPath): t.Expression {
  return t.newExpression(id(frameName(durable)), [descriptor.isStatic ? descriptor.reach() : id("$d")]);
}

const parameterOf = (durable: DurableUnit) => (binding: Binding) => id(durable.name(binding));
const fill = (durable: DurableUnit) => (binding: Binding) =>
  set(field(durable.name(binding)), id(durable.name(binding)));

/** `function sum$0($this, n) { … return $R.ready($f); }` */
export function makeEntrySave(durable: DurableUnit, descriptor: DescriptorPath): t.FunctionDeclaration {
  const entry = durable.entryBindings();
  const made = t.variableDeclaration("const", [t.variableDeclarator($f(), newFrame(durable, descriptor))]);
  const ready = t.returnStatement(call(durable.view.abi("ready"), $f()));
  const body = t.blockStatement([made, ...entry.map(fill(durable)), ready]);
  const params = [...passed(descriptor), ...entry.map(parameterOf(durable))];
  return t.functionDeclaration(id(saveName(durable, 0)), params, body);
}

/** The saves of all points. */
export function makeSaves(durable: DurableUnit, descriptor: DescriptorPath): t.FunctionDeclaration[] {
  const { list } = durable.points;
  if (durable.layout.hasOneSave) return list.length > 0 ? [makeOneSave(durable, descriptor)] : [];
  return list.map((point) => makeSave(durable, point, descriptor));
}

/**
 * `function sum$1($f, $w, n, s, i) { const $n = $f === null; if ($n) $f = new sum$F($m.f[0].d); $f.$pc = 1; …
 * return $n ? $R.park($f, $w) : $R.repark($f, $w); }`
 */
function makeSave(durable: DurableUnit, point: Point, descriptor: DescriptorPath): t.FunctionDeclaration {
  const live = durable.live.at(point);
  const stale = durable.layout.stale(point);
  const { first, last } = parking(durable, point, descriptor);
  const body = [
    ...first,
    set(field("$pc"), num(point.number)),
    ...live.map(fill(durable)),
    ...stale.map((binding) => set(field(durable.name(binding)), undef())),
    t.returnStatement(last),
  ];
  const params = [$f(), $w(), ...passed(descriptor), ...live.map(parameterOf(durable))];
  return t.functionDeclaration(id(saveName(durable, point.number)), params, t.blockStatement(body));
}

/**
 * The one save of a function whose saves per point would come to too much (layout.ts): `function sum$s($f, $w, $p, n, s) { …
 * $f.$pc = $p; $f.n = n; $f.s = $p >= 3 && $p <= 8 ? s : void 0; … }`
 */
function makeOneSave(durable: DurableUnit, descriptor: DescriptorPath): t.FunctionDeclaration {
  const { list } = durable.points;
  const { first, last } = parkingOfAll(durable, descriptor);
  const value = (binding: Binding) => kept(durable, binding, list.length);
  const saved = savedFields(durable);
  const body = [
    ...first,
    set(field("$pc"), $p()),
    ...saved.map((binding) => set(field(durable.name(binding)), value(binding))),
    ...staleArguments(durable).map((binding) => set(field(durable.name(binding)), undef())),
    t.returnStatement(last),
  ];
  const params = [$f(), $w(), $p(), ...passed(descriptor), ...saved.map(parameterOf(durable))];
  return t.functionDeclaration(id(oneSaveName(durable)), params, t.blockStatement(body));
}

/** What the one save is given: what is live at some point. */
export function savedFields({ layout }: DurableUnit): Binding[] {
  return layout.fields.filter((field) => layout.runs(field).length > 0);
}

/** What a frame holds that is parked at its entry, and at no point. */
function staleArguments({ layout }: DurableUnit): Binding[] {
  return layout.fields.filter((field) => layout.runs(field).length === 0 && layout.isReference(field));
}

/** What the one save stores of a variable: nothing where it is dead, if it may hold a reference. */
function kept(durable: DurableUnit, binding: Binding, last: number): t.Expression {
  const own = id(durable.name(binding));
  if (!durable.layout.isReference(binding)) return own;
  const test = isAmong($p, durable.layout.runs(binding), last);
  return test === null ? own : t.conditionalExpression(test, own, undef());
}

/** `$p === 4 || $p >= 6 && $p <= 8`; null if it is so at all points, of which `last` is the last. */
function isAmong(point: () => t.Expression, runs: readonly number[], last: number): t.Expression | null {
  const tests: t.Expression[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const [from, to] = [runs[i] as number, runs[i + 1] as number];
    const above = from > 1 ? [compare(num(from), "<=", point())] : [];
    const below = to < last ? [compare(point(), "<=", num(to))] : [];
    if (above.length + below.length === 0) return null;
    tests.push(from === to ? compare(point(), "===", num(from)) : and(...above, ...below));
  }
  return joinTests(tests);
}

/** A chain of tests as a tree: nobody who reads or prints it goes deeper than need be. */
function joinTests(tests: t.Expression[]): t.Expression {
  if (tests.length <= 2) return tests.reduce((left, right) => t.logicalExpression("||", left, right));
  const half = tests.length >>> 1;
  return t.logicalExpression("||", joinTests(tests.slice(0, half)), joinTests(tests.slice(half)));
}

/** How a frame that is known parks, by what it is and where. */
const helpers: { [unit: string]: { [kind: string]: string } } = {
  generator: { yield: "yield", delegate: "yield" },
  asyncGenerator: { yield: "yieldSettled", offer: "yieldAwaited", delegate: "parkDelegate" },
};

/** The helper with which the save of a point ends; of a frame that may be new, if it is not. */
function parkHelper({ unit }: DurableUnit, { kind }: Point): string {
  return kind === "start" ? "park" : (helpers[unit.kind]?.[kind] ?? "repark");
}

/** A generator's frame is made at its start and is there at every other point; in async functions any may be the first. */
function parking(durable: DurableUnit, point: Point, descriptor: DescriptorPath) {
  const park = (helper: string) => call(durable.view.abi(helper), $f(), $w());
  const made = set($f(), newFrame(durable, descriptor));
  if (durable.unit.kind !== "async")
    return { first: point.kind === "start" ? [made] : [], last: park(parkHelper(durable, point)) };
  const isNew = declare("const", "$n", compare($f(), "===", t.nullLiteral()));
  const last = t.conditionalExpression(id("$n"), park("park"), park("repark"));
  return { first: [isNew, when(id("$n"), [made])], last };
}

/** The same for the one save of all points: which helper it is, the point says. */
function parkingOfAll(durable: DurableUnit, descriptor: DescriptorPath) {
  const park = (helper: string) => call(durable.view.abi(helper), $f(), $w());
  const made = set($f(), newFrame(durable, descriptor));
  if (durable.unit.kind === "async") return parking(durable, durable.points.list[0] as Point, descriptor);
  const { list } = durable.points;
  const byHelper = new Map<string, number[]>();
  for (const point of list) {
    const helper = parkHelper(durable, point);
    const runs = byHelper.get(helper) ?? [];
    byHelper.set(helper, runs);
    if (runs.at(-1) === point.number - 1) runs[runs.length - 1] = point.number;
    else runs.push(point.number, point.number);
  }
  const [most, ...others] = [...byHelper].sort(([, a], [, b]) => b.length - a.length) as [[string, number[]]];
  const last = others.reduce<t.Expression>((otherwise, [helper, runs]: [string, number[]]) => {
    const test = isAmong($p, runs, list.length) as t.Expression;
    return t.conditionalExpression(test, park(helper), otherwise);
  }, park(most[0]));
  return { first: [when(compare($p(), "===", num(1)), [made])], last };
}
