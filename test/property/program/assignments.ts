/** Owns: assignments in every form, as expressions and as statements; what their targets save before an await. */
import {
  declare,
  type Family,
  freshName,
  has,
  list,
  number,
  type Place,
  type Production,
  pickName,
  record,
  seen,
  several,
  text,
  visible,
} from "./grammar.ts";

const compound = ["+=", "-=", "*=", "%=", "**=", "<<=", "|=", "^="] as const;
const logical = ["||=", "&&=", "??="] as const;

function pickOperator(place: Place): string {
  const { rng } = place.world;
  return rng.weighted([
    [4, "="],
    [4, rng.pick(compound)],
    [2, rng.pick(logical)],
  ]);
}

const targets: [number, (place: Place) => boolean, (place: Place, room: number) => string][] = [
  [6, seen("record"), (p) => `${pickName(p, "record")}.${p.world.rng.pick(["a", "b", "c"])}`],
  [3, seen("record"), (p, d) => `${pickName(p, "record")}[${text(p, d)}]`],
  [2, seen("record"), (p, d) => `see(L, "base", ${pickName(p, "record")})[see(L, "key", ${text(p, d)})]`],
  [2, seen("list"), (p, d) => `${pickName(p, "list")}[(${number(p, d)}) & 7]`],
  [4, seen("probe"), (p) => `${pickName(p, "probe")}.a`],
  [2, seen("probe"), (p, d) => `${pickName(p, "probe")}.same(${number(p, d)}).a`],
  [3, (p) => p.flow.hasThis, () => "this.n"],
  [1, seen("record"), (p, d) => `(${record(p, d)}).a`],
];

/** A member that may be assigned; a record of its own if there is none. */
export function memberTarget(place: Place, room: number): string {
  const able = targets.filter(([, when]) => when(place));
  if (able.length === 0) return `(${record(place, room)}).b`;
  return place.world.rng.weighted(able.map(([weight, , make]) => [weight, make] as const))(place, room);
}

export function target(place: Place, room: number): string {
  if (seen("number", true)(place) && place.world.rng.chance(0.55)) return pickName(place, "number", true);
  return memberTarget(place, room);
}

function makeAssignment(place: Place, room: number): string {
  return `(${target(place, room)} ${pickOperator(place)} ${number(place, room)})`;
}

function makeUpdate(place: Place, room: number): string {
  const operator = place.world.rng.pick(["++", "--"]);
  const operand = target(place, room);
  return place.world.rng.chance(0.5) ? `(${operator}${operand})` : `(${operand}${operator})`;
}

function makeDefault(place: Place, room: number): string {
  return place.world.rng.chance(0.5) ? ` = ${number(place, room)}` : "";
}

/** `[x, , o.a = d, ...o.rest] = list` or `{ a: x = d, [k]: o.b } = record`. */
export function makePatternAssignment(place: Place, room: number): string {
  const { rng } = place.world;
  if (rng.chance(0.5)) {
    const items = several(place, 1, 3, () => {
      if (rng.chance(0.15)) return "";
      return `${target(place, room)}${makeDefault(place, room)}`;
    });
    const source = rng.chance(0.2) && has(place, "iterable") ? `new Range(L, ${rng.int(1, 4)})` : list(place, room);
    return `([${items.join(", ")}] = ${source})`;
  }
  const fields = several(place, 1, 3, () => {
    const key = rng.chance(0.25) ? `[${text(place, room)}]` : rng.pick(["a", "b", "c"]);
    return `${key}: ${target(place, room)}${makeDefault(place, room)}`;
  });
  return `({ ${fields.join(", ")} } = ${record(place, room)})`;
}

function makeTextAppend(place: Place): string {
  const name = pickName(place, "text", true);
  return `${name} += ${place.world.rng.chance(0.5) ? `clip(${text(place, 2)})` : number(place, 2)};`;
}

/** An object whose reads and writes show in the trace. */
function makeProbe(place: Place): string {
  const [name, made] = [freshName(place, "probe"), number(place, 1)];
  declare(place, name, "probe", false);
  return `const ${name} = new Probe(L, ${made});`;
}

function makeSwap(place: Place): string {
  const names = visible(place, "number", true).map((binding) => binding.name);
  const [one, two] = [place.world.rng.pick(names), place.world.rng.pick(names)];
  return `[${one}, ${two}] = [${number(place, 2)}, ${one}];`;
}

const assign: Production = { feature: "assign.number", weight: 5, make: makeAssignment };

export const assignments: Family = {
  number: [
    assign,
    { feature: "assign.update", weight: 3, make: makeUpdate },
    { feature: "assign.pattern", weight: 1, make: (p, d) => `(${makePatternAssignment(p, d)}, ${number(p, d)})` },
    { feature: "probe.read", weight: 3, leaf: true, when: seen("probe"), make: (p) => `${pickName(p, "probe")}.a` },
    { feature: "assign.delete", weight: 1, when: seen("record"), make: (p, d) => `(+delete ${memberTarget(p, d)})` },
  ],
  statement: [
    { ...assign, weight: 8, leaf: true, make: (p) => `${makeAssignment(p, 2)};` },
    { feature: "assign.update", weight: 3, leaf: true, make: (p) => `${makeUpdate(p, 2)};` },
    { feature: "assign.pattern", weight: 3, make: (p) => `;${makePatternAssignment(p, 2)};` },
    { feature: "assign.text", weight: 2, leaf: true, when: seen("text", true), make: makeTextAppend },
    { feature: "probe.made", weight: 1, leaf: true, make: makeProbe },
    { feature: "assign.swap", weight: 2, leaf: true, when: seen("number", true), make: makeSwap },
    {
      feature: "assign.sequence",
      weight: 1,
      make: (p) => {
        const name = freshName(p, "w");
        const value = `${target(p, 1)} = ${number(p, 2)}`;
        declare(p, name, "number", false);
        return `const ${name} = ${value};`;
      },
    },
  ],
};
