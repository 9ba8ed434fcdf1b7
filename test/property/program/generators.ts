/** Owns: what stands in generators (yield, yield*) and every way to drive one. */

import { makeModuleArguments } from "./awaits.ts";
import {
  awaited,
  declare,
  type Family,
  freshName,
  number,
  openScope,
  type Place,
  statements,
  truth,
  use,
  within,
} from "./grammar.ts";
import { makeForOfOver } from "./loops.ts";

const yields = (place: Place) => place.flow.generator;
const moduleGenerators = (place: Place) => place.world.functions.filter((one) => one.kind === "generator");

/** A generator of a module function, or of one made here that captures what is visible. */
export function makeSource(place: Place): string {
  const { rng } = place.world;
  const known = moduleGenerators(place);
  if (known.length > 0 && (rng.chance(0.65) || place.depth > 2)) {
    const callee = rng.pick(known);
    return `${callee.name}(L${makeModuleArguments(place, callee, 1)})`;
  }
  use(place, "generator.closure");
  const inner = within(place, {
    scope: openScope(place),
    flow: {
      async: false,
      generator: true,
      hasThis: false,
      hasArguments: place.world.strict,
      breakable: false,
      loop: false,
      labels: [],
      returns: true,
      tried: false,
    },
    depth: place.depth + 1,
  });
  return `(function* () {\nif (spend(L)) return 0;\nyield ${number(inner, 1)};\n${statements(inner, 1, 2)}\nyield ${number(inner, 1)};\n})()`;
}

function makeDriven(place: Place): string {
  const { rng } = place.world;
  const [name, step] = [freshName(place, "it"), freshName(place, "s")];
  const source = makeSource(place);
  const moves = [
    () => `trace(L, ${name}.next());`,
    () => `trace(L, ${name}.next(${number(place, 2)}));`,
    () => `trace(L, "return", ${name}.return(${number(place, 1)}));`,
    () => `try { trace(L, ${name}.throw(new Oops("in", 1))); } catch (${step}) { trace(L, "out", ${step}); }`,
    () => statements(place, 1, 1),
  ];
  const table = [
    [4, moves[0]],
    [4, moves[1]],
    [1, moves[2]],
    [2, moves[3]],
    [3, moves[4]],
  ] as [number, () => string][];
  const lines = Array.from({ length: rng.int(2, 5) }, () => rng.weighted(table)());
  return [`const ${name} = ${source};`, ...lines].join("\n");
}

function makeWalked(place: Place): string {
  const [name, step] = [freshName(place, "it"), freshName(place, "s")];
  const source = makeSource(place);
  const value = place.flow.async ? awaited(`tick(${step}.value)`) : `${step}.value`;
  const inner = within(place, {
    scope: openScope(place),
    depth: place.depth + 1,
    flow: { loop: true, breakable: true },
  });
  return [
    `const ${name} = ${source};`,
    `for (let ${step} = ${name}.next(); !${step}.done && !spend(L); ${step} = ${name}.next(${value})) {`,
    `trace(L, "walk", ${step}.value);\n${statements(inner, 0, 2)}\n}`,
  ].join("\n");
}

function makeTaken(place: Place): string {
  const { rng } = place.world;
  const source = makeSource(place);
  const [name, rest] = [freshName(place, "g"), freshName(place, "g")];
  if (rng.chance(0.5)) {
    declare(place, name, "list", true);
    return `let ${name} = [...${source}].slice(0, 6);`;
  }
  declare(place, name, "number", true);
  const initial = number(place, 1);
  if (rng.chance(0.5)) return `let [, ${name} = ${initial}] = ${source};`;
  declare(place, rest, "list", false);
  return `let [${name} = ${initial}, ...${rest}] = ${source};`;
}

function makeYield(place: Place): string {
  const value = `yield ${number(place, 2)};`;
  return place.world.rng.chance(0.3) ? `if (${truth(place, 1)}) ${value}` : value;
}

function makeDelegate(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "d");
  const source = rng.weighted<() => string>([
    [2, () => `[${number(place, 1)}, ${number(place, 1)}]`],
    [3, () => `new Relay(L, ${rng.int(0, 3)})`],
    [5, () => makeSource(place)],
  ])();
  declare(place, name, "number", false);
  return `const ${name} = yield* ${source};`;
}

const first = (place: Place) => place.depth <= 2;

export const generators: Family = {
  number: [
    {
      feature: "yield.expression",
      weight: 4,
      when: yields,
      make: (p, d) => `((yield ${number(p, d)}) ?? ${number(p, d)})`,
    },
  ],
  statement: [
    { feature: "yield.statement", weight: 9, leaf: true, when: yields, make: makeYield },
    { feature: "yield.delegate", weight: 3, when: yields, make: makeDelegate },
    { feature: "generator.driven", weight: 3, when: first, make: makeDriven },
    { feature: "generator.walked", weight: 2, when: first, make: makeWalked },
    { feature: "generator.taken", weight: 2, when: first, make: makeTaken },
    { feature: "generator.for-of", weight: 3, when: first, make: (p) => makeForOfOver(p, makeSource(p), "number") },
  ],
};
