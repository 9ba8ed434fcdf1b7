// Owns: the functions at module level that make and fill frames: constructor, entry save, a save per point.
// Does not own: what is live (analyze/live.ts), who calls them (syntax/, run.ts).
// I1. Constructors are hoisted functions: calls above the declaration and in circles of imports need them.
// I2. A save leaves no reference in the frame that is not live at its point.
import * as t from "@babel/types";
import type { Point } from "../analyze/point.ts";
import type { Binding } from "../analyze/scope.ts";
import { call, compare, declare, id, member, num, set, undef, when } from "./nodes.ts";
import { dummyValue } from "./slots.ts";
import type { DurableUnit } from "./unit.ts";

export const frameName = (durable: DurableUnit) => durable.helperName("F");
/** Name of the save of a point; 0 is the entry. */
export const saveName = (durable: DurableUnit, point: number) => durable.helperName(String(point));

const $f = () => id("$f");
const $w = () => id("$w");
const field = (name: string) => member($f(), name);

/** The constructor: `function sum$F($d) { this.$d = $d; … this.n = undefined; this.s = 0; }` */
export function makeConstructor(durable: DurableUnit): t.FunctionDeclaration {
  const own = (name: string, value: t.Expression) => set(member(t.thisExpression(), name), value);
  const fixed = [own("$d", id("$d")), own("$pc", num(0)), own("$up", t.nullLiteral()), own("$wait", t.nullLiteral())];
  if (durable.unit.kind === "asyncGenerator")
    fixed.push(own("$queue", t.arrayExpression([])), own("$delegate", t.nullLiteral()), own("$state", num(0)));
  const slots = durable.slots.map((binding) => own(durable.name(binding), dummyValue(durable.dummy(binding))));
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

/**
 * `function sum$1($f, $w, n, s, i) { const $n = $f === null; if ($n) $f = new sum$F($m.f[0].d); $f.$pc = 1; …
 * return $n ? $R.park($f, $w) : $R.repark($f, $w); }`
 */
export function makeSave(durable: DurableUnit, point: Point, descriptor: DescriptorPath): t.FunctionDeclaration {
  const live = durable.live.at(point);
  const stale = durable.live.stale(point).filter((binding) => durable.dummy(binding) === "undefined");
  const { first, last } = parking(durable, point, descriptor);
  const body = [
    ...first,
    set(field("$pc"), num(point.number)),
    ...live.map(fill(durable)),
    ...stale.filter((binding) => durable.slots.includes(binding)).map((b) => set(field(durable.name(b)), undef())),
    t.returnStatement(last),
  ];
  const params = [$f(), $w(), ...passed(descriptor), ...live.map(parameterOf(durable))];
  return t.functionDeclaration(id(saveName(durable, point.number)), params, t.blockStatement(body));
}

/** How a frame that is known parks, by what it is and where. */
const helpers: { [unit: string]: { [kind: string]: string } } = {
  generator: { yield: "yield", delegate: "yield" },
  asyncGenerator: { yield: "yieldSettled", offer: "yieldAwaited", delegate: "parkDelegate" },
};

/** The helper with which the save of a point ends; of a frame that may be new, if it is not. */
export function parkHelper({ unit }: DurableUnit, { kind }: Point): string {
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
