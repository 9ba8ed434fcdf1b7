/**
 * Owns: every form of await inside an expression.
 * Only calls without effects of their own are awaited as plain calls: after a restore such a call is made again.
 */

import { makeArguments } from "./calls.ts";
import {
  awaited,
  type Family,
  list,
  type ModuleFunction,
  number,
  openScope,
  type Place,
  type Production,
  record,
  seen,
  several,
  text,
  truth,
  use,
  visible,
  within,
} from "./grammar.ts";

const inAsync = (place: Place) => place.flow.async;
const asyncFunctions = (place: Place) => place.world.functions.filter((one) => one.kind === "async");

const makers: Record<ModuleFunction["parameters"][number], (place: Place, room: number) => string> = {
  number,
  record: (p, d) => (p.world.rng.chance(0.4) ? "undefined" : `{ a: ${number(p, d)}, b: ${number(p, d)} }`),
  list: (p, d) => (p.world.rng.chance(0.4) ? "undefined" : `[${number(p, d)}, ${number(p, d)}]`),
  rest: (p, d) => several(p, 0, 2, () => number(p, d)).join(", "),
  callback: (p, d) => makeCallback(p, d),
  task: () => "undefined",
  nothing: () => "undefined",
};

function makeCallback(place: Place, room: number): string {
  const { rng } = place.world;
  if (rng.chance(0.4)) return "undefined";
  const inner = within(place, {
    scope: openScope(place),
    flow: { async: rng.chance(0.4), generator: false, breakable: false, loop: false, labels: [] },
  });
  inner.scope.bindings.push({ name: "z", kind: "number", mutable: true, arity: 0 });
  use(place, inner.flow.async ? "closure.async" : "closure.callback");
  return `${inner.flow.async ? "async " : ""}(z) => ${number(inner, room)}`;
}

/** Arguments for a module function; trailing ones are left out now and then. */
export function makeModuleArguments(place: Place, callee: ModuleFunction, room: number): string {
  const given = callee.parameters.map((parameter) => makers[parameter](place, room)).filter((text) => text !== "");
  if (place.world.rng.chance(0.2)) given.pop();
  return given.map((text) => `, ${text}`).join("");
}

function makeModuleCall(place: Place, room: number): string {
  const { rng } = place.world;
  const callee = rng.pick(asyncFunctions(place));
  const given = makeModuleArguments(place, callee, room);
  const form = rng.weighted<string>([
    [8, callee.name],
    [1, `${callee.name}?.`],
    [1, `(0, ${callee.name})`],
    [1, `see(L, "callee", table).${callee.name}`],
    [1, `table[see(L, "name", "${callee.name}")]`],
    [1, `(${truth(place, room)} ? ${callee.name} : ${rng.pick(asyncFunctions(place)).name})`],
  ]);
  return awaited(`${form}(L${given})`);
}

function makeMethod(place: Place, room: number): string {
  const { rng } = place.world;
  const base = rng.pick(visible(place, "object")).name;
  const callee = rng.pick([".step", '["step"]', "?.step", ".step?.", '[see(L, "name", "step")]', ".deep"]);
  return awaited(`${base}${callee}(L, ${makeArguments(place, 1, room)})`);
}

function makeClosure(place: Place, room: number): string {
  const callee = place.world.rng.pick(visible(place, "durable"));
  return awaited(`${callee.name}(${makeArguments(place, callee.arity, room)})`);
}

function makeInvoked(place: Place, room: number): string {
  const argument = number(place, room);
  const inner = within(place, {
    scope: openScope(place),
    flow: { async: true, generator: false, breakable: false, loop: false, labels: [] },
  });
  inner.scope.bindings.push({ name: "w", kind: "number", mutable: true, arity: 0 });
  return awaited(`(async (w) => ${number(inner, room)})(${argument})`);
}

const plain: Production[] = [
  { feature: "await.value", weight: 2, when: inAsync, make: (p, d) => awaited(number(p, d)) },
  { feature: "await.plain", weight: 3, when: inAsync, make: (p, d) => awaited(`tick(${number(p, d)})`) },
  { feature: "await.plain", weight: 1, leaf: true, when: inAsync, make: (p) => awaited(`tick(${number(p, -2)})`) },
  { feature: "await.later", weight: 2, when: inAsync, make: (p, d) => awaited(`later(${number(p, d)})`) },
  { feature: "await.rejected", weight: 0.05, when: inAsync, make: (p, d) => awaited(`fail(${number(p, d)})`) },
  {
    feature: "await.rejected",
    weight: 0.8,
    when: (p) => inAsync(p) && p.flow.tried,
    make: (p, d) => awaited(`fail(${number(p, d)})`),
  },
  { feature: "thenable.await", weight: 1, when: inAsync, make: (p, d) => awaited(`new Thenable(${number(p, d)})`) },
  { feature: "thenable.shy", weight: 1, when: inAsync, make: (p, d) => awaited(`new Shy(L, ${number(p, d)} || 1)`) },
  { feature: "await.comma", weight: 1, when: inAsync, make: (p, d) => awaited(`(${number(p, d)}, ${number(p, d)})`) },
];

export const awaits: Family = {
  number: [
    ...plain,
    { feature: "await.call", weight: 8, when: (p) => inAsync(p) && asyncFunctions(p).length > 0, make: makeModuleCall },
    { feature: "await.method", weight: 5, when: (p) => inAsync(p) && seen("object")(p), make: makeMethod },
    { feature: "await.closure", weight: 5, when: (p) => inAsync(p) && seen("durable")(p), make: makeClosure },
    { feature: "await.invoked", weight: 1, when: inAsync, make: makeInvoked },
  ],
  text: [{ feature: "await.text", weight: 2, when: inAsync, make: (p, d) => awaited(`tick(${text(p, d)})`) }],
  truth: [{ feature: "await.truth", weight: 1, when: inAsync, make: (p, d) => awaited(truth(p, d)) }],
  list: [{ feature: "await.list", weight: 1, when: inAsync, make: (p, d) => awaited(`keep(${list(p, d)})`) }],
  record: [{ feature: "await.record", weight: 1, when: inAsync, make: (p, d) => awaited(`keep(${record(p, d)})`) }],
};
