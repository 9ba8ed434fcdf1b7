/** Owns: `for await` over values, tasks, thenables, generators, and iterators that give promises. */
import { makeBad, makeBranch } from "./concurrency.ts";
import { makeSource as makeGenerator } from "./generators.ts";
import { type Family, has, list, number, type Place, within } from "./grammar.ts";
import { makeForOfOver } from "./loops.ts";

const calm = (place: Place) => within(place, { flow: { async: false, generator: false } });

function makeSource(place: Place): string {
  const { rng } = place.world;
  const branches = has(place, "promise") && place.world.functions.some((one) => one.kind === "async" && one.guarded);
  return rng.weighted<() => string>([
    [2, () => list(place, 1)],
    [2, () => `new Range(L, ${rng.int(0, 3)})`],
    [
      3,
      () =>
        `new Ticker(L, ${rng.int(0, 3)}, ${rng.int(0, 3)}, ${rng.weighted([
          [4, -1],
          [1, 1],
        ])})`,
    ],
    [1, () => `[new Thenable(${number(calm(place), 0)}), new Shy(L, ${number(calm(place), 0)})]`],
    [branches ? 3 : 0, () => `[${makeBranch(place)}, ${number(calm(place), 0)}, ${makeBranch(place)}]`],
    [branches ? 1 : 0, () => `[${number(calm(place), 0)}, ${makeBad(place)}]`],
    [has(place, "generator") ? 2 : 0, () => makeGenerator(place)],
  ])();
}

function makeForAwait(place: Place): string {
  const loop = makeForOfOver(place, makeSource(place), "number", "await ");
  if (place.flow.tried || place.world.rng.chance(0.3)) return loop;
  return `try {\n${loop}\n} catch (e) {\ntrace(L, "walked", e);\n}`;
}

export const forAwait: Family = {
  statement: [{ feature: "for-await.any", weight: 3, when: (p) => p.flow.async, make: makeForAwait }],
};
