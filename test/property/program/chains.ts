/** Owns: optional chains: members, calls, computed keys and `delete`, cut short or not, with awaits anywhere in them. */
import { makeArguments } from "./calls.ts";
import { awaited, type Family, list, number, type Place, pickName, record, seen, text } from "./grammar.ts";

/** A value with members and methods, or nothing at all. */
function makeBase(place: Place, room: number): string {
  const { rng } = place.world;
  return rng.weighted<() => string>([
    [3, () => `(${record(place, room)})`],
    [1, () => `see(L, "base", ${rng.pick(["null", "undefined", "{ n: null }"])})`],
    [seen("absent")(place) ? 3 : 0, () => pickName(place, "absent")],
    [seen("object")(place) ? 3 : 0, () => pickName(place, "object")],
    [place.flow.async ? 1 : 0, () => awaited(`keep(${record(place, room)})`)],
  ])();
}

/** Without `?.` a link fails on nothing: now and then, where that is caught. */
function makeLink(place: Place, room: number): string {
  const { rng } = place.world;
  const bare = place.flow.tried && rng.chance(0.15);
  return rng.weighted<() => string>([
    [4, () => `${bare ? "." : "?."}${rng.pick(["a", "n", "n", "b"])}`],
    [2, () => `${bare ? "" : "?."}[see(L, "key", ${text(place, room)})]`],
    [1, () => `?.inc?.(${makeArguments(place, 1, room)})`],
    [1, () => `?.go?.(see(L, "skipped", ${number(place, room)}))`],
    [1, () => `?.toString?.call(${number(place, room)})?.length`],
  ])();
}

const makeLinks = (place: Place, room: number) =>
  Array.from({ length: place.world.rng.int(1, 3) }, () => makeLink(place, room)).join("");

/** What a chain comes to may be anything: only its size counts. */
function makeChain(place: Place, room: number): string {
  const chain = `${makeBase(place, room)}${makeLinks(place, room)}`;
  return `size(${place.world.rng.chance(0.15) ? `(${chain})?.a` : chain})`;
}

function makeDelete(place: Place, room: number): string {
  return `(+delete ${makeBase(place, room)}${makeLinks(place, room)}?.${place.world.rng.pick(["a", "b"])})`;
}

export const chains: Family = {
  number: [
    { feature: "chain.links", weight: 3, make: makeChain },
    { feature: "chain.delete", weight: 1, when: (p) => p.flow.tried, make: makeDelete },
    {
      feature: "chain.list",
      weight: 1,
      make: (p, d) => `size((${list(p, d)})?.[${number(p, d)}]?.toFixed?.(${number(p, d)} & 3))`,
    },
  ],
};
