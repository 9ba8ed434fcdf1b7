/** Owns: expressions for texts, truths, lists and records. */
import { type Family, list, number, type Place, pickName, record, seen, several, text, truth } from "./grammar.ts";

const keys = ["a", "b", "c"] as const;

function makeTemplate(place: Place, room: number): string {
  const holes = several(place, 1, 3, () => `\${${number(place, room)}}`);
  return `\`${holes.join("-")}\``;
}

function makeTagged(place: Place, room: number): string {
  return `tag\`${several(place, 1, 2, () => `\${${number(place, room)}}`).join("+")}!\``;
}

function makeList(place: Place, room: number): string {
  const { rng } = place.world;
  const items = several(place, 0, 3, () => {
    if (rng.chance(0.1)) return "";
    return rng.chance(0.15) ? `...${list(place, room - 1)}.slice(0, 3)` : number(place, room);
  });
  return `[${items.join(", ")}]`;
}

export function makeRecord(place: Place, room: number): string {
  const { rng } = place.world;
  const fields = several(place, 1, 3, () => {
    const roll = rng.next();
    if (roll < 0.12) return `[${text(place, room)}]: ${number(place, room)}`;
    if (roll < 0.2) return `...${record(place, room - 1)}`;
    if (roll < 0.3) return `n: ${record(place, room - 1)}`;
    return `${rng.pick(keys)}: ${number(place, room)}`;
  });
  return `{ ${fields.join(", ")} }`;
}

export const values: Family = {
  text: [
    { feature: "value.text", weight: 2, leaf: true, make: (p) => `"${p.world.rng.pick(keys)}"` },
    { feature: "value.variable", weight: 3, leaf: true, when: seen("text"), make: (p) => pickName(p, "text") },
    { feature: "expression.template", weight: 3, make: makeTemplate },
    { feature: "expression.tagged", weight: 1, make: makeTagged },
    { feature: "expression.typeof", weight: 1, make: (p, d) => `(typeof ${number(p, d)})` },
    { feature: "expression.see", weight: 1, make: (p, d) => `see(L, "k", ${text(p, d)})` },
    {
      feature: "expression.conditional",
      weight: 1,
      make: (p, d) => `(${truth(p, d)} ? ${text(p, d)} : ${text(p, d)})`,
    },
  ],
  truth: [
    {
      feature: "expression.compare",
      weight: 6,
      leaf: true,
      make: (p, d) => `(${number(p, d)} ${p.world.rng.pick(["<", ">", "<=", "===", "!=="])} ${number(p, d)})`,
    },
    { feature: "value.truth", weight: 1, leaf: true, make: (p) => `(L.fuel % 2 === ${p.world.rng.int(0, 1)})` },
    { feature: "expression.not", weight: 1, make: (p, d) => `!${truth(p, d)}` },
    {
      feature: "expression.logical",
      weight: 2,
      make: (p, d) => `(${truth(p, d)} ${p.world.rng.pick(["&&", "||"])} ${truth(p, d)})`,
    },
    { feature: "expression.in", weight: 1, make: (p, d) => `(${text(p, d)} in (${record(p, d)}))` },
    { feature: "expression.instanceof", weight: 1, make: (p, d) => `((${record(p, d)}) instanceof Object)` },
  ],
  list: [
    { feature: "value.list", weight: 3, leaf: true, make: makeList },
    { feature: "value.variable", weight: 5, leaf: true, when: seen("list"), make: (p) => pickName(p, "list") },
    { feature: "list.map", weight: 1, make: (p, d) => `(${list(p, d)}).map((e, i) => e + i)` },
    { feature: "list.slice", weight: 1, make: (p, d) => `(${list(p, d)}).slice(${number(p, d)})` },
  ],
  record: [
    { feature: "value.record", weight: 3, leaf: true, make: (p, d) => `(${makeRecord(p, d)})` },
    { feature: "value.variable", weight: 6, leaf: true, when: seen("record"), make: (p) => pickName(p, "record") },
  ],
};
