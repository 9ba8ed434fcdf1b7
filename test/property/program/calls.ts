/** Owns: calls of synchronous closures and methods, with spread arguments, optional calls and computed callees. */
import { type Family, list, number, type Place, seen, several, visible } from "./grammar.ts";

/** Arguments for a function of numbers; now and then one too few, one too many, or a spread. */
export function makeArguments(place: Place, arity: number, room: number): string {
  const { rng } = place.world;
  const wanted = rng.weighted([
    [8, arity],
    [1, Math.max(0, arity - 1)],
    [1, arity + 1],
  ]);
  const texts = several(place, wanted, wanted, () => number(place, room));
  if (rng.chance(0.12)) texts.splice(rng.int(0, texts.length), 0, `...${list(place, room)}`);
  return texts.join(", ");
}

function makeClosureCall(place: Place, room: number): string {
  const callee = place.world.rng.pick(visible(place, "function"));
  const optional = place.world.rng.chance(0.1) ? "?." : "";
  const given = makeArguments(place, callee.arity, room);
  const forms: [number, string][] = [
    [12, `${callee.name}${optional}(${given})`],
    [1, `${callee.name}.apply(null, [${given}])`],
    [1, `${callee.name}.call(null${given === "" ? "" : `, ${given}`})`],
    [1, `${callee.name}.bind(null, ...[${given}])()`],
  ];
  return place.world.rng.weighted(forms);
}

function makeMethodCall(place: Place, room: number): string {
  const { rng } = place.world;
  const base = rng.pick(visible(place, "object")).name;
  const callee = rng.pick([".inc", '["inc"]', "?.inc", ".inc?.", '[see(L, "name", "inc")]', ".twice"]);
  return `${base}${callee}(${makeArguments(place, 1, room)})`;
}

function makeListedCall(place: Place, room: number): string {
  const name = place.world.rng.pick(visible(place, "functions")).name;
  const room0 = number(place, room);
  return place.world.rng.pick([
    `(${name}[(${room0}) & 1]?.() ?? 0)`,
    `${name}.map((e) => e()).reduce((m, n) => m + n, ${room0})`,
    `${name}.reduce((m, e) => m + e(), ${room0})`,
  ]);
}

export const calls: Family = {
  number: [
    { feature: "call.closure", weight: 6, when: seen("function"), make: makeClosureCall },
    { feature: "call.method", weight: 5, when: seen("object"), make: makeMethodCall },
    { feature: "call.listed", weight: 3, when: seen("functions"), make: makeListedCall },
  ],
};
