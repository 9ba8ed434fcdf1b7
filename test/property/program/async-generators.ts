/** Owns: every way to drive an async generator: for await, by hand, several requests at once, closed early or not at all. */

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
  use,
  within,
} from "./grammar.ts";
import { makeForOfOver } from "./loops.ts";

/** A generator of a module function, or of one made here that captures what is visible. */
export function makeAsyncSource(place: Place): string {
  const { rng } = place.world;
  const known = place.world.functions.filter((one) => one.kind === "async-generator");
  if (known.length > 0 && (rng.chance(0.65) || place.depth > 2)) {
    const callee = rng.pick(known);
    return `${callee.name}(L${makeModuleArguments(place, callee, 1)})`;
  }
  use(place, "async-generator.closure");
  const inner = within(place, {
    scope: openScope(place),
    flow: {
      async: true,
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
  return `(async function* () {\nif (spend(L)) return 0;\nyield ${number(inner, 1)};\n${statements(inner, 1, 2)}\nyield ${number(inner, 1)};\n})()`;
}

function makeDriven(place: Place): string {
  const { rng } = place.world;
  const [name, error] = [freshName(place, "it"), freshName(place, "e")];
  const source = makeAsyncSource(place);
  const calm = () => String(rng.int(0, 9)); // logs nothing: the generator may already be running
  const line = (): string =>
    rng.weighted<() => string>([
      [4, () => `trace(L, ${awaited(`${name}.next()`)});`],
      [4, () => `trace(L, ${awaited(`${name}.next(${number(place, 1)})`)});`],
      [1, () => `trace(L, "return", ${awaited(`${name}.return(${number(place, 1)})`)});`],
      [2, () => `trace(L, "threw", ${awaited(`${name}.throw(new Oops("in", 1))`)});`],
      // Nothing is logged between the two: the generator goes on meanwhile.
      [
        2,
        () =>
          `trace(L, "queue", ${awaited(`Promise.all([${name}.next(${calm()}), ${name}.${rng.pick(["next", "return"])}(${calm()})])`)});`,
      ],
      [2, () => statements(place, 1, 1)],
    ])();
  const lines = Array.from({ length: rng.int(2, 5) }, line);
  return [
    `const ${name} = ${source};`,
    `try {\n${lines.join("\n")}\n} catch (${error}) {\ntrace(L, "out", ${error});\n}`,
  ].join("\n");
}

function makeDelegate(place: Place): string {
  const { rng } = place.world;
  const name = freshName(place, "d");
  const source = rng.weighted<() => string>([
    [1, () => `[${number(place, 1)}, new Thenable(${number(place, 1)})]`],
    [2, () => `new Relay(L, ${rng.int(0, 3)})`],
    [2, () => `new Ticker(L, ${rng.int(0, 3)}, ${rng.int(0, 3)}, -1)`],
    [4, () => makeAsyncSource(place)],
  ])();
  declare(place, name, "number", false);
  return `const ${name} = yield* ${source};`;
}

const first = (place: Place) => place.flow.async && place.depth <= 2;

export const asyncGenerators: Family = {
  statement: [
    { feature: "async-generator.driven", weight: 2, when: first, make: makeDriven },
    {
      feature: "async-generator.walked",
      weight: 3,
      when: first,
      make: (p) => makeForOfOver(p, makeAsyncSource(p), "number", "await "),
    },
    {
      feature: "async-generator.delegate",
      weight: 3,
      when: (p) => p.flow.async && p.flow.generator,
      make: makeDelegate,
    },
  ],
};
